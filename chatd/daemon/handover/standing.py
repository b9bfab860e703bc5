"""Standing still: a daemon in which nothing is under way, so that its state can be given away.

This module must not know who is given the state.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NoReturn, Protocol, cast

from twisted.internet.abstract import FileDescriptor
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from chatd.chat.handing_over import give_back, release_all
from chatd.chat.server import ChatServer
from chatd.protocols.transport.factory import ChatFactory, Managed
from chatd.protocols.transport.handler import Goodbye
from chatd.storage.contract import Store, StoreError

SETTLE_SECONDS = 0.15
"""Seconds for what is under way when a daemon stands still: a request, a password that is checked,
a hook's answer. The clients concerned come back by themselves if it takes longer."""

GOODBYE_SECONDS = 0.3
"""Seconds in which clients who cannot be handed over are to take that they have to come back."""

STORE_SECONDS = 1.0
"""Seconds in which all that was read is to be stored and published: a database may be away, and
then this is no time to stand still."""

LOOK_SECONDS = 0.005
"""Seconds between two looks at what is under way."""


class Address(Protocol):
    """A listening address: `chatd.daemon.service.Listener`."""

    @property
    def factory(self) -> ChatFactory: ...

    @property
    def is_watched(self) -> bool: ...


class Work(Protocol):
    """Work that goes on by itself: the deliveries to webhooks, say."""

    def pause(self) -> None: ...

    @property
    def is_busy(self) -> bool: ...

    def go_on(self) -> None: ...


class StandingStill:
    """Has the clients of some addresses, the ``servers`` and their ``works`` stand still."""

    def __init__(
        self,
        addresses: Sequence[Address],
        servers: Iterable[ChatServer],
        store: Store,
        works: Sequence[Work],
        clock: IReactorTime,
    ) -> None:
        self._addresses = addresses
        self._servers = list(servers)
        self._store = store
        self._works = works
        self._clock = clock
        self._stands = False

    @property
    def connections(self) -> list[Managed]:
        """The connections of all clients."""
        return [client.connection for each in self._addresses for client in each.factory.clients]

    async def begin(self) -> int:
        """Stand still: accept and read no client, store and show all that was read.

        Clients who cannot be handed over are told to come back. Then wait, for a moment, for what
        is under way: those who still wait for it then have to come back, too. It ends if `go_on` is
        called meanwhile. Return the number of those who cannot be handed over. Raises `StoreError`
        if the store takes long; `go_on` then.
        """
        self._stands = True
        for work in self._works:
            work.pause()
        self._listen(False)
        foreign = [each for each in self.connections if not each.movable]
        for connection in foreign:
            connection.stop_reading()
        if foreign:
            await self._flush()
            for connection in foreign:
                connection.say_goodbye(Goodbye.UPGRADING)
            await self._until_gone(foreign)
        if self._goes_on():
            return len(foreign)
        for connection in self.connections:
            connection.stand_still()
        self._release()
        await self._settle()
        if self._goes_on():
            return len(foreign)
        late = [each for each in self.connections if each.handler.busy]
        if late:
            for connection in late:
                connection.say_goodbye(Goodbye.UPGRADING)
            self._release()
            await self._show_all()
            if self._goes_on():
                return len(foreign)
        if self._store.handover is not None:
            self._store.handover.hold()
        for server in self._servers:
            give_back(server)
        return len(foreign)

    def go_on(self) -> None:
        """Go on as before, if it stands: those who were told to come back may do so."""
        if self._goes_on():
            return
        self._stands = False
        if self._store.handover is not None:
            self._store.handover.go_on()
        for connection in self.connections:
            connection.go_on()
        self._listen(True)
        for work in self._works:
            work.go_on()

    def _release(self) -> None:
        for server in self._servers:
            release_all(server, self._clock)

    def _goes_on(self) -> bool:
        """Return True if `go_on` was called meanwhile."""
        return not self._stands

    def _listen(self, listens: bool) -> None:
        for address in self._addresses:
            for port in address.factory.ports:
                descriptor = cast(FileDescriptor, port)
                if listens:
                    descriptor.startReading()
                else:
                    descriptor.stopReading()

    async def _settle(self) -> None:
        until = self._clock.seconds() + SETTLE_SECONDS
        while True:
            await self._show_all()
            late = self._clock.seconds() >= until
            if self._store.flush().called and (late or not self._is_busy()):
                return
            await deferLater(self._clock, LOOK_SECONDS)

    async def _show_all(self) -> None:
        """Store, and show, all that was said and done."""
        await self._flush()
        shown: Deferred[None] = Deferred()
        self._store.once_all_were_read(shown.callback, None)
        await shown

    async def _flush(self) -> None:
        await self._store.flush().addTimeout(STORE_SECONDS, self._clock, _not_stored)

    def _is_busy(self) -> bool:
        return any(work.is_busy for work in self._works) or any(
            connection.handler.busy for connection in self.connections
        )

    async def _until_gone(self, foreign: Sequence[Managed]) -> None:
        until = self._clock.seconds() + GOODBYE_SECONDS
        while self._clock.seconds() < until and set(foreign) & set(self.connections):
            await deferLater(self._clock, LOOK_SECONDS)


def _not_stored(result: object, seconds: float) -> NoReturn:
    raise StoreError(f"what was said could not be saved within {seconds:g} s. Try again later.")
