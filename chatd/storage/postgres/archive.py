"""Reading of the log beside the link: pages, times and searches, in a thread or in a tool.

This module must not write, nor know what may be shown: a page is asked for up to a seq that was
published.
"""

from __future__ import annotations

import time
from collections.abc import Callable

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
from chatd.storage.postgres import time_index
from chatd.storage.postgres.reading import Connect, ReadingConnection, nothing_shown
from chatd.storage.postgres.rows import (
    EVENT_COLUMNS,
    NOT_AS_WRITTEN,
    event_of,
    records_of,
    room_of,
    rooms_of,
)
from chatd.storage.postgres.schema import SHARD
from chatd.storage.postgres.search import Search
from chatd.storage.shared.engine import Position

_PAGE = f"""
    SELECT {EVENT_COLUMNS} FROM (
        SELECT e.*, sum(length(text)) OVER (ORDER BY seq) - length(text) AS before FROM (
            SELECT {EVENT_COLUMNS} FROM events
            WHERE shard = %s AND room = (SELECT id FROM rooms WHERE shard = %s AND name = %s)
                AND seq > %s AND seq <= %s
            ORDER BY seq LIMIT {PAGE_EVENTS}
        ) e
    ) f WHERE before < {PAGE_CHARACTERS} ORDER BY seq
"""
"""The server counts the characters, so that no more text is sent than a page has."""


_REMARKS = f"""
    SELECT {EVENT_COLUMNS} FROM events
    WHERE shard = %s AND room = (SELECT id FROM rooms WHERE shard = %s AND name = %s)
        AND kind > {Kind.NOTICE:d} AND kind = %s AND seq <= %s
    ORDER BY seq DESC LIMIT %s
"""
"""The first condition of the kind is that of the index."""


class Archive:
    """A reader of the log, on a connection of its own (see `ReadingConnection`).

    ``now`` gives the time in seconds since 1970. Each method may raise `StoreError`.
    """

    def __init__(
        self,
        connect: Connect,
        shown: Callable[[], Position] = nothing_shown,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._connection = ReadingConnection(connect, shown)
        self._now = now

    def rooms(self) -> list[RoomRecord]:
        """Return the rooms that have a log."""
        with self._connection.cursor() as cursor:
            return rooms_of(cursor)

    def names(self) -> list[str]:
        """See `Store.names`."""
        with self._connection.cursor() as cursor:
            rows = cursor.execute("SELECT name FROM rooms WHERE shard = %s", (SHARD,)).fetchall()
            return [name for (name,) in rows]

    def records(self) -> list[Record]:
        """Return the records, without those that end with their nodes."""
        with self._connection.cursor() as cursor:
            return records_of(cursor, lasting=True)

    def page(self, room: str, after: int, upto: int) -> list[Event]:
        """See `Store.read`."""
        with self._connection.cursor() as cursor:
            cursor.execute(_PAGE, (SHARD, SHARD, room, after, upto))
            page = [event_of(room, row) for row in cursor.fetchall()]
            if page and page[-1].seq <= after:  # the caller would read it for ever
                raise StoreError(NOT_AS_WRITTEN)
            return page

    def remarks(self, room: str, kind: Kind, upto: int, limit: int) -> list[Event]:
        """See `Store.remarks`."""
        with self._connection.cursor() as cursor:
            cursor.execute(_REMARKS, (SHARD, SHARD, room, int(kind), upto, limit))
            return page_of([event_of(room, row) for row in cursor.fetchall()])

    def seq_before(self, room: str, time: int) -> int:
        """See `Store.seq_before`."""
        with self._connection.cursor() as cursor:
            found = room_of(cursor, room)
            return 0 if found is None else time_index.seq_before(cursor, found, time, self._now())

    def search(self, room: str, wanted: Wanted, upto: int, limit: int) -> Found:
        """See `Store.search`. What the index has not yet is looked at as well, less far."""
        with self._connection.cursor() as cursor:
            return Search(cursor, room, wanted.folded(), limit, self._now).run(upto)

    def close(self) -> None:
        """Close the connection; the next question opens it again."""
        self._connection.close()

    def shut_down(self) -> None:
        """End the connection at once, from any thread. See `ReadingConnection.shut_down`."""
        self._connection.shut_down()
