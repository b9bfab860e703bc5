"""The sentences of the server in the tests: rendered from the texts, so that rewording breaks none.

Looked for are string literals with a sentence of the server, whole or, after what a terminal shows
before one, its first words. `LITERAL` has the files whose literal text is right, and why. This
module must not know who is sent a sentence.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from string import Formatter

import pytest

from chatd.i18n import en, es
from tests.support.checkout import ROOT, nodes_of, syntax_tree

LITERAL = {
    "tests/client/test_admin.py": "`chatd admin` has texts of its own, in English alone",
    "tests/daemon/test_retention.py": "the log, as an operator reads it",
    "tests/daemon/test_service.py": "the log, as an operator reads it",
    "tests/formats/test_formats.py": "the names of many people, as a format lists them",
    "tests/formats/test_json.py": "the names of many people, as a format lists them",
    "tests/i18n/test_i18n.py": "tests the texts themselves",
    "tests/integration/test_daemon.py": "the log, as an operator reads it",
    "tests/integration/test_docs.py": "compares with the documents",
    "tests/integration/test_readme.py": "reads the log of a daemon",
    "tests/support/installed.py": "reads the log of a daemon",
    "tests/integration/test_wire.py": "a walk of a terminal",
    "tests/proofs/crash/check.py": "needs nothing of chatd, so it may be run anywhere",
    "tests/proofs/crash/daemon.py": "reads the log of a daemon",
    "tests/proofs/crash/resumed.py": "must not know the daemon's code",
    "tests/proofs/crash/test_check.py": "transcripts of terminals",
    "tests/proofs/crash/test_resumed.py": "transcripts of terminals",
    "tests/support/live_server.py": "reads the log of a daemon",
    "tests/test_sentences.py": "examples of literals",
}
"""The files that may have literal sentences, and why."""

LEAST_LETTERS = 4
"""The fewest letters of a sentence, without its values, by which it is recognised."""

FIRST_WORDS = 3
"""The words by which the beginning of a sentence is recognised."""

_MARK = r"(?:\*\*\*|ERR [A-Z][a-z ]+:) "
_UNKNOWN = "\0"
_WORD = re.compile(r"[^\W\d_]+")


def words(text: str) -> list[str]:
    """Return the words of a text, without numbers."""
    return _WORD.findall(text)


def parts_of(sentence: str) -> list[tuple[str, str]]:
    """Return the fixed texts of a sentence, each with the pattern of the value after it."""
    return [
        (text, "" if name is None else rf"[\d{_UNKNOWN}]+" if name == "count" else ".+?")
        for text, name, _, _ in Formatter().parse(sentence)
    ]


def patterns_of(key: str, sentence: str) -> Iterator[tuple[str, str]]:
    """Yield patterns of literals with a sentence, each with the longest of its fixed words."""
    parts = parts_of(sentence)
    fixed = "".join(text for text, _ in parts)
    whole = "".join(re.escape(text) + value for text, value in parts)
    if key.startswith("did_"):
        whole += r"(?: (?:for|durante) [^.:]+)?[.:]"
    if sum(map(len, words(fixed))) >= LEAST_LETTERS and (
        key.startswith("did_") or fixed.rstrip()[-1] in ".:?!"
    ):
        yield rf"(?<!\w){whole}", max(words(fixed), key=len)
    beginning, found = _MARK, []
    for text, value in parts:
        end = 0
        for word in re.finditer(r"\W*\w+", text):
            end = word.end()
            beginning += re.escape(word[0])
            found += words(word[0])
            if len(found) >= FIRST_WORDS:
                yield beginning + r"\b", max(found, key=len)
                return
        beginning += re.escape(text[end:]) + value


@cache  # not when this is imported, which all workers do
def index() -> dict[str, list[re.Pattern[str]]]:
    """Return the patterns of all sentences, by a word that a match has."""
    patterns: dict[str, set[str]] = defaultdict(set)
    for catalogue in (en.SENTENCES, es.SENTENCES):
        for key, sentence in catalogue.items():
            for pattern, word in patterns_of(key, sentence):
                patterns[word].add(pattern)
    return {
        word: [re.compile(each, re.DOTALL) for each in found] for word, found in patterns.items()
    }


def literals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the string literals of some code with their lines; values in them are unknown."""
    inner = {
        id(each)
        for node in nodes_of(tree)
        if isinstance(node, ast.JoinedStr | ast.Expr)
        for each in ([node.value] if isinstance(node, ast.Expr) else ast.walk(node))
        if isinstance(each, ast.Constant)
    }
    for node in nodes_of(tree):
        if isinstance(node, ast.JoinedStr):
            pieces = [
                each.value if isinstance(each, ast.Constant) else _UNKNOWN for each in node.values
            ]
            yield node.lineno, "".join(map(str, pieces))
        elif isinstance(node, ast.Constant) and id(node) not in inner:
            if isinstance(node.value, bytes):
                yield node.lineno, node.value.decode("utf-8", "replace")
            elif isinstance(node.value, str):
                yield node.lineno, node.value


def is_sentence(text: str) -> bool:
    """Return True if a text has a sentence of the server, or begins as one."""
    return any(pattern.search(text) for word in words(text) for pattern in index().get(word, ()))


def sentences_in(tree: ast.Module) -> list[str]:
    """Return the literal sentences in some code, each with its line."""
    return [f"line {line}: {text!r}" for line, text in literals(tree) if is_sentence(text)]


def test_sentences_are_rendered_from_the_texts() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): sentences
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if (sentences := sentences_in(syntax_tree(path)))
    }
    new = {path: sentences for path, sentences in found.items() if path not in LITERAL}
    assert not new, f"render these as tests.support.sentences does: {new}"
    assert not LITERAL.keys() - found.keys(), "these have none: take them out of the table"


@pytest.mark.parametrize(
    "literal",
    [
        '"ana joined."',
        'b"*** ana left."',
        'f"*** {name} is now {new}."',
        '"Aquí: luis."',
        '"*** You are in #ops"',
        'f"ERR Not allowed: you are banned from #{room}"',
        '"*** Eva is not here."',
        '"2 private lines since you left:"',
        '"*ana muted luis for 10m: loud*"',
        '"ana ha callado a luis."',
        'f"[{time}] *** ana set the topic"',
    ],
)
def test_literal_sentences_are_found(literal: str) -> None:
    assert sentences_in(ast.parse(f"x = {literal}"))


@pytest.mark.parametrize(
    "literal",
    ['"ana"', '"<ana> hola"', '"ERR No room: "', '"you are in"', '"*** 1."', '"joined"', '"left"'],
)
def test_other_literals_are_not_found(literal: str) -> None:
    assert not sentences_in(ast.parse(f"x = {literal}"))


def test_docstrings_are_not_read() -> None:
    assert not sentences_in(ast.parse('"""ana joined."""'))
