"""Grapheme clusters: where a text can be cut without cutting a character that a person sees.

The rules are those of UAX 29, section 3.1.1, for extended clusters, with fewer boundaries: a joiner
of emoji or of consonants joins any two characters. So some clusters are taken for one, and none is
cut. Pure. This module must not know why a text is cut.
"""

from __future__ import annotations

import enum
import re
from functools import cache, lru_cache

from chatd.text.unicode_tables import JOINERS, MARKS

LONGEST = 32
"""Code points of a cluster that is not cut. Families of emoji take ten, flags of regions seven."""

MARKS_BETWEEN = 4
"""Marks that may follow a joiner of consonants before the second one."""


class _Kind(enum.Enum):
    MARK = enum.auto()  # joins the character before it
    JOINER = enum.auto()  # joins the characters on both sides
    PREFIX = enum.auto()  # joins the one after it
    LEADING = enum.auto()  # a first consonant of Hangul
    SYLLABLE = enum.auto()
    FLAG = enum.auto()  # half of a flag


_PREFIXES = (
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd\U000111c2\U000111c3"
    "\U000113d1\U0001193f\U00011941\U00011a3a\U00011a84-\U00011a89\U00011d46\U00011f02"
)
"""The characters of Grapheme_Cluster_Break=Prepend."""

_VIRAMAS = (
    "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2\u1a60\u1b44\u1bab"
    "\ua9c0\uaaf6\U00010a3f\U00011133\U000113d0\U0001193e\U00011a47\U00011a99\U00011f42"
)
"""Marks that join two consonants of India's and South-East Asia's scripts (rule GB9c, and more)."""

_ZWJ = "\u200d"
_FLAG_A, _FLAG_Z = "\U0001f1e6", "\U0001f1ff"


@cache
def _patterns() -> tuple[tuple[_Kind, re.Pattern[str]], ...]:
    return tuple(
        (kind, re.compile(f"[{characters}]"))
        for kind, characters in (
            (_Kind.PREFIX, _PREFIXES),
            (_Kind.JOINER, _VIRAMAS + _ZWJ),
            # Of vowels of Thai and Lao, half-width marks of Japanese, and tones of skin
            (_Kind.MARK, "\u0e33\u0eb3\uff9e\uff9f\U0001f3fb-\U0001f3ff"),
            (_Kind.MARK, MARKS + JOINERS),
            (_Kind.LEADING, "\u1100-\u115f\ua960-\ua97c"),
            (_Kind.SYLLABLE, "\uac00-\ud7a3"),
            (_Kind.FLAG, f"{_FLAG_A}-{_FLAG_Z}"),
        )
    )


@lru_cache(maxsize=1024)
def _kind(character: str) -> _Kind | None:
    """Return the kind of a character; None of one that joins no other, as most letters."""
    if character.isascii():
        return None
    for kind, pattern in _patterns():
        if pattern.match(character):
            return kind
    return None


def boundary_before(text: str, end: int, begin: int = 0) -> int:
    """Return the last place after ``begin``, up to ``end``, at which a cluster of *text* begins.

    The end of the text is one, and ``begin`` has to be one. If there is none among the last
    `LONGEST` places, that is ``end``.
    """
    for place in range(end, max(end - LONGEST, begin), -1):
        if is_boundary(text, place, begin):
            return place
    return end


def is_boundary(text: str, place: int, begin: int = 0) -> bool:
    """Return True if a cluster of *text* begins or ends at a place, if one does at ``begin``."""
    return not begin < place < len(text) or not _is_joined(text, place, begin)


def _is_joined(text: str, place: int, begin: int) -> bool:
    """Return True if the characters before and after a place are of one cluster."""
    before, after = _kind(text[place - 1]), _kind(text[place])
    if after is _Kind.MARK or after is _Kind.JOINER:
        return True
    if before is _Kind.JOINER or before is _Kind.PREFIX:
        return True
    if before is _Kind.MARK and _joins_after_marks(text, place - 1):
        return True
    if after is _Kind.LEADING or after is _Kind.SYLLABLE:
        return before is _Kind.LEADING
    return after is _Kind.FLAG and _flags_before(text, place, begin) % 2 == 1


def _joins_after_marks(text: str, place: int) -> bool:
    """Return True if a few marks before a place follow a joiner."""
    for character in reversed(text[max(place - MARKS_BETWEEN, 0) : place]):
        if (kind := _kind(character)) is not _Kind.MARK:
            return kind is _Kind.JOINER
    return False


def _flags_before(text: str, place: int, begin: int) -> int:
    first = place
    while first > begin and _FLAG_A <= text[first - 1] <= _FLAG_Z:
        first -= 1
    return place - first
