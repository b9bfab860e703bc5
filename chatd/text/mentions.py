"""Mentions: names of people in a text.

A name counts if it is a whole word. Chinese, Japanese, Thai and similar scripts are written without
spaces, so their words have no visible ends: a name of such a script, or one with ``@`` before it,
may have letters of such scripts around it.

Pure. This module must not know an account, a session or a reader.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import add

from chatd.text.blanks import is_blank
from chatd.text.confusables import scripts_of
from chatd.text.folding import fold

_SPACELESS = frozenset(
    (
        *("Hani", "Hira", "Kana", "Bopo", "Yiii"),  # UAX 14: a line may break beside any letter
        *("Thai", "Laoo", "Khmr", "Mymr", "Lana", "Tavt", "Tale", "Talu", "Ahom"),  # class SA
        "Tibt",  # has a sign between syllables, and none between words
    )
)
"""Scripts, as ISO 15924 names them, that are written without spaces between words."""


def mentions(text: str, name: str) -> bool:
    """Return True if *text* contains the folded name *name* as a word, in any case.

    See `chatd.text.folding.fold`.
    """
    folded = _folded(text)
    return name in folded and any(
        _is_word(folded, found.start(), found.end())
        for found in _occurrences(name).finditer(folded)
    )


def any_mentions(texts: Sequence[str], name: str) -> bool:
    """Return True if one of *texts* contains *name*, as `mentions` does.

    All texts are folded at once, and each one alone only if the name is in one of them.
    """
    return name in _folded("\n".join(texts)) and any(mentions(text, name) for text in texts)


@lru_cache(maxsize=16)  # also from the thread that searches
def _folded(text: str) -> str:
    return fold(text)  # once for all readers


@lru_cache(maxsize=256)
def _occurrences(name: str) -> re.Pattern[str]:
    # Beside letters of ASCII a name is never a word.
    return re.compile(rf"(?<![0-9a-z_]){re.escape(name)}(?![0-9a-z_])")


def _is_word(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    spaceless = before[-1:] == "@" or any(map(_is_spaceless, text[start:end]))
    # A name may contain "." and "-": "ana-maria" does not name ana, "ana." at the end of a line
    # does.
    return not (
        _goes_on(before[-1:], spaceless)
        or (before[-1:] in (".", "-") and _goes_on(before[:-1], spaceless))
        or _changes(after[:1])
        or _goes_on(after[:1], spaceless)
        or (after[:1] in (".", "-") and _goes_on(after[1:], spaceless))
    )


def _goes_on(character: str, spaceless: bool) -> bool:
    """Return True if a word goes on with a character beside it; "" is no character."""
    if not character or (spaceless and _is_spaceless(character)):
        return False
    return character.isalnum() or character == "_" or _is_mark(character)


def _changes(character: str) -> bool:
    """Return True if a character turns the one before it into another letter or syllable."""
    return bool(character) and (unicodedata.category(character) == "Lm" or _is_mark(character))


def _is_mark(character: str) -> bool:
    """Return True if a character belongs to the letter before it, as accents and Hindi vowels do.

    A character that makes a sign of it (``1️⃣``) or selects a variant does not.
    """
    return unicodedata.category(character) in ("Mn", "Mc") and not is_blank(character)


@lru_cache(maxsize=1024)
def _is_spaceless(character: str) -> bool:
    return not _SPACELESS.isdisjoint(scripts_of(character))


_ASCII = frozenset("0123456789abcdefghijklmnopqrstuvwxyz_")
"""Letters beside which a name is never a word, as `_occurrences` says."""

_RUN = re.compile(r"\w+(?:[.-]\w+)*")  # `_is_word` says that "ana-maria" does not name ana


class NameIndex:
    """An index of many folded names, to find those that a text mentions.

    The time that it takes depends on the length of the text, and hardly on the number of names.
    """

    def __init__(self) -> None:
        self._runs: set[str] = set()  # names that are a whole run of letters wherever they count
        self._longest = 0
        self._others: dict[str, set[str]] = {}  # by their first two characters

    def add(self, name: str) -> None:
        """Add a name."""
        if _is_run(name):
            self._runs.add(name)
            self._longest = max(self._longest, len(name))
        else:
            self._others.setdefault(name[:2], set()).add(name)

    def remove(self, name: str) -> None:
        """Remove a name that was added."""
        if _is_run(name):
            self._runs.remove(name)
        else:
            self._others[name[:2]].remove(name)
            if not self._others[name[:2]]:
                del self._others[name[:2]]

    def named_in(self, text: str) -> set[str]:
        """Return the names that a text mentions, as `mentions` says."""
        folded = _folded(text)
        if folded.isascii():
            found = self._runs.intersection(_RUN.findall(folded))
        else:
            found = {
                name
                for name, start in self._runs_of(folded)
                if _is_word(folded, start, start + len(name))
            }
        if self._others:
            found.update(name for name in self._within(folded) if _is_named(folded, name))
        return found

    def _runs_of(self, folded: str) -> Iterator[tuple[str, int]]:
        """Yield names that are whole runs in a text, or begin one after an @, and their places."""
        for run in _RUN.finditer(folded):
            name, start = run[0], run.start()
            if name in self._runs:
                yield name, start
            if folded[max(0, start - 1) : start] == "@":
                parts = (name[:end] for end in range(1, min(len(name), self._longest + 1)))
                yield from ((part, start) for part in parts if part in self._runs)

    def _within(self, folded: str) -> Iterator[str]:
        starts = {*folded, *map(add, folded, folded[1:])}
        for start in self._others.keys() & starts:
            yield from (name for name in self._others[start] if name in folded)


def _is_named(folded: str, name: str) -> bool:
    """Return the same as `mentions`, in less time for a name that is not looked for again."""
    start = folded.find(name)
    while start >= 0:
        end = start + len(name)
        beside_ascii = (
            folded[end : end + 1] in _ASCII or folded[max(0, start - 1) : start] in _ASCII
        )
        if not beside_ascii and _is_word(folded, start, end):
            return True
        # The pattern of `mentions` matches nothing beside ASCII, so it may match from inside there.
        start = folded.find(name, start + 1 if beside_ascii else end)
    return False


def _is_run(name: str) -> bool:
    return _RUN.fullmatch(name) is not None and not any(map(_is_spaceless, name))
