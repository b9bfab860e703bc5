"""What somebody writes who searches, as what a store looks for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatd.store import Wanted
from chatd.validation import fold, seconds_of

WORDS_WANTED = 16
"""How many words one may search for."""

# A phrase in quotes, of which the last may be missing; or anything up to a space.
_PART = re.compile(r'"([^"]*)(?:"|$)|(\S+)')
_FROM = ("from:", "de:")
_SINCE = ("since:", "desde:")


def parse(text: str, now: float) -> Wanted:
    """What a text asks for: words and ``"phrases"``, ``from:ana``, ``since:2d``.

    Takes any text. What only looks like one of the latter is a word; a later one of a kind takes
    the place of the one before. ``now`` is in seconds since 1970.
    """
    words: list[str] = []
    author, since = "", 0
    for part, quoted in _parts(text):
        if not quoted and (name := _behind(_FROM, part)):
            author = fold(name)
        elif not quoted and (seconds := _seconds(_behind(_SINCE, part))) is not None:
            since = max(0, int((now - seconds) * 1000))
        else:
            words.append(part)
    return Wanted(tuple(words), author, since)


def asks_for_something(wanted: Wanted) -> bool:
    """Whether that can be searched for: for something, and not for too much."""
    return wanted != Wanted(()) and len(wanted.words) <= WORDS_WANTED


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    for phrase, word in _PART.findall(text):
        if word:
            yield word, False
        elif phrase.strip():
            yield phrase, True


def _behind(marks: tuple[str, ...], part: str) -> str:
    for mark in marks:
        if part[: len(mark)].lower() == mark:
            return part[len(mark) :]
    return ""


def _seconds(duration: str) -> int | None:
    try:
        return seconds_of(duration)
    except ValueError:
        return None
