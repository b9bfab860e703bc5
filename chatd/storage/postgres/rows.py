"""Rows of the database: what readers select, and what a daemon reads when it starts.

This module must not know which thread reads, or what for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from psycopg import Cursor

from chatd.event import UNKNOWN, Event, Kind, Origin, Record
from chatd.storage.contract import RoomRecord, StoreError
from chatd.storage.postgres.schema import SHARD
from chatd.storage.postgres.texts import from_stored
from chatd.storage.shared.engine import Position
from chatd.storage.timestamps import FIRST_WRITABLE, LAST_WRITABLE

EVENT_COLUMNS = "seq, time, session, author, kind, text, part_of"
"""The columns of an event, in the order of the members of `Event` that follow its room."""

EventRow = tuple[int, int, int, str, int, str, "int | None"]
"""A row of `EVENT_COLUMNS`."""

NOT_AS_WRITTEN = "an event in the database is not as chatd writes it."

_KINDS = {int(kind): kind for kind in Kind}


class Room(NamedTuple):
    """A room, as those who read its log need it.

    No event has a seq below ``oldest``. The search index has the events up to ``indexed``.
    """

    id: int
    head: int
    oldest: int
    indexed: int


class Content(NamedTuple):
    """The part of a database that a node holds in memory from the start.

    ``times`` are the times of the last event of each log (milliseconds since 1970). All of it is as
    it was after the batch at ``position``.
    """

    rooms: Sequence[RoomRecord]
    records: Sequence[Record]
    times: Mapping[str, int]
    position: Position


def event_of(room: str, row: EventRow) -> Event:
    """Return the event of a room that a row of `EVENT_COLUMNS` is. Raises `StoreError`."""
    seq, time, session, author, kind, text, part_of = row
    if kind not in _KINDS or not FIRST_WRITABLE <= time <= LAST_WRITABLE:
        raise StoreError(NOT_AS_WRITTEN)
    return Event(room, seq, time, session, author, _KINDS[kind], from_stored(text), part_of)


def room_of(cursor: Cursor[Any], name: str) -> Room | None:
    """Read a room; None if it has no log."""
    row = cursor.execute(
        "SELECT id, head, oldest, indexed FROM rooms WHERE shard = %s AND name = %s", (SHARD, name)
    ).fetchone()
    return None if row is None else Room(*row)


def rooms_of(cursor: Cursor[Any]) -> list[RoomRecord]:
    """Read the rooms, ordered by name."""
    cursor.execute(
        "SELECT name, head, topic, session, topic_by, topic_at, made_by, made_at FROM rooms"
        " WHERE shard = %s ORDER BY name",
        (SHARD,),
    )
    return [
        RoomRecord(
            name, head, from_stored(topic), session, _origin(set_by, set_at), _origin(by, at)
        )
        for name, head, topic, session, set_by, set_at, by, at in cursor
    ]


def records_of(
    cursor: Cursor[Any], node: str | None = None, *, lasting: bool = False
) -> list[Record]:
    """Read the records; if ``lasting``, without those that end with their nodes.

    Those that end with the ``node`` of that name are ephemeral ones.
    """
    cursor.execute(
        "SELECT r.kind, r.key, r.value, n.name IS NOT NULL"
        " FROM records r LEFT JOIN nodes n ON n.node = r.node AND n.name = %s"
        " WHERE r.shard = %s AND r.value IS NOT NULL"
        + (" AND r.node IS NULL" if lasting else "")
        + " ORDER BY r.kind, r.key",
        (node, SHARD),
    )
    return [
        Record(kind, from_stored(key), value, ephemeral=ephemeral)
        for kind, key, value, ephemeral in cursor
    ]


def content_of(cursor: Cursor[Any], node: str | None = None) -> Content:
    """Read what a node holds in memory: see `records_of`.

    The transaction of the caller is to be REPEATABLE READ.
    """
    position = cursor.execute(
        "SELECT c.no, b.id FROM clock c LEFT JOIN batches b ON b.shard = c.shard AND b.no = c.no"
        " WHERE c.shard = %s",
        (SHARD,),
    ).fetchone()
    assert position is not None
    records, times = records_of(cursor, node), _last_times(cursor)
    return Content(rooms_of(cursor), records, times, Position(*position))


def _origin(by: str, at: int) -> Origin:
    """Return an origin; the unknown one if its time could not be shown."""
    return Origin(by, at) if FIRST_WRITABLE <= at <= LAST_WRITABLE else UNKNOWN


def _last_times(cursor: Cursor[Any]) -> dict[str, int]:
    # Not as a join, for which the server may read all events.
    cursor.execute(
        "SELECT r.name, ("
        " SELECT e.time FROM events e"
        " WHERE e.shard = r.shard AND e.room = r.id AND e.seq = r.head"
        ") FROM rooms r WHERE r.shard = %s",
        (SHARD,),
    )
    return {name: time for name, time in cursor if time is not None}
