"""Folding of text for comparison, in time linear in its length, for any input.

Sorting a run of combining marks into their canonical order is quadratic, in Python as elsewhere:
4,095 marks in the wrong order take 40 ms. So only this module normalises text, and it cuts such
runs after Unicode's Stream-Safe Text Process (UAX 15 section 13).

Pure. This module must not know what is compared, nor the rules for names and lines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Literal

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

MAX_RUN = 30
"""Most combining marks in a row: no language needs more (UAX 15, UAX15-D3)."""

# Characters that represent phrases: U+FDFA for 18 characters, U+FDFB for eight. (No other one
# expands to more than six.) Written out, a line of them would weigh 18 times as much.
_PHRASES = ("\ufdfa", "\ufdd0"), ("\ufdfb", "\ufdd1")

_LONGEST_NAME = 128
"""Most characters of a name, composed or not."""

SLOWEST = 10
"""Work of folding a character of a text that is not in NFKC: some stand for five others, and marks
are sorted."""

_JOINER = "\u034f"
"""Combining grapheme joiner. It shows nothing, and no mark is sorted across it."""

# All characters that the sorting may move are in this class, and few others: no letter or digit of
# any version of Unicode, but those that stand for a mark of their own.
_MAYBE_MARKS = "[^\\w\x00-\u02ff\u2100-\u2bff\U0001f000-\U0001ffff]"
_LETTERS = "\uff9e", "\uff9f"
_RUN = re.compile(f"{_MAYBE_MARKS}+")
_RUN_WITH_LETTERS = re.compile(f"(?:{_MAYBE_MARKS}|[{''.join(_LETTERS)}])+")  # twice as slow

# Accents and the optional vowel points of alphabets. The marks of other scripts are letters, vowels
# or tones: without them different words would be the same.
_ACCENTS = (
    "["
    "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # of any script
    "\u0483-\u0489"  # Cyrillic
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "]+"  # Arabic; with the stroke that only makes a word longer
)

_SYLLABLE_LETTERS = frozenset(map(chr, range(0x1160, 0x1200)))
"""The vowels and last consonants of Hangul, which are composed to syllables."""

# Letters in small case that many write as others, and that Unicode does not take apart.
_WRITTEN_AS = {"đ": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "ŧ": "t", "æ": "ae", "œ": "oe"}
_SUCH_LETTER = re.compile(f"[{''.join(_WRITTEN_AS)}]")


def has_long_run(text: str) -> bool:
    """Return True if more than `MAX_RUN` combining marks follow each other."""
    return _may_have_long_run(text) and any(
        _cut(run) != run[0] for run in _runs(text).finditer(text)
    )


def normalize(form: Form, text: str) -> str:
    """Return *text* in a normalisation form, runs of marks cut after `MAX_RUN`.

    Takes any string. Time is linear in its length.
    """
    if _may_have_long_run(text):
        text = _runs(text).sub(_cut, text)
    return unicodedata.normalize(form, text)


def fold(text: str) -> str:
    """Return the key by which names are compared, without case and compatibility forms.

    NFKC, case folding, NFKC again (after Unicode 3.13, D146). Takes any string. In a text too long
    to be a name, characters that represent phrases are not expanded, so the key is at most six
    times as long as the text. The key must not be shown: it may contain noncharacters in their
    place.
    """
    if text.isascii():
        return text.lower()
    if len(text) > _LONGEST_NAME:
        text = _without_phrases(text)
    return unicodedata.normalize("NFKC", normalize("NFKC", text).casefold())


def fold_for_search(text: str) -> str:
    """Return the form in which texts are searched: as `fold`, and without accents.

    ``reunión`` becomes ``reunion``, ``İstanbul`` ``istanbul`` and ``ñ`` ``n``. Left out are accents
    of Latin, Greek and Cyrillic letters, and the points of Hebrew and Arabic, which are often not
    written. Marks of other scripts stay: a vowel of Hindi or Thai, the voicing of Kana. A Latin
    letter with a stroke is the letter without it, and ``ı`` is ``i``, whose capital is the same:
    ``đường`` becomes ``duong``, and ``œuf`` ``oeuf``. Takes any string.
    """
    if text.isascii():
        return text.lower()
    bare = _accents().sub("", normalize("NFKD", _without_phrases(text))).casefold()
    bare = _SUCH_LETTER.sub(lambda found: _WRITTEN_AS[found[0]], bare)
    return normalize("NFKC", bare)  # with the accents the joiners are gone


def parts_to_fold(text: str) -> Iterator[str]:
    """Yield the parts of a text that `fold_for_search` may be given one by one.

    A part is a character with the marks, vowel signs and letters of a syllable that may be composed
    with it. The folded parts are the folded text.
    """
    start = 0
    for place, character in enumerate(text):
        if place and not _may_compose(character):
            yield text[start:place]
            start = place
    if text:
        yield text[start:]


def folding_work(text: str) -> int:
    """Return the work of folding *text*, in characters of ordinary text, after a quick look.

    Characters of ASCII make none.
    """
    if text.isascii():
        return 0
    return len(text) if unicodedata.is_normalized("NFKC", text) else SLOWEST * len(text)


@cache
def _accents() -> re.Pattern[str]:
    """Return the pattern of `_ACCENTS`, compiled when a text is searched: clients do without it."""
    return re.compile(_ACCENTS)


def _without_phrases(text: str) -> str:
    for phrase, place in _PHRASES:
        text = text.replace(phrase, place)
    return text


def _may_have_long_run(text: str) -> bool:
    """Return False for nearly all texts, and never for one with a run that is too long."""
    if len(text) <= MAX_RUN or text.isascii():
        return False
    # Such a run has a mark at one of these places.
    some = text[MAX_RUN :: MAX_RUN + 1]
    return any(_is_sorted(mark) for run in _runs(some).findall(some) for mark in run)


def _runs(text: str) -> re.Pattern[str]:
    return _RUN_WITH_LETTERS if any(letter in text for letter in _LETTERS) else _RUN


def _cut(run: re.Match[str]) -> str:
    """Return a possible run of marks with a joiner after each `MAX_RUN` of them."""
    if len(run[0]) <= MAX_RUN:
        return run[0]
    parts = []
    marks = 0
    for character in run[0]:
        marks = marks + 1 if _is_sorted(character) else 0
        if marks > MAX_RUN:
            parts.append(_JOINER)
            marks = 1
        parts.append(character)
    return "".join(parts)


@lru_cache(maxsize=1024)
def _may_compose(character: str) -> bool:
    """Return True if normalising may join a character to the one before it."""
    if character.isascii():
        return False
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.category(first)[0] == "M" or first in _SYLLABLE_LETTERS


@lru_cache(maxsize=1024)
def _is_sorted(character: str) -> bool:
    """Return True if a character is a mark that normalising may move."""
    return unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) != 0
