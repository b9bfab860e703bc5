"""Group commit: the batches of a store, once for every kind of store.

Theory of operation. Items that are appended wait for the next batch. A batch is committed when the
turn of the reactor is over in which its first item came; while it is being committed and published,
the next one fills. So the busier a server is, the larger its batches are, and one fsync serves many
lines. An entry is published only after its batch was committed; if the commit fails, its drafts are
refused, and its notices and presences are published (`chatd.storage.publication`).

This module must not know how a batch is stored.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.event import Draft, Notice, Presence, Record
from chatd.storage.batches import (
    STORED,
    Answered,
    BatchItem,
    ClaimRequest,
    Committed,
    NumbersRequest,
    RecordWrite,
    Release,
)
from chatd.storage.claims import Claims, LocalClaims
from chatd.storage.contract import Conflict, InDoubt, Store, StoreError, Subscriber
from chatd.storage.counts import StoreCounts
from chatd.storage.publication import PUBLISHED_WORK, Publication
from chatd.text.work import MOST_WORK
from chatd.util.error_log import ErrorLog, RecurringWarning

P = ParamSpec("P")

WAITING_BYTES = 4 * 1024 * 1024
"""Bytes of memory (roughly) that may wait for commit before sessions are not read."""

LAST_NUMBER = 2**53
"""The end of the numbers of sessions: a program that reads JSON may have no exact one above."""

_ENTRY_OVERHEAD = 200
"""Weight of a waiting line beside its text, in bytes: a draft measured with sys.getsizeof."""


class GroupCommitStore(Store):
    """A store that commits what is appended in batches. Subclasses commit a batch."""

    log = Logger()

    def __init__(self, clock: IReactorTime) -> None:
        self.error_log = ErrorLog(clock)
        self.claims: Claims = LocalClaims()
        self.counts, self.saves = StoreCounts(), True
        self.publication = Publication(self.once_all_were_read, self.error_log)
        self._clock = clock
        self._waiting: list[BatchItem] = []
        self._waiting_since = 0.0
        self._unpublished_bytes = 0
        self._working = False
        self._began: float | None = None  # the commit that is under way
        self._with_next: list[Deferred[None]] = []  # they fire after the batch that fills
        self._with_batch: list[Deferred[None]] = []  # and these after the one that is committed
        self._together: list[BatchItem] | None = None
        self._units = self.appended = 0  # stored together, and appended so far
        self._unsaved = RecurringWarning(
            clock, "lines are refused, because they cannot be saved: {why}"
        )
        self._in_doubt = RecurringWarning(clock, "lines may have been saved or not: {why}")
        self._failing = False  # since lines were committed last

    @abc.abstractmethod
    def commit(self, batch: Sequence[BatchItem]) -> Deferred[Committed]:
        """Store the drafts and the records of a batch with their numbers, all or none.

        Fails with `StoreError`. The next batch comes after that.
        """

    def subscribe(self, subscriber: Subscriber) -> None:
        self.publication.subscriber = subscriber

    def take_numbers(self) -> Deferred[range]:
        highest = max((record.session for record in self.rooms()), default=0)
        return succeed(range(highest + 1, LAST_NUMBER))

    def follow(
        self,
        kind: str,
        follow: Callable[[Sequence[Record]], None],
        withdraw: Callable[[], None] | None = None,
    ) -> None:
        self.publication.followers[kind] = follow
        if withdraw is not None:
            self.publication.of_rights[kind] = withdraw

    def write_records(self, *records: Record, rights: bool = False) -> Deferred[Sequence[Record]]:
        write = RecordWrite(records, self.publication.known, rights=rights)
        self.append(write)
        return write.done

    @contextmanager
    def together(self) -> Iterator[None]:
        if self._together is not None:
            yield
            return
        self._together = items = list[BatchItem]()
        self._units += 1
        try:
            yield
        finally:
            self._together = None
            drafts = [item for item in items if isinstance(item, Draft)]
            for item in items:
                if isinstance(item, RecordWrite):
                    item.drafts, item.unit = drafts, self._units

    def append(self, entry: BatchItem) -> None:
        if self._together is not None:
            self._together.append(entry)
        if not self._waiting:
            self._waiting_since = self._clock.seconds()
        self._waiting.append(entry)
        self.appended += 1
        self._unpublished_bytes += _weight(entry)
        if not self._working:
            self._working = True
            self._clock.callLater(0, self._commit_waiting)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def full(self) -> bool:
        return self._unpublished_bytes >= WAITING_BYTES

    @property
    def commit_seconds(self) -> float:
        return 0.0 if self._began is None else self._clock.seconds() - self._began

    def flush(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._flush())

    async def _flush(self) -> None:
        while self._working:
            await self.when_published()

    def when_published(self) -> Deferred[None]:
        if not self._working:
            return succeed(None)
        done: Deferred[None] = Deferred()
        (self._with_next if self._waiting else self._with_batch).append(done)
        return done

    def _commit_waiting(self) -> None:
        batch, self._waiting = self._waiting, []
        self._with_batch, self._with_next = self._with_next, []
        self._began = began = self._clock.seconds()
        times = self._waiting_since, began
        self.commit(batch).addBoth(self._end, batch, self._unpublished_bytes, times)

    def _end(
        self,
        result: Committed | Failure,
        batch: Sequence[BatchItem],
        weight: int,
        times: tuple[float, float],
    ) -> None:
        """Publish or refuse a batch. ``times`` are those of its first item, and of its commit."""
        self._began = None
        self._unpublished_bytes -= weight
        stored = sum([isinstance(entry, STORED) for entry in batch])
        if stored:  # the rest needs no disk
            self.saves = not isinstance(result, Failure)
            first, began = times
            self.counts.stages.add(began - first, self._clock.seconds() - began)
        if isinstance(result, Failure):
            self._failed(result, batch)
            self._finish(batch, result)
        else:
            events = len(result.entries) - (len(batch) - stored)
            self.counts.events += events
            if events and self._failing:
                self._failing = False
                if self._unsaved.end() | self._in_doubt.end():
                    self.log.info("lines are saved again")
            if result.conflicts:
                # Before the others are published, as a receipt is for the first line that waits.
                conflicts = [draft for write in result.conflicts for draft in write.drafts]
                self._refuse([*{id(draft): draft for draft in conflicts}.values()], Conflict())
            few = MOST_WORK * weight <= PUBLISHED_WORK
            finish = partial(self._finish, batch, conflicts=result.conflicts)
            self.publication.publish(result, finish, few=few)

    def _finish(
        self,
        batch: Sequence[BatchItem],
        failure: Failure | None = None,
        conflicts: Sequence[RecordWrite] = (),
    ) -> None:
        """Fire the results of the items of a batch, and commit the next one."""
        for entry in batch:
            if isinstance(entry, Answered):
                if entry in conflicts:
                    entry.done.errback(Conflict())
                elif failure is not None:
                    why = failure.value if failure.check(StoreError) else StoreError("it failed.")
                    entry.done.errback(why)
                else:
                    entry.succeed()
        if self._waiting:
            # So all answers to what was just published are in one batch: two half batches would
            # cost twice the sends.
            self.once_all_were_read(self._commit_waiting)
        else:
            self._working = False
        while self._with_batch:
            self._with_batch.pop(0).callback(None)

    def once_all_were_read(self, call: Callable[P, None], *args: P.args, **kw: P.kwargs) -> None:
        # A call that is scheduled in the callback of a thread's result runs before clients are
        # read; the call that it schedules runs after.
        self._clock.callLater(0, self._clock.callLater, 0, call, *args, **kw)

    def _failed(self, failure: Failure, batch: Sequence[BatchItem]) -> None:
        why = failure.value
        self._failing = True
        if isinstance(why, InDoubt):
            self._in_doubt.tell(str(why))
        elif isinstance(why, StoreError):
            self._unsaved.tell(str(why))
        else:
            self.error_log.tell("the store failed", failure)
            why = StoreError("an error in the server")
        self._refuse([entry for entry in batch if isinstance(entry, Draft)], why)
        if not isinstance(why, InDoubt):
            self.publication.show([entry for entry in batch if not isinstance(entry, STORED)])

    def _refuse(self, drafts: Sequence[Draft], why: StoreError) -> None:
        lines = sum(len(draft.texts) for draft in drafts)
        if isinstance(why, InDoubt):
            self.counts.in_doubt += lines
        else:
            self.counts.refused += lines
        self.publication.refuse(drafts, why)


def _weight(entry: BatchItem) -> int:
    """Return the memory that a waiting item takes, in bytes, roughly."""
    if isinstance(entry, Draft):
        return _ENTRY_OVERHEAD * len(entry.texts) + sum(map(len, entry.texts))
    if isinstance(entry, Notice):
        return _ENTRY_OVERHEAD * len(entry.people)
    if isinstance(entry, RecordWrite):
        return sum(_ENTRY_OVERHEAD + len(record.value or "") for record in entry.records)
    if isinstance(entry, (ClaimRequest, Release, NumbersRequest)):
        return _ENTRY_OVERHEAD
    return _ENTRY_OVERHEAD + len(entry.reason if isinstance(entry, Presence) else entry.text)
