"""`chatd.commands.help`: the table of commands in sections, and /help in each language."""

from __future__ import annotations

import pytest

from chatd.commands.base import Command
from chatd.commands.help import COMMANDS, GENERAL, SECTIONS, TABLE
from chatd.errors import ErrorKind
from chatd.i18n import Language, sentence
from tests.support.browser import browser
from tests.support.sentences import EN, ES
from tests.support.world import Member, World

COLUMNS = 74 + len("*** ")
"""The widest line of an answer of /help, with the mark of the server."""

SMALL_SCREEN = 80, 20
"""The columns and lines of a screen on which /help itself fits."""

EXAMPLE = {Language.ENGLISH: "*** Example: ", Language.SPANISH: "*** Ejemplo: "}

NOT_UNDERSTOOD = {ErrorKind.WRONG_USE, ErrorKind.UNKNOWN_COMMAND, ErrorKind.INVALID_NAME}

EXPLAINED = [command for command in TABLE if not command.undoes]
UNDOING = [command for command in TABLE if command.undoes]


def named(command: Command) -> str:
    return command.name


def in_language(language: Language) -> Member:
    """Return an administrator who owns #ops, and is there with luis."""
    world = World()
    ana, luis = world.member("ana", admin=True), world.member("luis")
    ana.type(f"/language {language.value}", "/create ops")
    luis.type("/join ops")
    world.wait(60)
    ana.seen()
    return ana


@pytest.fixture
def ana(language: Language) -> Member:
    return in_language(language)


def without_breaks(answer: list[str]) -> str:
    """Return the lines of an answer as one text, as it was before it was divided into lines."""
    return " ".join(line.removeprefix("*** ") for line in answer)


def explained(ana: Member, name: str) -> list[str]:
    """Return the explanation of a command, without the section that has the same name."""
    return ana.ask(f"/help {name}")[:6]


@pytest.mark.parametrize("language", Language)
class TestTheListOfAll:
    def test_has_the_commands_that_people_need_and_the_sections(
        self, ana: Member, language: Language
    ) -> None:
        *listed, more = ana.ask("/help")
        usages = [command.wording(language).usage for command in GENERAL]
        titles = [section.heading(language).names[0] for section in SECTIONS.values()]
        assert [line.removeprefix("*** ").split("  ")[0] for line in listed[: len(usages)]] == (
            usages
        )
        assert [line.split()[2] for line in listed[len(usages) :]] == titles
        assert more == {"en": EN, "es": ES}[language.value].notice("help_more")

    def test_fits_on_a_small_screen(self, ana: Member, language: Language) -> None:
        columns, lines = SMALL_SCREEN
        listed = ana.ask("/help")
        assert len(listed) <= lines, "/help is full: in chatd/commands/help.py, merge sections"
        assert max(map(len, listed)) <= columns

    def test_has_no_section_for_terminals_in_a_browser(
        self, ana: Member, language: Language
    ) -> None:
        one = browser(ana.world, language=language.value)
        one.say("/help", room="lobby")
        (listed,) = one.seen("say")
        assert "terminal" not in listed["text"]
        assert any("terminal" in line for line in ana.ask("/help"))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", SECTIONS)
class TestASection:
    def test_lists_its_commands_and_none_that_undoes_another(
        self, ana: Member, language: Language, key: str
    ) -> None:
        (name, *_) = SECTIONS[key].heading(language).names
        *listed, _ = ana.ask(f"/help {name}")
        assert [line.split()[1] for line in listed if line.startswith("*** /")] == [
            f"/{command.wording(language).name}"
            for command in SECTIONS[key].commands
            if not command.undoes
        ]

    def test_names_those_that_undo_another_in_one_row(
        self, ana: Member, language: Language, key: str
    ) -> None:
        (name, *_) = SECTIONS[key].heading(language).names
        undoing = [each for each in SECTIONS[key].commands if each.undoes]
        names = ", ".join(f"/{each.wording(language).name}" for each in undoing)
        row = f"*** {sentence(language, 'help_undo', names=names)}"
        assert (row in ana.ask(f"/help {name}")) is bool(undoing)

    def test_fits_on_the_screen_and_ends_with_an_example(
        self, ana: Member, language: Language, key: str
    ) -> None:
        (name, *_) = SECTIONS[key].heading(language).names
        listed = ana.ask(f"/help {name}")
        assert len(listed) <= SMALL_SCREEN[1], (
            f"/help {key} is full: in chatd/commands/help.py, give SECTIONS a new"
            " Section(Heading(...), Heading(...), MODULE.TABLE) with some of its commands"
        )
        assert max(map(len, listed)) <= COLUMNS
        ana.world.wait(60)
        example = listed[-1].partition(": ")[2]
        assert COMMANDS[example.split()[1]] in SECTIONS[key].commands
        assert not ana.ask(example)[0].startswith("ERR")


