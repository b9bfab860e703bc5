"""The lines of a screen that say where the user is: the room, the others, the connection.

Pure. Each is one row for a width: what matters less is left out of a narrow one, and none wraps.
This module must not know the state of a conversation, nor how it is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from prompt_toolkit.utils import get_cwidth

from chatd.client.paragraph import Fragment, cut

_GAP = " │ "
_MIN_TOPIC = 4


class Unread(NamedTuple):
    """Another room, the number that a key gives it, and its lines that are not read."""

    number: int
    room: str
    lines: int
    mentions: int


class Status(NamedTuple):
    """All that the status line says."""

    clock: str
    name: str
    room: str
    unread: Sequence[Unread] = ()
    connection: str = ""
    """The state of the connection; "" if it is open."""

    note: str = ""
    """A hint on the log, such as "3 new lines below"."""

    draft: str = ""
    """The size of what is being typed, if it matters."""

    is_too_long: bool = False
    """True if it cannot be sent."""


def title_row(room: str, topic: str, columns: int) -> list[Fragment]:
    """Return the row above the log: the room, and as much of its topic as there is room for."""
    name = cut(room, columns)
    left = columns - get_cwidth(name) - 2
    shown = f"  {cut(topic, left)}" if topic and left >= _MIN_TOPIC else ""
    return _filled([("class:title.room", name), ("class:title", shown)], "class:title", columns)


def status_row(status: Status, columns: int) -> list[Fragment]:
    """Return the row below the log.

    Where there is not room for all, a draft that is too long and the connection are said first,
    then the room, other drafts, the note, the rooms with unread lines, the name and the clock.
    """
    others = [_unread(each) for each in status.unread]
    draft_style = "class:status.error" if status.is_too_long else "class:status"
    wanted = [
        # A place in the row, its rank, and its fragments.
        (0, 7, [("class:status", status.clock)]),
        (1, 6, [("class:status", status.name)]),
        (2, 2, [("class:status.room", status.room)]),
        (3, 5, _joined(others)),
        (4, 1, [("class:status.away", status.connection)]),
        (5, 4, [("class:status.note", status.note)]),
        (6, 0 if status.is_too_long else 3, [(draft_style, status.draft)]),
    ]
    shown: dict[int, list[Fragment]] = {}
    left = columns
    for place, _, fragments in sorted(wanted, key=lambda each: each[1]):
        width = sum(get_cwidth(text) for _, text in fragments)
        if not width:
            continue
        room = left - (len(_GAP) if shown else 0)
        if width > room:
            fragments = _fitting(fragments, room)
        if fragments:
            shown[place] = fragments
            left = room - sum(get_cwidth(text) for _, text in fragments)
    row: list[Fragment] = []
    for place in sorted(shown):
        row += [("class:status", _GAP)] if row else []
        row += shown[place]
    return _filled(row, "class:status", columns)


def _unread(each: Unread) -> Fragment:
    style = "class:status.mention" if each.mentions else "class:status.unread"
    return style, f"{each.number}:{each.room} {each.lines}{'@' if each.mentions else ''}"


def _joined(fragments: Sequence[Fragment]) -> list[Fragment]:
    joined: list[Fragment] = []
    for fragment in fragments:
        joined += [("class:status", ", "), fragment] if joined else [fragment]
    return joined


def _fitting(fragments: list[Fragment], columns: int) -> list[Fragment]:
    """Return what *columns* have room for, or nothing if too little of it could be read."""
    if len(fragments) == 1:
        ((style, text),) = fragments
        return [(style, cut(text, columns))] if columns >= _MIN_TOPIC else []
    kept: list[Fragment] = []
    used = 0
    for style, text in fragments:
        if used + get_cwidth(text) + 2 > columns:
            whole = kept[:-1] if len(kept) % 2 == 0 else kept
            return [*whole, ("class:status", " …")] if whole else []
        kept.append((style, text))
        used += get_cwidth(text)
    return kept


def _filled(row: list[Fragment], style: str, columns: int) -> list[Fragment]:
    width = sum(get_cwidth(text) for _, text in row)
    return [*row, (style, " " * (columns - width))]
