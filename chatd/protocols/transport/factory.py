"""Admission of clients, and the set of those connected: what concerns more than one connection.

`ChatFactory` builds the protocols of one kind of address, holds the set of connected clients, and
checks those that need it every few seconds. This module must not know what clients say.
"""

from __future__ import annotations

from collections.abc import Callable
from socket import socket
from typing import Any, cast
from typing import Protocol as Interface

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IAddress,
    IListeningPort,
    IReactorTime,
    ISSLTransport,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from chatd.accounts.local_users import LocalUsers
from chatd.chat.server import ChatServer
from chatd.errors import Refusal
from chatd.protocols.transport.check_schedule import CheckSchedule
from chatd.protocols.transport.handler import Goodbye, Handler
from chatd.protocols.transport.limits import (
    ALL_FULL,
    Admission,
    Limits,
    Place,
    TooManyConnections,
    host_of,
)
from chatd.protocols.transport.scheduler import TurnScheduler
from chatd.protocols.transport.sockets import Patience, socket_of
from chatd.protocols.transport.traffic import Traffic
from chatd.protocols.transport.writer import Blocked, Connection, ConnectionWriter
from chatd.util.budget_table import Limits as BudgetLimits
from chatd.util.error_log import RecurringWarning
from chatd.util.state import State
from chatd.util.unix_peers import Peer, peer_of

ACCEPTS_A_TURN = 4
"""Number of connections accepted at one address before connected clients have their turn: each
takes some 0.2 ms, and over TLS, with the handshake, 2 ms."""

CHECK_SECONDS = 5.0
"""Seconds between two checks of clients: see `ChatFactory.check`."""

REFUSED_SECONDS = 1.0
REFUSED_AT_ONCE = 32
"""Seconds that a client which is not admitted has to read why, and most such clients at a time."""


class Managed(Interface):
    """A connection as the factory uses it: `ManagedConnection`, say."""

    def admit(self, factory: ChatFactory, place: Place, *, located: bool) -> None: ...

    @property
    def handler(self) -> Handler[Any]: ...

    def check(self, now: float) -> float: ...

    @property
    def movable(self) -> bool: ...

    def stand_still(self) -> None: ...

    def go_on(self) -> None: ...

    def state(self) -> State | None: ...

    def follow(self, state: State) -> None: ...

    def let_go_on(self) -> None: ...

    def stop_reading(self) -> None: ...

    def say_goodbye(self, goodbye: Goodbye = ...) -> None: ...

    def abort(self) -> None: ...


class Client(Interface):
    """A protocol whose connection is managed: `ClientProtocol`, say."""

    @property
    def connection(self) -> Managed: ...

    def take_over(self, state: State) -> None: ...


class Refused(Protocol):
    """Sends the reason to a client that is not admitted, and closes."""

    def __init__(self, factory: ChatFactory, clock: IReactorTime, reason: bytes) -> None:
        self._factory = factory
        self._clock = clock
        self._reason = reason

    def connectionMade(self) -> None:
        transport = cast(Connection, self.transport)
        self._factory.refused.add(self)
        self._deadline = self._clock.callLater(REFUSED_SECONDS, transport.abortConnection)
        transport.write(self._reason)
        if ISSLTransport.providedBy(transport):
            transport.loseConnection()  # after the handshake
        else:
            # Input is read and dropped: closing with unread input would take the reason away.
            transport.loseWriteConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._factory.refused.discard(self)
        if self._deadline.active():
            self._deadline.cancel()


