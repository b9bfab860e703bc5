"""Bookmarks: a client's position in a log, to resume from.

Seqs alone do not tell two logs apart: with `memory:` they begin anew at each start, and in a store
that was put aside or restored from a copy they are given again. So a bookmark also has the time of
its line, which is looked up when the client resumes. Nothing is stored for it. This module must not
know sessions and connections.
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.event import Bookmark
from chatd.rooms.room import Room
from chatd.util.fair_queue import Asker


class Return(NamedTuple):
    """The position at which a client resumes.

    It receives the lines after the seq ``after``, or the room's last lines if that is None.
    ``anew`` is true if its bookmark is of another log.
    """

    after: int | None = None
    anew: bool = False


NEWCOMER = Return()
"""The position of a client that comes for the first time, or sends no bookmark."""


def end_of(room: Room) -> Bookmark:
    """Return the bookmark of a room's last line."""
    return Bookmark(room.head, room.head_time)


async def is_of(room: Room, bookmark: Bookmark, asker: Asker, *, seqs_count: bool = False) -> bool:
    """Return True if a bookmark is of this room's log.

    If it is, the client lacks only the lines after it. Retention may have deleted the bookmark's
    line; then all lines before it are deleted, too, and the client misses none that is stored. A
    seq without a time is accepted if seqs continue over restarts, or with ``seqs_count``: then the
    seq is a position, and does not identify a line. One of another node may be ahead of this one.
    Raises `StoreError`: it is not known now.
    """
    seq, time = bookmark
    if seq > room.head:
        await room.catch_up()
    if seq == 0 or seq > room.head:
        return seq == 0
    if time is None:
        return seqs_count or room.lasting
    if seq == room.head and room.head_time:  # 0 if it is not known, or the line is deleted
        return time == room.head_time
    events = await room.read(seq - 1, seq, asker)
    return not events or events[0].time == time
