"""`chatd.commands.base`: the rows of the table, and their wording in each language."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chatd.commands.base import Command, Wording
from chatd.commands.dispatch import GENERAL, HELP, SECTIONS, TABLE
from chatd.i18n import Language

COLUMNS = 100
"""The widest line of an answer of /help, with the mark of the server."""

LINES = 20
"""The longest answer of /help."""

EXAMPLE = {Language.ENGLISH: "Example: ", Language.SPANISH: "Ejemplo: "}


def named(command: Command) -> str:
    return command.name


def greet(*_: object) -> None:
    """Do nothing."""


COMMAND = Command(
    greet,
    Wording("/greet NAME", "greet NAME", "Example: /greet ana", aliases=("hi",)),
    Wording("/saludar NOMBRE", "saludar a NOMBRE", "Ejemplo: /saludar ana", aliases=("hi",)),
)


class TestCommand:
    def test_is_called_by_its_english_name_in_the_code(self) -> None:
        assert COMMAND.name == "greet"

    def test_has_the_names_of_all_languages_each_once(self) -> None:
        assert COMMAND.names == ("greet", "hi", "saludar")

    def test_has_a_wording_for_each_language(self) -> None:
        assert COMMAND.wording(Language.ENGLISH).usage == "/greet NAME"
        assert COMMAND.wording(Language.SPANISH).usage == "/saludar NOMBRE"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("command", TABLE, ids=named)
class TestWording:
    def test_begins_with_a_slash_and_a_name_of_small_letters(
        self, command: Command, language: Language
    ) -> None:
        wording = command.wording(language)
        assert wording.usage.startswith(f"/{wording.name}")
        for name in wording.name, *wording.aliases:
            assert name.isalpha()
            assert name == name.lower()

    def test_has_an_explanation_without_a_full_stop(
        self, command: Command, language: Language
    ) -> None:
        explanation = command.wording(language).explanation
        assert explanation
        assert not explanation.endswith("."), "/help COMMAND adds one"

    def test_ends_with_an_example_of_the_command(
        self, command: Command, language: Language
    ) -> None:
        example = command.wording(language).details.split("\n")[-1]
        assert example.startswith(EXAMPLE[language])
        words = example.replace(";", " ").split()
        assert f"/{command.wording(language).name}" in words

    def test_answers_in_three_to_six_lines_that_fit_the_screen(
        self, command: Command, language: Language
    ) -> None:
        wording = command.wording(language)
        lines = [f"{wording.usage}: {wording.explanation}.", *wording.details.split("\n")]
        assert 3 <= len(lines) + 1 <= 6, "with the line of other names"
        assert max(len(f"*** {line}") for line in lines) <= COLUMNS


def width(rows: Sequence[tuple[str, str]]) -> int:
    """Return the length of the longest line of a list of usages and explanations."""
    usages = max(len(usage) for usage, _ in rows)
    return len("*** ") + usages + len("  ") + max(len(explanation) for _, explanation in rows)


class TestLists:
    def test_help_fits_on_a_small_screen(self) -> None:
        assert len(GENERAL) + len(SECTIONS) + 1 <= LINES, (
            "/help is full: in chatd/commands/dispatch.py, move a command from GENERAL to a section"
            " (SECTIONS), or give one with a new Section(...)"
        )

    @pytest.mark.parametrize("key", SECTIONS)
    def test_a_section_fits_on_a_small_screen(self, key: str) -> None:
        assert len(SECTIONS[key].commands) + 1 <= LINES, (
            f"/help {key} is full: in chatd/commands/dispatch.py, give SECTIONS a new"
            " Section(Heading(...), Heading(...), MODULE.TABLE) with some of its commands"
        )

    @pytest.mark.parametrize("language", Language)
    def test_no_line_is_too_long(self, language: Language) -> None:
        help_name = HELP.wording(language).name
        headings = [section.heading(language) for section in SECTIONS.values()]
        titles = [(f"/{help_name} {each.names[0]}", each.explanation) for each in headings]
        lists = [(GENERAL, titles), *((section.commands, []) for section in SECTIONS.values())]
        for commands, others in lists:
            wordings = [command.wording(language) for command in commands]
            rows = [*((each.usage, each.explanation) for each in wordings), *others]
            assert width(rows) <= COLUMNS, commands[0].name
