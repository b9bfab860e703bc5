"""Texts that cost a naive program much more time than their length suggests.

Each call makes other texts: programs remember results, and the same line again would cost nothing.
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
