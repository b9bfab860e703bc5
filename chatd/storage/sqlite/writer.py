"""Writing to a store's file: batches, deletions and maintenance, each in one transaction.

Everything here runs in the writer's thread. This module must not know a `Deferred` or the reactor.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Concatenate, ParamSpec, TypeVar

from twisted.internet.interfaces import IReactorTime

from chatd.event import Draft, Event, Kind, Origin, Published
from chatd.storage.batches import PASSING, BatchItem, Committed, RecordWrite
from chatd.storage.contract import StoreError
from chatd.storage.size_limit import SizeLimit
from chatd.storage.sqlite import time_index
from chatd.storage.sqlite.checkpoints import AGAIN_SECONDS, Checkpoints
from chatd.storage.sqlite.errors import DamagedFile
from chatd.storage.sqlite.file import StoreFile
from chatd.storage.sqlite.maintenance import Maintenance
from chatd.storage.sqlite.maintenance_schedule import PAUSE_SECONDS
from chatd.storage.sqlite.rows import SEQ_BITS, EventRow, checked, log_of, write_records
from chatd.storage.strands import Strands
from chatd.storage.timestamps import stamp

P = ParamSpec("P")
T = TypeVar("T")

TRACE_SECONDS = 0.1
"""Seconds for which a batch waits for readers, so that its records leave no trace: a read of a page
takes 2 ms, a search 50 ms. If that is too little, no batch waits again until it has succeeded."""


class _Head:
    """A room's row and its strands, as the next batch continues them."""

    __slots__ = ("room", "seq", "session", "strands", "topic", "topic_set")

    def __init__(
        self,
        room: int,
        seq: int,
        topic: str,
        session: int,
        topic_set: Origin,
        strands: Strands,
    ) -> None:
        self.room = room
        self.seq = seq
        self.topic = topic
        self.session = session
        self.topic_set = topic_set
        self.strands = strands


