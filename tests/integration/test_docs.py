"""The documents agree with the code: tables, recipes, and the transcripts.

A transcript is replayed against a server, so it cannot rot. It lists what Ana's terminal shows: a
line that starts with one of the server's prefixes was received, any other was typed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from chatd.chat.store_names import names_of
from chatd.commands.dispatch import TABLE
from chatd.daemon.figures import FIGURES
from chatd.daemon.listener_table import LISTENER_ROWS
from chatd.daemon.setting_row import Reload
from chatd.daemon.settings_table import OPTIONS, SETTINGS
from chatd.errors import ErrorKind
from chatd.i18n import Language
from chatd.storage.memory import MemoryStore
from chatd.util.budget_table import TABLE as BUDGETS
from tests.support.checkout import ROOT
from tests.support.documents import DOCUMENTS, blocks, marked, prose, read
from tests.support.world import Member, World
from tools import documents, reference
from tools.reference import client_options
from tools.spanish import TEXTS

READMES = {Language.ENGLISH: "README.md", Language.SPANISH: "README.es.md"}
REFERENCES = {Language.ENGLISH: "docs/reference.md", Language.SPANISH: "docs/referencia.md"}
OPERATING = {Language.ENGLISH: "docs/operating.md", Language.SPANISH: "docs/operar.md"}
CLUSTER = {Language.ENGLISH: "docs/cluster.md", Language.SPANISH: "docs/varias-maquinas.md"}
BOTS = {Language.ENGLISH: "docs/bots.md", Language.SPANISH: "docs/programas.md"}
ALERTS = {Language.ENGLISH: "docs/alerts.md", Language.SPANISH: "docs/alertas.md"}
IRC = {Language.ENGLISH: "docs/irc.md", Language.SPANISH: "docs/clientes-irc.md"}
README_LINES = 220

TEST_COMMAND = (
    "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/python -m pytest"
)
START_COMMANDS = {
    language: (
        "python3 -m venv .venv && .venv/bin/pip install '.[all]' && .venv/bin/chatd serve"
        f"{spoken} --web tcp:60080:interface=127.0.0.1"
    )
    for language, spoken in ((Language.ENGLISH, ""), (Language.SPANISH, " --language es"))
}

_TIME = re.compile(r"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] ")
_PREFIXES = ("*** ", "ERR ", "<", "* ", "(private) ", "(private to ", "[")
_SAID = re.compile(
    r"(?:\[.*?\] )?(?:<(?P<name>\S+)> (?P<text>.*)|\* (?P<actor>\S+) (?P<action>.*)"
    r"|\(private\) <(?P<writer>\S+)> (?P<private>.*))"
)


def rows(text: str, header: str) -> list[list[str]]:
    """Return the cells of the table whose header's first cell is *header*."""
    lines = iter(text.split("\n"))
    for line in lines:
        if line.startswith(f"| {header} |"):
            break
    next(lines)
    table = []
    for line in lines:
        if not line.startswith("|"):
            break
        cells = re.split(r"(?<!\\)\|", line)[1:-1]
        table.append([cell.strip().replace("\\|", "|") for cell in cells])
    return table


def all_rows(text: str, header: str) -> list[list[str]]:
    """Return the cells of all tables whose header's first cell is *header*."""
    tables = text.split(f"\n| {header} |")
    return [row for table in tables[1:] for row in rows(f"| {header} |{table}", header)]


def test_the_generated_tables_are_those_of_the_code() -> None:
    assert documents.stale() == [], f"renew them: {documents.RENEW}"


@pytest.mark.parametrize("language", Language)
def test_a_reference_lists_every_command_with_all_its_names(language: Language) -> None:
    listed = []
    header = {Language.ENGLISH: "command", Language.SPANISH: "orden"}[language]
    for usage, _, others in all_rows(read(REFERENCES[language]), header):
        names = re.findall(r"`/([^`]+)`", others)
        listed.append({usage.strip("`").split()[0].removeprefix("/"), *names})
    names_of = [set(command.names) for command in TABLE]
    assert sorted(map(sorted, listed)) == sorted(map(sorted, names_of))


@pytest.mark.parametrize("language", Language)
def test_a_reference_lists_every_option_of_the_daemon_with_its_default(language: Language) -> None:
    header = {Language.ENGLISH: "option", Language.SPANISH: "opción"}[language]
    table = all_rows(read(REFERENCES[language]), header)
    listed = {re.findall(r"`--([a-z-]+)`", names)[0]: shown for names, _, shown in table}
    assert listed.keys() == {row.option for row in OPTIONS}
    for row in OPTIONS:
        if row.takes_value and row.default is not None:
            assert listed[row.option] == f"`{row.default}`"


