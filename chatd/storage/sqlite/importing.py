"""The import of events into a store's file, and the reading of all of it, while no daemon uses it.

All is written in one transaction, so a process that is killed has imported nothing. The daemon that
starts afterwards adds the events to the search index. This module must not know where the events
come from.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

from chatd.event import Event, Record
from chatd.storage.contract import RoomRecord
from chatd.storage.imported_rooms import ImportedRoom, WholeStore
from chatd.storage.sqlite import time_index
from chatd.storage.sqlite.errors import sqlite_errors
from chatd.storage.sqlite.file import StoreFile, connect_reading
from chatd.storage.sqlite.rows import (
    SELECT_EVENTS,
    SEQ_BITS,
    EventRow,
    characters_in,
    events_of,
    log_of,
    write_records,
)

_ROWS = 1000
"""Events that are written at a time."""


class ImportFile:
    """A store's file to which events are imported, or of which all is read.

    The constructor takes the lock of the store, and makes the file if there is none (``is_new``).
    ``rooms`` and ``records`` are those that it has then. Raises `StoreError` as `StoreFile` does.
    """

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        self.is_new = not path.exists()
        self._file = StoreFile(path)
        self._file.lock.write_pid()
        self.rooms: Sequence[RoomRecord] = self._file.content.rooms
        self.records: Sequence[Record] = self._file.content.records

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
        self._file.transact(_write, iter(events), rooms, records)

    def whole(self) -> WholeStore:
        """Return all that is in the file."""
        return WholeStore(self.rooms, self.records, _events_of(self._file.path, self.rooms))

    def close(self) -> None:
        """Close the file, and release its lock."""
        self._file.close()
        self._file.lock.release(remove=True)


@contextmanager
def import_file(path: Path) -> Iterator[ImportFile]:
    """Open a store's file for an import, and close it at the end. Raises `StoreError`.

    A file that was made for an import that failed is removed.
    """
    file = ImportFile(path)
    try:
        yield file
    except BaseException:
        file.close()
        if file.is_new:
            path.unlink()
        raise
    file.close()


class _Room:
    """A room that is being written, and its number in the file."""

    def __init__(self, number: int, name: str) -> None:
        self.number = number
        self.imported = ImportedRoom(name)


def _write(
    connection: sqlite3.Connection,
    events: Iterator[Event],
    records_of_rooms: Sequence[RoomRecord],
    records: Sequence[Record],
) -> None:
    rooms: dict[str, _Room] = {}
    for record in records_of_rooms:
        rooms[record.name] = _insert_room(connection, record.name)
    while some := list(islice(events, _ROWS)):
        _write_some(connection, some, rooms)
    known = {record.name: record for record in records_of_rooms}
    states = [
        (known.get(name) or room.imported.record, room.number) for name, room in rooms.items()
    ]
    connection.executemany(
        "UPDATE rooms SET head = ?, topic = ?, session = ?, topic_by = ?, topic_at = ?,"
        " made_by = ?, made_at = ? WHERE id = ?",
        [
            (state.head, state.topic, state.session, *state.topic_set, *state.made, number)
            for state, number in states
        ],
    )
    write_records(connection, records)


def _insert_room(connection: sqlite3.Connection, name: str) -> _Room:
    cursor = connection.execute(
        "INSERT INTO rooms (name, head, topic, session) VALUES (?, 0, '', 0)", (name,)
    )
    assert cursor.lastrowid is not None
    return _Room(cursor.lastrowid, name)


def _write_some(
    connection: sqlite3.Connection, events: Sequence[Event], rooms: dict[str, _Room]
) -> None:
    rows: list[EventRow] = []
    stretches: list[tuple[int, int, int]] = []
    for event in events:
        name, seq, time, session, author, kind, text, part_of = event
        room = rooms.get(name)
        if room is None:
            room = rooms[name] = _insert_room(connection, name)
        start = room.number << SEQ_BITS
        stretch = room.imported.add(event)
        if stretch is not None:
            stretches.append((start | stretch.seq, stretch.strand, stretch.time))
        rows.append((start | seq, time, session, author, int(kind), text, part_of))
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    time_index.begin(connection, stretches)


def _events_of(path: Path, rooms: Sequence[RoomRecord]) -> Iterator[Event]:
    """Yield the events of all rooms, in their order. Raises `StoreError`."""
    with sqlite_errors(path), closing(connect_reading(path)) as connection:
        for room in rooms:
            query = "SELECT id FROM rooms WHERE name = ?"
            (number,) = connection.execute(query, (room.name,)).fetchone()
            cursor = connection.execute(
                f"{SELECT_EVENTS} WHERE id BETWEEN ? AND ? ORDER BY id", log_of(number, room.head)
            )
            while rows := cursor.fetchmany(_ROWS):
                characters_in(rows)
                yield from events_of(room.name, rows)