class Writer:
    """The writer of a store's file. Each method may raise `StoreError`.

    ``now`` gives the time in seconds since 1970; it stamps the events. ``clock`` measures
    maintenance. ``limit`` is that of the file's size. `checkpoint` is to be called after a batch if
    ``checkpoints`` are due by then. ``traces_are_held`` is True while earlier states of records
    that are to leave no trace are in the log, because another program reads it.
    """

    def __init__(
        self, file: StoreFile, clock: IReactorTime, now: Callable[[], float], limit: SizeLimit
    ) -> None:
        self._file = file
        self._limit = limit
        self._now = now
        self.checkpoints = Checkpoints(file, clock)
        self._heads: dict[str, _Head] = {}
        self._maintenance = Maintenance(clock)
        self._index_renewed = False
        self._has_traces = True  # a daemon may have been killed before it truncated its log
        self.traces_are_held = False

    def write(self, batch: Sequence[BatchItem]) -> Committed:
        """Store a batch with its numbers, all or nothing.

        Records that are to leave no trace are conflicts while another program reads the log.
        """
        self._limit.check(self._file.size)
        traceless = [item for item in batch if isinstance(item, RecordWrite) and not item.trace]
        if not traceless:
            return Committed(self._transact(self._number, batch))
        if not self._remove_traces():
            left_out = [*traceless, *(draft for write in traceless for draft in write.drafts)]
            rest = [item for item in batch if not any(item is each for each in left_out)]
            return Committed(self._transact(self._number, rest), conflicts=traceless)
        entries = self._transact(self._number, batch)
        self._has_traces = True
        with suppress(StoreError):  # what was written is on disk
            self._remove_traces()
        return Committed(entries)

    def _remove_traces(self) -> bool:
        """Truncate the log, if it may have earlier states of records that are to leave no trace.

        Return True if none is left. Raises `StoreError`.
        """
        if self._has_traces:
            wait = 0.0 if self.traces_are_held else TRACE_SECONDS
            self._has_traces = self.traces_are_held = not self._file.truncate_log(wait)
            self._file.measure(self._limit.near)
        return not self._has_traces

    def forget(self, room: str, upto: int) -> int:
        """See `Store.forget`."""
        self._heads.pop(room, None)  # its strands may end with the deleted events
        try:
            return self._transact(self._maintenance.forget, room, upto)
        except DamagedFile:
            self.renew_index()
        return self._transact(self._maintenance.forget, room, upto)

    def checkpoint(self) -> bool:
        """Take a step of checkpoints; return True if nothing is left to do."""
        is_done = self.checkpoints.take()
        self._file.measure(self._limit.near)
        return is_done

    def maintain(self) -> float | None:
        """Take one step of maintenance; return the seconds until the next, None if none is due."""
        maintenance = self._maintenance
        if self.traces_are_held and not self._remove_traces():
            return AGAIN_SECONDS
        if self.checkpoints.are_worth_it and self.checkpoint():
            return PAUSE_SECONDS
        try:
            next_in = self._transact(maintenance.step, may_grow=self._has_room)
        except DamagedFile:
            self.renew_index()
            raise
        if next_in is None and (maintenance.log_has_deleted or not self._has_room):
            if not self._truncate_log():
                return AGAIN_SECONDS
            maintenance.log_has_deleted = False
        if next_in is None and self.checkpoints.are_held:
            return AGAIN_SECONDS
        return maintenance.purge_in if next_in is None else next_in

    def renew_index(self) -> None:
        """Let maintenance build a damaged index again.

        That is done once only, because the damage may be in another part of the file.
        """
        if not self._index_renewed:
            self._index_renewed = True
            self._transact(self._maintenance.renew_index)

    def close(self) -> None:
        """Close the connection."""
        self._file.close()

    def _transact(
        self,
        work: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Do work in a transaction; after a failure the next one reads the heads from the disk."""
        try:
            done = self._file.transact(work, *args, **kwargs)
        except BaseException:
            self._heads.clear()
            self._maintenance.failed()
            raise
        try:
            self.checkpoints.written()
            self._file.measure(self._limit.near)
            if not self._has_room:
                self._truncate_log()
        except StoreError:
            pass  # what was written is on disk
        return done

    @property
    def _has_room(self) -> bool:
        return self._limit.has_room(self._file.size)

    def _truncate_log(self) -> bool:
        """Truncate the log, and measure the file: see `StoreFile.truncate_log`."""
        was_possible = self._file.truncate_log()
        self._file.measure()
        return was_possible

    def _number(
        self, connection: sqlite3.Connection, batch: Sequence[BatchItem]
    ) -> list[Published]:
        now = stamp(self._now())
        touched: dict[str, _Head] = {}
        stretches: list[tuple[int, int, int]] = []
        rows: list[EventRow] = []
        entries: list[Published] = []
        for entry in batch:
            if not isinstance(entry, Draft):
                if isinstance(entry, RecordWrite):
                    if entry.drafts:
                        entry.fill_in(touched[entry.drafts[0].room].seq)
                    write_records(connection, entry.records)
                elif isinstance(entry, PASSING):
                    entries.append(entry)
                continue
            name, session, author, kind, texts, as_one, _ = entry
            head = touched.get(name)
            if head is None:
                head = touched[name] = self._head(connection, name, entry.origin(now))
                self._maintenance.said_in(head.room)
                strand = head.strands.add(now)
                if strand is not None:
                    first = (head.room << SEQ_BITS | head.seq) + 1
                    stretches.append((first, strand, now))
            head.session = max(head.session, session)
            if kind is Kind.TOPIC:
                head.topic = texts[-1]
                head.topic_set = Origin(author, now)
            number = int(kind)  # for an enum, sqlite3 looks for an adapter: 1 us each
            room, seq = head.room << SEQ_BITS, head.seq
            part_of = seq + 1 if as_one else None
            for text in texts:
                seq += 1
                rows.append((room | seq, now, session, author, number, text, part_of))
                entries.append(Event(name, seq, now, session, author, kind, text, part_of))
            head.seq = seq
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        if stretches:  # which is rare
            time_index.begin(connection, stretches)
        connection.executemany(
            "UPDATE rooms SET head = ?, topic = ?, session = ?, topic_by = ?, topic_at = ?"
            " WHERE id = ?",
            [
                (head.seq, head.topic, head.session, *head.topic_set, head.room)
                for head in touched.values()
            ],
        )
        return entries

    def _head(self, connection: sqlite3.Connection, name: str, made: Origin) -> _Head:
        """Return the head of a room; create the room, with that origin, if there is none."""
        head = self._heads.get(name)
        if head is None:
            connection.execute(
                "INSERT INTO rooms (name, head, topic, session, made_by, made_at)"
                " VALUES (?, 0, '', 0, ?, ?) ON CONFLICT DO NOTHING",
                (name, *made),
            )
            row = connection.execute(
                "SELECT id, head, topic, session, topic_by, topic_at FROM rooms WHERE name = ?",
                (name,),
            ).fetchone()
            room, seq, topic, session, *topic_set = checked(row, int, int, str, int, str, int)
            strands = time_index.of_log(connection, log_of(room, seq))
            head = self._heads[name] = _Head(room, seq, topic, session, Origin(*topic_set), strands)
        return head
