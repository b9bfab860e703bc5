"""Helpers for tests of stores: a store on a fake clock, and commits that the test lets through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Queue
from typing import Any, TypeVar, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFDSet, IReactorFromThreads, IReadDescriptor
from twisted.internet.task import Clock, deferLater
from twisted.python.failure import Failure

from chatd.event import (
    Call,
    Change,
    Draft,
    Entry,
    Event,
    Kind,
    Notice,
    Presence,
    Published,
    Record,
)
from chatd.storage.batches import BatchItem, Committed, RecordWrite
from chatd.storage.contract import StoreError, Subscriber
from chatd.storage.group_commit import GroupCommitStore
from chatd.storage.memory import MemoryStore
from chatd.storage.sqlite.maintenance_schedule import IDLE_SECONDS
from chatd.storage.sqlite.store import SqliteStore

T = TypeVar("T")

TURN_SECONDS = 0.001
"""Seconds between two looks at what a thread does. Without a pause, looking takes the processor
from the thread, on a busy machine for longer than a test may take."""


class StoreReactor(Clock):
    """A fake clock; results of threads, and what is received, come through the real reactor."""

    def addReader(self, reader: IReadDescriptor) -> None:
        from twisted.internet import reactor

        cast(IReactorFDSet, reactor).addReader(reader)

    def removeReader(self, reader: IReadDescriptor) -> None:
        from twisted.internet import reactor

        cast(IReactorFDSet, reactor).removeReader(reader)

    def callFromThread(self, function: Callable[..., object], *args: Any) -> None:
        from twisted.internet import reactor

        cast(IReactorFromThreads, reactor).callFromThread(function, *args)


class QueueReactor(Clock):
    """A reactor for a store where none runs: the caller waits for each result."""

    def __init__(self) -> None:
        super().__init__()
        self._calls: Queue[tuple[Callable[..., object], tuple[Any, ...]]] = Queue()

    def callFromThread(self, function: Callable[..., object], *args: Any) -> None:
        self._calls.put((function, args))

    def result(self, deferred: Deferred[T]) -> T:
        """Wait for a result, and return it; raise the error that it fails with."""
        results: list[T | Failure] = []
        deferred.addBoth(results.append)
        while not results:
            function, arguments = self._calls.get(timeout=20)
            function(*arguments)
        if isinstance(results[0], Failure):
            results[0].raiseException()
        return results[0]


class Recorder(Subscriber):
    """A subscriber that records all calls, in order."""

    def __init__(self) -> None:
        self.published: list[Entry] = []
        self.refused: list[tuple[Draft, str]] = []
        self.followed: list[Entry] = []
        self.calls: list[tuple[str, list[str]]] = []

    def publish(self, entries: Sequence[Published]) -> None:
        self.published += [entry for entry in entries if not isinstance(entry, Call)]
        self.calls.append(("published", [shown(entry) for entry in entries]))

    def follow(self, entries: Sequence[Published], records: Sequence[Record]) -> None:
        self.followed += [entry for entry in entries if not isinstance(entry, Call)]
        self.calls.append(("followed", [shown(entry) for entry in entries]))

    def refuse(self, drafts: Sequence[Draft], why: StoreError) -> None:
        self.refused += [(draft, str(why)) for draft in drafts]
        self.calls.append(("refused", [text for draft in drafts for text in draft.texts]))

    def forgot(self, room: str, upto: int) -> None:
        self.calls.append(("forgot", [f"{room} {upto}"]))

    def check_again(self, drafts: Sequence[Draft]) -> Sequence[Draft]:
        return ()


class OwnEntries(Subscriber):
    """A subscriber of a store that commits all it is given, and that no other node shares."""

    def follow(self, entries: Sequence[Published], records: Sequence[Record]) -> None:
        raise NotImplementedError

    def forgot(self, room: str, upto: int) -> None:
        raise NotImplementedError

    def check_again(self, drafts: Sequence[Draft]) -> Sequence[Draft]:
        raise NotImplementedError

    def refuse(self, drafts: Sequence[Draft], why: StoreError) -> None:
        raise NotImplementedError


class StoreHarness:
    """A started store, its clocks, and a recorder as its subscriber.

    ``time`` (seconds since 1970) stamps events; ``reactor`` is the fake clock of the store.
    """

    def __init__(
        self, make: Callable[[StoreReactor, Callable[[], float]], GroupCommitStore]
    ) -> None:
        self.reactor = StoreReactor()
        self.time = 1_000.0
        self.recorder = Recorder()
        self._make = make
        self._open()

    @classmethod
    def in_memory(cls) -> StoreHarness:
        """Return a harness of a store in memory."""
        return cls(MemoryStore)

    @classmethod
    def in_file(cls, path: Path) -> StoreHarness:
        """Return a harness of a store in a file."""
        return cls(lambda reactor, now: SqliteStore(cast(Any, reactor), path, now))

    def _open(self) -> None:
        self.store = self._make(self.reactor, lambda: self.time)
        self.store.subscribe(self.recorder)
        self.store.start()

    async def reopen(self) -> None:
        """Close the store and open it again, as a daemon that restarts."""
        await self.store.close()
        self._open()

    def begin(self, *entries: Draft | Notice | Presence) -> None:
        """Append entries in one turn, and begin to commit them unless a commit is running."""
        for each in entries:
            self.store.append(each)
        self.end_turn()

    def end_turn(self) -> None:
        """End the turn of the reactor, which begins to commit the waiting batch."""
        self.reactor.advance(0)

    async def settle(self) -> None:
        """Wait until everything appended so far was published or refused."""
        flushed = self.store.flush()
        await self.wait_for(lambda: flushed.called)
        await flushed

    async def wait_for(self, condition: Callable[[], bool]) -> None:
        """Run turns of the reactor until a condition is true."""
        from twisted.internet import reactor

        while not condition():
            self.end_turn()
            await deferLater(reactor, TURN_SECONDS)

    async def say(self, *drafts: Draft | Notice | Presence) -> None:
        """Append entries in one turn, and settle."""
        self.begin(*drafts)
        await self.settle()

    async def write_records(self, *records: Record) -> None:
        """Write records in one batch, and settle. Raises the error of the write."""
        written = self.store.write_records(*records)
        await self.settle()
        await written

    async def catch_up(self) -> None:
        """Take all steps of the maintenance of a store in a file."""
        schedule = cast(Any, self.store)._schedule
        schedule.request()
        while schedule._call is not None or schedule._working:
            self.reactor.advance(IDLE_SECONDS)
            await self.wait_for(lambda: not schedule._working)

    def why_refused(self) -> str:
        """Return the reason of the only refusal."""
        ((_, why),) = self.recorder.refused
        return why

    async def everything(self, room: str = "lobby") -> list[Event]:
        """Return a room's whole log, read page by page."""
        events: list[Event] = []
        while page := await self.store.read(room, events[-1].seq if events else 0, 2**39):
            events += page
        return events


