"""The durable store: one SQLite file, WAL, ``synchronous=FULL``, read and written in threads.

A line is on disk (fsynced, where the disk honours it) before a client receives it. One thread and
one connection write and checkpoint, two others only read (`chatd.storage.sqlite.file` says why).

The file::

    PRAGMA application_id = 0x63686174 ("chat"), user_version = the number of steps that made it
    rooms    a row for each room that has a log, with its head
    events   a row for each event; id = room's id << 40 | seq, so that the one tree holds each
             room's log as a contiguous range in order
    records  the records beside the logs: accounts, and who may do what in which room
    search   the index of the events' texts (`chatd.storage.sqlite.search_index`), where this SQLite
             has FTS5; it is written after the events: rooms.indexed is the seq up to which it holds
             a room's
    chores   pending work on the index
    strands  where stored times go back: the time index (`chatd.storage.sqlite.time_index`)
    log      a view for operators: events with their room, seq and time in clear

This module must not know anything that is not in `chatd.storage.contract`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorFromThreads, IReactorTime
from twisted.python.failure import Failure

from chatd.event import Event, Kind, Record
from chatd.i18n import Language, sentence
from chatd.storage.batches import STORED, BatchItem, Committed
from chatd.storage.contract import Found, RoomRecord, StoreError, Wanted
from chatd.storage.group_commit import GroupCommitStore
from chatd.storage.handing_over import Predecessor
from chatd.storage.questions import Questions
from chatd.storage.size_limit import SizeLimit
from chatd.storage.sqlite.archive import Archive
from chatd.storage.sqlite.backup import last_back_up
from chatd.storage.sqlite.errors import DamagedFile
from chatd.storage.sqlite.file import StoreFile
from chatd.storage.sqlite.lock import LockHandover, SharedLock
from chatd.storage.sqlite.maintenance_schedule import ENOUGH_EVENTS, MaintenanceSchedule
from chatd.storage.sqlite.writer import Writer
from chatd.util.error_log import RecurringWarning
from chatd.util.worker import Worker

READING_REST = 0.0015
"""Seconds for which nothing is read after a page, which takes about as long. When five hundred
browsers come back at once, and fifty ranges are read, the p99 of others is 24 ms with this rest,
and 90 ms without. A client that is far behind reads 244,000 lines a second."""


class IStoreReactor(IReactorFromThreads, IReactorTime):
    """The interfaces of a reactor that the store needs."""


class SqliteStore(GroupCommitStore):
    """A store of all events in one SQLite file.

    The constructor opens the file, checks it, takes its lock and closes it again
    (`chatd.storage.sqlite.file.StoreFile`), so everything that can be refused is refused before a
    daemon forks; `start` opens it for work. Raises `StoreError` as `StoreFile` does.

    ``now`` gives the time in seconds since 1970; it stamps the events. ``limit`` is that of its
    size; None for no limit. ``predecessor`` is the process that hands the file over, with its lock.
    """

    def __init__(
        self,
        reactor: IStoreReactor,
        path: Path,
        now: Callable[[], float] = time.time,
        limit: SizeLimit | None = None,
        predecessor: Predecessor | None = None,
    ) -> None:
        super().__init__(reactor)
        lock = None
        if predecessor is not None:
            (descriptor,) = predecessor.descriptors
            lock = SharedLock(path, descriptor)
            predecessor.wait_until_still()
        self._file = StoreFile(path, lock)
        self.handover = LockHandover(self._file.lock, lambda: self.appended)
        self._limit = limit or SizeLimit(path)
        self._writer = Writer(self._file, reactor, now, self._limit)
        self._reader = Archive(path, now)
        # Some searches take long (`chatd.storage.sqlite.search`): only other searches wait for one.
        self._searcher = Archive(path, now)
        self._questions = Questions(reactor)
        self._writer_thread = Worker(reactor, "chatd-writer")
        self._reader_thread = Worker(reactor, "chatd-reader", rest=READING_REST)
        self._searcher_thread = Worker(reactor, "chatd-searcher")
        self._schedule = MaintenanceSchedule(reactor, self.maintain, self._maintained)
        self._unwritten = RecurringWarning(reactor, "the log grows, it cannot be emptied: {why}")
        self._unindexed = RecurringWarning(reactor, "searches look less far than they could: {why}")

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    @property
    def place(self) -> Path:
        return self.path

    def describe(self, language: Language) -> str:
        lines = sum(record.head for record in self.rooms())
        return sentence(language, "log_history", path=self.path, count=lines)

    def sizes(self) -> Mapping[str, int]:
        wal = self._file.log_size
        return {"store": self._file.size - wal, "wal": wal}

    def last_back_up(self) -> int | None:
        return last_back_up(self.path)

    @property
    def unindexed(self) -> int:
        return self._schedule.pending

    def rooms(self) -> Sequence[RoomRecord]:
        return self._file.content.rooms

    def records(self) -> Sequence[Record]:
        return self._file.content.records

    def stamps(self) -> Mapping[str, int]:
        return self._file.content.times

    def start(self) -> None:
        self._file.lock.write_pid()
        self._writer_thread.start()
        self._reader_thread.start()
        self._searcher_thread.start()
        content = self._file.content
        self._schedule.committed(content.unindexed + (ENOUGH_EVENTS if content.chores else 0))
        self._note_size()

    async def read(self, room: str, after: int, upto: int) -> list[Event]:
        return await self._questions.ask(self._reader_thread, self._reader.page, room, after, upto)

    async def seq_before(self, room: str, time: int) -> int:
        return await self._questions.ask(self._reader_thread, self._reader.seq_before, room, time)

    async def remarks(self, room: str, kind: Kind, upto: int, limit: int) -> list[Event]:
        read = self._reader.remarks
        return await self._questions.ask(self._reader_thread, read, room, kind, upto, limit)

    async def names(self) -> list[str]:
        rooms = await self._questions.ask(self._reader_thread, self._reader.rooms)
        return [record.name for record in rooms]

    async def search(self, room: str, wanted: Wanted, upto: int, limit: int) -> Found:
        search = self._searcher.search
        found = await self._questions.ask(self._searcher_thread, search, room, wanted, upto, limit)
        error = self._searcher.index_error
        if error is not None:
            self._unindexed.tell(str(error))
        if isinstance(error, DamagedFile):
            # Not awaited: the caller has what was found without the index.
            self._writer_thread.run(self._writer.renew_index).addCallbacks(
                lambda _: self._schedule.request(), self._maintained
            )
        return found

    async def forget(self, room: str, upto: int) -> int:
        forgotten = await self._writer_thread.run(self._writer.forget, room, upto)
        if forgotten:
            self._schedule.put_off()  # until more of the room is forgotten
            self._schedule.request()
            self._note_size()
            self._checkpoint_if_due()
            self.publication.forgot(room, upto)
        return forgotten

    def maintain(self) -> Deferred[float | None]:
        """Take one step of maintenance, as the schedule does when no line is committed.

        Fires with the seconds until the next one; None if nothing is left. Fails with `StoreError`.
        """
        return self._writer_thread.run(self._writer.maintain)

    def commit(self, batch: Sequence[BatchItem]) -> Deferred[Committed]:
        passing = [entry for entry in batch if not isinstance(entry, STORED)]
        if len(passing) == len(batch):
            return succeed(Committed(passing))
        return self._writer_thread.run(self._writer.write, batch).addCallback(self._committed_batch)

    async def close(self) -> None:
        self._schedule.stop()
        await self._reader_thread.run(self._reader.close)
        await self._searcher_thread.run(self._searcher.close)
        await self._writer_thread.run(self._writer.close)
        self._reader_thread.stop()
        self._searcher_thread.stop()
        self._writer_thread.stop()
        self._file.lock.release()

    def _committed_batch(self, committed: Committed) -> Committed:
        self._schedule.committed(len(committed.entries))
        self._note_size()
        self._checkpoint_if_due()
        if self._writer.traces_are_held:
            self._schedule.request()  # until no other program reads
        return committed

    def _checkpoint_if_due(self) -> None:
        if self._writer.checkpoints.are_due:
            # Not awaited: the batch is published meanwhile.
            self._writer_thread.run(self._writer.checkpoint).addCallbacks(
                self._checkpointed, self._not_checkpointed
            )

    def _checkpointed(self, is_done: bool) -> None:
        self._unwritten.end()
        self._note_size()
        if not is_done:
            self._schedule.request()  # the rest follows, once no other program reads

    def _not_checkpointed(self, failure: Failure) -> None:
        if failure.check(StoreError):
            self._unwritten.tell(failure.getErrorMessage())
        else:
            self.error_log.tell("the log of a store could not be checkpointed", failure)

    def _note_size(self) -> None:
        """Take or refuse lines, as the size is after something was written."""
        took_lines = self.takes_lines
        self._limit.note(self._file.size)
        self.takes_lines = self._limit.takes_lines
        if took_lines and not self.takes_lines:
            self._schedule.request()  # another program may hold a log that can be truncated later

    def _maintained(self, failure: Failure | None) -> None:
        """Report the end of a step of maintenance, if it failed."""
        if failure is None:
            self._unindexed.end()
            self._note_size()
        elif failure.check(StoreError):
            self._unindexed.tell(failure.getErrorMessage())
        else:
            self.error_log.tell("the index of a store could not be written", failure)
