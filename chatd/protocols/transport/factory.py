"""Who may come in, and whose turn it is: what concerns more than one connection of a kind.

`ChatFactory` builds the protocols, holds the set of those connected, and looks after them. It knows
nothing of what they say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol as Interface
from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IAddress,
    IListeningPort,
    IReactorTime,
    ISSLTransport,
    ITransport,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from chatd.chat.server import ChatServer
from chatd.protocols.transport.limits import Admission, Limits, Pace, TooManyConnections, network_of
from chatd.protocols.transport.scheduler import TurnScheduler
from chatd.protocols.transport.sockets import Patience, socket_of
from chatd.protocols.transport.writer import Connection

ACCEPTS_A_TURN = 4
"""How many come in at one address before those who are in have their turn: that takes some 0.2 ms
for each, and over TLS, with the handshake, two."""

CHECK_SECONDS = 5.0
"""How often those connected are looked after: see `ChatFactory.check`."""

REFUSED_SECONDS = 1.0
REFUSED_AT_ONCE = 32
"""How long somebody who is not let in may take to read why, and how many may at a time."""


class Client(Interface):
    """One who is connected, as far as it is looked after: a
    `chatd.protocols.transport.session_protocol.Peer`, say."""

    factory: ChatFactory
    network: str | None
    pace: Pace | None
    located: bool
    transport: ITransport | None

    def refusal(self, full: TooManyConnections) -> bytes: ...

    @property
    def waiting(self) -> bool: ...

    @property
    def pending(self) -> bool: ...

    def check(self, now: float) -> None: ...

    def stop_reading(self) -> None: ...

    def say_goodbye(self) -> None: ...

    def abort(self) -> None: ...


class Refused(Protocol):
    """Tells somebody why they are not let in, and hangs up."""

    factory: ChatFactory

    def __init__(self, clock: IReactorTime, reason: bytes) -> None:
        self._clock = clock
        self._reason = reason

    def connectionMade(self) -> None:
        transport = cast(Connection, self.transport)
        self.factory.refused.add(self)
        self._deadline = self._clock.callLater(REFUSED_SECONDS, transport.abortConnection)
        transport.write(self._reason)
        if ISSLTransport.providedBy(transport):
            transport.loseConnection()  # once hands were shaken
        else:
            # What it sends is read and dropped: to close with unread input would take the reason.
            transport.loseWriteConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.factory.refused.discard(self)
        if self._deadline.active():
            self._deadline.cancel()


class ChatFactory(Factory):
    """Builds the protocols of one kind of address, and holds the set of those connected.

    The set is for counting and for stopping; talking does not walk it: rooms do.
    ``protocol`` makes a protocol, which is a `Client`, too: `ChatProtocol`, say; ``max_length`` as
    there. ``admission`` counts those of all factories.
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
    ) -> None:
        self.server = server
        self.clients: set[Client] = set()
        self.refused: set[Refused] = set()
        self.ports: list[IListeningPort] = []
        self.turns = TurnScheduler(clock, server.error_log)
        self.limits = limits
        self._admission = admission or Admission(limits)
        self._patience = Patience()
        self._protocol = protocol
        self._clock = clock
        self._max_length = max_length
        self._empty: list[Deferred[None]] = []
        self._accepting = False

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:
        """A protocol for somebody who is connecting; None for one too many to be told so."""
        return self.build(addr)

    def accept_at(self, port: IListeningPort) -> None:
        """Have people come in at a port that listens."""
        self.ports.append(port)
        self._accept_again()

    def _accept_again(self) -> None:
        self._accepting = False
        for port in self.ports:
            port.numberAccepts = ACCEPTS_A_TURN  # type: ignore[attr-defined]

    def build(self, address: IAddress | None, *, located: bool = True) -> Protocol | None:
        """As `buildProtocol`. Not ``located`` is a client whose own address is not known yet."""
        try:
            return self._build(address, located)
        except Exception:  # in Twisted's hands it would be a traceback each time
            self.server.error_log.tell("somebody who came could not be served")
            return None

    def _build(self, address: IAddress | None, located: bool) -> Protocol | None:
        if not self._accepting:
            # Twisted begins with 100 in a turn, and takes 20 more whenever there were as many.
            self._accepting = True
            self._clock.callLater(0, self._accept_again)
        protocol = self._protocol(self.server, self._clock, self._max_length)
        protocol.factory = self
        protocol.located = located
        try:
            self._admit(protocol, address)
        except TooManyConnections as full:
            return self._refuse(protocol, full)
        return cast(Protocol, protocol)

    def locate(self, client: Client) -> None:
        """Count a client for the address that its transport knows by now. Raises
        `TooManyConnections`."""
        self._dismiss(client)
        self._admit(client, cast(ITransport, client.transport).getPeer())
        client.located = True

    def hand_over(self, client: Client, successor: Client) -> None:
        """From now on it is that one, for the same connection; it is counted as it was."""
        successor.factory = self
        successor.located = client.located
        successor.pace = client.pace
        successor.network, client.network = client.network, None
        self.clients.discard(client)

    def _admit(self, client: Client, address: IAddress | None) -> None:
        network = network_of(address)
        client.pace = self._admission.pace(network, self._clock.seconds())
        self._admission.enter(network)
        client.network = network

    def _dismiss(self, client: Client) -> None:
        if client.network is not None:
            self._admission.leave(client.network, client.pace, self._clock.seconds())
            client.network = None

    def _refuse(self, client: Client, full: TooManyConnections) -> Refused | None:
        if len(self.refused) >= REFUSED_AT_ONCE:
            return None
        refused = Refused(self._clock, client.refusal(full))
        refused.factory = self
        return refused

    def check(self) -> None:
        """Look after everybody connected: to be called every `CHECK_SECONDS`."""
        now = self._clock.seconds()
        # Of thousands, few: who does nothing is asked one thing.
        pending = [client for client in self.clients if client.pending]
        for client in pending:
            client.check(now)
        waiting = {
            connection: client
            for client in pending
            if client.waiting and (connection := socket_of(client.transport))
        }
        for connection in self._patience.renew(waiting):
            waiting[connection].abort()

    def gone(self, client: Client) -> None:
        """Forget a client that has gone."""
        self.clients.discard(client)
        self._dismiss(client)
        if not self.clients:
            empty, self._empty = self._empty, []
            for done in empty:
                done.callback(None)

    def when_empty(self) -> Deferred[None]:
        """Fires when no client is connected."""
        done: Deferred[None] = Deferred()
        if self.clients:
            self._empty.append(done)
        else:
            done.callback(None)
        return done