class Gates:
    """A gate for each commit of a store, which the test opens or fails."""

    def __init__(self, store: GroupCommitStore) -> None:
        self.batches: list[list[str]] = []
        self._gates: list[Deferred[None]] = []
        self._commit = store.commit
        store.commit = self.commit  # type: ignore[method-assign]

    def commit(self, batch: Sequence[BatchItem]) -> Deferred[Committed]:
        self.batches.append([shown(entry) for entry in batch])
        gate: Deferred[None] = Deferred()
        self._gates.append(gate)
        return gate.addCallback(lambda _: self._commit(batch))

    @property
    def held(self) -> bool:
        """True if a commit is held back."""
        return bool(self._gates)

    def open(self) -> None:
        """Let the held commit continue."""
        self._gates.pop(0).callback(None)

    def fail(self, error: Exception) -> None:
        """Fail the held commit before it does anything."""
        self._gates.pop(0).errback(error)


def draft(
    text: str = "hola",
    room: str = "lobby",
    session: int = 1,
    author: str = "ana",
    kind: Kind = Kind.MESSAGE,
) -> Draft:
    return Draft(room, session, author, kind, [text])


def message(*lines: str, room: str = "lobby") -> Draft:
    """Return one message of several lines."""
    return Draft(room, 1, "ana", Kind.MESSAGE, lines, as_one=True)


def joined(name: str, room: str = "lobby", session: int = 9) -> Notice:
    return Notice(room, Change.JOINED, ((session, name),))


def came(name: str, room: str = "lobby", session: int = 9) -> Presence:
    return Presence(room, Change.JOINED, session, name)


def shown(entry: Draft | Published | RecordWrite) -> str:
    if isinstance(entry, Call):
        return f"{entry.verb} {entry.session}"
    if isinstance(entry, Notice):
        return "+" + ",".join(entry.names)
    if isinstance(entry, Presence):
        return f"{entry.change.value} {entry.name}"
    if isinstance(entry, RecordWrite):
        return " ".join(record.key for record in entry.records)
    return entry.text if isinstance(entry, Event) else " ".join(entry.texts)


def texts(events: Sequence[Entry]) -> list[str]:
    return [shown(event) for event in events]
