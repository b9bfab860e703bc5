"""The commands in the documents are spelled so that they run, and take the options they are given.

Read are the lines of blocks that begin with a program, spans of code that begin with one of ours,
and the examples of each command's help. Lines that begin with no known program are taken for text.
The commands of the READMEs are run, too: see `test_readme`.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from chatd.command_line import subcommands
from chatd.daemon.configuration import Configuration
from tests.support import documents, forks
from tests.support.checkout import ROOT
from tests.support.live_server import prepared
from tests.support.settings import settings
from tools.reference import CLIENTS

DOCUMENTS = [document for document in documents.DOCUMENTS if document != "CHANGELOG.md"]

TWINS = [
    ("README.md", "README.es.md"),
    ("docs/reference.md", "docs/referencia.md"),
    ("docs/operating.md", "docs/operar.md"),
    ("docs/cluster.md", "docs/varias-maquinas.md"),
    ("docs/irc.md", "docs/clientes-irc.md"),
    ("docs/bots.md", "docs/programas.md"),
    ("docs/alerts.md", "docs/alertas.md"),
    ("examples/cluster/README.md", "examples/cluster/README.es.md"),
]
"""Documents in English, each with its translation."""

FOR_USERS = {document for twins in TWINS for document in twins}
"""The documents for people without an active environment: our programs have their path."""

OTHERS = {
    *(
        "apt",
        "certbot",
        "cp",
        "curl",
        "echo",
        "eval",
        "make",
        "nc",
        "ncat",
        "npm",
        "openssl",
        "podman",
        "printf",
        "sqlite3",
    ),
    *(
        "install",
        "journalctl",
        "jq",
        "mv",
        "rm",
        "sudo",
        "systemctl",
        "tail",
        "tar",
        "tee",
        "telnet",
        "umask",
        "useradd",
    ),
    *(".", ".ci/run", "git", "nox", "towncrier", "trial"),
}
"""Programs whose arguments are not looked at."""

FINGERPRINT = "sha256:" + "A" * 43 + "="
"""A value for ``SHA256``."""

PLACEHOLDERS = {"DIRECCIÓN": "ADDRESS", "FICHERO": "FILE"}
"""Words for a value of the reader, each in Spanish and in English."""

OURS = {"chatd", "twistd", "python", "python3", "pip"}
_PATHS = (".venv/bin/", "/opt/chatd/bin/")
_BLOCK = re.compile(r"^(<!-- transcript [^\n]*-->\n)?```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_REDIRECTION = re.compile(r"\d?[<>]&?\s*\S+")
_ASSIGNED = re.compile(r"[A-Z_]+=\S* ")
_IN_PROSE = re.compile(rf"(?:{_ASSIGNED.pattern})*(?:sudo )?(?:python3? |pip |\.venv/bin/\w+ )")
_BEGINS = re.compile(
    rf"\(?(?:{_ASSIGNED.pattern})*(?:{'|'.join(map(re.escape, _PATHS))})?"
    rf"(?:{'|'.join(sorted(map(re.escape, OTHERS | OURS)))})(?= |$)"
)


def program(name: str) -> str:
    """Return a program without the directory of an environment."""
    for path in _PATHS:
        name = name.removeprefix(path)
    return name


def lines_of(text: str) -> Iterator[str]:
    """Find the commands of a document: of blocks, and of spans of code in the prose."""
    for transcript, block in _BLOCK.findall(text):
        lines = block.replace("\\\n", " ").splitlines()
        shell = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        if not transcript:
            yield from shell or (line for line in lines if _BEGINS.match(line))
    for span in re.findall(r"`([^`\n]+)`", _BLOCK.sub("", text)):
        if _IN_PROSE.match(span):
            yield span


def simple(line: str) -> Iterator[list[str]]:
    """Split a line of the shell into its commands, each a list of words."""
    lexer = shlex.shlex(_REDIRECTION.sub("", line), posix=True, punctuation_chars="();|&")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, ";"]:
        if set(word) <= set("();|&"):
            if words:
                yield words
            words = []
        elif words or not _ASSIGNED.match(f"{word} "):
            words.append(word)


def commands() -> Iterator[tuple[str, list[str]]]:
    """Find the commands of all documents and of the help, each with the document."""
    for document in DOCUMENTS:
        for line in lines_of((ROOT / document).read_text("utf-8")):
            for words in simple(line):
                yield document, words[1:] if words[0] == "sudo" else words
    for command in ("chatd", *CLIENTS):
        for example in (
            subcommands.EXAMPLES if command == "chatd" else subcommands.parser_of(command).examples
        ):
            for words in simple(example.command):
                yield f"{command} --help", words


FOUND = list(commands())


def those_of(*names: str) -> list[list[str]]:
    """Return the different arguments that some programs are given in the documents."""
    found = {tuple(words[1:]) for _, words in FOUND if program(words[0]) in names}
    return [list(arguments) for arguments in sorted(found)]


def named(arguments: list[str]) -> str:
    return " ".join(arguments)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_program_is_one_that_is_known(document: str) -> None:
    for where, words in FOUND:
        if where == document:
            assert program(words[0]) in OURS | OTHERS, f"no test looks at: {' '.join(words)}"


@pytest.mark.parametrize("document", sorted(FOR_USERS))
def test_our_programs_have_their_path_where_no_environment_is_active(document: str) -> None:
    for where, words in FOUND:
        of_others = words[1:3] == ["-m", "venv"] or words[1:2] == ["ldap_helper.py"]
        if where == document and not of_others:
            ours = program(words[0]) in OURS
            assert not ours or words[0].startswith(_PATHS), " ".join(words)


@pytest.mark.parametrize(("english", "spanish"), TWINS)
def test_english_and_spanish_have_the_same_commands(english: str, spanish: str) -> None:
    def of(document: str) -> list[str]:
        found = [
            " ".join(w for w in words if " " not in w) for at, words in FOUND if at == document
        ]
        return [in_english(line.replace(" --language es", "")) for line in found]

    def in_english(line: str) -> str:
        for spanish_word, english_word in PLACEHOLDERS.items():
            line = line.replace(spanish_word, english_word)
        return line

    assert of(english) == of(spanish)


@pytest.mark.parametrize("document", sorted({*DOCUMENTS} - FOR_USERS))
def test_python_has_one_spelling_and_an_environment(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    words = [words[0] for where, words in FOUND if where == document]
    assert "python" not in words, "it is python3, in the environment of CONTRIBUTING.md"
    if "python3" in words and not document.startswith("docs/decisions/"):  # they are no walks
        named = ". .venv/bin/activate" in text or "CONTRIBUTING.md#set-up-and-test" in text
        assert named, "say which environment, or link to CONTRIBUTING.md#set-up-and-test"


@pytest.mark.parametrize("arguments", those_of("chatd"), ids=named)
def test_chatd_takes_the_arguments(arguments: list[str]) -> None:
    subcommand, *rest = arguments
    if rest == ["--help"] or subcommand == "--version":
        return
    if subcommand == "serve":
        check_options(rest)
    else:
        parser = argparse.ArgumentParser(allow_abbrev=False)
        subcommands.module_of(subcommand).add_arguments(parser)
        parser.parse_args([FINGERPRINT if word == "SHA256" else word for word in rest])


@pytest.mark.parametrize("document", sorted(FOR_USERS))
def test_configuration_files_have_no_fault(document: str, tmp_path: Path) -> None:
    text = (ROOT / document).read_text("utf-8")
    for block in re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        path = tmp_path / "chatd.toml"
        path.write_text(block)
        Configuration({}, {}, path, path.name).read()


@pytest.mark.parametrize("arguments", those_of("twistd"), ids=named)
def test_twistd_takes_the_arguments(arguments: list[str]) -> None:
    check_options(arguments[arguments.index("chat") + 1 :])


def check_options(arguments: list[str]) -> None:
    """Raise an error unless the daemon takes the options."""
    settings(*arguments)


@pytest.mark.parametrize("arguments", those_of("pip"), ids=named)
def test_pip_is_given_extras_that_there_are(arguments: list[str]) -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert arguments[0] == "install"
    for extra in re.findall(r"\[([a-z,]+)\]", " ".join(arguments)):
        for name in extra.split(","):
            assert re.search(rf"^{name} = \[", project, re.MULTILINE), name


@pytest.mark.parametrize("arguments", those_of("python", "python3"), ids=named)
def test_python_runs_modules_that_take_the_options(arguments: list[str]) -> None:
    if arguments[0].endswith(".py"):
        (script,) = [*ROOT.glob(f"docs/*/{arguments[0]}"), *ROOT.glob(arguments[0])]
        for option in (word for word in arguments if word.startswith("--")):
            assert option in script.read_text("utf-8")
        return
    assert arguments[0] == "-m"
    module, rest = arguments[1], arguments[2:]
    if module == "venv":
        return
    if module == "pytest":
        paths = [word for word in rest if "/" in word]
        assert [path for path in paths if not (ROOT / path).exists()] == []
        return
    assert importlib.util.find_spec(module) is not None
    for option in (word for word in rest if word.startswith("--")):
        assert re.search(rf"{option}\b", help_of(module)), option


HELP_SECONDS = 30.0
"""Seconds within which a module tells its options."""


@cache
def help_of(module: str) -> str:
    """Return the answer of a module to ``--help``, its options among it."""
    code = f"import runpy; runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
    _, answer, _ = forks.run(
        prepared(),
        code,
        "--help",
        directory=ROOT,
        environment={**os.environ, **prepared().environment},
        timeout=HELP_SECONDS,
    )
    return answer.decode()
