"""One connection: its lifecycle, and its failures.

Theory of operation. A connection is in one of six states, and only ever moves on to a later one
(`Lifecycle.advance`). HANDSHAKING: TLS is not ready, nothing is said yet. OPEN: the client may
send. HALF_CLOSED: it will send nothing more, but reads on; what it sent is handled, then the
connection is closed. DRAINING: input is dropped; the client receives what it is owed. LOST: the
transport is gone; what was read before is handled all the same. DEPARTED: it is in
`ChatFactory.clients` no more, as it was from `made` on, and refers to none of its parts. So no
cycle of references is left, and all of it is freed at once: Python's collector of cycles, which
takes long, runs rarely (`chatd.daemon.os_process`).

Bytes come in by `received`, and go through the `Intake` to the `PacedReader`. Little input of a
client that awaits no turn is handled at once; the rest awaits a turn of the `TurnScheduler`, and
the client is not read meanwhile. In a turn the handler says first how many items it may take
(`allowance`; asked once, because that costs as much as a line). Then the decoder makes items of
one piece of the bytes at a time, and the handler handles them one by one, until the time, the items
or the allowance are used up, or an item must have its effect before the next one (`interrupted`).
At the end of a turn the reader awaits another turn, is paused until the handler calls `wake`, is
left alone until the client's rate allows more, or reads on.

The decoder turns bytes into items and is pure; the handler turns items into effects. Both can be
replaced (`switch`): so an HTTP connection becomes a WebSocket, and lines become JSON lines. The
`Output` has a writer, which sends what the handler's supply gives. An error in any method that
Twisted, the factory or the scheduler calls costs this client its connection, and no other client
anything (`guarded`). This module must not know what is read, nor what is done with it.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure

from chatd.protocols.transport.client_address import ClientAddress
from chatd.protocols.transport.handler import Goodbye, Handler
from chatd.protocols.transport.lifecycle import Lifecycle, State, guarded
from chatd.protocols.transport.limits import Place
from chatd.protocols.transport.output import Output
from chatd.protocols.transport.paced_reader import PacedReader
from chatd.protocols.transport.sockets import is_reset, socket_of

if TYPE_CHECKING:
    from chatd.protocols.transport.factory import ChatFactory, Client

READ_BYTES = 16 * 1024
"""Number of bytes read of a client at a time. With Twisted's own 64 KiB, others wait too long."""

HANDSHAKE_SECONDS = 10.0
"""Most seconds for a TLS handshake, about: clients are checked every few seconds."""


