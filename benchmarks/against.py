"""This tree against another commit: the same loads, in pairs, and the ratio of each figure.

The commit is installed into an environment of its own. In each pair both have one turn at the same
load, one right after the other, so that what the machine does meanwhile meets both; who begins
alternates. A ratio is the geometric mean of the pairs' ratios. Its 95 % interval is Student's, of
the logarithms of these: figures that are times vary by factors.
"""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import connections, fanout, web
from benchmarks.bench import Bench
from benchmarks.machine import HERE, Failed, refuse
from benchmarks.report import median, rounded, say, say_table
from benchmarks.servers import OURS, Build, chatd, chatd_web
from chatd.util.fanout import KIND, PLAIN, WITHOUT_EXTENSION

PARTS = ("talk", "connections", "web")
"""The parts that can be compared."""

PAIRS = 8
"""Default number of pairs: with it the 95 % interval is 0.84 standard deviations wide to either
side."""

FIGURES = {
    "us CPU": "cpu_us",
    "deliveries/s": "per_second",
    "p50 ms": "p50_ms",
    "p99 ms": "p99_ms",
}
"""Titles of the compared figures, and their names in a result. The first one is the cost of a
delivery; or of a visit or a browser, which have no other."""

CPU = "us CPU"

# The 97.5 % points of Student's t, for 1 to 30 degrees of freedom.
_STUDENT = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)

Result = Mapping[str, Any]
Measure = Callable[[Build], Result]


class Ratio(NamedTuple):
    """The ratio of a figure now to the same figure then.

    It has the bounds of its 95 % confidence interval.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f}"

    @property
    def interval(self) -> str:
        """The interval, as it is printed."""
        return f"{self.low:.3f} to {self.high:.3f}"


class Row(NamedTuple):
    """One load, and for each figure its ratio."""

    name: str
    ratios: dict[str, Ratio]


def ratio_of(pairs: Sequence[tuple[float, float]]) -> Ratio | None:
    """Return the ratio of the first of each pair to the second.

    None if fewer than two pairs have figures that are more than 0.
    """
    logs = [math.log(now / then) for now, then in pairs if now > 0 and then > 0]
    if len(logs) < 2:
        return None
    mean = statistics.fmean(logs)
    off = _student(len(logs) - 1) * statistics.stdev(logs) / math.sqrt(len(logs))
    return Ratio(math.exp(mean), math.exp(mean - off), math.exp(mean + off))


def _student(freedom: int) -> float:
    """Return the 97.5 % point of Student's t; beyond the table within 0.002."""
    return _STUDENT[freedom - 1] if freedom <= len(_STUDENT) else 1.96 + 2.4 / freedom


def in_pairs(measure: Measure, then: Build, count: int) -> list[tuple[Result, Result]]:
    """Measure this tree and the other build so many times, in turns: now and then of each pair."""
    pairs = []
    for number in range(count):
        order = (OURS, then) if number % 2 == 0 else (then, OURS)
        done = {build: measure(build) for build in order}
        pairs.append((done[OURS], done[then]))
    return pairs


def run(
    bench: Bench,
    then: Build,
    parts: Sequence[str],
    shapes: Sequence[fanout.Shape],
    browsers: Sequence[fanout.Shape],
) -> list[Row]:
    """Compare what was asked for, print each row as soon as it is done, and return all."""
    loads: list[tuple[str, Measure]] = []
    if "talk" in parts:
        loads += [(str(shape), _talk(bench, shape)) for shape in shapes]
    if "connections" in parts:
        loads.append((connections.VISITED, partial(connections.visit, bench)))
        loads.append((connections.CAME_IN, partial(connections.come_in, bench)))
    if "web" in parts:
        loads += [
            (f"browsers, {shape}, {talk.name}", _web(bench, talk, shape))
            for shape in browsers
            for talk in web.TALKS
        ]
    say(f"\nThis tree against {then.name}, {bench.rounds} pairs: ratios now / then")
    rows = []
    for name, measure in loads:
        try:
            pairs = in_pairs(measure, then, bench.rounds)
        except Failed as failure:
            bench.fail(name, failure)
            continue
        rows.append(print_row(name, pairs))
        results = bench.results.setdefault("against", [])
        results.append({"then": then.name, "load": name, "pairs": pairs, **rows[-1]._asdict()})
    return rows