@pytest.mark.parametrize("language", Language)
def test_a_reference_lists_every_argument_of_the_clients(language: Language) -> None:
    header = {Language.ENGLISH: "argument", Language.SPANISH: "argumento"}[language]
    listed = [cells[0] for cells in all_rows(read(REFERENCES[language]), header)]
    for argument in ("HOST", "--password-file FILE", "--since WHEN", "promote", "--store WHERE"):
        assert f"`{argument}`" in listed


@pytest.mark.parametrize("language", Language)
def test_a_reference_lists_every_kind_of_error_and_no_other(language: Language) -> None:
    header = {Language.ENGLISH: "kind", Language.SPANISH: "tipo"}[language]
    listed = [row[0].strip("`") for row in rows(read(REFERENCES[language]), header)]
    assert listed == [kind.value for kind in ErrorKind]


class SpanishTests(SynchronousTestCase):
    """The Spanish of texts that the code has in English only."""

    def test_each_is_of_a_text_that_is_shown(self) -> None:
        used = {text for row in OPTIONS for text in (row.meaning, row.shown_default)}
        used |= {row.kind.takes for row in SETTINGS} | {row.meaning for row in LISTENER_ROWS}
        used |= {reload.value for reload in Reload} | {row.meaning for row in FIGURES}
        used |= {meaning for name in reference.CLIENTS for _, meaning in client_options(name)}
        used |= {text for _, *texts in reference.error_texts() for text in texts}
        used |= {text for rule in BUDGETS.values() for text in (rule.meaning, rule.attack)}
        self.assertEqual(TEXTS.keys() - used, set(), "no text is as this English")

    def test_a_text_without_it_is_named(self) -> None:
        with self.assertRaisesRegex(ValueError, "no Spanish for: Most apples"):
            reference.in_language("Most apples", Language.SPANISH)


