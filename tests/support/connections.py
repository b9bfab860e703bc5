"""A managed connection without a protocol: items are lines, and the handler notes its calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import inf
from typing import Any, cast

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import ISSLTransport
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from zope.interface import directlyProvides

from chatd.protocols.transport.check_schedule import CheckSchedule
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.limits import Pace, Place, TooManyConnections
from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.protocols.transport.scheduler import TurnScheduler
from chatd.protocols.transport.traffic import Traffic
from chatd.protocols.transport.writer import ConnectionWriter
from chatd.rooms.stream import Stream
from chatd.util.error_log import ErrorLog

PIECE = 1024
"""Most bytes that the decoder takes at a time."""

SECRET = "correct horse"
"""The message of errors, which must not be logged: it may quote what a client sent."""


class Pieces:
    """A supply of a writer: gives out its pieces, one at a time."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = deque(pieces)
        self.finished = False
        self.blocks = 0
        self.failures: list[str] = []
        self.failed = self.failures.append

    @property
    def drained(self) -> bool:
        return self.finished and not self.pieces

    def take(self) -> bytes:
        return self.pieces.popleft() if self.pieces else b""

    def blocked(self) -> None:
        self.blocks += 1


class LineDecoder:
    """Decodes lines, of at most `PIECE` bytes at a time."""

    overhead = 0.0

    def __init__(self) -> None:
        self._begun = b""

    @property
    def unfinished(self) -> bool:
        return bool(self._begun)

    @property
    def held(self) -> int:
        return len(self._begun)

    def feed(self, unread: bytes) -> tuple[Sequence[bytes], bytes]:
        *lines, self._begun = (self._begun + unread[:PIECE]).split(b"\n")
        return lines, unread[PIECE:]

    def finish(self) -> Sequence[bytes]:
        line, self._begun = self._begun, b""
        return [line] if line else []

    def drop(self) -> None:
        self._begun = b""


class NotingHandler:
    """Handles lines as a test says, and notes what it was given and asked.

    ``handled`` are the lines. ``calls`` are the names of other methods that were called. A line
    ``fail`` raises an error, ``wait`` interrupts the turn, ``end`` ends the output.
    """

    takes_input = movable = True
    has_session = False
    at_once = True
    timed = False
    due = inf
    in_one_piece = True
    item_cost = 1
    most_dropped = 10.0
    busy = False

    def __init__(self) -> None:
        self.decoder = LineDecoder()
        self.stream = Stream()
        self.handled: list[bytes] = []
        self.calls: list[str] = []
        self.settled: list[bool] = []
        self.most = 1000
        self.asked = 0
        self.interrupted = False
        self.ready = True
        self.seconds = 0.0
        """The time that each line takes."""
        self.apologises = True
        self.failing: set[str] = set()
        """The names of methods that fail."""

    def __getattr__(self, name: str) -> Any:
        if name not in (
            *("enter", "address_known", "stop", "say_goodbye", "lost", "end_of_input", "depart"),
        ):
            raise AttributeError(name)

        def call(*_: object) -> None:
            self.calls.append(name)
            if name in self.failing:
                raise ZeroDivisionError(SECRET)
            if name == "end_of_input":
                self.stream.finish()

        return call

    def refusal(self, full: TooManyConnections) -> bytes:
        return b"full\n"

    def connect(self, connection: ManagedConnection) -> None:
        self.connection = connection
        self.calls.append("connect")
        writer = connection.output.begin(connection.transport, self.stream)
        self.stream.owner = connection
        self.stream.connect(writer)

    def allowance(self) -> int:
        self.asked += 1
        return self.most if self.ready else 0

    def accept(self, items: Sequence[bytes]) -> Sequence[bytes]:
        return [item for item in items if item]

    def handle(self, item: bytes) -> None:
        self.handled.append(item)
        cast(Clock, self.connection._clock).rightNow += self.seconds
        if item == b"fail":
            raise ZeroDivisionError
        if item == b"wait":
            self.interrupted, self.ready = True, False
        if item == b"end":
            self.stream.finish()

    def item_failed(self) -> None:
        self.calls.append("item_failed")

    def settle(self, more: bool) -> bool:
        self.interrupted = False
        self.settled.append(more)
        return self.ready

    def check(self, now: float) -> float:
        self.calls.append("check")
        if "check" in self.failing:
            raise ZeroDivisionError(SECRET)
        return self.due

    def apologise(self) -> bool:
        self.calls.append("apologise")
        if "apologise" in self.failing:
            raise ZeroDivisionError(SECRET)
        self.stream.put(b"sorry\n")
        self.stream.finish()
        return self.apologises


