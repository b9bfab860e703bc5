"""The import of events into a store's file, while no daemon uses the store.

All events are written in one transaction, so a process that is killed has imported nothing. The
daemon that starts afterwards adds them to the search index. This module must not know where the
events come from.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from chatd.event import UNKNOWN, Event, Kind, Origin
from chatd.storage.sqlite import time_index
from chatd.storage.sqlite.file import StoreFile
from chatd.storage.sqlite.rows import SEQ_BITS, Content, EventRow
from chatd.storage.strands import Strands

_ROWS = 1000
"""Events that are written at a time."""


class ImportFile:
    """A store's file to which events are imported. ``content`` is what it holds before.

    The constructor takes the lock of the store, and makes the file if there is none (``is_new``).
    Raises `StoreError` as `StoreFile` does.
    """

    def __init__(self, path: Path) -> None:
        self.is_new = not path.exists()
        self._file = StoreFile(path)
        self._file.lock.write_pid()
        self.content: Content = self._file.content

    def write(self, events: Iterable[Event]) -> None:
        """Write the events of rooms that are new, all or none; of each room in their order.

        Errors of the iteration are raised, and then nothing is written. Raises `StoreError`.
        """
        self._file.transact(_write, iter(events))

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
    """A room that is being written."""

    __slots__ = ("head", "number", "session", "strands", "topic", "topic_set")

    head: int
    """The seq of the last event."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.session = 0
        self.topic = ""
        self.topic_set = UNKNOWN
        self.strands = Strands({})


def _write(connection: sqlite3.Connection, events: Iterator[Event]) -> None:
    rooms: dict[str, _Room] = {}
    while some := list(islice(events, _ROWS)):
        _write_some(connection, some, rooms)
    connection.executemany(
        "UPDATE rooms SET head = ?, topic = ?, session = ?, topic_by = ?, topic_at = ?"
        " WHERE id = ?",
        [
            (room.head, room.topic, room.session, *room.topic_set, room.number)
            for room in rooms.values()
        ],
    )


def _write_some(
    connection: sqlite3.Connection, events: Sequence[Event], rooms: dict[str, _Room]
) -> None:
    rows: list[EventRow] = []
    stretches: list[tuple[int, int, int]] = []
    for name, seq, time, session, author, kind, text, part_of in events:
        room = rooms.get(name)
        if room is None:
            cursor = connection.execute(
                "INSERT INTO rooms (name, head, topic, session, made_at) VALUES (?, 0, '', 0, ?)",
                (name, time if seq == 1 else UNKNOWN.at),
            )
            assert cursor.lastrowid is not None
            room = rooms[name] = _Room(cursor.lastrowid)
        number = room.number << SEQ_BITS | seq
        strand = room.strands.add(time)
        if strand is not None:
            stretches.append((number, strand, time))
        room.head = seq
        room.session = max(room.session, session)
        if kind is Kind.TOPIC:
            room.topic = text
            room.topic_set = Origin(author, time)
        rows.append((number, time, session, author, int(kind), text, part_of))
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    time_index.begin(connection, stretches)
