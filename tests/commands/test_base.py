"""`chatd.commands.base`: the rows of the table, and their wording in each language."""

from __future__ import annotations

import pytest

from chatd.commands.base import Command, Wording
from chatd.commands.help import TABLE
from chatd.i18n import Language


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
