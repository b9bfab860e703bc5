"""The daemon's side of a handover: it gives all that it has to a successor, and ends.

The theory of operation is in `chatd.daemon.handover`. This module must not know what a state is
made of.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, NoReturn, Protocol, cast

from twisted.internet.interfaces import IReactorTime, IReadDescriptor
from twisted.logger import Logger

from chatd.chat.handing_over import state_of_server
from chatd.chat.server import ChatServer
from chatd.daemon.handover.channel import MOST_DESCRIPTORS, Channel, Ended, Message
from chatd.daemon.handover.process import Start, Successor, start_successor
from chatd.daemon.handover.standing import StandingStill
from chatd.daemon.handover.store import GivenStore
from chatd.daemon.handover.twistd import PidFile
from chatd.daemon.handover.waiting import Waiting
from chatd.protocols.control import Control
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.sockets import socket_of
from chatd.storage.contract import Store, StoreError
from chatd.util.state import State

STATES = 1
"""The version of all states together. It rises when a reader of the one before could not use them:
a member that is added needs none."""

READABLE = range(1, STATES + 1)
"""The versions of states that this one can go on from."""

READY_SECONDS = 30.0
"""Seconds for a successor to start, in which the daemon works on."""

GIVING_SECONDS = 1.5
"""Seconds for a successor to take everything, in which the daemon stands still."""


class CannotUpgrade(Exception):
    """There is no handover, and the daemon goes on. The text says why: one line, for operators."""


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

    ``end`` ends this process once the successor, given its number, has everything.
    """

    log = Logger()

    def __init__(
        self,
        given: Callable[[], Given],
        standing: StandingStill,
        start: Start,
        pid_file: PidFile,
        reactor: Any,
        end: Callable[[int], NoReturn],
    ) -> None:
        self._given = given
        self._standing = standing
        self._start = start
        self._pid_file = pid_file
        self._reactor = reactor
        self._end = end
        self._under_way = False

    async def begin(self, before_end: Callable[[int], None] = lambda number: None) -> None:
        """Start a successor, and hand over to it: then this does not return.

        ``before_end`` is called with the number of the successor when it has everything. Raises
        `CannotUpgrade`; then the daemon goes on.
        """
        if self._under_way:
            raise CannotUpgrade("an upgrade is under way already.")
        if self._given().store.handover is None:
            raise CannotUpgrade("the history is in memory alone, and would be lost.")
        self._under_way = True
        self._pid_file.remove()
        try:
            try:
                successor = start_successor(self._start)
            except OSError as error:
                raise CannotUpgrade(f"no other process starts: {error.strerror}.") from None
            try:
                await self._hand_over(successor, before_end)
            except BaseException as error:
                successor.end()
                if isinstance(error, Ended):
                    raise CannotUpgrade(f"the new version failed: {error}.") from None
                if isinstance(error, StoreError):
                    raise CannotUpgrade(str(error)) from None
                raise
        finally:
            self._under_way = False
            self._pid_file.write()

    async def _hand_over(self, successor: Successor, before_end: Callable[[int], None]) -> None:
        waiting = Waiting(self._reactor, successor.channel)
        ready = await waiting.message.addTimeout(
            READY_SECONDS, cast(IReactorTime, self._reactor), _too_late
        )
        self._check(ready)
        self.log.info("handing over to process {number}", number=successor.number)
        handover = self._given().store.handover
        assert handover is not None
        store = GivenStore(handover, successor.channel, self._reactor)
        await store.prepare()
        began = time.monotonic()
        try:
            await self._standing.begin()
            await store.open()
            self._give(successor.channel)
            heard = successor.channel.hear()
            if heard.says != "adopted":
                raise Ended(str(heard.state.get("why", "it says what nobody says")))
            successor.channel.say("go")
        except BaseException:
            # It is gone before this one goes on: two must not have one client.
            successor.end()
            self._standing.go_on()
            raise
        self.log.info(
            "process {number} goes on; the handover took {seconds:.3f} s",
            number=successor.number,
            seconds=time.monotonic() - began,
        )
        before_end(successor.number)
        self._end(successor.number)

    def _check(self, ready: Message) -> None:
        """Raise `CannotUpgrade` if the successor cannot go on from here."""
        state = ready.state
        if ready.says != "ready":
            raise CannotUpgrade(f"the new version does not start: {state.get('why', '')}")
        version = state["version"]
        if STATES not in range(*state["reads"]):
            raise CannotUpgrade(
                f"chatd {version} cannot take over from this version."
                " `chatd upgrade --restart` restarts instead."
            )
        if Schema(*state["schema"]).works_with > self._given().schema.version:
            raise CannotUpgrade(
                f"chatd {version} changes the store so that this version could not go on if the"
                " upgrade failed. `chatd upgrade --restart` restarts instead."
            )

    def _give(self, channel: Channel) -> None:
        """Give everything, in one turn of the reactor. Raises `Ended`."""
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
        for number, address in enumerate(addresses):
            clients = _clients_of(address.factory)
            while some := list(islice(clients, MOST_DESCRIPTORS)):
                descriptors, states = zip(*some, strict=True)
                channel.say("clients", descriptors, address=number, states=states)
        channel.say("all")


def _clients_of(factory: ChatFactory) -> Iterator[tuple[int, State]]:
    """Yield the descriptors and the states of all clients that can be handed over now."""
    for client in factory.clients:
        connection = client.connection
        below = socket_of(cast(Any, connection).transport)
        if below is not None and (state := connection.state()) is not None:
            yield below.fileno(), state


def _too_late(result: object, seconds: float) -> NoReturn:
    raise Ended(f"it is not ready after {seconds:.0f} s")
