"""The prose of docstrings and documents: plain English, which a reader does not have to decode.

Read are the docstrings of modules, classes and functions, and the strings under attributes, of
`chatd`, of `spec` and of the tests; and the prose of documents, without code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from chatd.commands.dispatch import TABLE
from chatd.i18n import en, es
from tests.support.checkout import ROOT, syntax_tree
from tests.support.documents import DOCUMENTS, prose, read

RIDDLE = re.compile(r"(What|Whether|How|Who)\b")
"""The beginnings of a docstring that names no subject."""

PRONOUN = re.compile(r"\b(somebody|nobody|whoever|whatever)\b", re.IGNORECASE)
"""Words for a subject that has a name: a client, a session, an account, a member."""

UNNAMED = re.compile(
    r"\b(?:whoever|whomever|whatever|somebody|those who|whether|what (?:is|was|are|it)"
    r"|(?<!people )(?<!person )(?<!Anyone )who (?:is|are|comes|goes|writes|has|may))\b"
    r"(?! you\?)",  # a question to the reader
    re.IGNORECASE,
)
"""Words in an English sentence of the program for a subject or an object that has a name."""

GENDERED = re.compile(
    r"(?<!nombre )\{(?:name|target)\} (?:ha sido |es |está )(?:un[ao]? )?"
    r"(?:callad|vetad|echad|silenciad|expulsad|invitad|registrad|desconectad|operador)[oa]?\b",
    re.IGNORECASE,
)
"""Spanish words about a person that say their gender."""

OTHER_WORD = re.compile(
    r"\b(?:un|el|al|del|los|otro|otros|este)(?: demás)? terminal(?:es)?\b"  # una terminal
    r"|(?<!/)\bacced(?:e|er|es|ido|iendo)\b",  # iniciar sesión, by the command /acceder
    re.IGNORECASE,
)
"""Spanish words for a thing that has another one everywhere else."""

SPANISH = [
    "README.es.md",
    "examples/cluster/README.es.md",
    "docs/operar.md",
    "docs/varias-maquinas.md",
    "docs/clientes-irc.md",
    "docs/programas.md",
    "docs/alertas.md",
    "docs/referencia.md",
    "tools/limits.csv",
    "tools/spanish.py",
    "chatd/i18n/es.py",
    "chatd/protocols/web/page/texts.js",
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("chatd/commands/*.py")),
]
"""The files with Spanish texts."""

FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for package in ("chatd", "spec", "tests")
    for path in (ROOT / package).rglob("*.py")
)


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it that may have statements: no expression has any."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for part in "body", "orelse", "handlers", "finalbody", "cases":
            waiting += getattr(node, part, ())


def documented(tree: ast.AST) -> Iterator[ast.Constant]:
    """Find the docstrings, and the strings under attributes, in some code."""
    for node in statements(tree):
        body: list[ast.stmt] = getattr(node, "body", [])
        opens = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        before: ast.stmt | None = None
        for statement in body:
            first, under = before is None, isinstance(before, ast.Assign | ast.AnnAssign)
            before = statement
            if not isinstance(statement, ast.Expr) or not (under or (opens and first)):
                continue
            if isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str):
                yield statement.value


def riddles_in(tree: ast.Module) -> list[str]:
    """Return the lines with what a docstring must not have, each with its line number."""
    found = []
    for constant in documented(tree):
        text = str(constant.value)
        if RIDDLE.match(text.lstrip()):
            found.append(f"line {constant.lineno} begins with {text.split()[0]}")
        found += [f"line {constant.lineno} has {word}" for word in PRONOUN.findall(text)]
    return found


@pytest.mark.parametrize("path", FILES)
def test_docstrings_are_no_riddles(path: str) -> None:
    found = riddles_in(syntax_tree(ROOT / path))
    assert not found, f"{path}: {'; '.join(found)}"


@pytest.mark.parametrize(
    "source",
    [
        '"""What it is."""',
        'class A:\n    """Whether."""',
        'def f():\n    """How it goes."""',
        'async def f():\n    """\n    Who comes."""',
        'N = 1\n"""What it counts."""',
        'class A:\n    n: int = 1\n    """Who."""',
        '"""Tell somebody."""',
        'def f():\n    """Return.\n\n    Nobody waits."""',
    ],
)
def test_riddles_are_found(source: str) -> None:
    assert riddles_in(ast.parse(source))


@pytest.mark.parametrize(
    "source", ['"""Whatsoever is no such word."""', 'f("What")', 'x = 1\nf()\n"""How."""']
)
def test_other_texts_are_not_read(source: str) -> None:
    assert not riddles_in(ast.parse(source))


def unnamed_in(text: str) -> list[str]:
    """Return the pronouns in the prose of a document. Code may have them: a kind of error does."""
    return PRONOUN.findall(re.sub(r"`[^`]*`", "", prose(text)))


def sentences_of(at: int) -> dict[str, str]:
    """Return all sentences that people read in the language at that place of a pair, by a name."""
    found = dict((en.SENTENCES, es.SENTENCES)[at])
    for command in TABLE:
        wording = (command.english, command.spanish)[at]
        found[wording.usage] = f"{wording.explanation}. {wording.details}"
    texts = read("chatd/protocols/web/page/texts.js").partition("SENTENCES = {")[2]
    for key, *pair in re.findall(r'^\t(\w+): \[\s*"(.*?)",\s*"(.*?)",?\s*\]', texts, re.M | re.S):
        found[f"texts.js {key}"] = pair[at]
    return found


def test_english_sentences_name_their_subjects() -> None:
    assert len(sentences_of(0)) > 700
    assert [key for key, text in sentences_of(0).items() if UNNAMED.search(text)] == []


def test_spanish_sentences_do_not_say_a_gender() -> None:
    assert [key for key, text in sentences_of(1).items() if GENDERED.search(text)] == []


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("a room that is not there is made for whoever asks", True),
        ("be told who writes to you", True),
        ("what is said has its time", True),
        ("only people who are logged in", False),
        ("Anyone who has it", False),
        ("Who are you?", False),
    ],
)
def test_an_unnamed_subject_is_found(text: str, is_found: bool) -> None:
    assert bool(UNNAMED.search(text)) is is_found


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("{name} está callado", True),
        ("{target} está vetada hasta", True),
        ("{name} es operador de", True),
        ("{name} no puede hablar", False),
    ],
)
def test_a_gender_is_found(text: str, is_found: bool) -> None:
    assert bool(GENDERED.search(text)) is is_found


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_name_their_subjects(document: str) -> None:
    assert unnamed_in(read(document)) == []


def test_unnamed_subjects_are_found() -> None:
    assert unnamed_in("Nobody waits.\n```\nnobody\n```\n`ERR Nobody`, `nobody`, whoever") == [
        "Nobody",
        "whoever",
    ]


@pytest.mark.parametrize("path", SPANISH)
def test_a_thing_has_one_word_in_spanish(path: str) -> None:
    assert not OTHER_WORD.findall(read(path))


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("En un terminal", True),
        ("los demás terminales", True),
        ("En una terminal", False),
        ("Accede con tu contraseña.", True),
        ("hay que acceder otra vez", True),
        ("/acceder NOMBRE", False),
    ],
)
def test_another_word_is_found(text: str, is_found: bool) -> None:
    assert bool(OTHER_WORD.search(text)) is is_found