def _talk(bench: Bench, shape: fanout.Shape) -> Measure:
    return lambda build: fanout.measure_at(bench, chatd(build), shape)


def _web(bench: Bench, talk: web.Talk, shape: fanout.Shape) -> Measure:
    def measure(build: Build) -> Result:
        make = chatd if talk.server.protocol == "chat" else chatd_web
        return web.measure_at(bench, talk._replace(server=make(build)), shape)

    return measure


def print_row(name: str, pairs: Sequence[tuple[Result, Result]]) -> Row:
    """Print the ratios of one load, and return them."""
    say(f"\n{name}")
    table = [["", "now", "then", "now / then", "95 % interval"]]
    ratios = {}
    for title, figure in FIGURES.items():
        both = [(now[figure], then[figure]) for now, then in pairs if figure in now]
        if not both:
            continue
        medians = [rounded(median(side)) for side in zip(*both, strict=True)]
        ratio = ratio_of(both)
        if ratio is not None:
            ratios[title] = ratio
        table.append([title, *medians, *((str(ratio), ratio.interval) if ratio else ("", ""))])
    say_table(table)
    return Row(name, ratios)


def above(rows: Sequence[Row], limit: float) -> list[Row]:
    """Return the rows in which the whole interval of the CPU's ratio lies above a limit."""
    return [row for row in rows if CPU in row.ratios and row.ratios[CPU].low > limit]


# Another commit


def build(revision: str, directory: Path) -> Build:
    """Install a commit of this repository into an environment in a directory.

    What it needs has the versions that this Python has. If this tree is without the C extension,
    so is the commit. Ends the program if it cannot be done.
    """
    if KIND == PLAIN:
        os.environ[WITHOUT_EXTENSION] = "1"  # daemons inherit it
    name = _git("rev-parse", "--short", "--verify", f"{revision}^{{commit}}").decode().strip()
    source, environment = directory / "then", directory / "environment"
    source.mkdir()
    archive = _git("archive", name)
    subprocess.run(["tar", "-x", "-C", str(source)], input=archive, check=True)
    constraints = directory / "constraints.txt"
    constraints.write_text("".join(f"{line}\n" for line in installed()))
    python = environment / "bin" / "python"
    say(f"installing {name} ...")
    for command in (
        [sys.executable, "-m", "venv", str(environment)],
        [
            *(str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"),
            *("-c", str(constraints), f"{source}[accounts,web]"),
        ],
    ):
        done = subprocess.run(command, cwd=directory, env=_clean(), capture_output=True, text=True)
        if done.returncode:
            why = (done.stderr.strip() or f"status {done.returncode}").splitlines()[-1]
            refuse(f"{name} cannot be installed: {why}")
    return Build(name, python.with_name("twistd"), "")


def installed() -> list[str]:
    """Return what this Python has installed, without chatd, as constraints for pip."""
    found = {each.metadata["Name"]: each.version for each in distributions()}
    return sorted(f"{name}=={version}" for name, version in found.items() if name != "chatd")


def _clean() -> dict[str, str]:
    """Return this environment without what would lead another Python to our modules."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _git(*arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", str(HERE.parent), *arguments], capture_output=True)
    except OSError as error:
        refuse(f"--against needs git: {error.strerror}.")
    if done.returncode:
        last = (done.stderr.decode(errors="replace").strip() or "git failed").splitlines()[-1]
        refuse(f"--against takes a commit of this repository: {last}")
    return done.stdout