class ManagedConnection:
    """The connection of one client. ``handler`` says what is done with what is read."""

    __slots__ = (
        "_clock",
        "address",
        "client",
        "factory",
        "handler",
        "lifecycle",
        "output",
        "reader",
        "transport",
    )

    factory: ChatFactory
    address: ClientAddress
    output: Output
    reader: PacedReader

    def __init__(self, client: Client, clock: IReactorTime, handler: Handler[Any]) -> None:
        self.client = client
        self.handler = handler
        self.lifecycle = Lifecycle()
        self.transport: Any = None  # before `made`
        self._clock = clock

    # What the factory calls

    def admit(self, factory: ChatFactory, place: Place, *, located: bool) -> None:
        """Belong to a factory, which counts this connection for a place.

        If not ``located``, the client's own address is not known yet: it is behind a proxy.
        """
        self.factory = factory
        self.address = ClientAddress(factory, place, located=located)
        self.output = Output(self._clock, factory.blocked)
        self.reader = PacedReader(self, self._clock, factory.turns, self.handler)

    def check(self, now: float) -> float:
        """Act if this client takes longer than it may, at this time in seconds.

        Return the time of the next check; inf if nothing has begun.
        """
        due, state = inf, self.lifecycle.state
        try:
            if state is State.HANDSHAKING:
                due = self.reader.intake.since + HANDSHAKE_SECONDS  # since it came
                if now > due:
                    self.abort()
            elif state < State.DRAINING:
                due = self.handler.check(now)
        except Exception:
            self.fail("a client could not be served")
        return due

    @guarded
    def stop_reading(self) -> None:
        """Take nothing more from this client: the server is stopping."""
        if self.lifecycle.departed:
            return  # by what another one did when it was stopped
        reader = self.reader
        reader.intake.forget()
        if self.lifecycle.advance(State.DRAINING) is State.LOST:
            reader.forget_turns()
            reader.go_on()
            return
        self.handler.stop()
        self.output.end()
        if reader.paused:  # closing with unread input would reset: from here on it is dropped
            reader.resume()

    @guarded
    def say_goodbye(self, goodbye: Goodbye = Goodbye.STOPPING) -> None:
        """Tell this client that the server stops, or is upgraded, and close."""
        if not self.lifecycle.departed:
            self.handler.say_goodbye(goodbye)
        if self.lifecycle.state is State.LOST:
            self.reader.go_on()

    def abort(self) -> None:
        """Close at once, regardless of what this client is owed."""
        self.depart() if self.lifecycle.lost else self.transport.abortConnection()

    def was_reset(self) -> bool:
        """Return True if the client has gone. A transport that is paused does not report that."""
        return is_reset(socket_of(self.transport))

    # What Twisted calls, by way of `ClientProtocol`

    @guarded
    def made(self, transport: Any) -> None:
        """Begin. The client is greeted now; over TLS, after the handshake."""
        self.transport = transport
        self.address.connect(transport)
        self.factory.clients.add(self.client)
        transport.bufferSize = READ_BYTES
        self.handler.connect(self)
        if self.address.encrypted:
            self.factory.checks.schedule(self)
        else:
            self.lifecycle.advance(State.OPEN)
            self.handler.enter()

    @guarded
    def handshake_completed(self) -> None:
        """Greet a client that came over TLS."""
        if self.lifecycle.state is State.HANDSHAKING and not self.output.supply.finished:
            self.lifecycle.advance(State.OPEN)
            self.handler.enter()

    def received(self, data: bytes) -> None:
        """Take the bytes that were read."""
        handler = self.handler
        if not handler.takes_input:
            return
        if self.lifecycle.state >= State.DRAINING or self.output.supply.finished:
            self.output.drop_input(len(data), handler.most_dropped)
            return
        self.reader.intake.add(data)
        self.reader.go_on()

    @guarded
    def half_closed(self) -> None:
        """Handle what the client sent, send what it is owed, and close: it will send no more."""
        if self.handler.takes_input:
            self.lifecycle.advance(State.HALF_CLOSED)
            self.output.end()
        if not self.lifecycle.departed:  # because it was owed nothing more
            self.reader.half_close()

    @guarded
    def lost(self, reason: Failure = connectionDone) -> None:
        """Handle what was read of a client that has gone, and depart."""
        before = self.lifecycle.advance(State.LOST)
        if before is State.DEPARTED:
            return
        clean = isinstance(reason.value, ConnectionDone)
        self.output.lost(ended=clean)
        aborted = isinstance(reason.value, ConnectionAborted)  # by this side
        if aborted or before is State.DRAINING or self.output.ended:
            self.depart()
            return
        self.handler.lost()
        if not clean and before is not State.HALF_CLOSED:
            self.reader.intake.break_off()
        if self.handler.takes_input:
            self.reader.go_on()
        else:
            self.reader.finish()

    @guarded
    def address_known(self) -> None:
        """Tell the handler of a client behind a proxy that the transport knows its address."""
        if not (self.address.located or self.output.supply.finished):
            self.handler.address_known()

    # What handlers and the reader call

    @guarded
    def switch(self, handler: Handler[Any]) -> None:
        """Give this connection, with the bytes that are not decoded yet, to another handler."""
        self.handler = handler
        handler.connect(self)
        handler.enter()
        self.reader.give_to(handler)

    def depart(self) -> None:
        """Forget a client that has gone, and for which nothing is left to be done."""
        if self.lifecycle.departed:
            return  # closing may report at once that it is closed
        self.reader.intake.forget()
        self.reader.forget_turns()
        try:
            self.handler.depart()
        finally:
            if self.lifecycle.advance(State.DEPARTED) is not State.DEPARTED:
                self.factory.gone(self.client, self.address.leave())
                del self.client, self.handler, self.reader  # see the theory of operation

    def fail(self, what: str) -> None:
        """Let go of a client that an error, which is being handled, leaves in no known state.

        The client receives an error, if that can be sent at once. ``what`` goes into the log.
        """
        error_log = self.factory.server.error_log
        error_log.tell(what, words=False)
        if self.lifecycle.departed:
            return
        try:
            self.reader.intake.forget()
            if self.lifecycle.advance(State.DRAINING) is State.LOST:
                self.handler.lost()
                self.depart()
                return
            if self.handler.apologise():
                return
        except Exception:
            error_log.tell("a client could not be told that it cannot be served", words=False)
        self.abort()
