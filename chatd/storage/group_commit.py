"""Group commit: the batches of a store, once for every kind of store.

Theory of operation. Items that are appended wait for the next batch. A batch is committed when the
turn of the reactor is over in which its first item came; while it is being committed and published,
the next one fills. So the busier a server is, the larger its batches are, and one fsync serves many
lines. An entry is published only after its batch was committed; if the commit fails, its drafts are
refused and its notices are published. A batch with much text is published in parts, between which
all clients are read, because each part is rendered in one turn.

This module must not know how a batch is stored.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from typing import ParamSpec

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.event import Draft, Entry, Event, Notice, Record
from chatd.storage.contract import BatchItem, RecordWrite, Store, StoreError, Subscriber
from chatd.storage.counts import StoreCounts
from chatd.text.work import MOST_WORK, work_of
from chatd.util.error_log import ErrorLog, RecurringWarning

P = ParamSpec("P")

WAITING_BYTES = 4 * 1024 * 1024
"""Bytes of memory (roughly) that may wait for commit before sessions are not read."""

PUBLISHED_WORK = 64 * 1024
"""Work (`chatd.text.work`) after which a part of a batch ends: rendering it takes 1.3 ms in each
format at most, and looking for mentions 5 ms (see `chatd.util.meter`)."""

LAST_NUMBER = 2**53
"""The end of the numbers of sessions: a program that reads JSON may have no exact one above."""

_ENTRY_OVERHEAD = 200
"""Weight of a waiting line beside its text, in bytes: a draft measured with sys.getsizeof."""


class GroupCommitStore(Store):
    """A store that commits what is appended in batches. Subclasses commit a batch."""

    log = Logger()

    def __init__(self, clock: IReactorTime) -> None:
        self.error_log = ErrorLog(clock)
        self.counts = StoreCounts()
        self.saves = True
        self._clock = clock
        self._subscriber: Subscriber | None = None
        self._followers: dict[str, Callable[[Sequence[Record]], None]] = {}
        self._waiting: list[BatchItem] = []
        self._waiting_since = 0.0
        self._unpublished_bytes = 0
        self._working = False
        self._began: float | None = None  # the commit that is under way
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

    def take_numbers(self) -> Deferred[range]:
        highest = max((record.session for record in self.rooms()), default=0)
        return succeed(range(highest + 1, LAST_NUMBER))

    def follow(self, kind: str, follow: Callable[[Sequence[Record]], None]) -> None:
        self._followers[kind] = follow

    def write_records(self, *records: Record) -> Deferred[None]:
        write = RecordWrite(records)
        self.append(write)
        return write.done

    def append(self, entry: BatchItem) -> None:
        if not self._waiting:
            self._waiting_since = self._clock.seconds()
        self._waiting.append(entry)
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
        done: Deferred[None] = Deferred()
        if self._working:
            self._flushing.append(done)
        else:
            done.callback(None)
        return done

    def _commit_waiting(self) -> None:
        batch, self._waiting = self._waiting, []
        self._began = began = self._clock.seconds()
        times = self._waiting_since, began
        self.commit(batch).addBoth(self._end, batch, self._unpublished_bytes, times)

    def _end(
        self,
        result: Sequence[Entry] | Failure,
        batch: Sequence[BatchItem],
        weight: int,
        times: tuple[float, float],
    ) -> None:
        """Publish or refuse a batch. ``times`` are those of its first item, and of its commit."""
        self._began = None
        self._unpublished_bytes -= weight
        notices = sum([isinstance(entry, Notice) for entry in batch])
        if notices < len(batch):  # notices alone need no disk
            self.saves = not isinstance(result, Failure)
            first, began = times
            self.counts.stages.add(began - first, self._clock.seconds() - began)
        if isinstance(result, Failure):
            self._tell_subscriber(self._failed, result, batch)
            self._finish(batch, result)
        else:
            events = len(result) - notices
            self.counts.events += events
            if events and self._unsaved.end():
                self.log.info("lines are saved again")
            few = MOST_WORK * weight <= PUBLISHED_WORK
            self._publish([result] if few else _parts_of(result), batch)

    def _publish(self, parts: Sequence[Sequence[Entry]], batch: Sequence[BatchItem]) -> None:
        """Publish the first of some parts of a batch now, and each other one in a turn."""
        self._tell_subscriber(self._committed, parts[0])
        if len(parts) > 1:
            self.once_all_were_read(self._publish, parts[1:], batch)
        else:
            self._finish(batch)

    def _tell_subscriber(self, tell: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            tell(*args, **kwargs)
        except Exception:
            self.error_log.tell("a subscriber of the store failed")

    def _finish(self, batch: Sequence[BatchItem], failure: Failure | None = None) -> None:
        """Fire the results of the records of a batch, and commit the next one."""
        for entry in batch:
            if isinstance(entry, RecordWrite):
                if failure is not None:
                    why = failure.value if failure.check(StoreError) else StoreError("it failed.")
                    entry.done.errback(why)
                else:
                    entry.done.callback(None)
        if self._waiting:
            # So all answers to what was just published are in one batch: two half batches would
            # cost twice the sends.
            self.once_all_were_read(self._commit_waiting)
        else:
            self._working = False
            flushing, self._flushing = self._flushing, []
            for done in flushing:
                done.callback(None)

    def once_all_were_read(self, call: Callable[P, None], *args: P.args, **kw: P.kwargs) -> None:
        # A call that is scheduled in the callback of a thread's result runs before clients are
        # read; the call that it schedules runs after.
        self._clock.callLater(0, self._clock.callLater, 0, call, *args, **kw)

    def _committed(self, entries: Sequence[Entry]) -> None:
        if self._subscriber is not None:
            self._subscriber.publish(entries)

    def _failed(self, failure: Failure, batch: Sequence[BatchItem]) -> None:
        if failure.check(StoreError) is None:
            self.error_log.tell("the store failed", failure)
            why = "an error in the server"
        else:
            why = failure.getErrorMessage()
            self._unsaved.tell(why)
        drafts = [entry for entry in batch if isinstance(entry, Draft)]
        self.counts.refused += sum(len(draft.texts) for draft in drafts)
        if self._subscriber is not None:
            self._subscriber.refuse(drafts, why)
            self._subscriber.publish([entry for entry in batch if isinstance(entry, Notice)])


def _parts_of(entries: Sequence[Entry]) -> list[Sequence[Entry]]:
    """Return the parts in which entries are published, of about `PUBLISHED_WORK`.

    Lines that one session said in a room one after the other stay together, because a receipt may
    be for several.
    """
    texts = [entry.text for entry in entries if isinstance(entry, Event)]
    if work_of("".join(texts)) <= PUBLISHED_WORK:
        return [entries]
    parts = list[Sequence[Entry]]()
    work = begin = 0
    for index, entry in enumerate(entries):
        if work >= PUBLISHED_WORK and _ends_between(entries[index - 1], entry):
            parts.append(entries[begin:index])
            work, begin = 0, index
        if isinstance(entry, Event):
            work += work_of(entry.text)
    return [*parts, entries[begin:]]


def _ends_between(one: Entry, next: Entry) -> bool:
    if isinstance(one, Notice) or isinstance(next, Notice):
        return True
    return one.room != next.room or one.session != next.session


def _weight(entry: BatchItem) -> int:
    """Return the memory that a waiting item takes, in bytes, roughly."""
    if isinstance(entry, Notice):
        return _ENTRY_OVERHEAD * len(entry.people)
    if isinstance(entry, RecordWrite):
        return sum(_ENTRY_OVERHEAD + len(record.value or "") for record in entry.records)
    return _ENTRY_OVERHEAD * len(entry.texts) + sum(map(len, entry.texts))
