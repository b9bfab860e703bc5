"""What somebody writes who searches, as what a store looks for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatd.errors import ErrorKind, Refusal, short
from chatd.storage.contract import Wanted
from chatd.text.folding import fold, fold_for_search
from chatd.text.times import seconds_of
from chatd.text.validation import InvalidName, validate_name

WORDS_WANTED = 16
"""How many words one may search for."""

# A phrase in quotes, of which the last may be missing; or anything up to a space.
_PART = re.compile(r'"([^"]*)(?:"|$)|(\S+)')
_FROM = ("from:", "de:")
_SINCE = ("since:", "desde:")


def parse(text: str, now: float) -> Wanted:
    """Return what a text asks for: words and ``"phrases"``, ``from:ana``, ``since:2d``.

    ``now`` is in seconds since 1970. Raises `Refusal` for ``since:`` with what is no time, for
    ``from:`` with what is no name, for one of them that is there twice, and for too many words. In
    quotes they are words like others.
    """
    words: list[str] = []
    author, since = "", None
    for part, quoted in _parts(text):
        name, duration = _behind(_FROM, part), _behind(_SINCE, part)
        if name is not None and not quoted:
            if author or not _is_name(name):
                raise Refusal(ErrorKind.WRONG_USE, "search_wrong_from", part=short(part))
            author = fold(name)
        elif duration is not None and not quoted:
            seconds = _seconds(duration)
            if seconds is None or since is not None:
                raise Refusal(ErrorKind.WRONG_USE, "search_wrong_since", part=short(part))
            since = max(0, int((now - seconds) * 1000))
        elif fold_for_search(part):  # of marks alone nothing is left, which is in every text
            words.append(part)
    if len(words) > WORDS_WANTED:
        raise Refusal(ErrorKind.WRONG_USE, "search_too_many_words", limit=WORDS_WANTED)
    return Wanted(tuple(words), author, since or 0)


def asks_for_something(wanted: Wanted) -> bool:
    """Return whether there is anything to search for."""
    return wanted != Wanted(())


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    for phrase, word in _PART.findall(text):
        if word:
            yield word, False
        elif phrase.strip():
            yield phrase, True


def _behind(marks: tuple[str, ...], part: str) -> str | None:
    """Return what comes after one of the marks that the part begins with; None without one."""
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
