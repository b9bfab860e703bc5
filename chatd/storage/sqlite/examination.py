"""The examination of a store's file: each of its rows, and what the rows must have in common.

Theory of operation. One read transaction sees one moment of the file, also while a daemon writes.
SQLite checks its pages and indexes (``PRAGMA integrity_check``, which also finds a damaged search
index from SQLite 3.44 on). Then all events are read in order, as a daemon reads them, and compared
with the rows of their rooms and with the time index. Whether the search index has each text is not
looked at: the daemon builds it again from the events.

The file must not be locked for this. This module must not know the meaning of a record.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from chatd.event import Kind, Record, is_inbox
from chatd.storage.contract import RoomRecord, StoreError
from chatd.storage.sqlite import schema, search_index
from chatd.storage.sqlite.errors import sqlite_errors
from chatd.storage.sqlite.file import connect_reading
from chatd.storage.sqlite.rows import (
    KINDS,
    SELECT_EVENTS,
    SEQ_BITS,
    SEQ_MASK,
    EventRow,
    checked,
    content_of,
)
from chatd.storage.timestamps import FIRST_WRITABLE, LAST_WRITABLE, LEAST_STAMP
from chatd.text.escaping import visible

MOST_FAULTS = 20
"""Most faults that are told: a damaged file may have one for each row."""

_FETCHED = 1000
"""Rows that are fetched at a time."""


class Examination(NamedTuple):
    """The result: faults, each as one line, at most `MOST_FAULTS`; and what the file holds.

    ``version`` is that of the file. Of an older one than this chatd's, SQLite's own checks alone
    were made. ``rooms`` and ``records`` are empty if the file has a fault, and an older one's
    records are not read.
    """

    faults: Sequence[str]
    version: int
    lines: int = 0
    rooms: Sequence[RoomRecord] = ()
    records: Sequence[Record] = ()

    @property
    def is_older(self) -> bool:
        """True if the file was written by an older chatd."""
        return self.version < len(schema.STEPS)


class _Room(NamedTuple):
    """A row of the table of rooms."""

    name: str
    head: int
    session: int
    indexed: int


def examine_file(path: Path, called: Path | None = None) -> Examination:
    """Examine a store's file. Raises `StoreError` if it is none, or cannot be read at all.

    ``called`` is the path by which an error names the file, if it is another one.
    """
    with sqlite_errors(called or path), closing(connect_reading(path)) as connection:
        connection.execute("BEGIN")
        version = schema.version_of(connection)
        if version == 0:
            raise StoreError("it is empty.")
        faults = list(islice(_faults(connection, version), MOST_FAULTS))
        if faults:
            return Examination(faults, version)
        (lines,) = connection.execute("SELECT count(*) FROM events").fetchone()
        if version < len(schema.STEPS):
            return Examination((), version, lines, _rooms_of_any_version(connection))
        content = content_of(connection)
        return Examination((), version, lines, content.rooms, content.records)


def _faults(connection: sqlite3.Connection, version: int) -> Iterator[str]:
    try:
        for (text,) in connection.execute(f"PRAGMA integrity_check({MOST_FAULTS})"):
            if text != "ok":
                yield visible(text)
        if version == len(schema.STEPS):
            yield from _faults_of_rooms(connection)
            content_of(connection)
    except StoreError as error:
        yield str(error)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        yield f"SQLite cannot read on: {visible(str(error))}"


def _rooms_of_any_version(connection: sqlite3.Connection) -> list[RoomRecord]:
    rows = connection.execute("SELECT name, head, topic, session FROM rooms ORDER BY name")
    return [RoomRecord(*checked(row, str, int, str, int)) for row in rows]


def _faults_of_rooms(connection: sqlite3.Connection) -> Iterator[str]:
    rooms: dict[int, _Room] = {}
    has_index = search_index.exists(connection)
    for row in connection.execute("SELECT id, name, head, session, indexed FROM rooms ORDER BY id"):
        number, *rest = checked(row, int, str, int, int, int)
        room = rooms[number] = _Room(*rest)
        if not 0 <= room.head <= SEQ_MASK:
            yield f"{_called(room)}: its head is {room.head}"
        if not 0 <= room.indexed <= (room.head if has_index else 0):
            yield f"{_called(room)}: the search index is said to reach {room.indexed}"
    stretches = _stretches_of(connection)
    present: int | None = None
    log: _Log | None = None
    cursor = connection.execute(f"{SELECT_EVENTS} ORDER BY id")
    while rows := cursor.fetchmany(_FETCHED):
        for row in rows:
            (identifier,) = checked(row[:1], int)
            number = identifier >> SEQ_BITS
            if number != present:
                if log is not None:
                    yield from log.end()
                present = number
                log = _Log(rooms[number], stretches) if number in rooms else None
                if log is None:
                    yield f"there are lines of a room that is not there, with the id {number}"
            if log is not None:
                yield from log.faults_of(row)
    if log is not None:
        yield from log.end()
    if stretches:
        yield f"the time index has a stretch without its line, {min(stretches)}"


_Stretches = dict[int, tuple[int, int]]
"""The strand and the time of each stretch of the time index, by the id of its first event."""


def _stretches_of(connection: sqlite3.Connection) -> _Stretches:
    rows = connection.execute("SELECT id, strand, time FROM strands")
    checked_rows = (checked(row, int, int, int) for row in rows)
    return {number: (strand, time) for number, strand, time in checked_rows}


class _Log:
    """The log of a room while its events are read, in order.

    It removes the ``stretches`` that begin in it.
    """

    def __init__(self, room: _Room, stretches: _Stretches) -> None:
        self._room = room
        self._kinds = {
            number for number in KINDS if (number == Kind.PRIVATE) == is_inbox(room.name)
        }
        self._stretches = stretches
        self._strand: int | None = None
        self._lasts: dict[int, int] = {}
        self._seq = 0
        self._before: EventRow | None = None

    def faults_of(self, row: EventRow) -> Iterator[str]:
        """Yield the faults of the next event."""
        number, time, session, author, kind, text, part_of = row
        seq = number & SEQ_MASK
        if seq != self._seq + 1 and self._seq:
            yield self._fault(seq, f"the line before it is {self._seq}")
        elif not seq:
            yield self._fault(seq, "it has no number")
        self._seq = seq
        if type(time) is not int or not FIRST_WRITABLE <= time <= LAST_WRITABLE:
            yield self._fault(seq, "its time is none")
        elif not self._fits(number, time):
            yield self._fault(seq, "it is not in the time index as it was written")
        if type(session) is not int or not 0 <= session <= self._room.session:
            yield self._fault(seq, "its session is above the highest one of its room")
        if type(author) is not str or type(text) is not str:
            yield self._fault(seq, "it is not as it was written")
        if kind not in self._kinds:
            yield self._fault(seq, "its kind is none of its room")
        if part_of is not None and not self._continues(seq, row):
            yield self._fault(seq, "the message that it is part of is not whole")
        self._before = row

    def end(self) -> Iterator[str]:
        """Yield the faults of the log as a whole."""
        head = self._room.head
        if self._seq != head:
            yield f"{_called(self._room)}: its last line is {self._seq}, and its head {head}"

    def _fits(self, number: int, time: int) -> bool:
        """Return True if the event with this id and time is in the time index as it is there."""
        strand, begin = self._stretches.pop(number, (self._strand, time))
        if strand is None or begin != time:
            return False
        self._strand = strand
        fits = time >= self._lasts.get(strand, LEAST_STAMP)
        self._lasts[strand] = time
        return fits

    def _continues(self, seq: int, row: EventRow) -> bool:
        """Return True if a part of a message is its first one, or follows the part before it."""
        if row[6] == seq:
            return True
        before = self._before
        # Time, session and author are those of the whole message.
        return before is not None and before[6] == row[6] and before[1:4] == row[1:4]

    def _fault(self, seq: int, why: str) -> str:
        return f"{_called(self._room)} {seq}: {why}"


def _called(room: _Room) -> str:
    return f"#{visible(room.name)}"
