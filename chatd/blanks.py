"""Characters that show nothing: spaces of every kind, fillers, and what has no width.

Pure. This module must not know where a text comes from, nor how it is shown otherwise.
"""

import re

NOTHING = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2064\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U00013440\U00016fe4\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0020-\U000e007f\U000e0100-\U000e01ef"
)
"""Default ignorable characters that are sent as they are (Unicode, DerivedCoreProperties.txt), and
joiners of Egyptian and Khitan, as ranges in a regular expression."""

BLANK = f"\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000{NOTHING}"
"""Those, white space that ends no line, and the Braille pattern without a dot."""

_WIDE = "\u115f\u3000\u3164"

_TAB = 8
"""Columns that a TAB may take."""


def columns(blanks: str) -> int:
    """Return how many columns of a terminal blank characters may take.

    Terminals do not agree on what has no width; here each character has one column or more.
    """
    return len(blanks) + (_TAB - 1) * blanks.count("\t") + sum(blanks.count(wide) for wide in _WIDE)


def is_blank(text: str) -> bool:
    """Return whether a text shows nothing at all."""
    return _ALL_BLANK.fullmatch(text) is not None


_ALL_BLANK = re.compile(f"[{BLANK}]*")
