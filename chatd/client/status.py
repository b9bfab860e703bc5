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
_MORE = " …"
_MIN_TOPIC = 4

_ROOM = 2
_OTHERS = 3
"""The places of the room and of other rooms in the status line: apart if not all are listed."""


class OtherRoom(NamedTuple):
    """A room that is not shown, with the number that a key gives it, and its unread lines."""

    room: str
    lines: int
    mentions: int


class Status(NamedTuple):
    """All that the status line says."""

    clock: str
    name: str
    room: str
    others: Sequence[OtherRoom] = ()
    place: int = 0
    """The number of other rooms that come before it."""

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

    Where there is not room for all, the connection is said first, then a draft that is too long,
    the note, other rooms if one has a mention, the room, other drafts, other rooms, the name and
    the clock. A part is left out as a whole, and with it those that matter less; only the first one
    may be cut. Of other rooms as many are listed as there is room for, those with mentions first.
    """
    is_mentioned = any(each.mentions for each in status.others)
    room_shown = [("class:status.room", status.room)]
    others = [_other(each) for each in status.others]
    draft = [("class:status.error" if status.is_too_long else "class:status", status.draft)]
    wanted = [
        # A place in the row, its rank, and its fragments.
        (0, 8, [("class:status", status.clock)]),
        (1, 7, [("class:status", status.name)]),
        (_ROOM, 4, room_shown),
        (_OTHERS, 3 if is_mentioned else 6, _joined(others)),
        (4, 0, [("class:status.away", status.connection)]),
        (5, 2, [("class:status.note", status.note)]),
        (6, 1 if status.is_too_long else 5, draft),
    ]
    shown: dict[int, list[Fragment]] = {}
    left = columns
    for place, _, fragments in sorted(wanted, key=lambda each: each[1]):
        width = sum(get_cwidth(text) for _, text in fragments)
        if not width:
            continue
        room = left - (len(_GAP) if shown else 0)
        if width > room:
            if place == _OTHERS:
                fragments = _joined([_other(each) for each in sorted(status.others, key=_rank)])
            if fitting := _fitting(fragments, room, may_cut=not shown):
                shown[place] = fitting
            break
        shown[place] = fragments
        left = room - width
    if _ROOM in shown and shown.get(_OTHERS) == _joined(others):
        del shown[_OTHERS]
        shown[_ROOM] = _joined([*others[: status.place], *room_shown, *others[status.place :]])
    row: list[Fragment] = []
    for place in sorted(shown):
        row += [("class:status", _GAP)] if row else []
        row += shown[place]
    return _filled(row, "class:status", columns)


def _rank(each: OtherRoom) -> tuple[bool, bool]:
    return not each.mentions, not each.lines


def _other(each: OtherRoom) -> Fragment:
    if each.mentions:
        return "class:status.mention", f"{each.room} {each.lines}@"
    if each.lines:
        return "class:status.unread", f"{each.room} {each.lines}"
    return "class:status", each.room


def _joined(fragments: Sequence[Fragment]) -> list[Fragment]:
    joined: list[Fragment] = []
    for fragment in fragments:
        joined += [("class:status", ", "), fragment] if joined else [fragment]
    return joined


def _fitting(fragments: list[Fragment], columns: int, *, may_cut: bool) -> list[Fragment]:
    """Return the first of some fragments, for which *columns* have not room: whole if possible."""
    kept: list[Fragment] = []
    used = get_cwidth(_MORE)
    for fragment in fragments:
        used += get_cwidth(fragment[1])
        if used > columns:
            break
        kept.append(fragment)
    if whole := kept if len(kept) % 2 else kept[:-1]:  # not the comma after the last one
        return [*whole, ("class:status", _MORE)]
    style, text = fragments[0]
    return [(style, cut(text, columns))] if may_cut else []


def _filled(row: list[Fragment], style: str, columns: int) -> list[Fragment]:
    width = sum(get_cwidth(text) for _, text in row)
    return [*row, (style, " " * (columns - width))]
