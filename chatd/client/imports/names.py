"""Names from elsewhere, as names of this chatd.

The rule: a name that is valid here stays. In another one, each character that no name has becomes
``_``, what a name cannot begin with is left out, and it is cut at the longest length. A name that
belongs to an account here, or looks like one, gets ``-imported`` behind it, so that no imported
line looks as if that account had said it. Of logs of other programs, so do names that the server
keeps for itself, and of two people whose names look alike the second one gets a number.

This module must not know a log.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from itertools import count

from chatd.accounts.accounts import Accounts
from chatd.text.folding import normalize
from chatd.text.validation import (
    MAX_NAME_LENGTH,
    InvalidName,
    check_new_name,
    looks,
    validate_name,
)

_UNNAMED = "unnamed"
"""The name of a person whose name has no character that a name may have."""


class ImportedNames:
    """The names that people of a log get here.

    ``accounts`` are those of the store. ``changed`` has the new name of each that was changed.
    """

    def __init__(self, accounts: Accounts) -> None:
        self.changed: dict[str, str] = {}
        self._accounts = accounts
        self._given: dict[str, str] = {}

    def of(self, name: str, person: str = "") -> str:
        """Return the name of a person, who is told apart by ``person``, if that is given."""
        given = self._given.get(person or name)
        if given is None:
            given = next(each for each in _candidates(valid_name(name)) if self._is_free(each))
            self._given[person or name] = given
            self._give(given)
            if given != name:
                self.changed[name] = given
        return given

    def _is_free(self, name: str) -> bool:
        return not self._accounts.alike(name)

    def _give(self, name: str) -> None:
        """Note that a person has the name."""


class ForeignNames(ImportedNames):
    """The names that people of a log of another program get here."""

    def __init__(self, accounts: Accounts) -> None:
        super().__init__(accounts)
        self._looks: set[str] = set()

    def _is_free(self, name: str) -> bool:
        try:
            check_new_name(name)
        except InvalidName:
            return False
        return self._looks.isdisjoint(looks(name)) and super()._is_free(name)

    def _give(self, name: str) -> None:
        self._looks |= looks(name)


def valid_name(text: str) -> str:
    """Return a text as a valid name."""
    with suppress(InvalidName):
        return validate_name(text)
    kept = "".join(each if _may_be_in_a_name(each) else "_" for each in normalize("NFC", text))
    in_ascii = "".join(each if each.isascii() else "_" for each in kept)
    for form in kept, in_ascii:
        with suppress(InvalidName):
            return validate_name(form.lstrip("_-.")[:MAX_NAME_LENGTH].rstrip("_-."))
    return _UNNAMED


def _may_be_in_a_name(character: str) -> bool:
    is_letter_or_mark = unicodedata.category(character)[0] in "LM"
    return is_letter_or_mark or character.isdecimal() or character in "_-."


def _candidates(name: str) -> Iterator[str]:
    """Yield the names that a person may get, the best one first."""
    yield name
    for number in count(1):
        end = "-imported" if number == 1 else f"-imported-{number}"
        yield name[: MAX_NAME_LENGTH - len(end)].rstrip("_-.") + end
