"""Maintenance of a store's file: the search index is updated, and old events are deleted.

Theory of operation. The index is written after the events, so that a line does not wait for it:
``rooms.indexed`` is the seq up to which a room's events are in it. The rooms that lag are known by
their ids, so that no step reads all rooms. Deleted events must leave no trace in the file. FTS5
only marks texts as removed, so the row "purge" in the table ``chores`` says that the index must be
rewritten without them, and "renew" that the index must be built again from the events. All of that
is done in short steps, each in a transaction of the caller; the pending work is in the file, so it
continues when a daemon starts again.

This module must not know when a step is taken (`chatd.storage.sqlite.maintenance_schedule`).
"""

from __future__ import annotations

import sqlite3
from itertools import islice

from twisted.internet.interfaces import IReactorTime

from chatd.storage.contract import FORGOTTEN, PAGE_CHARACTERS, StoreError
from chatd.storage.sqlite import search_index, time_index
from chatd.storage.sqlite.errors import NOT_AS_WRITTEN
from chatd.storage.sqlite.maintenance_schedule import PAUSE_SECONDS
from chatd.storage.sqlite.rows import SEQ_BITS, SEQ_MASK, checked, forget_records, log_of
from chatd.text.folding import fold_for_search

INDEXED_EVENTS = 200
INDEXED_CHARACTERS = 16 * 1024
"""Most events and characters that one step indexes: some milliseconds, which a line that arrives
then waits."""

_PURGE_PAUSE = 1000
"""After the index was rewritten it is not rewritten again for this many times as long as that
took."""


