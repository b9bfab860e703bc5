"""How stored times are found in a log whose clock was set back: by strands.

A room's log is cut into stretches, each of which belongs to a strand. Along a strand, times never
decrease, also from one of its stretches to the next. While the clock is right a room has one
stretch. A line that is stored with an earlier time than the one before it begins a stretch, of the
strand whose last time is nearest below it; only where there is none begins a new strand. So a clock
that jumps to and fro between two times makes two strands, however often it does so, and a question
about times takes a bisection for each strand.

The table `strands` has a row for each stretch. Its row goes with its first event: both are there,
or neither is. This module knows ids and times alone, and no text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from chatd.store import StoreError

SEQ_BITS = 40
"""An event's id is its room's id, shifted by so many bits, and its seq."""

NOT_AS_WRITTEN = "it is damaged: an event in it is not as it was written."

Log = tuple[int, int]
"""The bounds of a log's events, as ids: the first possible one and the last, both included."""


class Strands:
    """The strands of one log as its writer knows them: the last time of each, by its number, and
    the number of the one to which the last stretch belongs (-1 for a log without events)."""

    __slots__ = ("_current", "_lasts")

    def __init__(self, lasts: Mapping[int, int], current: int = -1) -> None:
        self._lasts = dict(lasts)
        self._current = current

    def add(self, time: int) -> int | None:
        """Add an event with this time to the log.

        Return the number of its strand if it begins a stretch; None if it goes on with the last.
        """
        lasts = self._lasts
        fitting = [(last, number) for number, last in lasts.items() if last <= time]
        _, number = max(fitting) if fitting else (time, max(lasts, default=-1) + 1)
        lasts[number] = time
        if number == self._current:
            return None
        self._current = number
        return number


def fill(connection: sqlite3.Connection) -> None:
    """Make the rows of a file that has events and no strands yet.

    SQLite finds the logs in which a time is less than the one before it (0.1 s for a million
    events); only those are walked here.
    """
    connection.execute(
        "INSERT INTO strands SELECT id, 0, time FROM events WHERE id IN (SELECT (SELECT min(id)"
        f" FROM events WHERE id > rooms.id << {SEQ_BITS} AND id < rooms.id + 1 << {SEQ_BITS})"
        " FROM rooms)"
    )
    disordered = connection.execute(
        f"SELECT DISTINCT later.id >> {SEQ_BITS} FROM events AS earlier"
        " JOIN events AS later ON later.id = earlier.id + 1 WHERE later.time < earlier.time"
    ).fetchall()
    for (room,) in disordered:
        log = room << SEQ_BITS, (room + 1 << SEQ_BITS) - 1
        events = connection.execute(
            "SELECT id, time FROM events WHERE id BETWEEN ? AND ? ORDER BY id", log
        )
        strands = Strands({})
        rows = [
            (number, strand, time)
            for number, time in events
            if (strand := strands.add(time)) is not None
        ]
        connection.execute("DELETE FROM strands WHERE id BETWEEN ? AND ?", log)
        connection.executemany("INSERT INTO strands VALUES (?, ?, ?)", rows)


def of_log(connection: sqlite3.Connection, log: Log) -> Strands:
    """The strands of a log, for its writer."""
    rows = connection.execute(
        "SELECT strand, max(id), time FROM strands WHERE id BETWEEN ? AND ? GROUP BY strand", log
    ).fetchall()
    lasts = {}
    for strand, first, time in rows:
        last = connection.execute(
            "SELECT time FROM events WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
            (first, _end(connection, first, log)),
        ).fetchone()
        # Somebody may have deleted it with a program of theirs.
        lasts[strand] = time if last is None else last[0]
    if not all(type(number) is int for pair in lasts.items() for number in pair):
        raise StoreError(NOT_AS_WRITTEN)
    current, *_ = max(rows, key=lambda row: row[1], default=(-1,))
    return Strands(lasts, current)


def begin(connection: sqlite3.Connection, rows: Sequence[tuple[int, int, int]]) -> None:
    """Keep that stretches begin: the id of the first event of each, its strand and its time."""
    connection.executemany("INSERT INTO strands VALUES (?, ?, ?)", rows)


def cut(connection: sqlite3.Connection, log: Log, upto: int) -> None:
    """Follow a log of which the events up to an id were forgotten."""
    first, _ = log
    strand = connection.execute(
        "SELECT strand FROM strands WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
        (first, upto + 1),
    ).fetchone()
    connection.execute("DELETE FROM strands WHERE id BETWEEN ? AND ?", (first, upto))
    if strand is not None:
        connection.execute(
            "INSERT OR IGNORE INTO strands SELECT id, ?, time FROM events WHERE id = ?",
            (strand[0], upto + 1),
        )


def first_stamped(connection: sqlite3.Connection, log: Log, low: int, high: int) -> int | None:
    """Return the least id of a log's events whose time is within two bounds, both included; None
    if there is none. ``log`` must end at the log's last event."""
    begins = connection.execute(
        "SELECT id FROM strands WHERE id BETWEEN ? AND ? AND time BETWEEN ? AND ?"
        " ORDER BY id LIMIT 1",
        (*log, low, high),
    ).fetchall()
    # Of each strand, only the last stretch that begins before ``low`` may reach it.
    crossing = connection.execute(
        "SELECT max(id) FROM strands WHERE id BETWEEN ? AND ? AND time < ? GROUP BY strand",
        (*log, low),
    ).fetchall()
    found = [number for (number,) in begins]
    for (number,) in crossing:
        within = _first_from(connection, number, _end(connection, number, log), low)
        if within is not None and within[1] <= high:
            found.append(within[0])
    return min(found, default=None)


def _first_from(
    connection: sqlite3.Connection, first: int, last: int, low: int
) -> tuple[int, int] | None:
    """The first event of a stretch with at least that time: its id and its time. A bisection, in
    which events may be missing."""
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


def _end(connection: sqlite3.Connection, begin: int, log: Log) -> int:
    """The id of the last event of the stretch that begins at an id."""
    _, last = log
    (behind,) = connection.execute(
        "SELECT min(id) FROM strands WHERE id > ? AND id <= ?", (begin, last)
    ).fetchone()
    return last if behind is None else int(behind) - 1
