"""The daemon's side of a handover: it gives all that it has to a successor, and ends.

The theory of operation is in `chatd.daemon.handover`. This module must not know what a state is
made of.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple, NoReturn, Protocol, TypeVar, cast

from twisted.internet.interfaces import IReactorTime, IReadDescriptor
from twisted.logger import Logger

from chatd.chat.handing_over import state_of_server
from chatd.chat.server import ChatServer
from chatd.daemon.handover.channel import Channel, Ended, Gone, Message
from chatd.daemon.handover.outcome import BUSY, OVER_TLS, CannotUpgrade, Outcome
from chatd.daemon.handover.process import Start, Successor, start_successor
from chatd.daemon.handover.standing import StandingStill
from chatd.daemon.handover.store import GivenStore
from chatd.daemon.handover.waiting import Waiting
from chatd.daemon.os_process import without_collecting
from chatd.protocols.control import Control
from chatd.protocols.transport.factory import ChatFactory, Managed
from chatd.protocols.transport.handler import Goodbye
from chatd.protocols.transport.sockets import socket_of
from chatd.storage.contract import Store, StoreError
from chatd.text.escaping import visible
from chatd.util.state import State

T = TypeVar("T")

STATES = 1
"""The version of all states together. It rises when a reader of the one before could not use them:
a member that is added needs none."""

READABLE = range(1, STATES + 1)
"""The versions of states that this one can go on from."""

READY_SECONDS = 30.0
"""Seconds for a successor to start, in which the daemon works on."""

MOST_TOGETHER = 100
"""Most clients of one message: the successor adopts some while the next ones are sent."""

GIVING_SECONDS = 1.5
"""Seconds for a successor to take everything, in which the daemon stands still."""


class Address(Protocol):
    """A listening address: `chatd.daemon.service.Listener`."""

    @property
    def name(self) -> str:
        """The name of the address, which the successor has, too."""

    @property
    def factory(self) -> ChatFactory: ...


class Schema(NamedTuple):
    """A version of the files of a store, and the oldest one whose daemon works with them, too."""

    version: int
    works_with: int


class Given(NamedTuple):
    """All that is given."""

    addresses: Sequence[Address]
    server: ChatServer
    store: Store
    schema: Schema
    control: Control | None


class Handover:
    """Gives a daemon to a successor when it is asked to. One handover is under way at a time.

    ``end`` ends this process when the successor, given its number, has everything.
    """

    log = Logger()

    def __init__(
        self,
        given: Callable[[], Given],
        standing: StandingStill,
        start: Start,
        reactor: Any,
        end: Callable[[int], NoReturn],
    ) -> None:
        self._given = given
        self._standing = standing
        self._start = start
        self._reactor = reactor
        self._end = end
        self._under_way = False
        self.stops = False
        """True once this process has been told to stop: then it hands nothing over."""
        self._successor: Successor | None = None

    async def begin(self, before_end: Callable[[Outcome], None] = lambda outcome: None) -> None:
        """Start a successor, and hand over to it: then this does not return.

        ``before_end`` is called when the successor has everything. Raises `CannotUpgrade`; then the
        daemon goes on.
        """
        if self._given().store.handover is None:
            raise CannotUpgrade("the history is in memory alone, and would be lost.")
        await self._with_successor(partial(self._hand_over, before_end=before_end))

    async def try_out(self) -> str:
        """Start a successor up to the moment where it could take over, and end it.

        Return its version. Raises `CannotUpgrade`.
        """
        return await self._with_successor(self._version_of)

    def tell_to_stop(self) -> None:
        """Hand nothing over any more: this may be called by the handler of a signal."""
        self.stops = True

    def stop(self) -> None:
        """End a successor that has not taken over, and go on: this process stops by itself."""
        self.stops = True
        if self._successor is not None:
            self._successor.kill()
        self._standing.go_on()

    async def _with_successor(self, do: Callable[[Successor], Awaitable[T]]) -> T:
        if self._under_way:
            raise CannotUpgrade("an upgrade is under way already.")
        self._check_not_stopping()
        self._under_way = True
        try:
            try:
                self._successor = successor = start_successor(self._start)
            except OSError as error:
                raise CannotUpgrade(f"no other process starts: {error.strerror}.") from None
            try:
                return await do(successor)
            except Ended as error:
                self._check_not_stopping()
                why = successor.why_gone() if isinstance(error, Gone) else str(error)
                raise CannotUpgrade(f"the new version fails: {why.rstrip('.')}.") from None
            except StoreError as error:
                raise CannotUpgrade(str(error)) from None
            finally:
                successor.end()
        finally:
            self._under_way = False
            self._successor = None

    def _check_not_stopping(self) -> None:
        if self.stops:
            raise CannotUpgrade("the daemon is stopping.")

    async def _version_of(self, successor: Successor) -> str:
        return str((await self._ready(successor)).state["version"])

    async def _ready(self, successor: Successor) -> Message:
        """Wait until a successor has read its code and the settings, and can begin."""
        waiting = Waiting(self._reactor, successor.channel)
        ready = await waiting.message.addTimeout(
            READY_SECONDS, cast(IReactorTime, self._reactor), _too_late
        )
        if ready.says != "ready":
            raise CannotUpgrade(f"the new version does not start: {ready.state.get('why', '')}")
        return ready

    async def _hand_over(
        self, successor: Successor, before_end: Callable[[Outcome], None]
    ) -> NoReturn:
        ready = await self._ready(successor)
        self._check(ready)
        self.log.info("handing over to process {number}", number=successor.number)
        handover = self._given().store.handover
        assert handover is not None
        store = GivenStore(handover, successor.channel, self._reactor)
        await store.prepare()
        began = time.monotonic()
        try:
            over_tls = await self._standing.begin()
            await store.open()
            self._check_not_stopping()
            if not handover.is_unchanged:
                raise CannotUpgrade("somebody did something at the last moment. Try again.")
            with without_collecting():
                stayed, left = self._give(successor.channel)
            heard = successor.channel.hear()
            if heard.says != "adopted":
                raise Ended(str(heard.state.get("why", "it says what nobody says")))
            self._check_not_stopping()
            outcome = Outcome(
                successor.number,
                ready.state["version"],
                stayed,
                {OVER_TLS: over_tls, BUSY: len(left)},
                time.monotonic() - began,
            )
            # From there on the log is the successor's.
            self.log.info("upgraded: {outcome}", outcome=visible(str(outcome)))
            successor.channel.say("go")
        except BaseException as error:
            if isinstance(error, Gone):
                error = Ended(successor.why_gone())
            # It is gone before this one goes on: two must not have one client.
            successor.end()
            self._standing.go_on()
            raise error from None
        for connection in left:
            connection.say_goodbye(Goodbye.UPGRADING)
        before_end(outcome)
        self._end(successor.number)

    def _check(self, ready: Message) -> None:
        """Raise `CannotUpgrade` if the successor cannot go on from here."""
        state = ready.state
        version = state["version"]
        if STATES not in range(*state["reads"]):
            raise CannotUpgrade(
                f"chatd {version} cannot take over from this version."
                " `chatd upgrade --restart` restarts instead."
            )
        theirs, ours = Schema(*state["schema"]), self._given().schema
        if theirs.version < ours.version:
            raise CannotUpgrade(
                f"chatd {version} is older than the store, which a newer one has changed: that one"
                " alone can go on with it."
            )
        if theirs.works_with > ours.version:
            raise CannotUpgrade(
                f"chatd {version} changes the store so that this version could not go on if the"
                " upgrade failed. `chatd upgrade --restart` restarts instead."
            )

    def _give(self, channel: Channel) -> tuple[int, list[Managed]]:
        """Give everything, in one turn of the reactor. Raises `Ended`.

        Return the number of clients that were given, and those that could not be.
        """
        channel.deadline = time.monotonic() + GIVING_SECONDS
        addresses, server, store, _, control = self._given()
        for address in addresses:
            ports = [cast(IReadDescriptor, port) for port in address.factory.ports]
            channel.say("address", [port.fileno() for port in ports], name=address.name)
        if control is not None and control.port is not None:
            channel.say("control", [cast(IReadDescriptor, control.port).fileno()])
        assert store.handover is not None
        channel.say("store", state=store.handover.state())
        channel.say("server", state=state_of_server(server))
        left: list[Managed] = []
        # Looked at before the first one is sent: meanwhile the successor makes its parts.
        given = [list(_clients_of(address.factory, left)) for address in addresses]
        for number, clients in enumerate(given):
            for first in range(0, len(clients), MOST_TOGETHER):
                descriptors, states = zip(*clients[first : first + MOST_TOGETHER], strict=True)
                channel.say("clients", descriptors, address=number, states=states)
        channel.say("all")
        return sum(map(len, given)), left


def _clients_of(factory: ChatFactory, left: list[Managed]) -> Iterator[tuple[int, State]]:
    """Yield the descriptors and the states of all clients that can be handed over now.

    Add to those who are ``left`` the others who could be, if nothing of theirs was under way.
    """
    for client in factory.clients:
        connection = client.connection
        below = socket_of(cast(Any, connection).transport)
        if below is not None and (state := connection.state()) is not None:
            yield below.fileno(), state
        elif connection.movable and connection.handler.busy:
            left.append(connection)


def _too_late(result: object, seconds: float) -> NoReturn:
    raise Ended(f"it is not ready after {seconds:.0f} s")
