"""Questions about the times of a log in the database, which its writer never sets back.

Theory of operation. A batch is stored with a time that is not below that of the batch before it, so
a log has one stretch (`chatd.storage.strands`), and a question takes one bisection. A log that was
imported may have been written under a clock that was set back. Its stretches are in the table
`strands`, the last of which is the one that goes on with what is said after the import: the time of
its row is one that none of those lines is below. Rows of lines that were forgotten stay there.

This module must not know a text.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from psycopg import Cursor

from chatd.storage.postgres.rows import Room
from chatd.storage.postgres.schema import SHARD
from chatd.storage.timestamps import LEAST_STAMP, said_before, stamp

_FIRST_FROM = """
    WITH RECURSIVE half (low, high, seq, time) AS (
        SELECT %(first)s::bigint, %(last)s::bigint, NULL::bigint, NULL::bigint
        UNION ALL
        SELECT
            CASE WHEN e.time < %(time)s THEN e.seq + 1 ELSE h.low END,
            CASE WHEN e.time < %(time)s THEN h.high ELSE m.middle - 1 END,
            CASE WHEN e.time >= %(time)s THEN e.seq ELSE h.seq END,
            CASE WHEN e.time >= %(time)s THEN e.time ELSE h.time END
        FROM half h
        CROSS JOIN LATERAL (SELECT (h.low + h.high) / 2) m (middle)
        LEFT JOIN LATERAL (
            SELECT e.seq, e.time FROM events e
            WHERE e.shard = %(shard)s AND e.room = %(room)s AND e.seq BETWEEN m.middle AND h.high
            ORDER BY e.seq LIMIT 1
        ) e ON true
        WHERE h.low <= h.high
    )
    SELECT seq, time FROM half WHERE low > high AND seq IS NOT NULL
"""
"""A bisection of the lines of a stretch, of which some may be missing."""


class _Line(NamedTuple):
    """A line: its seq, and the time with which it was stored."""

    seq: int
    time: int


class Times:
    """The times of the log of a room.

    ``cursor`` reads them, in a transaction or in one statement after the other: lines that are said
    meanwhile make no difference.
    """

    def __init__(self, cursor: Cursor[Any], room: Room) -> None:
        self._cursor = cursor
        self._room = room
        self._oldest: _Line | None = None
        row = cursor.execute(
            "SELECT seq, time FROM events WHERE shard = %s AND room = %s AND seq >= %s"
            " ORDER BY seq LIMIT 1",
            (SHARD, room.id, room.oldest),
        ).fetchone()
        if row is None:
            return
        self._oldest = _Line(*row)
        found = cursor.execute(
            "SELECT coalesce(max(strand), 0), coalesce((array_agg(strand ORDER BY seq DESC)"
            " FILTER (WHERE seq <= %s))[1], 0) FROM strands WHERE shard = %s AND room = %s",
            (self._oldest.seq, SHARD, room.id),
        ).fetchone()
        assert found is not None
        self._highest, self._strand_of_oldest = found

    def first_stamped(self, low: int, high: int) -> int | None:
        """See `chatd.storage.timestamps.FirstStamped`."""
        if self._oldest is None:
            return None
        if low <= LEAST_STAMP and self._oldest.time <= high:
            return self._oldest.seq
        found = (self._first_of(strand, low) for strand in range(self._highest + 1))
        seqs = [line.seq for line in found if line is not None and line.time <= high]
        return min(seqs, default=None)

    def _first_of(self, strand: int, low: int) -> _Line | None:
        """Return the first line of a strand with at least the time ``low``."""
        assert self._oldest is not None
        if strand == self._strand_of_oldest:
            found = self._first_from(self._oldest.seq, low)
            if found is not None:
                return found
        which = SHARD, self._room.id, strand, self._oldest.seq, low
        before = self._cursor.execute(
            "SELECT seq FROM strands WHERE shard = %s AND room = %s AND strand = %s AND seq > %s"
            " AND time < %s ORDER BY time DESC, seq DESC LIMIT 1",
            which,
        ).fetchone()
        # Of the stretches that begin before ``low``, only the last may reach it.
        if before is not None and (found := self._first_from(before[0], low)) is not None:
            return found
        row = self._cursor.execute(
            "SELECT e.seq, e.time FROM strands s JOIN events e USING (shard, room, seq)"
            " WHERE s.shard = %s AND s.room = %s AND s.strand = %s AND s.seq > %s AND s.time >= %s"
            " ORDER BY s.time, s.seq LIMIT 1",
            which,
        ).fetchone()
        return None if row is None else _Line(*row)

    def _first_from(self, first: int, low: int) -> _Line | None:
        """Return the first line of the stretch that goes on at a seq with at least a time."""
        following = self._cursor.execute(
            "SELECT min(seq) FROM strands WHERE shard = %s AND room = %s AND seq > %s",
            (SHARD, self._room.id, first),
        ).fetchone()
        assert following is not None
        last = self._room.head if following[0] is None else following[0] - 1
        values = {"first": first, "last": last, "time": low, "shard": SHARD, "room": self._room.id}
        row = self._cursor.execute(_FIRST_FROM, values).fetchone()
        return None if row is None else _Line(*row)


def seq_before(cursor: Cursor[Any], room: Room, time: int, now: float) -> int:
    """See `Store.seq_before`; ``now`` is in seconds since 1970."""
    return said_before(Times(cursor, room).first_stamped, room.head, time, stamp(now))