class Maintenance:
    """Steps of maintenance. Each method is called in a transaction of its own."""

    def __init__(self, clock: IReactorTime) -> None:
        self.log_has_deleted = False
        """True if events were deleted that may still be in the file's write-ahead log."""
        self.purge_in: float | None = None
        """Seconds until the index may be purged; None if that is not needed."""
        self._clock = clock
        self._lagging: dict[int, None] | None = None  # None: they are to be read from the file
        self._merging = True
        self._purging = False
        self._purge_began = 0.0
        self._no_purge_until = 0.0

    def said_in(self, room: int) -> None:
        """Note that events of a room, given its id, were written."""
        if self._lagging is not None:
            self._lagging[room] = None

    def failed(self) -> None:
        """Note that a transaction failed: the last step may have been rolled back."""
        self._lagging = None

    def forget(self, connection: sqlite3.Connection, room: str, upto: int) -> int:
        """See `Store.forget`."""
        row = connection.execute(
            "SELECT id, indexed, head FROM rooms WHERE name = ?", (room,)
        ).fetchone()
        if row is None:
            return 0
        number, indexed, head = checked(row, int, int, int)
        start = number << SEQ_BITS
        rows = _whole(connection, self._texts(connection, start, min(upto, head), FORGOTTEN))
        if not rows:
            return 0
        connection.execute("DELETE FROM events WHERE id > ? AND id <= ?", (start, rows[-1][0]))
        forget_records(connection, (start, rows[-1][0]))
        time_index.cut(connection, log_of(number, head), rows[-1][0])
        in_index = [row for row in rows if row[0] <= start | indexed]
        if in_index and not _has_chore(connection, "renew"):
            if search_index.is_possible():
                search_index.remove(connection, in_index)
                connection.execute("INSERT OR IGNORE INTO chores VALUES ('purge')")
                self._purging = False  # it must begin again
            else:  # a chatd that has FTS5 made the index, and can build it again
                self.renew_index(connection)
        self.log_has_deleted = True
        return len(rows)

    def renew_index(self, connection: sqlite3.Connection) -> None:
        """Let the following steps build the index again from the events."""
        connection.execute("INSERT OR IGNORE INTO chores VALUES ('renew')")

    def step(self, connection: sqlite3.Connection, *, may_grow: bool) -> float | None:
        """Take one step; return the seconds until the next one, None if nothing is left.

        Nothing is added to the index of a store that may not grow.
        """
        self.purge_in = None
        if not search_index.is_possible():
            return None
        if _has_chore(connection, "renew"):
            connection.execute("UPDATE rooms SET indexed = 0 WHERE indexed > 0")
            self._lagging = None
            if not search_index.clear(connection):
                connection.execute("DELETE FROM chores")
            self._purging = False
            self.log_has_deleted = True  # the texts of deleted events in the index
            return PAUSE_SECONDS
        if _has_chore(connection, "purge"):
            now = self._clock.seconds()
            if self._purging or now >= self._no_purge_until:
                self._purge(connection, now)
                return PAUSE_SECONDS
            self.purge_in = self._no_purge_until - now
        if self._merging and search_index.exists(connection) and search_index.merge(connection):
            return PAUSE_SECONDS
        self._merging = may_grow and self._index_some(connection)
        return PAUSE_SECONDS if self._merging else None

    def _purge(self, connection: sqlite3.Connection, now: float) -> None:
        if not self._purging:
            self._purge_began = now
        if search_index.purge(connection, first=not self._purging):
            self._purging = True
            return
        connection.execute("DELETE FROM chores WHERE what = 'purge'")
        self._purging = False
        self._no_purge_until = now + _PURGE_PAUSE * (now - self._purge_began)
        self.log_has_deleted = True

    def _index_some(self, connection: sqlite3.Connection) -> bool:
        """Add some events to the index; return False if all were in it."""
        rows: list[tuple[int, str]] = []
        marks: list[tuple[int, int]] = []
        lagging = self._lagging_rooms(connection)
        characters = 0
        for room in list(islice(lagging, INDEXED_EVENTS)):
            row = connection.execute(
                "SELECT indexed, head FROM rooms WHERE id = ?", (room,)
            ).fetchone()
            del lagging[room]
            if row is None:  # another program has deleted it
                continue
            indexed, head = checked(row, int, int)
            start = room << SEQ_BITS
            left = INDEXED_EVENTS - len(rows), INDEXED_CHARACTERS - characters
            some = self._texts(connection, start | indexed, head, *left)
            rows += some
            characters += sum(len(text) for _, text in some)
            full = len(rows) >= INDEXED_EVENTS or characters >= INDEXED_CHARACTERS
            upto = some[-1][0] & SEQ_MASK if full and some else head
            marks.append((upto, room))
            if upto < head:
                lagging[room] = None  # behind the others
            if full:
                break
        if marks:
            search_index.create(connection)
            search_index.add(connection, rows)
            connection.executemany("UPDATE rooms SET indexed = ? WHERE id = ?", marks)
        return bool(marks)

    def _lagging_rooms(self, connection: sqlite3.Connection) -> dict[int, None]:
        """Return the ids of all rooms that lag, and perhaps of some that do not."""
        if self._lagging is None:
            rows = connection.execute("SELECT id FROM rooms WHERE indexed < head ORDER BY id")
            self._lagging = dict.fromkeys(room for (room,) in rows)
        return self._lagging

    def _texts(
        self,
        connection: sqlite3.Connection,
        after: int,
        upto: int,
        events: int,
        characters: int = PAGE_CHARACTERS,
    ) -> list[tuple[int, str]]:
        """Return ids and folded texts of a room's first events after an id, up to a seq.

        At most ``events`` of them, and the first that reach ``characters``. Raises `StoreError`.
        """
        rows = []
        for number, text in connection.execute(
            "SELECT id, text FROM events WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
            (after, after & ~SEQ_MASK | upto, events),
        ):
            if type(text) is not str or number <= after:
                raise StoreError(NOT_AS_WRITTEN)
            after = number
            rows.append((number, fold_for_search(text)))
            characters -= len(text)
            if characters <= 0:
                break
        return rows


def _whole(connection: sqlite3.Connection, rows: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return a room's first rows without those of a message that goes on behind them."""
    if not rows:
        return rows
    last = rows[-1][0]
    next = connection.execute(
        "SELECT part_of FROM events WHERE id = ? AND part_of IS NOT NULL", (last + 1,)
    ).fetchone()
    if next is None:
        return rows
    first = (last & ~SEQ_MASK) + checked(next, int)[0]
    return [row for row in rows if row[0] < first]


def _has_chore(connection: sqlite3.Connection, what: str) -> bool:
    sql = "SELECT 1 FROM chores WHERE what = ?"
    return connection.execute(sql, (what,)).fetchone() is not None
