"""The contract between the rooms and whatever keeps their logs.

A store numbers what is said, commits it in batches, and publishes what it has committed. It knows
no rooms beyond their names, no sessions beyond their numbers, and no clients.

While one batch is being committed and shown, the next one fills: the busier it is, the larger the
batch. That is group commit, and it lives here, once, for every store.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.event import Draft, Entry, Event, Kind, Notice, Record
from chatd.text.folding import fold, fold_for_search
from chatd.text.mentions import mentions
from chatd.util.error_log import ErrorLog, RecurringWarning

WAITING_BYTES = 4 * 1024 * 1024
"""What may wait for commit, in bytes of memory (roughly), before sessions are not read."""

PAGE_EVENTS = 700
PAGE_CHARACTERS = 64 * 1024
"""What one read gives at most: this many events, or the first ones that reach this much text."""

FORGOTTEN = 500
"""How many events are forgotten at a time, at most: whoever says something meanwhile waits."""

FIRST_WRITABLE = 0
LAST_WRITABLE = 253_402_300_799_999
"""The first and the last time of a line, in milliseconds since 1970: the end of the year 9999, for
later ones cannot be written as dates."""

LEAST_STAMP, LATEST_STAMP = -(1 << 62), 1 << 62
"""Bounds that include any time that a file may hold."""

_FOUND_KINDS = frozenset(Kind) - {Kind.DEED}

_ENTRY_OVERHEAD = 200
"""What a waiting line weighs beside its text, in bytes: a draft measured with sys.getsizeof."""


class StoreError(Exception):
    """The store cannot do what was asked. Its text says why, for operators: one line."""


class RoomRecord(NamedTuple):
    """What a store knows of a room: its last seq, topic, and the highest session that spoke."""

    name: str
    head: int
    topic: str
    session: int


class Wanted(NamedTuple):
    """A search: events with all these words in their text, said by ``author``.

    A word may be part of one, or several with spaces between them. It is compared as
    `chatd.text.folding.fold_for_search` says: without regard to case and accents. ``author`` is a
    name, which is compared as names are, and folded already; empty, it is any author.
    What was said before ``since`` (milliseconds since 1970; see `said_before`) is not wanted; the
    store sees to that. ``naming`` is a name, folded, that the text must have as a word (see
    `chatd.text.mentions`); empty, it is any text.
    """

    words: tuple[str, ...]
    author: str = ""
    since: int = 0
    naming: str = ""

    def folded(self) -> Wanted:
        """Return this search with its words folded by `fold_for_search`, as texts are."""
        return self._replace(words=tuple(map(fold_for_search, self.words)))

    def found(self, event: Event) -> bool:
        """Return whether an event has these words and this author. Call it on what
        `folded` gave."""
        if event.kind not in _FOUND_KINDS:
            return False
        if self.author and fold(event.author) != self.author:
            return False
        text = fold_for_search(event.text)
        return all(word in text for word in self.words) and (
            not self.naming or mentions(event.text, self.naming)
        )


class Found(NamedTuple):
    """What a search came to: events, the newest first, and how far it looked.

    Everything of the room with a seq above ``after`` was looked at; 0 if nothing is left.
    """

    events: list[Event]
    after: int


class Keeping:
    """Some records on their way to be kept, together with the lines around them.

    ``done`` fires when they are, or fails with `StoreError`.
    """

    __slots__ = ("done", "records")

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.done: Deferred[None] = Deferred()


BatchItem = Draft | Notice | Keeping
"""What a batch is made of."""


class Subscriber(abc.ABC):
    """Who hears what became of what was appended. Called in the reactor's thread, in order."""

    @abc.abstractmethod
    def publish(self, entries: Sequence[Entry]) -> None:
        """These are committed. In order; the events of a room follow each other without a gap."""

    @abc.abstractmethod
    def refuse(self, drafts: Sequence[Draft], why: str) -> None:
        """These could not be committed. Nobody was shown them, and nobody will be."""


