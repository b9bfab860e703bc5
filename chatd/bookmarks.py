"""Bookmarks: where somebody was in a log, for when they come back.

Seqs alone do not tell two logs apart: with `memory:` they begin anew at each start, and in a store
that was put aside or restored from a copy they are given again. So a bookmark has the time of its
line, too, and whoever comes back with one is asked whether that line is in this log. Nothing is
kept for it. It knows no session and no connection.
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.event import Bookmark
from chatd.room import Room
from chatd.store import StoreError


class Return(NamedTuple):
    """How somebody who was in a log before goes on: shown what comes behind the seq ``after``; None
    to be shown the last lines. ``anew`` says that where they were is not in this log."""

    after: int | None = None
    anew: bool = False


NEWCOMER = Return()
"""Somebody who comes for the first time, or does not say where they were."""


def end_of(room: Room) -> Bookmark:
    """Return the bookmark of a room's last line."""
    return Bookmark(room.head, room.head_time)


async def is_of(room: Room, bookmark: Bookmark, *, seqs_count: bool = False) -> bool:
    """Return whether a bookmark is of this room's log, so that what it lacks is what comes behind.

    A line that was forgotten cannot be compared; but then all before it are forgotten, too, and
    nothing is passed over. A seq alone is believed where seqs go on over restarts, and where it is
    meant as a place and not as a memory (``seqs_count``).
    """
    seq, time = bookmark
    if seq == 0 or seq > room.head:
        return seq == 0
    if time is None:
        return seqs_count or room.lasting
    if seq == room.head:
        return room.head_time in (time, 0)
    try:
        events = await room.read(seq - 1, seq)
    except StoreError:
        return False
    return not events or events[0].time == time
