"""The time index of a store's file: strands of stored times, for logs whose clock was set back.

Theory of operation. A room's log is cut into stretches, each of which belongs to a strand
(`chatd.storage.strands`). The table `strands` has a row for each stretch. The row of a stretch and
its first event are both there, or neither is.

This module must not know a text: it knows ids and times alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from chatd.storage.contract import StoreError
from chatd.storage.sqlite.errors import NOT_AS_WRITTEN
from chatd.storage.sqlite.rows import SEQ_BITS, SEQ_MASK, Log
from chatd.storage.strands import Strands
from chatd.storage.timestamps import said_before, stamp

_OF_STRAND = f"FROM strands WHERE id >> {SEQ_BITS} = ? AND strand = ?"

_IS_SOUND = "typeof(time) = 'integer'"


def fill(connection: sqlite3.Connection) -> None:
    """Insert the rows of a file that has events and no strands yet.

    All events are read once, 0.6 s for a million. A time that is not a number begins no stretch;
    readers of that event receive the error.
    """
    connection.executemany(
        "INSERT INTO strands VALUES (?, ?, ?)",
        _stretches(
            connection.execute(f"SELECT id, time FROM events WHERE {_IS_SOUND} ORDER BY id")
        ),
    )


def _stretches(events: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield the row of each stretch of some events, given their ids, ascending, and times."""
    room, strands = None, Strands({})
    for number, time in events:
        if number >> SEQ_BITS != room:
            room, strands = number >> SEQ_BITS, Strands({})
        strand = strands.add(time)
        if strand is not None:
            yield number, strand, time


def of_log(connection: sqlite3.Connection, log: Log) -> Strands:
    """Return the strands of a log, for its writer. Raises `StoreError`."""
    lasts, ends = {}, {}
    for strand in _numbers(connection, log):
        row = connection.execute(
            f"SELECT id, time {_OF_STRAND} ORDER BY time DESC, id DESC LIMIT 1",
            (_room(log), strand),
        ).fetchone()
        if row is None:
            continue
        begin, time = row
        last = connection.execute(
            "SELECT time FROM events WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
            (begin, _end(connection, begin, log)),
        ).fetchone()
        # Another program may have deleted it.
        lasts[strand] = time if last is None else last[0]
        ends[begin] = strand
    if not all(type(time) is int for time in lasts.values()):
        raise StoreError(NOT_AS_WRITTEN)
    return Strands(lasts, ends[max(ends)] if ends else None)


def begin(connection: sqlite3.Connection, rows: Sequence[tuple[int, int, int]]) -> None:
    """Insert stretches: the id of the first event of each, its strand and its time."""
    connection.executemany("INSERT INTO strands VALUES (?, ?, ?)", rows)


def cut(connection: sqlite3.Connection, log: Log, upto: int) -> None:
    """Delete the stretches of a log whose events up to an id were deleted.

    If a stretch was deleted in part, the rest of it becomes a stretch.
    """
    first, _ = log
    strand = connection.execute(
        "SELECT strand FROM strands WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
        (first, upto),
    ).fetchone()
    connection.execute("DELETE FROM strands WHERE id BETWEEN ? AND ?", (first, upto))
    if strand is not None:  # the rest of the last stretch begins with the next event
        connection.execute(
            "INSERT INTO strands SELECT id, ?, time FROM events"
            f" WHERE id > ? AND id <= ? AND {_IS_SOUND} ORDER BY id LIMIT 1",
            (strand[0], upto, _end(connection, upto, log)),
        )


def first_stamped(connection: sqlite3.Connection, log: Log, low: int, high: int) -> int | None:
    """Return the least id of a log's events with ``low <= time <= high``; None if there is none.

    ``log`` must end at the log's last event. Raises `StoreError`.
    """
    found = []
    for strand in _numbers(connection, log):
        which = _room(log), strand, low
        begins = connection.execute(
            f"SELECT id, time {_OF_STRAND} AND time >= ? ORDER BY time, id LIMIT 1", which
        ).fetchone()
        # Of the stretches that begin before ``low``, only the last may reach it.
        before = connection.execute(
            f"SELECT id {_OF_STRAND} AND time < ? ORDER BY time DESC, id DESC LIMIT 1", which
        ).fetchone()
        if before is not None:
            end = _end(connection, before[0], log)
            begins = _first_from(connection, before[0], end, low) or begins
        if begins is None:
            continue
        number, time = begins
        if type(time) is not int:
            raise StoreError(NOT_AS_WRITTEN)
        if time <= high:
            found.append(number)
    return min(found, default=None)


def seq_before(connection: sqlite3.Connection, log: Log, time: int, now: float) -> int:
    """See `Store.seq_before`; ``now`` is in seconds since 1970. Raises `StoreError`."""

    def first(low: int, high: int) -> int | None:
        found = first_stamped(connection, log, low, high)
        return None if found is None else found & SEQ_MASK

    _, last = log
    return said_before(first, last & SEQ_MASK, time, stamp(now))


def _first_from(
    connection: sqlite3.Connection, first: int, last: int, low: int
) -> tuple[int, int] | None:
    """Return id and time of the first event of a stretch with at least the time ``low``.

    It is found by bisection, in which events may be missing.
    """
    found = None
    while first <= last:
        middle = (first + last) // 2
        row = connection.execute(
            "SELECT id, time FROM events WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1",
            (middle, last),
        ).fetchone()
        if row is None:
            last = middle - 1
        elif type(row[1]) is not int:
            raise StoreError(NOT_AS_WRITTEN)
        elif row[1] < low:
            first = row[0] + 1
        else:
            found = row
            last = middle - 1
    return found


def _room(log: Log) -> int:
    first, _ = log
    return first >> SEQ_BITS


def _numbers(connection: sqlite3.Connection, log: Log) -> range:
    """Return a range that includes the numbers of all strands of a log."""
    highest = connection.execute(
        f"SELECT strand FROM strands WHERE id >> {SEQ_BITS} = ? ORDER BY strand DESC LIMIT 1",
        (_room(log),),
    ).fetchone()
    if highest is not None and type(highest[0]) is not int:
        raise StoreError(NOT_AS_WRITTEN)
    return range(0 if highest is None else highest[0] + 1)


def _end(connection: sqlite3.Connection, begin: int, log: Log) -> int:
    """Return the id of the last event of the stretch that begins at an id."""
    _, last = log
    (following,) = connection.execute(
        "SELECT min(id) FROM strands WHERE id > ? AND id <= ?", (begin, last)
    ).fetchone()
    return last if following is None else int(following) - 1
