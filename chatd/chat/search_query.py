"""The language of searches: words, phrases, an author, a time and a room. Pure.

It must not know which rooms there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from chatd.errors import ErrorKind, Refusal, short
from chatd.storage.contract import Wanted
from chatd.text.folding import fold, fold_for_search
from chatd.text.times import seconds_of
from chatd.text.validation import InvalidName, validate_name

WORDS_WANTED = 16
"""Most words and phrases of one search."""

# A phrase in quotes, of which the last may be missing; or anything up to a space.
_PART = re.compile(r'"([^"]*)(?:"|$)|(\S+)')
_FROM = ("from:", "de:")
_SINCE = ("since:", "desde:")
_IN = ("in:", "en:")

ALL_ROOMS = ("all", "todas")
"""The values of ``in:`` that mean all rooms of the session; `#all` is the room of that name."""


class Query(NamedTuple):
    """A search: lines that are ``wanted``, in a ``room`` as it was written; "" if none was."""

    wanted: Wanted
    room: str = ""

    @property
    def everywhere(self) -> bool:
        """True if all rooms of the session are meant."""
        return self.room.lower() in ALL_ROOMS


def parse(text: str, now: float) -> Query:
    """Parse a search: words and ``"phrases"``, ``from:ana``, ``since:2d``, ``in:ops``, ``in:all``.

    ``now`` is in seconds since 1970. Raises `Refusal` for ``since:`` without a time, for ``from:``
    and ``in:`` without a name, for any of them twice, and for too many words. In quotes they are
    words like others.
    """
    words: list[str] = []
    author, since, room = "", None, ""
    for part, quoted in _parts(text):
        name, duration = _value_of(_FROM, part), _value_of(_SINCE, part)
        place = _value_of(_IN, part)
        if name is not None and not quoted:
            if author or not _is_name(name):
                raise Refusal(ErrorKind.WRONG_USE, "search_wrong_from", part=short(part))
            author = fold(name)
        elif duration is not None and not quoted:
            seconds = _seconds(duration)
            if seconds is None or since is not None:
                raise Refusal(ErrorKind.WRONG_USE, "search_wrong_since", part=short(part))
            since = max(0, int((now - seconds) * 1000))
        elif place is not None and not quoted:
            if room or not _is_name(place.removeprefix("#")):
                raise Refusal(ErrorKind.WRONG_USE, "search_wrong_in", part=short(part))
            room = place
        elif fold_for_search(part):  # nothing is left of marks alone, and that is in every text
            words.append(part)
    if len(words) > WORDS_WANTED:
        raise Refusal(ErrorKind.WRONG_USE, "search_too_many_words", limit=WORDS_WANTED)
    return Query(Wanted(tuple(words), author, since or 0), room)


def asks_for_something(wanted: Wanted) -> bool:
    """Return True if a search has a word, an author or a time."""
    return wanted != Wanted(())


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    for phrase, word in _PART.findall(text):
        if word:
            yield word, False
        elif phrase.strip():
            yield phrase, True


def _value_of(marks: tuple[str, ...], part: str) -> str | None:
    """Return the rest of a part that begins with one of these marks; None without one."""
    for mark in marks:
        if part[: len(mark)].lower() == mark:
            return part[len(mark) :]
    return None


def _is_name(text: str) -> bool:
    try:
        validate_name(text)
    except InvalidName:
        return False
    return True


def _seconds(duration: str) -> int | None:
    try:
        return seconds_of(duration)
    except ValueError:
        return None
