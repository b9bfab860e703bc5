"""Reading of a store's file: pages, times and searches, in a thread of a daemon or in another tool.

This module must not write to the file.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chatd.event import Event, Kind, Record
from chatd.storage.contract import (
    PAGE_CHARACTERS,
    PAGE_EVENTS,
    Found,
    RoomRecord,
    StoreError,
    Wanted,
    page_of,
)
from chatd.storage.sqlite import schema, time_index
from chatd.storage.sqlite.errors import NOT_AS_WRITTEN, sqlite_errors
from chatd.storage.sqlite.file import closed_on_error, connect_reading
from chatd.storage.sqlite.rows import (
    SELECT_EVENTS,
    SEQ_BITS,
    characters_in,
    checked,
    events_of,
    log_of,
    records_of,
    rooms_of,
)
from chatd.storage.sqlite.search import Search
from chatd.storage.versions import check_version

_FETCHED = PAGE_EVENTS // 2
"""Rows that are fetched at a time: half a page. Of the longest lines that is 6 MB."""


class Archive:
    """A reader of a store's file, which other processes and threads may write to meanwhile.

    The first question opens the file. No transaction outlives a call. ``now`` gives the time in
    seconds since 1970. Each method may raise `StoreError`.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self.index_error: StoreError | None = None
        """The error that the last search met in the index; None if there was none."""
        self._path = path
        self._now = now
        self._reading: sqlite3.Connection | None = None
        self._starts: dict[str, int] = {}

    def rooms(self) -> list[RoomRecord]:
        """Return the rooms that have a log."""
        with self._connection() as connection:
            return rooms_of(connection)

    def records(self) -> list[Record]:
        """Return the records beside the logs."""
        with self._connection() as connection:
            return records_of(connection)

    def page(self, room: str, after: int, upto: int) -> list[Event]:
        """See `Store.read`."""
        with self._connection() as connection:
            start = self._start(connection, room)
            rows = connection.execute(
                f"{SELECT_EVENTS} WHERE id > ? AND id <= ? ORDER BY id",
                (start | after, start | upto),
            )
            page: list[Event] = []
            characters = 0
            while (
                len(page) < PAGE_EVENTS
                and characters < PAGE_CHARACTERS
                and (some := rows.fetchmany(_FETCHED))
            ):
                characters += characters_in(some)
                # In lists, not one by one: this thread and the reactor's share the interpreter.
                page += events_of(room, some)
            rows.close()  # ends the transaction
            if page and page[-1].seq <= after:  # the caller would read it for ever
                raise StoreError(NOT_AS_WRITTEN)
            return page if characters < PAGE_CHARACTERS else page_of(page)

    def remarks(self, room: str, kind: Kind, upto: int, limit: int) -> list[Event]:
        """See `Store.remarks`."""
        with self._connection() as connection:
            start = self._start(connection, room)
            rows = connection.execute(
                f"{SELECT_EVENTS} WHERE kind > {Kind.NOTICE:d} AND kind = ? AND id > ? AND id <= ?"
                " ORDER BY id DESC LIMIT ?",
                (int(kind), start, start | upto, limit),
            ).fetchall()
            characters_in(rows)
            return page_of(events_of(room, rows))

    def seq_before(self, room: str, time: int) -> int:
        """See `Store.seq_before`."""
        with self._snapshot() as connection:
            row = connection.execute(
                "SELECT id, head FROM rooms WHERE name = ?", (room,)
            ).fetchone()
            if row is None:
                return 0
            number, head = checked(row, int, int)
            return time_index.seq_before(connection, log_of(number, head), time, self._now())

    def search(self, room: str, wanted: Wanted, upto: int, limit: int) -> Found:
        """See `Store.search`. Without an index, or with a damaged one, it looks less far."""
        with self._snapshot() as connection:
            search = Search(connection, self._path, room, wanted.folded(), limit, self._now)
            found = search.run(upto)
            self.index_error = search.index_error
            return found

    def close(self) -> None:
        """Close the file; the next question opens it again."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Return the connection; open it first if need be."""
        with sqlite_errors(self._path):
            if self._reading is None:
                reading = connect_reading(self._path)
                with closed_on_error(reading):
                    check_version(schema.version_of(reading), len(schema.STEPS), "the file")
                self._reading = reading
            yield self._reading

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        """Return a connection that reads one state of the file, also while others write."""
        with self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    def _start(self, connection: sqlite3.Connection, room: str) -> int:
        """Return the id in front of a room's first event; 0 for an unknown room."""
        if room not in self._starts:
            row = connection.execute("SELECT id FROM rooms WHERE name = ?", (room,)).fetchone()
            if row is None:
                return 0
            self._starts[room] = checked(row, int)[0] << SEQ_BITS
        return self._starts[room]