class Transport(StringTransport):
    """A transport that counts how often it was paused, resumed and aborted."""

    def __init__(self) -> None:
        super().__init__(peerAddress=IPv4Address("TCP", "192.0.2.1", 1))
        self.pauses = self.resumes = self.aborts = 0

    def pauseProducing(self) -> None:
        self.pauses += 1
        super().pauseProducing()

    def resumeProducing(self) -> None:
        self.resumes += 1
        super().resumeProducing()

    def abortConnection(self) -> None:
        self.aborts += 1
        super().abortConnection()


class Factory:
    """A factory of connections, which notes the place that each one leaves."""

    def __init__(self, clock: Clock) -> None:
        self.server = self
        self.error_log = ErrorLog(clock)
        self.clients: set[object] = set()
        self.turns = TurnScheduler(clock, self.error_log)
        self.checks = CheckSchedule(clock)
        self.traffic = Traffic()
        self.blocked: set[ConnectionWriter] = set()
        self.left: list[Place | None] = []
        self.local_users = None

    def gone(self, client: object, place: Place | None) -> None:
        self.clients.discard(client)
        self.left.append(place)

    def peer_of(self, transport: object) -> None:
        """Return None: the peer is not known."""


class Caller:
    """The client of a managed connection, which connected ``now``, over TLS if ``encrypted``."""

    connection_type = ManagedConnection
    handler_type = NotingHandler
    transport_type: type[Any] = Transport

    def __init__(
        self,
        pace: Pace | None = None,
        *,
        located: bool = True,
        encrypted: bool = False,
        now: float = 0.0,
    ) -> None:
        self.clock = Clock()
        self.clock.advance(now)
        self.handler = self.handler_type()
        self.factory = Factory(self.clock)
        self.transport = self.transport_type()
        if encrypted:
            directlyProvides(self.transport, ISSLTransport)
        self.connection = self.connection_type(cast(Any, self), self.clock, self.handler)
        self.place = Place("192.0.2.1", "192.0.2.1", pace)
        self.connection.admit(cast(ChatFactory, self.factory), self.place, located=located)
        self.begin()

    def begin(self) -> None:
        """Begin with the transport."""
        self.connection.made(self.transport)

    def send(self, data: bytes) -> None:
        """Send bytes, and run nothing but what they cause at once."""
        self.connection.received(data)

    def settle(self) -> None:
        """Run all that is due."""
        self.clock.advance(0)

    def half_close(self) -> None:
        """Send nothing more."""
        self.connection.half_closed()
        self.settle()

    def hang_up(self, reason: type[Exception] = ConnectionDone) -> None:
        """Close the connection."""
        self.connection.lost(Failure(reason()))
        self.settle()

    @property
    def handled(self) -> list[bytes]:
        return self.handler.handled

    @property
    def calls(self) -> list[str]:
        """The calls of the handler since the last time."""
        calls, self.handler.calls = self.handler.calls, []
        return calls

    @property
    def paused(self) -> bool:
        """True if nothing is read of the client."""
        return self.transport.producerState == "paused"

    @property
    def departed(self) -> bool:
        return self not in self.factory.clients
