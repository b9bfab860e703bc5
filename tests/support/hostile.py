"""Hostile texts: terminal sequences, invisible characters, and runs of marks.

Texts that `marks_in_the_wrong_order` makes cost a naive program much more time than their length
suggests. Each call makes other texts: programs remember results, and the same line again would cost
nothing.
"""

from __future__ import annotations

import unicodedata


def marks_in_the_wrong_order(length: int = 4096) -> str:
    """Return a letter with marks in the wrong order, whose sorting is quadratic."""
    marks = sorted(
        (mark for mark in map(chr, range(0x300, 0x370)) if unicodedata.combining(mark)),
        key=unicodedata.combining,
        reverse=True,
    )
    each = -(-length // len(marks))
    return ("a" + "".join(mark * each for mark in marks))[:length]


MARKS_IN_THE_WRONG_ORDER = (
    marks_in_the_wrong_order(),
    "\uff9e" * 2048 + "\u0334" * 2048,  # a letter to `re`, and a mark when it is decomposed
    "\u0f73" * 2048 + "\u0334" * 2048,  # of class 0, and two marks when it is decomposed
    "\u0344\u0334" * 2048,
    "x" * 29 + "\u0345\u0301\u0316\u0334" * 1000,
)


HOSTILE = {
    "sequences": "\x1b]0;title\x07\x1b[2J\x1b[6n\x1b[c\x9b31m\x90q\x9c",
    "controls": "x\rERR\x00\x07\x08\x0b\x0c\x0e\x7f\x84\x85",
    "formats": "a\u2028b\u2029c\u202eevil\u2066\ufdd0\U0010ffff\U000e0001",
    "marks": "a" + "\u0301\u200d" * 12,
    "braces": "{name} %s {0!r}\x1b",
}


UNSEEN = (
    "\u00ad\u034f\u115f\u180e\u200b\u200d\u2060\u2063\u2065\u2800\u3164\ufe0f\ufeff\uffa0"
    "\U0001d159\U000e0041\U000e0100\U000e0fff"
)
"""Characters that show nothing, some of each kind."""
