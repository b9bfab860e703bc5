"""`python3 -m tests.proofs.mutation`: break the code in one place at a time, and run its tests.

Every condition is made always true and always false, every bound moved by one, every operand,
statement and `except` removed. Mutants that no test notices are printed in the form of
`tests/proofs/mutation/equivalents.txt`: put them there, with a line that says why they make no
difference, or write the test, or remove the superfluous code.

`--since REV` tries only the lines that changed since a commit, so that a new survivor shows at
once.

A mutant exists in the memory of one forked process alone: no file is changed. This module must not
know what the modules do.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from math import ceil
from multiprocessing import connection, get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

# What takes long to import, and is the same for every mutant. Nothing that makes a reactor, which
# would be shared by all: and nothing of chatd.
import coverage  # noqa: F401
import hypothesis  # noqa: F401
import pytest
import pytest_twisted  # noqa: F401
import twisted.internet.endpoints
import twisted.internet.testing
import twisted.trial.unittest  # noqa: F401
import xdist.plugin  # noqa: F401

from tests.proofs.mutation.targets import TESTS
from tests.support.checkout import ROOT

EQUIVALENTS = Path(__file__).with_name("equivalents.txt")

SECONDS = 3
"""The limit of a mutant's tests: seconds of a processor, or a multiple of the time of the whole
code."""

PATIENCE = 120
"""Seconds after which a mutant that waits for ever is ended.

The deadlines of tests/conftest.py and pyproject.toml come first, but not for a fixture that waits
for the reactor after a test that failed.
"""

MEMORY = 8 << 30
"""Most bytes of address space of a mutant."""


class Mutant(NamedTuple):
    """A module with one place changed: the function around it, and the lines before and after."""

    module: str
    function: str
    line: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    source: bytes

    @property
    def lines(self) -> range:
        """The numbers of the lines that the mutant changes."""
        return range(self.line, self.line + len(self.before))

    @property
    def text(self) -> str:
        """The change, as in `tests/proofs/mutation/equivalents.txt`.

        It has no line number, because these change with every commit.
        """
        before = [f"- {line}\n" for line in self.before]
        after = [f"+ {line}\n" for line in self.after]
        return "".join([f"{self.module} {self.function}\n", *before, *after])


# Changes.

_COMPARISONS = {
    ast.Lt: (b"<", b"<="),
    ast.LtE: (b"<=", b"<"),
    ast.Gt: (b">", b">="),
    ast.GtE: (b">=", b">"),
    ast.Eq: (b"==", b"!="),
    ast.NotEq: (b"!=", b"=="),
    ast.Is: (b"is", b"is not"),
    ast.IsNot: (b"is not", b"is"),
    ast.In: (b"in", b"not in"),
    ast.NotIn: (b"not in", b"in"),
}

_OPERATORS = {
    ast.Add: (b"+", b"-"),
    ast.Sub: (b"-", b"+"),
    ast.Mult: (b"*", b"//"),
    ast.FloorDiv: (b"//", b"*"),
    ast.Div: (b"/", b"*"),
    ast.Mod: (b"%", b"*"),
    ast.LShift: (b"<<", b">>"),
    ast.RShift: (b">>", b"<<"),
    ast.BitOr: (b"|", b"&"),
    ast.BitAnd: (b"&", b"|"),
    ast.BitXor: (b"^", b"|"),
}


class _Change(NamedTuple):
    """A change of some bytes of the source into others."""

    start: int
    end: int
    new: bytes


class _Changes(ast.NodeVisitor):
    """A visitor that notes all possible changes of a module, with the function around each."""

    def __init__(self, source: bytes) -> None:
        self.found: list[tuple[str, _Change]] = []
        self._source = source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._within: list[str] = []
        self._in_function = False

    def _place(self, node: ast.expr | ast.stmt | ast.alias) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def _text(self, node: ast.expr) -> bytes:
        start, end = self._place(node)
        return self._source[start:end]

    def _note(self, start: int, end: int, new: bytes) -> None:
        self.found.append((".".join(self._within), _Change(start, end, new)))

    def _replace(self, node: ast.expr | ast.stmt, *others: bytes) -> None:
        for other in others:
            self._note(*self._place(node), other)

    def _swap(self, left: ast.expr, right: ast.expr, old: bytes, new: bytes) -> None:
        # Between two operands is the operator, and perhaps brackets.
        start, end = self._place(left)[1], self._place(right)[0]
        self._note(start, end, self._source[start:end].replace(old, new, 1))

    # Statements

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self._within.append(node.name)
        outside, self._in_function = self._in_function, not isinstance(node, ast.ClassDef)
        if not isinstance(node, ast.ClassDef):
            for default in (*node.args.defaults, *node.args.kw_defaults):
                if default is not None:
                    self.visit(default)
        for statement in node.body:
            self.visit(statement)
        self._within.pop()
        self._in_function = outside

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _visit_function

    def _drop(self, node: ast.stmt) -> None:
        if self._in_function:
            self._replace(node, b"pass")
        self.generic_visit(node)

    visit_Raise = visit_Delete = visit_AugAssign = _drop

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant | ast.Yield):  # docstrings; contexts
            self._drop(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        if all(isinstance(part, _ARITHMETIC) for part in ast.walk(node.value)) and not self._within:
            return  # a named number: tests check that it is used, not its value
        for target, following in zip(node.targets, [*node.targets[1:], node.value], strict=True):
            if len(node.targets) > 1:
                self._note(self._place(target)[0], self._place(following)[0], b"")
        self._drop(node)

    def visit_Return(self, node: ast.Return) -> None:
        if isinstance(node.value, ast.Compare | ast.BoolOp):
            self._replace(node.value, b"True", b"False")
        elif node.value is not None and not isinstance(node.value, ast.Constant):
            self._replace(node.value, b"None")
        elif node.value is None:
            self._replace(node, b"pass")
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self._replace(node, b"pass")

    def visit_Break(self, node: ast.Break) -> None:
        self._replace(node, b"pass")

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return  # imports that do nothing when the code runs
        self._replace(node.test, b"True", b"False")
        self.visit(node.test)
        only = node.body[0] if len(node.body) == 1 else None
        if not isinstance(only, _SIMPLE) or node.orelse:
            for statement in (*node.body, *node.orelse):
                self.visit(statement)
        else:
            self.generic_visit(only)  # to drop it would be to make the condition false

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._replace(node.test, b"True", b"False")
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._replace(node.test, b"False")
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for condition in node.ifs:
            self._replace(condition, b"True", b"False")
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self._replace(node.type, b"()")
        for statement in node.body:
            self.visit(statement)

    # Expressions

    def visit_Compare(self, node: ast.Compare) -> None:
        operands = [node.left, *node.comparators]
        for left, right, operator in zip(operands, operands[1:], node.ops, strict=False):
            self._swap(left, right, *_COMPARISONS[type(operator)])
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if type(node.op) in _OPERATORS and not isinstance(node.left, ast.Constant | ast.JoinedStr):
            self._swap(node.left, node.right, *_OPERATORS[type(node.op)])
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        joined = b" and " if isinstance(node.op, ast.And) else b" or "
        for left_out in node.values:
            rest = [
                b"(" + self._text(value) + b")" for value in node.values if value is not left_out
            ]
            self._replace(node, b"(" + joined.join(rest) + b")")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._replace(node, b"(" + self._text(node.operand) + b")")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in ("max", "min"):
            if len(node.args) > 1:  # a bound
                self._replace(node, *map(self._text, node.args))
        elif isinstance(node.func, ast.Name) and node.func.id == "suppress":
            self._replace(node, b"suppress()")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._replace(node, str(not node.value).encode())
        elif isinstance(node.value, int):
            self._replace(node, str(node.value + 1).encode())

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Change nothing: the text of a sentence is no guard.

        Before Python 3.12 it has no position, either.
        """


