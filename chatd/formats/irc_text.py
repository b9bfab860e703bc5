"""The texts in lines of IRC: what a client means by one, and how one is written.

IRC has formatting codes of its own (https://modern.ircdocs.horse/formatting.html), and CTCP, by
which an action is a text in U+0001 (https://modern.ircdocs.horse/ctcp.html). Neither is stored.
What is written has none, because the one encoder shows all controls. Pure. This module must not
know the parts of a line around the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from chatd.text.escaping import visible_on_screen
from chatd.text.graphemes import boundary_before, is_boundary

_CTCP = "\x01"

_FORMATTING = re.compile(
    "[\x02\x0f\x11\x16\x1d\x1e\x1f]"
    "|\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?"
    "|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"
)
"""Bold, reset, monospace, reverse, italics, strike-through, underline; a colour by number; a colour
by its red, green and blue."""

LEAST_ROOM = 4
"""Fewest bytes of a part: those of one character."""


class Typed(NamedTuple):
    """A text that a client sent, without formatting, and the command of CTCP that it is for.

    ``ctcp`` is in capitals, as ``ACTION``, and None for plain text.
    """

    ctcp: str | None
    text: str


def typed(text: str) -> Typed:
    """Return what a client means by a text. The second U+0001 may be missing, as it often is."""
    if text.startswith(_CTCP):
        command, _, rest = text[1:].removesuffix(_CTCP).partition(" ")
        return Typed(command.upper(), without_formatting(rest))
    return Typed(None, without_formatting(text))


def without_formatting(text: str) -> str:
    """Return a text without the formatting codes of IRC."""
    return text if text.isprintable() else _FORMATTING.sub("", text)


def in_parts(text: str, room: int) -> Sequence[str]:
    """Return *text*, escaped for a screen, in parts of at most ``room`` bytes, of which none is "".

    Joined, the parts are the escaped text. Each but the last ends after the last space that it can
    have; without one, it ends where a grapheme cluster does, unless that is longer than
    `chatd.text.graphemes.LONGEST` or than the room. Raises `ValueError` if ``room`` is less than
    `LEAST_ROOM`.
    """
    shown = visible_on_screen(text)
    if len(shown) * 4 <= room or len(data := shown.encode()) <= room:  # nearly all texts
        return (shown,)
    if room < LEAST_ROOM:
        raise ValueError("no room for one character")
    parts: list[str] = []
    begin = at = 0
    while len(data) - at > room:
        end = begin + len(data[at : at + room].decode(errors="ignore"))
        parts.append(part := shown[begin : _cut(shown, begin, end)])
        begin += len(part)
        at += len(part.encode())
    return [*parts, shown[begin:]]


def _cut(text: str, begin: int, end: int) -> int:
    space = text.rfind(" ", begin, end)
    while space >= 0:
        if is_boundary(text, space + 1, begin):  # a mark may be on the space
            return space + 1
        space = text.rfind(" ", begin, space)
    return boundary_before(text, end, begin)