class Store(abc.ABC):
    """A store of logs: `append` what is said, and it is published once it is kept.

    Subclasses say how a batch is committed and how events are read back. ``error_log`` is where
    whoever works with it tells of errors.
    """

    log = Logger()
    lasting = True
    """True if seqs continue when the store is opened again."""

    def __init__(self, clock: IReactorTime) -> None:
        self.error_log = ErrorLog(clock)
        self._clock = clock
        self._subscriber: Subscriber | None = None
        self._waiting: list[BatchItem] = []
        self._unpublished_bytes = 0
        self._working = False
        self._idle: list[Deferred[None]] = []
        self.saves = True
        """Whether what had to be saved last could be."""
        self._unsaved = RecurringWarning(
            clock, "lines are refused, because they cannot be saved: {why}"
        )

    @abc.abstractmethod
    def describe(self) -> str:
        """Where the history is kept, for the operator: ``history in ...``."""

    @abc.abstractmethod
    def rooms(self) -> Sequence[RoomRecord]:
        """The rooms in which something was said, as they were when the store was opened."""

    @abc.abstractmethod
    def records(self) -> Sequence[Record]:
        """All that was kept beside the logs, as it was when the store was opened."""

    @abc.abstractmethod
    def start(self) -> None:
        """Begin to work. Called once the process is the one that will stay (after any fork)."""

    @abc.abstractmethod
    async def read(self, room: str, after: int, upto: int) -> list[Event]:
        """The next page of a room's events with ``after < seq <= upto``, in order.

        Empty only when there is none. A page is bounded (`PAGE_EVENTS`, `PAGE_CHARACTERS`).
        Events that were forgotten are passed over. Raises `StoreError`.
        """

    @abc.abstractmethod
    def stamps(self) -> Mapping[str, int]:
        """The times (milliseconds since 1970) of the last event of each log, as they were when the
        store was opened. A log of which the last event was forgotten has none."""

    @abc.abstractmethod
    async def seq_before(self, room: str, time: int) -> int:
        """Return the seq of the room's last event that was said before ``time`` (milliseconds since
        1970), as `said_before` has it.

        Without such an event, return the seq in front of the oldest event. Raises `StoreError`.
        """

    @abc.abstractmethod
    async def search(self, room: str, wanted: Wanted, upto: int, limit: int) -> Found:
        """The room's last events that are wanted, among those with ``seq <= upto``.

        It looks no longer than is good for others, and says how far it came: whoever wants more
        asks again with that as ``upto``. Raises `StoreError`.
        """

    @abc.abstractmethod
    async def names(self) -> list[str]:
        """The rooms in which something was said so far. Raises `StoreError`."""

    @abc.abstractmethod
    async def forget(self, room: str, upto: int) -> int:
        """Forget some of the room's oldest events, with seqs up to ``upto``: `FORGOTTEN` at most.

        Gives how many; 0 when there are none left. Seqs go on as if nothing had been forgotten, and
        so does the topic. Raises `StoreError`.
        """

    @abc.abstractmethod
    def commit(self, batch: Sequence[BatchItem]) -> Deferred[Sequence[Entry]]:
        """Number and keep the drafts and the records of a batch, all or none.

        Gives the drafts' events, with the notices in their places. One batch at a time. Fails with
        `StoreError`.
        """

    @abc.abstractmethod
    async def close(self) -> None:
        """Give everything back. What is still waiting is not committed: `flush` first."""

    def subscribe(self, subscriber: Subscriber) -> None:
        """Name the one who is told what was committed and what was not."""
        self._subscriber = subscriber

    def keep(self, *records: Record) -> Deferred[None]:
        """Let these records join the batch that is waiting, in their place among what is said.

        All or none of them are kept, and all or none of what is appended in the same turn of the
        reactor. Fires once they are, and all in front of them was published; fails with
        `StoreError`.
        """
        keeping = Keeping(records)
        self.append(keeping)
        return keeping.done

    def append(self, entry: BatchItem) -> None:
        """Let this join the batch that is waiting.

        The batch is committed when this turn of the reactor is over, the one before was shown, and
        everybody was read once more.
        """
        self._waiting.append(entry)
        self._unpublished_bytes += _weight(entry)
        if not self._working:
            self._working = True
            self._clock.callLater(0, self._commit_waiting)

    @property
    def full(self) -> bool:
        """Whether so much is waiting that nobody should be read until some of it is committed."""
        return self._unpublished_bytes >= WAITING_BYTES

    def flush(self) -> Deferred[None]:
        """Fires when everything appended so far has been published or refused."""
        done: Deferred[None] = Deferred()
        if self._working:
            self._idle.append(done)
        else:
            done.callback(None)
        return done

    def _commit_waiting(self) -> None:
        batch, self._waiting = self._waiting, []
        self.commit(batch).addBoth(self._end, batch, self._unpublished_bytes)

    def _end(
        self, result: Sequence[Entry] | Failure, batch: Sequence[BatchItem], weight: int
    ) -> None:
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
            if isinstance(entry, Keeping):
                if isinstance(result, Failure):
                    why = result.value if result.check(StoreError) else StoreError("it failed.")
                    entry.done.errback(why)
                else:
                    entry.done.callback(None)
        if self._waiting:
            # Once everybody was read again, so that all who answer to what was just shown are in
            # one batch: to commit before makes two half batches, and thus twice the sends. (What
            # is called later from a result of a thread is called before anybody is read.)
            self._clock.callLater(0, self._clock.callLater, 0, self._commit_waiting)
        else:
            self._working = False
            idle, self._idle = self._idle, []
            for done in idle:
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