_ARITHMETIC = (
    *(ast.Constant, ast.BinOp, ast.UnaryOp, ast.Tuple),
    *(ast.operator, ast.unaryop, ast.expr_context),
)
_SIMPLE = (
    *(ast.Expr, ast.Assign, ast.AugAssign, ast.Delete),
    *(ast.Raise, ast.Continue, ast.Break),
)


def mutants_of(module: str, source: bytes) -> Iterator[Mutant]:
    """Yield all mutants of a module, given its path and its source."""
    changes = _Changes(source)
    changes.visit(ast.parse(source))
    lines = source.splitlines()
    for function, (start, end, new) in changes.found:
        mutated = source[:start] + new + source[end:]
        first, last = source.count(b"\n", 0, start), source.count(b"\n", 0, end)
        rest = len(lines) - last - 1
        after = mutated.splitlines()
        yield Mutant(
            module,
            function or "module",
            first + 1,
            _stripped(lines[first : last + 1]),
            _stripped(after[first : len(after) - rest]),
            mutated,
        )


def _stripped(lines: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(line.decode().strip() for line in lines)


# Runs.


class _Instead(MetaPathFinder, Loader):
    """An importer that returns a mutant in the place of its module."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._name = mutant.module.removesuffix(".py").replace("/", ".")

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        return spec_from_file_location(fullname, ROOT / self._mutant.module, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._mutant.source, self._mutant.module, "exec"), module.__dict__)


def _test(mutant: Mutant, tests: list[str], directory: str, seconds: int) -> None:
    """Run tests in this process, and exit with 0 if none fails.

    Whole code has no limit: 0 seconds.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.meta_path.insert(0, _Instead(mutant))
    if seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
    left_out = ["-n0", *(f"-pno:{plugin}" for plugin in ("cacheprovider", "cov"))]
    places = [f"--rootdir={ROOT}", f"--basetemp={directory}/tests"]
    os._exit(pytest.main(["-qx", "--no-header", "--assert=plain", *left_out, *places, *tests]))


class _Run:
    """The tests of one mutant, in a forked process."""

    def __init__(self, mutant: Mutant, seconds: int) -> None:
        self.mutant = mutant
        self._directory = tempfile.TemporaryDirectory(prefix="chatd-mutant-")
        tests = [str(ROOT / test) for test in TESTS[mutant.module]]
        self.process: ForkProcess = get_context("fork").Process(
            target=_test, args=(mutant, tests, self._directory.name, seconds), daemon=True
        )
        self._late = time.monotonic() + PATIENCE
        self.process.start()

    def end_if_late(self) -> None:
        """Kill the process if it has exceeded its time."""
        if time.monotonic() > self._late:
            self.process.kill()

    def end(self) -> bool:
        """Wait for the process, and clean up; return True if no test failed."""
        self.process.join()
        self._directory.cleanup()
        return self.process.exitcode == 0


_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


def changed_lines(diff: str, path: str) -> set[int]:
    """Return the numbers of the lines of a file that a diff without context adds or changes."""
    lines: set[int] = set()
    for part in diff.split("\ndiff --git "):
        if f"\n+++ b/{path}\n" in part:
            for start, count in _HUNK.findall(part):
                lines.update(range(int(start), int(start) + int(count or 1)))
    return lines


def survivors_of(mutants: Sequence[Mutant], jobs: int, seconds: int) -> Iterator[Mutant]:
    """Yield the mutants that no test notices, as they are found.

    ``jobs`` mutants are tested side by side, for some seconds of a processor each.
    """
    running: list[_Run] = []
    waiting = list(reversed(mutants))
    while waiting or running:
        while waiting and len(running) < jobs:
            running.append(_Run(waiting.pop(), seconds))
        connection.wait([run.process.sentinel for run in running], timeout=1)
        for run in tuple(running):
            run.end_if_late()
            if run.process.exitcode is not None:
                running.remove(run)
                if run.end():
                    yield run.mutant


def known_equivalents(text: str) -> dict[str, str]:
    """Return the equivalent mutants, with reasons: paragraphs of a mutant's text and ``= why``."""
    known: dict[str, str] = {}
    for paragraph in text.split("\n\n"):
        change, found, why = paragraph.strip("\n").partition("\n= ")
        if found:
            known[change + "\n"] = why
    return known


def main() -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m tests.proofs.mutation",
        description="Is each guard tested? Breaks the code in one place at a time.",
    )
    parser.add_argument("modules", nargs="*", help="such as chatd/rooms/feed.py; all, without one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="side by side")
    parser.add_argument("--only", default="", help="mutants whose text holds this")
    parser.add_argument("--since", metavar="REV", help="mutants of lines changed since that commit")
    options = parser.parse_args()
    if unknown := set(options.modules) - set(TESTS):
        parser.error(f"not {', '.join(sorted(unknown))}; there are {', '.join(TESTS)}")
    os.chdir(ROOT)
    os.environ["CI"] = "1"  # the same examples every time
    known = known_equivalents(EQUIVALENTS.read_text())
    total: Counter[str] = Counter()
    for module in options.modules or TESTS:
        total += _module(module, known, options)
    print(_score("all", total))
    return 1 if total["survived"] or total["stale"] else 0


def _chosen(mutants: Iterator[Mutant], module: str, options: argparse.Namespace) -> list[Mutant]:
    chosen = [mutant for mutant in mutants if options.only in mutant.text]
    if options.since:
        # Of all modules, so that the old name of a renamed one is found.
        command = ["git", "diff", "--unified=0", "--find-renames", "--no-ext-diff", options.since]
        diff = subprocess.run([*command, "--", "chatd"], check=True, capture_output=True, text=True)
        changed = changed_lines(diff.stdout, module)
        chosen = [mutant for mutant in chosen if changed.intersection(mutant.lines)]
    return chosen


def _module(module: str, known: dict[str, str], options: argparse.Namespace) -> Counter[str]:
    source = (ROOT / module).read_bytes()
    mutants = _chosen(mutants_of(module, source), module, options)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    if not _Run(Mutant(module, "", 0, (), (), source), 0).end():
        sys.exit(f"{module}: its tests fail although nothing is broken.")
    taken = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    seconds = SECONDS + ceil(SECONDS * taken)
    count = Counter(mutants=len(mutants))
    doubtful = [mutant for mutant in mutants if mutant.text not in known]
    for mutant in survivors_of(doubtful, options.jobs, seconds):
        count["survived"] += 1
        print(f"\nline {mutant.line}\n{mutant.text}", flush=True)
    texts = {mutant.text for mutant in mutants}
    count["equivalent"] = sum(mutant.text in known for mutant in mutants)
    count["killed"] = count["mutants"] - count["survived"] - count["equivalent"]
    whole = not options.only and not options.since
    for text in known:
        if whole and text.startswith(f"{module} ") and text not in texts:
            count["stale"] += 1
            print(f"\nno such mutant any more, take it out of {EQUIVALENTS.name}:\n{text}")
    print(_score(module, count), flush=True)
    return count


def _score(what: str, count: Counter[str]) -> str:
    kinds = "mutants", "killed", "equivalent", "survived"
    return f"{what}: " + ", ".join(f"{count[kind]} {kind}" for kind in kinds)
