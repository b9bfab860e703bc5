"""Rows of a store's file: their layout, their checks, and what a daemon reads when it starts.

This module must not know which thread reads, or what for.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from chatd.event import UNKNOWN, Event, Kind, Origin, Record
from chatd.storage.contract import RoomRecord, StoreError
from chatd.storage.sqlite.errors import NOT_AS_WRITTEN
from chatd.storage.timestamps import FIRST_WRITABLE, LAST_WRITABLE

SEQ_BITS = 40
"""An event's id is its room's id, shifted left by this many bits, plus its seq."""

SEQ_MASK = (1 << SEQ_BITS) - 1
"""The bits of an event's id that hold its seq."""

KINDS = {int(kind): kind for kind in Kind}
"""The kinds of events, by their stored numbers."""

SELECT_EVENTS = "SELECT id, time, session, author, kind, text, part_of FROM events"

EventRow = tuple[int, int, int, str, int, str, int | None]
"""A row of `SELECT_EVENTS`."""

_PARTS = frozenset((int, type(None)))

Log = tuple[int, int]
"""Bounds of a log's events, as ids: the first possible one and the last, both included."""


class Content(NamedTuple):
    """The part of a file that a daemon holds in memory from the start.

    ``times`` are the times of the last event of each log (milliseconds since 1970), ``unindexed``
    is the number of events that are not in the search index yet, and ``chores`` is True if other
    work on the index is pending.
    """

    rooms: Sequence[RoomRecord]
    records: Sequence[Record]
    times: Mapping[str, int]
    unindexed: int
    chores: bool


def log_of(room: int, head: int) -> Log:
    """Return the bounds of the log of a room, given its id and its last seq."""
    return (room << SEQ_BITS) + 1, room << SEQ_BITS | head


def checked(row: tuple[Any, ...], *types: type) -> tuple[Any, ...]:
    """Return a row of a room or record. Raises `StoreError` if its types are not these."""
    if tuple(map(type, row)) != types:
        raise StoreError("it is damaged: a room or record in it is not as it was written.")
    return row


def characters_in(rows: Sequence[EventRow]) -> int:
    """Return the length of the texts of rows of `SELECT_EVENTS`.

    There may be none: between two reads, events may be forgotten. Raises `StoreError` for a text, a
    time or a message that could not be shown.
    """
    if not rows:
        return 0
    _, times, _, authors, _, texts, parts_of = zip(*rows, strict=True)
    with suppress(TypeError):
        written = min(times) >= FIRST_WRITABLE and max(times) <= LAST_WRITABLE
        if written and _PARTS.issuperset(map(type, parts_of)):
            "".join(authors)
            return len("".join(texts))
    raise StoreError(NOT_AS_WRITTEN)


def events_of(room: str, rows: Sequence[EventRow]) -> list[Event]:
    """Return the events of a room that rows of `SELECT_EVENTS` are."""
    return [
        Event(room, number & SEQ_MASK, time, session, author, KINDS[kind], text, part_of)
        for number, time, session, author, kind, text, part_of in rows
    ]


def content_of(connection: sqlite3.Connection) -> Content:
    """Read what a daemon holds in memory. Raises `StoreError`."""
    (unindexed,) = connection.execute("SELECT sum(head - indexed) FROM rooms").fetchone()
    return Content(
        rooms_of(connection),
        records_of(connection),
        _last_times(connection),
        unindexed if isinstance(unindexed, int) else 0,
        connection.execute("SELECT 1 FROM chores").fetchone() is not None,
    )


def rooms_of(connection: sqlite3.Connection) -> list[RoomRecord]:
    """Read the rooms, ordered by name. Raises `StoreError`."""
    rows = connection.execute(
        "SELECT name, head, topic, session, topic_by, topic_at, made_by, made_at FROM rooms"
        " ORDER BY name"
    )
    checked_rows = (checked(row, str, int, str, int, str, int, str, int) for row in rows)
    return [
        RoomRecord(name, head, topic, session, _origin(set_by, set_at), _origin(made_by, made_at))
        for name, head, topic, session, set_by, set_at, made_by, made_at in checked_rows
    ]


def _origin(by: str, at: int) -> Origin:
    """Return an origin; the unknown one if its time could not be shown."""
    return Origin(by, at) if FIRST_WRITABLE <= at <= LAST_WRITABLE else UNKNOWN


def records_of(connection: sqlite3.Connection) -> list[Record]:
    """Read the records."""
    rows = connection.execute(
        "SELECT kind, key, value, line IS NOT NULL FROM records ORDER BY kind, key"
    )
    checked_rows = (checked(row, str, str, str, int) for row in rows)
    return [Record(kind, key, value, of_line=bool(line)) for kind, key, value, line in checked_rows]


def _last_times(connection: sqlite3.Connection) -> dict[str, int]:
    rows = connection.execute(
        "SELECT rooms.name, events.time FROM rooms"
        f" JOIN events ON events.id = rooms.id << {SEQ_BITS} | rooms.head"
    )
    return dict(checked(row, str, int) for row in rows)


def write_records(connection: sqlite3.Connection, records: Sequence[Record]) -> None:
    """Write records; delete those whose value is None."""
    for record in records:
        kind, key, value = record[:3]
        if value is None:
            connection.execute("DELETE FROM records WHERE kind = ? AND key = ?", (kind, key))
        else:
            line = _line_of(connection, value) if record.of_line else None
            connection.execute(
                "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", (kind, key, value, line)
            )


def _line_of(connection: sqlite3.Connection, value: str) -> int | None:
    """Return the id of the line that a record, given its value, is deleted with."""
    members = json.loads(value)
    row = connection.execute("SELECT id FROM rooms WHERE name = ?", (members["room"],)).fetchone()
    return None if row is None else checked(row, int)[0] << SEQ_BITS | members["seq"]


def forget_records(connection: sqlite3.Connection, log: Log) -> None:
    """Delete the records of the lines in some bounds."""
    connection.execute("DELETE FROM records WHERE line BETWEEN ? AND ?", log)