FirstStamped = Callable[[int, int], "int | None"]
"""Gives the least seq of a log whose stored time is within two bounds (milliseconds since 1970,
both included); None if there is none."""


def said_before(first: FirstStamped, head: int, time: int, now: int) -> int:
    """Return the seq of the last event of a log that was said before ``time``.

    This is the one definition of when a line was said, for whatever asks by time. The clock may
    have been wrong when a line was stored, so stored times need not follow the order of the log. A
    line counts as said at the latest stored time, not later than ``now``, among it and the lines
    before it. Lines with which the log begins, and which all were stored with times later than
    ``now``, count as said with the first line behind them that was not; without such a line, now.
    So the order of the log is the order in which lines count as said.

    ``first`` looks into the log, ``head`` is its last seq; times are milliseconds since 1970.
    Without a line from before ``time``, it is the seq in front of the oldest line; 0 for a log of
    which nothing is there.
    """
    if time > now:
        return head
    oldest, trusted = first(LEAST_STAMP, LATEST_STAMP), first(LEAST_STAMP, now)
    if oldest is None:
        return 0
    if trusted is None:
        return oldest - 1
    since = first(max(time, LEAST_STAMP), now)
    if since is None:
        return head
    return oldest - 1 if since == trusted else since - 1


def stamp(now: float) -> int:
    """Return ``now`` (seconds since 1970) in milliseconds, as lines that are committed then are
    stored: within the range that can be read back, for any clock."""
    milliseconds = now * 1000
    if milliseconds < FIRST_WRITABLE:
        return FIRST_WRITABLE
    return LAST_WRITABLE if milliseconds > LAST_WRITABLE else int(milliseconds)


def page_of(events: Iterable[Event]) -> list[Event]:
    """The first of these events: as many as one read may give."""
    page: list[Event] = []
    characters = 0
    for event in islice(events, PAGE_EVENTS):
        page.append(event)
        characters += len(event.text)
        if characters >= PAGE_CHARACTERS:
            break
    return page


def _weight(entry: BatchItem) -> int:
    if isinstance(entry, Notice):
        return _ENTRY_OVERHEAD
    if isinstance(entry, Keeping):
        return sum(_ENTRY_OVERHEAD + len(record.value or "") for record in entry.records)
    return _ENTRY_OVERHEAD * len(entry.texts) + sum(map(len, entry.texts))