_PART = re.compile(r"^<!-- part of (\S+) -->\n```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("readme", READMES.values())
def test_a_part_of_another_document_is_as_it_is_there(readme: str) -> None:
    """The other document's transcript is replayed."""
    parts = _PART.findall(read(readme))
    assert len(parts) == 2
    for document, part in parts:
        assert f"\n{part}" in read(document), f"not in {document}: {part}"


@pytest.mark.parametrize("readme", READMES.values())
def test_a_readme_is_short(readme: str) -> None:
    assert read(readme).count("\n") <= README_LINES, "details belong in the reference"


@pytest.mark.parametrize(
    "documents_",
    [READMES, REFERENCES, OPERATING, CLUSTER, IRC, BOTS, ALERTS],
    ids=["README", "reference", "operating", "cluster", "irc", "bots", "alerts"],
)
def test_english_and_spanish_have_the_same_sections_blocks_and_tables(
    documents_: dict[Language, str],
) -> None:
    def shape(text: str) -> list[str]:
        lines = prose(text).split("\n")
        found = (re.match(r"#+ |\|-|- |<!-- [a-z ]+: |!\[", line) for line in lines)
        return [match[0] for match in found if match is not None]

    english, spanish = (read(document) for document in documents_.values())
    assert shape(english) == shape(spanish)
    sizes = [[block.count("\n") for block in blocks(each)] for each in (english, spanish)]
    assert sizes[0] == sizes[1]
    tables = [
        len([line for line in text.split("\n") if line[:1] == "|"]) for text in (english, spanish)
    ]
    assert tables[0] == tables[1]


@pytest.mark.parametrize(("language", "readme"), READMES.items())
def test_the_two_commands_stand_near_the_top_as_they_are_to_be_pasted(
    language: Language, readme: str
) -> None:
    text = read(readme)
    assert marked(text, "test command") == f"{TEST_COMMAND}\n"
    transcript, start, *_ = blocks(text)
    assert transcript.startswith("$ nc 127.0.0.1 60060\n")
    assert start == f"{START_COMMANDS[language]}\n"
    assert text.index(TEST_COMMAND) < text.index("\n## ", text.index(start))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_example_has_twistd_leave_a_pid_file(document: str) -> None:
    """One that a power cut left behind would keep the daemon from starting."""
    for example in re.findall(r"\btwistd [^`\n]*\bchat\b", read(document)):
        assert "--pidfile=" in example, example


@pytest.mark.parametrize("document", DOCUMENTS)
def test_whatever_pipes_a_program_into_a_room_says_text_first(document: str) -> None:
    recipes = re.findall(r"^.*\| ?(?:nc|ncat|telnet) .*$", read(document), re.MULTILINE)
    for recipe in recipes:
        plain = re.search(r"""(?:echo "[^"/$]*"|printf '[^'/]*') \| nc""", recipe)
        table = recipe.startswith("|")
        said_first = "echo /text;" in recipe or "echo /json;" in recipe
        assert said_first or plain or table, recipe
    if document in READMES.values():
        assert any("echo /text;" in recipe for recipe in recipes)


def test_a_fragment_of_the_changelog_has_a_name_that_towncrier_takes() -> None:
    kinds = re.findall(r"^directory = \"(\w+)\"$", read("pyproject.toml"), re.MULTILINE)
    names = [path.name for path in (ROOT / "changes").iterdir() if path.name != ".gitignore"]
    taken = re.compile(rf"(\+[\w-]+|\d+)\.({'|'.join(kinds[1:])})(\.\d+)?\.md")
    assert [name for name in names if not taken.fullmatch(name)] == [], "see CONTRIBUTING.md"


class Replay:
    """A replay of a transcript: Ana's lines are typed, and others say what she saw of them."""

    def __init__(self, language: Language) -> None:
        store = MemoryStore(Clock())
        self.world = World(language=language, **names_of(store, language)._asdict())
        self.room = ""  # the one that others go to
        self.others: dict[str, Member] = {}
        self.ana: Member | None = None
        self.unseen: list[str] = []

    def play_room(self, transcript: str) -> None:
        """Replay a transcript without entering, by a member with an account who makes a room."""
        lines = transcript.removesuffix("\n").split("\n")
        self.room = lines[0].split()[1]
        self.ana = self.world.member("ana")
        self.look_on(lines)

    def play(self, transcript: str) -> None:
        shell, *lines = transcript.removesuffix("\n").split("\n")
        assert shell == "$ nc 127.0.0.1 60060"
        for line in lines:
            if line.startswith("["):
                self.happens(line)
            elif not line.startswith(_PREFIXES):
                break
        self.ana = self.world.person(greeted=True)
        self.turn()
        self.look_on(lines)

    def look_on(self, lines: Sequence[str]) -> None:
        """Type the typed lines, and compare the received ones."""
        assert self.ana is not None
        for at, line in enumerate(lines):
            if line.startswith(_PREFIXES):
                if not self.unseen:
                    # The first line of a person comes after the notice that this person joined.
                    self.happens(next(filter(_SAID.fullmatch, lines[at:]), line))
                assert self.unseen, f"nobody sent: {line}"
                assert self.unseen.pop(0) == _TIME.sub("[time] ", line)
            else:
                assert not self.unseen, f"not in the transcript: {self.unseen}"
                self.ana.type(line)
                self.turn()
        assert not self.unseen, f"not in the transcript: {self.unseen}"
        assert self.ana.closed

    def happens(self, line: str) -> None:
        """Have another client say a line that Ana receives; make that client if need be."""
        said = _SAID.fullmatch(line)
        assert said is not None, f"nobody says: {line}"
        name = said["name"] or said["actor"] or said["writer"]
        if name not in self.others:
            self.others[name] = self.world.person(name)
            if self.room:
                self.others[name].type(f"/join {self.room}")
        if said["text"] is not None:
            self.others[name].type(said["text"])
        elif said["action"] is not None:
            self.others[name].type(f"/me {said['action']}")
        else:
            assert self.ana is not None
            self.others[name].type(f"/msg {self.ana.session.name} {said['private']}")
        self.turn()

    def turn(self) -> None:
        """Run all that is due, and look at Ana's screen."""
        self.world.clock.pump([0] * 10)
        if self.ana is not None:
            self.unseen += [_TIME.sub("[time] ", line) for line in self.ana.seen()]


class TranscriptTests(SynchronousTestCase):
    """The transcripts of the documents are what the server sends today."""

    def test_english(self) -> None:
        Replay(Language.ENGLISH).play(marked(read("README.md"), "transcript en"))

    def test_spanish(self) -> None:
        Replay(Language.SPANISH).play(marked(read("README.es.md"), "transcript es"))

    def test_running_a_room(self) -> None:
        for language, reference_ in REFERENCES.items():
            transcript = marked(read(reference_), f"transcript room {language.value}")
            Replay(language).play_room(transcript)

    def test_a_line_that_was_not_sent_is_found(self) -> None:
        """The replay notices such a line."""
        transcript = marked(read("README.md"), "transcript en")
        for wrong in (
            transcript.replace("* ana waves", "* ana waved"),
            transcript.replace("<guest2> hola\n", ""),
            transcript.replace("*** Goodbye.", "*** Goodbye.\n*** ana left."),
            transcript.removesuffix("/quit\n*** Goodbye.\n"),
        ):
            self.assertNotEqual(wrong, transcript)
            with self.assertRaises(AssertionError):
                Replay(Language.ENGLISH).play(wrong)