@pytest.mark.parametrize("language", Language)
class TestAnExplanation:
    @pytest.mark.parametrize("command", EXPLAINED, ids=named)
    def test_has_three_to_six_lines_that_fit_the_screen(
        self, ana: Member, language: Language, command: Command
    ) -> None:
        answer = explained(ana, command.name)
        wording = command.wording(language)
        assert without_breaks(answer).startswith(f"{wording.usage}: {wording.explanation}. ")
        assert len(answer) >= 3
        if command.name != "me":  # the name of a section, too
            assert len(ana.ask(f"/help {command.name}")) <= 6
        assert max(map(len, answer)) <= COLUMNS

    @pytest.mark.parametrize("command", EXPLAINED, ids=named)
    def test_has_an_example_that_is_understood(
        self, ana: Member, language: Language, command: Command
    ) -> None:
        answer = explained(ana, command.name)
        (example,) = (
            line.removeprefix(EXAMPLE[language])
            for line in answer
            if line.startswith(EXAMPLE[language])
        )
        name = command.wording(language).name
        shown = example.split()[0].removeprefix("/")
        assert shown == name, f"{example} is no example of /{name}"
        ana.world.wait(60)
        said = ana.ask(example)
        assert said, f"{example} is not answered"
        refused = [line for line in said for kind in NOT_UNDERSTOOD if f"ERR {kind.value}" in line]
        assert not refused

    @pytest.mark.parametrize("command", UNDOING, ids=named)
    def test_of_a_command_that_undoes_another_is_that_of_both(
        self, ana: Member, language: Language, command: Command
    ) -> None:
        wording = command.wording(language)
        answer = ana.ask(f"/help {wording.name}")
        assert answer == ana.ask(f"/help {command.undoes}")
        assert f"{wording.usage}: {wording.explanation}." in without_breaks(answer)

    @pytest.mark.parametrize("command", EXPLAINED, ids=named)
    def test_names_every_name(self, ana: Member, language: Language, command: Command) -> None:
        answer = "\n".join(explained(ana, command.name))
        assert all(f"/{name}" in answer for name in command.names)


class TestWhatIsExplained:
    @pytest.fixture
    def language(self) -> Language:
        return Language.ENGLISH

    def test_a_command_with_its_undo_and_its_limits(self, ana: Member) -> None:
        mute, unmute = COMMANDS["mute"].english, COMMANDS["unmute"].english
        answer = ana.ask("/help mute")
        assert without_breaks(answer).split() == [
            *f"{mute.usage}: {mute.explanation}.".split(),
            *f"{unmute.usage}: {unmute.explanation}.".split(),
            *mute.details.split(),
            *EN.sentence("help_other_names", names="/callar, /descallar").split(),
        ]
        assert ana.ask("/help /UNMUTE") == answer

    def test_a_usage_that_is_wider_than_the_list_in_a_line_of_its_own(self, ana: Member) -> None:
        usage = COMMANDS["push"].english.usage
        listed = ana.ask("/help account")
        assert listed[listed.index(f"*** {usage}") + 1].startswith("***     ")

    @pytest.mark.parametrize(
        "names",
        [
            ("settings", "setting", "ajustes", "ajuste"),
            ("moderation", "moderar", "moderación", "moderacion", "MODERATION"),
            ("webhooks", "hooks", "ganchos"),
            ("server", "servers", "servidor", "/servidor"),
            ("talking", "hablar"),
        ],
    )
    def test_a_section_by_each_of_its_names(self, ana: Member, names: tuple[str, ...]) -> None:
        answers = {tuple(ana.ask(f"/help {name}")) for name in names}
        assert len(answers) == 1
        assert "ERR" not in str(answers)

    def test_a_command_and_a_section_of_one_name(self, ana: Member) -> None:
        assert ana.ask("/help me") == [*explained(ana, "me")[:4], *ana.ask("/help settings")]

    def test_a_command_rather_than_a_section_whose_name_is_like_it(self, ana: Member) -> None:
        assert ana.ask("/help webhook") == ana.ask("/help hook")

    @pytest.mark.parametrize(
        ("word", "near"), [("jion", "join"), ("tokens", "token"), ("moderatoin", "moderation")]
    )
    def test_an_unknown_word_by_the_nearest_name(self, ana: Member, word: str, near: str) -> None:
        assert ana.ask(f"/help {word}") == [
            EN.error(ErrorKind.UNKNOWN_COMMAND, "no_help_near", command=f"/{word}", near=near)
        ]

    @pytest.mark.parametrize("word", ["foo", "x" * 200])
    def test_a_word_that_is_near_to_no_name(self, ana: Member, word: str) -> None:
        assert ana.ask(f"/help {word}")[0].startswith(
            EN.error(ErrorKind.UNKNOWN_COMMAND, "no_help", command=...)
        )
        assert "help commands" not in ana.ask(f"/help {word}")[0]


@pytest.mark.parametrize(
    ("word", "near"), [("jion", "join"), ("jon", "join"), ("mgs", "msg"), ("sarch", "search")]
)
def test_a_mistyped_command_is_answered_with_the_nearest(
    world: World, word: str, near: str
) -> None:
    assert world.person().ask(f"/{word} ops") == [
        EN.error(ErrorKind.UNKNOWN_COMMAND, "unknown_command_near", command=f"/{word}", near=near)
    ]


def test_the_nearest_is_one_in_the_language_of_the_person_if_there_is_one(world: World) -> None:
    luis = world.person()
    near = {"en": ("ignore", "search"), "es": ("ignorar", "buscar")}
    for language, sentences in (("en", EN), ("es", ES)):
        luis.ask(f"/language {language}")
        for word, name in zip(("ignor", "sarch"), near[language], strict=True):
            error = sentences.error(
                ErrorKind.UNKNOWN_COMMAND, "unknown_command_near", command=f"/{word}", near=name
            )
            assert luis.ask(f"/{word}") == [error]


def test_a_command_comes_right_before_the_one_that_undoes_it() -> None:
    names = [command.name for command in TABLE]
    for command in UNDOING:
        assert names[names.index(command.name) - 1] == command.undoes
