"""Group commit: the batches of a store, once for every kind of store.

Theory of operation. Items that are appended wait for the next batch. A batch is committed when the
turn of the reactor is over in which its first item came; while it is being committed and published,
the next one fills. So the busier a server is, the larger its batches are, and one fsync serves many
lines. An entry is published only after its batch was committed; if the commit fails, its drafts are
refused and its notices are published.

This module must not know how a batch is stored.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.event import Draft, Entry, Event, Notice, Record
from chatd.storage.contract import BatchItem, RecordWrite, Store, StoreError, Subscriber
from chatd.util.error_log import ErrorLog, RecurringWarning

WAITING_BYTES = 4 * 1024 * 1024
"""Bytes of memory (roughly) that may wait for commit before sessions are not read."""

_ENTRY_OVERHEAD = 200
"""Weight of a waiting line beside its text, in bytes: a draft measured with sys.getsizeof."""


class GroupCommitStore(Store):
    """A store that commits what is appended in batches. Subclasses commit a batch."""

    log = Logger()

    def __init__(self, clock: IReactorTime) -> None:
        self.error_log = ErrorLog(clock)
        self.saves = True
        self._clock = clock
        self._subscriber: Subscriber | None = None
        self._waiting: list[BatchItem] = []
        self._unpublished_bytes = 0
        self._working = False
        self._flushing: list[Deferred[None]] = []
        self._unsaved = RecurringWarning(
            clock, "lines are refused, because they cannot be saved: {why}"
        )

    @abc.abstractmethod
    def commit(self, batch: Sequence[BatchItem]) -> Deferred[Sequence[Entry]]:
        """Store the drafts and the records of a batch with their numbers, all or none.

        Fires with the drafts' events, and the notices in their places; fails with `StoreError`. The
        next batch comes after that.
        """

    def subscribe(self, subscriber: Subscriber) -> None:
        self._subscriber = subscriber

    def write_records(self, *records: Record) -> Deferred[None]:
        write = RecordWrite(records)
        self.append(write)
        return write.done

    def append(self, entry: BatchItem) -> None:
        self._waiting.append(entry)
        self._unpublished_bytes += _weight(entry)
        if not self._working:
            self._working = True
            self._clock.callLater(0, self._commit_waiting)

    @property
    def full(self) -> bool:
        return self._unpublished_bytes >= WAITING_BYTES

    def flush(self) -> Deferred[None]:
        done: Deferred[None] = Deferred()
        if self._working:
            self._flushing.append(done)
        else:
            done.callback(None)
        return done

    def _commit_waiting(self) -> None:
        batch, self._waiting = self._waiting, []
        self.commit(batch).addBoth(self._end, batch, self._unpublished_bytes)

    def _end(
        self, result: Sequence[Entry] | Failure, batch: Sequence[BatchItem], weight: int
    ) -> None:
        """Publish or refuse a batch, fire the results of its records, and commit the next one."""
        self._unpublished_bytes -= weight
        if not all(isinstance(entry, Notice) for entry in batch):
            self.saves = not isinstance(result, Failure)
        try:
            if isinstance(result, Failure):
                self._failed(result, batch)
            else:
                self._committed(result)
        except Exception:
            self.error_log.tell("a subscriber of the store failed")
        for entry in batch:
            if isinstance(entry, RecordWrite):
                if isinstance(result, Failure):
                    why = result.value if result.check(StoreError) else StoreError("it failed.")
                    entry.done.errback(why)
                else:
                    entry.done.callback(None)
        if self._waiting:
            # The next batch begins after every client was read once more, so that all answers to
            # what was just published are in one batch: two half batches would cost twice the sends.
            # (A call that is scheduled in the callback of a thread's result runs before clients are
            # read; the call that it schedules runs after.)
            self._clock.callLater(0, self._clock.callLater, 0, self._commit_waiting)
        else:
            self._working = False
            flushing, self._flushing = self._flushing, []
            for done in flushing:
                done.callback(None)

    def _committed(self, entries: Sequence[Entry]) -> None:
        # Notices alone need no disk.
        if any(isinstance(entry, Event) for entry in entries) and self._unsaved.end():
            self.log.info("lines are saved again")
        if self._subscriber is not None:
            self._subscriber.publish(entries)

    def _failed(self, failure: Failure, batch: Sequence[BatchItem]) -> None:
        if failure.check(StoreError) is None:
            self.error_log.tell("the store failed", failure)
            why = "an error in the server"
        else:
            why = failure.getErrorMessage()
            self._unsaved.tell(why)
        if self._subscriber is not None:
            self._subscriber.refuse([entry for entry in batch if isinstance(entry, Draft)], why)
            self._subscriber.publish([entry for entry in batch if isinstance(entry, Notice)])


def _weight(entry: BatchItem) -> int:
    """Return the memory that a waiting item takes, in bytes, roughly."""
    if isinstance(entry, Notice):
        return _ENTRY_OVERHEAD
    if isinstance(entry, RecordWrite):
        return sum(_ENTRY_OVERHEAD + len(record.value or "") for record in entry.records)
    return _ENTRY_OVERHEAD * len(entry.texts) + sum(map(len, entry.texts))
