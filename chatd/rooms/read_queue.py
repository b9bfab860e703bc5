"""The queue of reads: askers have turns at the store, and what several want is read once.

Theory of operation. A store reads in one thread, and searches in another, because both take the
processor from the reactor. So reads wait here, and each asker has turns (`chatd.util.fair_queue`):
one that wants a hundred pages delays the page of another by one. Searches may take long, so they
have a queue of their own.

Several askers may want the same page at the same time: after a restart all clients come back at
once. Each of them waits for its own turn, and the first turn that comes serves all. So an asker
never waits longer because another one wants the same.

This module must not know sessions, nor what is done with what is read.
"""

from __future__ import annotations

from typing import NamedTuple

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.event import Event, Kind
from chatd.formats.base import Format
from chatd.rooms.rendering import Page
from chatd.storage.contract import Found, Store, Wanted
from chatd.util.fair_queue import Asker, FairQueue, Turn

AT_ONCE = 1
"""Number of reads, and of searches, that are given to the store at a time: it has a thread for
each. More would wait there in the order in which they came."""


class Stretch(NamedTuple):
    """The events ``after < seq <= upto`` of the log of that name."""

    log: str
    after: int
    upto: int


class Reading(NamedTuple):
    """A page of events that was read once, and all pages rendered of it, for those who wanted it.

    The pages are by their format and the end that was asked for.
    """

    events: list[Event]
    pages: dict[tuple[Format, int], Page]


class _SharedRead:
    """A read that has not ended: the turns that wait for it, and those that want its result."""

    def __init__(self) -> None:
        self.turns: dict[Asker, Deferred[Turn]] = {}
        self.results: list[Deferred[Reading]] = []
        self.has_begun = False


class ReadQueue:
    """The reads of all logs of a store. Each method raises as that of the store does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._reads = FairQueue(AT_ONCE)
        self._searches = FairQueue(AT_ONCE)
        self._shared: dict[Stretch, _SharedRead] = {}

    async def read(self, stretch: Stretch, asker: Asker) -> Reading:
        """Return the first events of a stretch: see `chatd.storage.contract.Store.read`."""
        shared = self._shared.setdefault(stretch, _SharedRead())
        result: Deferred[Reading] = Deferred()
        shared.results.append(result)
        if not shared.has_begun and asker not in shared.turns:
            shared.turns[asker] = turn = self._reads.turn(*asker.path)
            turn.addCallbacks(self._begin, _not_needed, (stretch, shared))
        return await result

    async def seq_before(self, log: str, time: int, asker: Asker) -> int:
        """See `chatd.storage.contract.Store.seq_before`."""
        turn = await self._reads.turn(*asker.path)
        try:
            return await self._store.seq_before(log, time)
        finally:
            turn.end()

    async def remarks(
        self, log: str, kind: Kind, upto: int, limit: int, asker: Asker
    ) -> list[Event]:
        """See `chatd.storage.contract.Store.remarks`."""
        turn = await self._reads.turn(*asker.path)
        try:
            return await self._store.remarks(log, kind, upto, limit)
        finally:
            turn.end()

    async def search(self, log: str, wanted: Wanted, upto: int, limit: int, asker: Asker) -> Found:
        """See `chatd.storage.contract.Store.search`."""
        turn = await self._searches.turn(*asker.path)
        try:
            return await self._store.search(log, wanted, upto, limit)
        finally:
            turn.end()

    def _begin(self, turn: Turn, stretch: Stretch, shared: _SharedRead) -> None:
        """Read in this turn; the others that wait for the same are not needed."""
        shared.has_begun = True
        turns, shared.turns = shared.turns, {}
        for other in turns.values():
            other.cancel()  # does nothing to this one, which has fired
        Deferred.fromCoroutine(self._read(turn, stretch, shared))

    async def _read(self, turn: Turn, stretch: Stretch, shared: _SharedRead) -> None:
        result: Reading | Failure
        try:
            result = Reading(await self._store.read(*stretch), {})
        except Exception:
            result = Failure()
        del self._shared[stretch]
        turn.end()  # first, so that the next page is read while this one is rendered
        for each in shared.results:
            each.callback(result)


def _not_needed(_: Failure) -> None:
    """Do nothing: the turn was cancelled, because another one serves all."""
