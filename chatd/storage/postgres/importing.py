"""The import of events into a database, and the reading of all of it, while no daemon uses it.

All is written in one transaction, which holds the lock of the clock, so no node can write meanwhile
and a process that is killed has imported nothing. Its end is reported once all copies of the log
have it. The nodes that start afterwards add the events to the search index.

This module must not know where the events come from.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from psycopg import Connection, Cursor

from chatd.event import Event, Record
from chatd.storage.contract import RoomRecord, StoreError
from chatd.storage.imported_rooms import ImportedRoom, Stretch, WholeStore
from chatd.storage.postgres import schema
from chatd.storage.postgres.checks import examine
from chatd.storage.postgres.errors import one_line
from chatd.storage.postgres.rows import EVENT_COLUMNS, event_of, records_of, rooms_of
from chatd.storage.postgres.schema import SHARD
from chatd.storage.postgres.texts import to_stored
from chatd.storage.shared.lease import BEAT_SECONDS
from chatd.storage.shared.settings import Durability

LOOK_SECONDS = BEAT_SECONDS + 1.0
"""Seconds for which beats are looked at: a live node renews its lease meanwhile."""

_STEP_SECONDS = 0.25

_ROWS = 1000
"""Events that are written or read at a time."""

_EVENT_TYPES = ["int4", "int4", "int8", "int8", "int8", "text", "int2", "text", "int8"]


class ImportDatabase:
    """A database to which events are imported, or of which all is read. ``place`` is its address.

    ``rooms`` and ``records`` are those that it has, without records that end with their nodes. It
    is never ``is_new``: an operator makes a database. Raises `StoreError` if a daemon uses it.
    """

    def __init__(
        self, place: str, connection: Connection[Any], sleep: Callable[[float], None] = time.sleep
    ) -> None:
        schema.upgrade(connection)
        _check_unused(connection, sleep)
        self.place = place
        self.is_new = False
        self._connection = connection
        with connection.cursor() as cursor:
            self.rooms: Sequence[RoomRecord] = rooms_of(cursor)
            self.records: Sequence[Record] = records_of(cursor, lasting=True)

    def write(
        self,
        events: Iterable[Event],
        rooms: Sequence[RoomRecord] = (),
        records: Sequence[Record] = (),
    ) -> None:
        """Write the events of rooms that are new, all or none; of each room in their order.

        The state of the ``rooms`` is known, that of others is what their events say. Errors of the
        iteration are raised, and then nothing is written. Raises `StoreError`.
        """
        with one_line(), self._connection.transaction(), self._connection.cursor() as cursor:
            _take(cursor)
            _Writer(cursor).write(iter(events), rooms, records)

    def whole(self) -> WholeStore:
        """Return all that is in the database."""
        return WholeStore(self.rooms, self.records, self._events(self.rooms))

    def _events(self, rooms: Sequence[RoomRecord]) -> Iterator[Event]:
        with one_line():
            for room in rooms:
                after = 0
                while rows := self._rows(room, after):
                    yield from (event_of(room.name, row) for row in rows)
                    after = rows[-1][0]

    def _rows(self, room: RoomRecord, after: int) -> Sequence[Any]:
        with self._connection.cursor(binary=True) as cursor:
            return cursor.execute(
                f"SELECT {EVENT_COLUMNS} FROM events WHERE shard = %s AND room ="
                " (SELECT id FROM rooms WHERE shard = %s AND name = %s)"
                " AND seq > %s AND seq <= %s ORDER BY seq LIMIT %s",
                (SHARD, SHARD, room.name, after, room.head, _ROWS),
            ).fetchall()


@contextmanager
def import_database(
    place: str, open_session: Callable[[], Connection[Any]]
) -> Iterator[ImportDatabase]:
    """Open the database at a place for an import, and close it. Raises `StoreError`."""
    with one_line():
        connection = open_session()
    with connection:
        connection.set_autocommit(True)
        with one_line():
            for fault in examine(connection, Durability.ONE_DISK).faults:
                raise StoreError(fault)
            opened = ImportDatabase(place, connection)
        yield opened


def _check_unused(connection: Connection[Any], sleep: Callable[[float], None]) -> None:
    """Raise `StoreError` if a node renews its lease."""
    query = "SELECT name, term, beat FROM nodes WHERE live"
    before = set(connection.execute(query).fetchall())
    waited = 0.0
    while before and waited < LOOK_SECONDS:
        sleep(_STEP_SECONDS)
        waited += _STEP_SECONDS
        if beating := set(connection.execute(query).fetchall()) - before:
            names = ", ".join(sorted({name for name, _, _ in beating}))
            raise StoreError(f"daemons use it ({names}). Stop all of them first.")


def _take(cursor: Cursor[Any]) -> None:
    """Lock the log until the end of the transaction, and end the terms of nodes that are dead."""
    cursor.execute("SET LOCAL synchronous_commit = on")
    cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # input may come slowly
    cursor.execute("SELECT FROM clock WHERE shard = %s FOR UPDATE", (SHARD,))
    cursor.execute("UPDATE nodes SET live = false WHERE live RETURNING term, node")
    for term, node in cursor.fetchall():
        cursor.execute("SELECT chatd_end_1(%s, gen_random_uuid(), %s, %s)", (SHARD, term, node))


class _Writer:
    """A writer of rooms, in a transaction."""

    def __init__(self, cursor: Cursor[Any]) -> None:
        self._cursor = cursor
        self._numbers: dict[str, int] = {}
        self._rooms: dict[str, ImportedRoom] = {}
        self._stretches: dict[str, list[Stretch]] = {}
        row = cursor.execute(
            "UPDATE clock SET time = greatest(time,"
            " (extract(epoch FROM clock_timestamp()) * 1000)::bigint)"
            " WHERE shard = %s RETURNING time",
            (SHARD,),
        ).fetchone()
        assert row is not None
        self._now: int = row[0]
        """The time that no line is below that is said after the import."""

    def write(
        self, events: Iterator[Event], rooms: Sequence[RoomRecord], records: Sequence[Record]
    ) -> None:
        """Write events, and what is known of rooms. See `ImportDatabase.write`."""
        for room in rooms:
            self._insert_room(room.name)
        while some := list(islice(events, _ROWS)):
            self._write_some(some)
        known = {room.name: room for room in rooms}
        states = [known.get(name) or room.record for name, room in self._rooms.items()]
        self._cursor.executemany(
            "UPDATE rooms SET head = %s, topic = %s, session = %s, topic_by = %s, topic_at = %s,"
            " made_by = %s, made_at = %s, oldest = %s WHERE id = %s",
            [self._row_of(state) for state in states],
        )
        for state in states:
            self._write_strands(state)
        self._cursor.execute(
            "UPDATE clock SET session = greatest(session, %s) WHERE shard = %s",
            (max((state.session for state in states), default=0), SHARD),
        )
        self._cursor.executemany(
            "INSERT INTO records (shard, kind, key, value, no, term)"
            " VALUES (%s, %s, %s, %s, (SELECT no FROM clock WHERE shard = %s), 0)"
            " ON CONFLICT (shard, kind, key) DO UPDATE SET value = excluded.value,"
            " no = excluded.no, term = excluded.term, node = NULL",
            [(SHARD, kind, to_stored(key), value, SHARD) for kind, key, value, *_ in records],
        )

    def _write_some(self, events: Sequence[Event]) -> None:
        for event in events:
            room = self._rooms.get(event.room) or self._insert_room(event.room)
            stretch = room.add(event)
            if stretch is not None:
                self._stretches[event.room].append(stretch)
        with self._cursor.copy("COPY events FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(_EVENT_TYPES)
            for name, seq, time, session, author, kind, text, part_of in events:
                number, stored = self._numbers[name], to_stored(text)
                copy.write_row(
                    (SHARD, number, seq, time, session, author, int(kind), stored, part_of)
                )

    def _insert_room(self, name: str) -> ImportedRoom:
        row = self._cursor.execute(
            "INSERT INTO rooms (shard, name) VALUES (%s, %s) RETURNING id", (SHARD, name)
        ).fetchone()
        assert row is not None
        self._numbers[name] = row[0]
        self._stretches[name] = []
        room = self._rooms[name] = ImportedRoom(name)
        return room

    def _row_of(self, state: RoomRecord) -> tuple[object, ...]:
        oldest = self._rooms[state.name].first if self._stretches[state.name] else state.head + 1
        return (
            *(state.head, to_stored(state.topic), state.session, *state.topic_set, *state.made),
            *(oldest, self._numbers[state.name]),
        )

    def _write_strands(self, state: RoomRecord) -> None:
        """Write the stretches of a log whose times are not in order, also of its next lines."""
        stretches = self._stretches[state.name]
        following = self._rooms[state.name].go_on(state.head + 1, self._now)
        if following is not None:
            stretches.append(following)
        if len(stretches) > 1:
            self._cursor.executemany(
                "INSERT INTO strands (shard, room, seq, strand, time) VALUES (%s, %s, %s, %s, %s)",
                [(SHARD, self._numbers[state.name], *stretch) for stretch in stretches],
            )
