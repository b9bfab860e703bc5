"""Characters that show nothing: spaces of every kind, fillers, and characters without width.

Pure. This module must not know where a text comes from, nor how it is escaped.
"""

import re

from chatd.text.unicode_tables import INVISIBLE

NOTHING = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U00013440\U00016fe4\U0001bca0-\U0001bca3\U0001d159"
    "\U0001d173-\U0001d17a\U000e0000\U000e0002-\U000e0fff"
)
"""The characters of `INVISIBLE` that are sent as they are, as ranges in a regular expression. The
others, such as bidi controls, are escaped by `chatd.text.escaping`."""

BLANK = f"\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000{NOTHING}"
"""`NOTHING`, and white space that ends no line."""

UNSEEN = frozenset(filter(str.isspace, map(chr, range(0x3001)))).union(
    chr(point)
    for first, last in re.findall("(.)-(.)", INVISIBLE)
    for point in range(ord(first), ord(last) + 1)
)
"""Characters that show nothing, white space among them, of which U+3000 is the last."""

_ONLY_UNSEEN = re.compile(rf"[\s{INVISIBLE}]*")
_SPACE = re.compile(r"\s")

_WIDE = "\u115f\u3000\u3164"

_TAB = 8
"""Most columns that a TAB takes."""


def is_blank(text: str) -> bool:
    """Return True if all of a text is white space or characters that show nothing."""
    return _ONLY_UNSEEN.fullmatch(text) is not None


def trimmed(text: str) -> str:
    """Return a text without white space around it, and without blank words at its end.

    So a topic, a reason or a message that shows nothing is empty. A character that shows nothing
    stays if it directly follows one that does: it may change how that one is drawn.
    """
    text = text.strip()
    if text.isascii():
        return text
    unseen = _ONLY_UNSEEN.match(text[::-1])
    assert unseen is not None
    end = len(text) - unseen.end()
    return text[:end] + _SPACE.split(text[end:], maxsplit=1)[0] if end else ""


def columns(blanks: str) -> int:
    """Return how many columns of a terminal blank characters may take.

    Terminals do not agree on the width of such characters; here each has one column or more.
    """
    return len(blanks) + (_TAB - 1) * blanks.count("\t") + sum(blanks.count(wide) for wide in _WIDE)