class ChatFactory(Factory):
    """Builds the protocols of one address, and holds the set of connected ``clients``.

    The set is for counting, checking and stopping; a line does not go through it, but through its
    room. ``protocol`` makes a protocol, which is a `Client`, too: `ChatProtocol`, say;
    ``max_length`` is the most characters of a line there. ``admission`` counts the connections of
    all factories. ``local_users`` are known at its UNIX sockets; None if users have no names there.
    ``turns`` are those of the clients of all addresses of a kind. ``irc_port`` is the TCP port for
    IRC clients, who may come here by mistake; 0 for none.
    """

    noisy = False

    def __init__(
        self,
        server: ChatServer,
        clock: IReactorTime,
        protocol: Callable[[ChatServer, IReactorTime, int], Client],
        max_length: int = 4096,
        limits: Limits = Limits(),  # noqa: B008 - a value
        admission: Admission | None = None,
        local_users: LocalUsers | None = None,
        turns: TurnScheduler | None = None,
    ) -> None:
        self.server = server
        self.local_users = local_users
        self.clients: set[Client] = set()
        self.refused: set[Refused] = set()
        self.ports: list[IListeningPort] = []
        self.turns = turns or TurnScheduler(clock, server.error_log)
        self.checks = CheckSchedule(clock)
        self.blocked: Blocked = set()
        self.traffic = Traffic()
        self.limits = limits
        self.irc_port = 0
        self._admission = admission or Admission(limits, server.budgets)
        self._patience = Patience()
        self._protocol = protocol
        self._clock = clock
        self._max_length = max_length
        self._empty: list[Deferred[None]] = []
        self._accepting = False
        self._fullness = RecurringWarning(clock, "clients are turned away: {why}.", is_fault=False)

    def change_limits(self, limits: Limits, own: BudgetLimits) -> None:
        """Have other limits, and others of the connections here, for those who come from now on.

        ``dead_after`` stays: listening sockets have it.
        """
        self.limits = limits._replace(dead_after=self.limits.dead_after)
        self._admission.change_limits(self.limits, own)

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:
        """Return a protocol for a client that connects; None if not even a refusal can be sent."""
        return self.build(addr)

    def accept_at(self, port: IListeningPort) -> None:
        """Accept clients at a port that listens."""
        self.ports.append(port)
        self._accept_again()

    def came(self) -> None:
        """Have no more than `ACCEPTS_A_TURN` accepted in a turn: a client has come."""
        if not self._accepting:
            # Twisted begins with 100 in a turn, and takes 20 more whenever there were as many.
            self._accepting = True
            self._clock.callLater(0, self._accept_again)

    def _accept_again(self) -> None:
        self._accepting = False
        for port in self.ports:
            port.numberAccepts = ACCEPTS_A_TURN  # type: ignore[attr-defined]

    def build(self, address: IAddress | None, *, located: bool = True) -> Protocol | None:
        """Build as `buildProtocol` does. If not ``located``, it is not the client's address."""
        try:
            return self._build(address, located)
        except Exception:  # in Twisted's hands it would be a traceback each time
            self.server.error_log.tell("somebody who came could not be served")
            return None

    def _build(self, address: IAddress | None, located: bool) -> Protocol | None:
        self.came()
        client = self._protocol(self.server, self._clock, self._max_length)
        try:
            if not self.server.numbers.left and client.connection.handler.has_session:
                self._check_numbers()
            place = self._admit(host_of(address))
        except TooManyConnections as full:
            return self._refuse(client, full)
        self.traffic.admitted += 1
        client.connection.admit(self, place, located=located)
        return cast(Protocol, client)

    def take_over(self, state: State) -> Client:
        """Return the protocol of a client of another process, to be given the client's transport.

        It is admitted, however many there are.
        """
        client = self._protocol(self.server, self._clock, self._max_length)
        client.take_over(state)
        place = self._admission.take_over(state["address"]["host"])
        client.connection.admit(self, place, located=True)
        return client

    def peer_of(self, transport: object) -> Peer | None:
        """Return the process at the other end of a transport; None if that is not known."""
        connection = socket_of(transport)
        return None if connection is None else peer_of(connection)

    def relocate(self, place: Place | None, host: str) -> Place:
        """Count a connection for an address, or a user of the machine, instead of a place.

        Raise `TooManyConnections`, and count it for neither, if it is one too many.
        """
        self._dismiss(place)
        return self._admit(host)

    def _admit(self, host: str) -> Place:
        try:
            return self._admission.enter(host, self._clock.seconds())
        except TooManyConnections as full:
            raise self._counted(full) from None

    def _check_numbers(self) -> None:
        """Raise `TooManyConnections` if no number is left for a session."""
        try:
            self.server.numbers.check()
        except Refusal as refusal:
            raise self._counted(TooManyConnections(refusal.key, 0)) from None

    def _counted(self, full: TooManyConnections) -> TooManyConnections:
        """Count a client that is not admitted, and return the reason. Log that all is full."""
        self.traffic.refused[full.key] += 1
        if full.key == ALL_FULL:
            self._fullness.tell(f"{full.limit} are connected, as many as limits.connections admits")
        return full

    def _dismiss(self, place: Place | None) -> None:
        if place is not None:
            self._admission.leave(place, self._clock.seconds())

    def _refuse(self, client: Client, full: TooManyConnections) -> Refused | None:
        if len(self.refused) >= REFUSED_AT_ONCE:
            return None
        return Refused(self, self._clock, client.connection.handler.refusal(full))

    @property
    def waiting(self) -> int:
        """The number of clients to which nothing more can be sent at the moment."""
        return sum([writer.waiting for writer in self.blocked])

    def check(self) -> None:
        """Check the clients that need it: to be called every `CHECK_SECONDS`."""
        self.checks.check()
        waiting: dict[socket, ConnectionWriter] = {}
        for writer in tuple(self.blocked):
            if not writer.waiting:
                self.blocked.discard(writer)
            elif below := socket_of(writer.transport):
                waiting[below] = writer
        for dead in self._patience.renew(waiting):
            waiting[dead].transport.abortConnection()

    def gone(self, client: Client, place: Place | None) -> None:
        """Forget a client that has gone, and that was counted for a place."""
        self.clients.discard(client)
        self.checks.forget(client.connection)
        self._dismiss(place)
        if not self.clients:
            empty, self._empty = self._empty, []
            for done in empty:
                done.callback(None)

    def when_empty(self) -> Deferred[None]:
        """Return a Deferred that fires when no client is connected."""
        done: Deferred[None] = Deferred()
        if self.clients:
            self._empty.append(done)
        else:
            done.callback(None)
        return done
