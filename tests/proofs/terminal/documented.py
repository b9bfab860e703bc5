"""The characters that may reach a terminal: docs/wire.md's set, implemented a second time.

This implementation differs from `chatd.text.escaping` on purpose: it uses Unicode's categories, and
walks through the text.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from functools import cache

BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
OTHER_FORMATS = frozenset("\u206a\u206b\u206c\u206d\u206e\u206f\ufff9\ufffa\ufffb\U000e0001")
MARKS_IN_A_ROW = 4

PAIRS_A_TURN = 64


def is_unsafe(character: str) -> bool:
    """Return True if a character never reaches a terminal, in any place."""
    code = ord(character)
    return (
        (unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} and character != "\t")
        or character in BIDI_CONTROLS
        or character in OTHER_FORMATS
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
    )


@cache
def every_code_point() -> str:
    """Return all code points in order, surrogates included."""
    return "".join(map(chr, range(sys.maxunicode + 1)))


@cache
def unsafe_code_points() -> frozenset[str]:
    return frozenset(filter(is_unsafe, every_code_point()))


def joins(character: str) -> bool:
    """Return True if marks after a character are drawn on the one before it."""
    return (
        unicodedata.category(character) in {"Mc", "Cf"}
        or "\u1160" <= character <= "\u11ff"
        or "\ud7b0" <= character <= "\ud7fb"
    )


def beyond(text: str) -> Iterator[str]:
    """Yield the parts of a text that are not in the documented set."""
    marks = 0
    for character in text:
        if is_unsafe(character):
            yield character
        if unicodedata.category(character) in {"Mn", "Me"}:
            marks += 1
            if marks > MARKS_IN_A_ROW:
                yield character
        elif not joins(character):
            marks = 0


def undocumented(data: bytes, eol: bytes = b"\n") -> set[str]:
    """Return the parts of sent bytes that are not in the documented set. They must be UTF-8."""
    lines = data.split(eol)
    assert lines.pop() == b"", f"half a line: {data[-80:]!r}"
    texts = [line.decode() for line in lines]
    return {
        character
        for text in texts
        if not (text.isascii() and text.isprintable())  # for speed
        for character in beyond(text)
    }


def every_pair_of_bytes() -> Iterator[bytes]:
    """Yield all pairs of bytes as lines, many to a read.

    Two bytes may be a line end, or a telnet command; their effect is checked, too.
    """
    pairs = [bytes((first, second)) for first in range(256) for second in range(256)]
    for start in range(0, len(pairs), PAIRS_A_TURN):
        yield b"".join(b"a" + pair + b"b\n" for pair in pairs[start : start + PAIRS_A_TURN])
