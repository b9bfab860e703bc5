"""The contract between the rooms and the stores of their logs.

A store numbers what is said, commits it in batches, and publishes what it has committed. It must
not know a room beyond its name, a session beyond its number, or a client.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import NamedTuple, ParamSpec

from twisted.internet.defer import Deferred

from chatd.errors import ErrorKind, Refusal
from chatd.event import (
    UNKNOWN,
    Draft,
    Event,
    Kind,
    Origin,
    Published,
    Record,
)
from chatd.remarks import words_of
from chatd.storage.batches import BatchItem
from chatd.storage.claims import Claims
from chatd.storage.counts import StoreCounts
from chatd.storage.operated import OperatedStore
from chatd.text.folding import fold, fold_for_search
from chatd.text.mentions import mentions
from chatd.util.error_log import ErrorLog

P = ParamSpec("P")

PAGE_EVENTS = 700
PAGE_CHARACTERS = 64 * 1024
"""Bounds of one read: at most this many events, and the first ones that reach this much text."""

FORGOTTEN = 500
"""Most events that are forgotten in one step, for which a line that is said meanwhile waits."""

_FOUND_KINDS = frozenset(Kind) - {Kind.DEED}


class StoreError(Exception):
    """The store cannot do what was asked. Its text is one line with the reason, for operators.

    ``refusal`` is what the person is told who asked for a change, and ``line_refusal`` the author
    of a line.
    """

    refusal = Refusal(ErrorKind.NOT_SAVED, "change_not_saved")
    line_refusal = Refusal(ErrorKind.NOT_SAVED, "not_saved")


class Conflict(StoreError):
    """Another node has changed the same in the meantime, so nothing was written."""

    refusal = Refusal(ErrorKind.NOT_SAVED, "changed_meanwhile")
    line_refusal = Refusal(ErrorKind.NOT_SAVED, "line_changed_meanwhile")

    def __init__(self) -> None:
        super().__init__("it was changed in the meantime.")


class InDoubt(StoreError):
    """It is not known whether a batch was committed. If it was, it is published later."""

    refusal = Refusal(ErrorKind.NOT_KNOWN, "change_in_doubt")
    line_refusal = Refusal(ErrorKind.NOT_KNOWN, "in_doubt")

    def __init__(self) -> None:
        super().__init__("it is not known whether it was stored.")


class RoomRecord(NamedTuple):
    """The stored state of a room: its last seq, its topic, and the highest session that spoke.

    ``topic_set`` is the origin of the topic, also after one was taken away. ``made`` is that of the
    room; without a name, if its first line did not say who made it.
    """

    name: str
    head: int = 0
    topic: str = ""
    session: int = 0
    topic_set: Origin = UNKNOWN
    made: Origin = UNKNOWN


class Wanted(NamedTuple):
    """A search: events with all these words in their text, said by ``author``.

    A word may be a part of a word, or several with spaces between them. Words are compared as
    `chatd.text.folding.fold_for_search` says: without regard to case and accents. ``author`` is a
    folded name, compared as names are; empty, it is any author. Events from before ``since`` are
    not wanted (milliseconds since 1970; see `chatd.storage.timestamps`): the store sees to that,
    not `found`. ``naming`` is a folded name that the text must have as a word (see
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
        """Return True if an event has these words and this author.

        Call it on the result of `folded`.
        """
        if event.kind not in _FOUND_KINDS:
            return False
        if self.author and fold(event.author) != self.author:
            return False
        said = words_of(event)
        text = fold_for_search(said)
        return all(word in text for word in self.words) and (
            not self.naming or mentions(said, self.naming)
        )


class Found(NamedTuple):
    """The result of a search: events, the newest first, and how far it looked.

    Everything of the room with a seq above ``after`` was looked at; 0 if nothing is left.
    ``folding`` is the work of folding what was looked at (`chatd.text.folding.folding_work`).
    """

    events: list[Event]
    after: int
    folding: int = 0


class Subscriber(abc.ABC):
    """The receiver of committed entries and refused drafts, in the reactor's thread, in order.

    The seqs of a room's events have no gap, over `publish` and `follow`.
    """

    @abc.abstractmethod
    def publish(self, entries: Sequence[Published]) -> None:
        """Receive committed entries that were appended here, in order."""

    @abc.abstractmethod
    def follow(self, entries: Sequence[Published], records: Sequence[Record]) -> None:
        """Receive committed entries that were appended at another node, in order.

        Or here, if it was `InDoubt` whether they were committed. With the first ones of a batch
        come its records, which are in the tables.
        """

    @abc.abstractmethod
    def refuse(self, drafts: Sequence[Draft], why: StoreError) -> None:
        """Receive drafts that were not committed, and never will be.

        Of `InDoubt` ones that is not known.
        """

    @abc.abstractmethod
    def check_again(self, drafts: Sequence[Draft]) -> Sequence[Draft]:
        """Ask again whether drafts may be said, because another node has changed rights since.

        It is called when that was followed, and before anything else is changed here.
        Return those that may not; their authors were told, and they are not committed.
        """

    @abc.abstractmethod
    def forgot(self, room: str, upto: int) -> None:
        """Take note that the events of a room with seqs up to ``upto`` were deleted."""


class Store(OperatedStore):
    """A store of logs: what is appended is published once it is committed.

    `chatd.storage.group_commit` has what all stores do alike.
    """

    lasting = True
    """True if seqs continue when the store is opened again."""

    shared = False
    """True if other nodes write to the same logs."""

    error_log: ErrorLog
    """The log of errors for all who work with this store."""

    claims: Claims
    """The claims of names of all nodes that share this store."""

    counts: StoreCounts
    """The counts of what was committed, to be read only."""

    saves: bool
    """False after a batch that had to be saved and could not be."""

    takes_lines = True
    """False while the store is so large that no line is to be appended; records still are."""

    @property
    def takes_remarks(self) -> bool:
        """False while a node of an older chatd, which cannot read remarks, shares the log."""
        return True

    @property
    def cut_off_seconds(self) -> float:
        """Seconds since this node was known to be current, if it is cut off; otherwise 0.

        Then it may not know what others have said and done in that time.
        """
        return 0.0

    def when_cut_off(self, changed: Callable[[bool], None]) -> None:
        """Call this with True when this node is cut off from the others, with False afterwards.

        A node that is alone never is.
        """

    @abc.abstractmethod
    def rooms(self) -> Sequence[RoomRecord]:
        """Return the rooms that have a log, as of when the store was opened."""

    @abc.abstractmethod
    def take_numbers(self) -> Deferred[range]:
        """Take a block of numbers for sessions: no other node has one of them, or ever had.

        They are higher than those of all sessions that are in the logs. Fires once nothing can give
        the block to another node; fails with `StoreError`. A store of one node gives a block that
        is not used up.
        """

    @abc.abstractmethod
    def records(self) -> Sequence[Record]:
        """Return all records as of the opening; ephemeral ones of another process of this node."""

    @abc.abstractmethod
    def stamps(self) -> Mapping[str, int]:
        """Return the time of the last event of each log, as of when the store was opened.

        In milliseconds since 1970. A log whose last event was forgotten has none.
        """

    @abc.abstractmethod
    def start(self) -> None:
        """Begin to work, in the process that stays (after any fork)."""

    @abc.abstractmethod
    async def read(self, room: str, after: int, upto: int) -> list[Event]:
        """Return the next page of a room's events with ``after < seq <= upto``, in order.

        Empty only when there is none. A page is bounded (`PAGE_EVENTS`, `PAGE_CHARACTERS`).
        Forgotten events are passed over. Raises `StoreError`.
        """

    @abc.abstractmethod
    async def seq_before(self, room: str, time: int) -> int:
        """Return the seq of the room's last event that was said before ``time``.

        ``time`` is in milliseconds since 1970; `chatd.storage.timestamps.said_before` defines when
        a line was said. Without such an event, return the seq in front of the oldest event. Raises
        `StoreError`.
        """

    @abc.abstractmethod
    async def search(self, room: str, wanted: Wanted, upto: int, limit: int) -> Found:
        """Return the room's last events that are wanted, among those with ``seq <= upto``.

        A search is bounded in time, and returns how far it looked: to continue, search again with
        that as ``upto``. Raises `StoreError`.
        """

    @abc.abstractmethod
    async def remarks(self, room: str, kind: Kind, upto: int, limit: int) -> list[Event]:
        """Return the room's last events of a kind of `REMARKS`, the newest first.

        They are at most ``limit``, with ``seq <= upto``, found without a look at other events; the
        first ones, if they are longer than a page (`PAGE_CHARACTERS`). Raises `StoreError`.
        """

    @abc.abstractmethod
    async def names(self) -> list[str]:
        """Return the names of the rooms that have a log now. Raises `StoreError`."""

    @abc.abstractmethod
    async def forget(self, room: str, upto: int) -> int:
        """Delete some of the room's oldest events, with seqs up to ``upto``: at most `FORGOTTEN`.

        Of a message of several lines all are deleted or none. Return how many; 0 when none are
        left. Seqs continue as if nothing had been deleted, and the topic stays. Raises
        `StoreError`.
        """

    @abc.abstractmethod
    async def close(self) -> None:
        """Release all resources. Waiting items are not committed: `flush` first."""

    @abc.abstractmethod
    def subscribe(self, subscriber: Subscriber) -> None:
        """Set the one subscriber."""

    @abc.abstractmethod
    def follow(
        self,
        kind: str,
        follow: Callable[[Sequence[Record]], None],
        withdraw: Callable[[], None] | None = None,
    ) -> None:
        """Pass the records of a kind that other nodes write to a function, in their order.

        It is called before the lines of the same batch are published. A later function of that kind
        takes the place of an earlier one. With ``withdraw``, the records decide who may say or do
        what. It is called after `follow` functions if another node has written records of any such
        kind: all own changes of them that are under way will conflict, and must allow nothing.
        """

    @abc.abstractmethod
    def append(self, entry: BatchItem) -> None:
        """Add an item to the batch that is waiting."""

    @abc.abstractmethod
    def write_records(self, *records: Record, rights: bool = False) -> Deferred[Sequence[Record]]:
        """Add records to the batch that is waiting, in their place among the lines.

        All or none of them are written, with what is appended `together` with them. Fires once they
        are, and everything appended before was published; fails with `StoreError`. With ``rights``,
        they decide who may say or do what: lines of other nodes that come behind them were allowed
        by them.
        """

    async def catch_up(self) -> None:
        """Wait until all is published here that other nodes have committed. Raises `StoreError`."""
        if self.shared:
            await self.write_records()  # its turn comes after all that is in the log

    @abc.abstractmethod
    def together(self) -> AbstractContextManager[None]:
        """Return a context: all or none is stored of the lines and records appended in it.

        If a record has `Record.seqs`, all the lines are in one room.
        """

    @property
    @abc.abstractmethod
    def waiting(self) -> int:
        """The number of items that are in no batch yet."""

    @property
    @abc.abstractmethod
    def full(self) -> bool:
        """True if so much is waiting that no session should be read until some is committed."""

    @property
    @abc.abstractmethod
    def commit_seconds(self) -> float:
        """Seconds for which a batch is being committed; 0 if none is."""

    @abc.abstractmethod
    def flush(self) -> Deferred[None]:
        """Wait until nothing waits: what was appended was published or refused, and what followed.

        On a busy server that may not be soon: see `when_published`.
        """

    @abc.abstractmethod
    def when_published(self) -> Deferred[None]:
        """Wait until everything appended so far was published or refused."""

    @abc.abstractmethod
    def once_all_were_read(self, call: Callable[P, None], *args: P.args, **kw: P.kwargs) -> None:
        """Make a call after every client was read once more."""


def page_of(events: Iterable[Event]) -> list[Event]:
    """Return the first of these events: as many as one read may return."""
    page: list[Event] = []
    characters = 0
    for event in islice(events, PAGE_EVENTS):
        page.append(event)
        characters += len(event.text)
        if characters >= PAGE_CHARACTERS:
            break
    return page
