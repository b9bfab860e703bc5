"""The one writer to a connection.

It takes from a stream when the connection has room, and leaves everything in the stream while it
has none. Lines that a room has just rendered are pushed to it; it takes them if nothing is to be
sent before them.
On plain TCP and UNIX sockets it sends straight to the socket, and holds what the kernel did not
take: that saves a wake-up and two ``epoll_ctl`` for each client and each line (measured: 5.6 to
6.5 us a delivery instead of 12.7 to 17). It is a *pull* producer there: the transport, which holds
nothing, asks for more each time that the socket has room. So all that is not sent yet is known
here, and can be handed over (`unsent`). Over TLS a pull producer would be polled in a loop, so
there, and on every other kind of transport, it is a push producer and writes to the transport.

A writer adds itself to the set ``blocked`` whenever the transport has no room. Those in it that are
still `ConnectionWriter.waiting` wait; the reader of the set removes the others.

This module must not know sessions or rooms.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import (
    IDelayedCall,
    IFileDescriptor,
    IPullProducer,
    IPushProducer,
    IReactorTime,
    ISSLTransport,
    ISystemHandle,
)
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from chatd.protocols.transport.plain_sending import PlainSending
from chatd.protocols.transport.sockets import socket_of, unacknowledged

CLOSE_SECONDS = 60.0
"""Seconds in which a client that ends must take the most that one push may contain.

So a client that reads at 1.1 KB a second is sent everything, and one that is stuck is let go.
"""

LINGER_SECONDS = 1.0
"""Seconds for which input is read and dropped after the client has been sent everything.

Closing a socket with unread input resets the connection, and may take from the client what it was
just sent (RFC 1122 section 4.2.2.13; RFC 9112 section 9.6 has the same advice). When the time is
over and the client's side has everything, the connection is reset all the same: a terminal's ``nc``
waits for its keyboard after a mere end of file, and so would the person after /quit.
"""


class Supply(Protocol):
    """The stream that a writer takes from."""

    finished: bool

    def failed(self, what: str) -> None:
        """Note that the error that is being handled came of taking, sending or ending."""

    @property
    def drained(self) -> bool:
        """True if it was finished, and all of it was taken."""

    def take(self) -> bytes:
        """Return the next piece to send; empty if there is none at hand."""

    def blocked(self) -> None:
        """Send nothing more to ``ready_socket``."""


class Connection(Protocol):
    """A transport. ``bufferSize`` is the number of bytes that it reads at a time."""

    bufferSize: int

    def write(self, data: bytes) -> None: ...

    def startWriting(self) -> None: ...

    def registerProducer(self, producer: object, streaming: bool) -> None: ...

    def unregisterProducer(self) -> None: ...

    def pauseProducing(self) -> None: ...

    def resumeProducing(self) -> None: ...

    def loseWriteConnection(self) -> None: ...

    def loseConnection(self) -> None: ...

    def abortConnection(self) -> None: ...

    def connectionLost(self, reason: Failure) -> None: ...


@implementer(IPullProducer, IPushProducer)
class ConnectionWriter(PlainSending):
    """Sends the content of a stream to a transport, and closes once the stream is drained."""

    __slots__ = (
        "_arrived",
        "_blocked",
        "_busy",
        "_clock",
        "_deadline",
        "_ending",
        "_holds",
        "_linger",
        "_pumping",
        "_supply",
        "_wanted",
        "transport",
    )

    def __init__(
        self, transport: Connection, supply: Supply, clock: IReactorTime, blocked: Blocked
    ) -> None:
        self._blocked, self._linger, self._holds = blocked, True, 0
        self.transport = transport
        self._supply = supply
        self._clock = clock
        self._socket = _plain_socket(transport)
        self._unsent = b""  # what the plain socket did not take
        self._arrived: bool | None = None  # all that was sent has arrived; None if not known yet
        self._busy = self._pumping = self._wanted = self._closing = self._ending = False
        self._deadline: IDelayedCall | UnansweredEnd | None = None
        transport.registerProducer(self, self._socket is None)

    def serve(self, supply: Supply) -> None:
        """Take from another supply from now on, whose client has not ended yet."""
        self._supply = supply
        self._linger, self._ending = True, False
        self._cancel_deadline()

    @property
    def waiting(self) -> bool:
        """True if the connection takes nothing more at the moment."""
        return self._busy

    @property
    def acknowledged(self) -> bool:
        """True if all that was sent has reached the client's system, as far as is known."""
        if self._arrived is not None:
            return self._arrived
        connection = self._socket or socket_of(self.transport)
        return not (self._busy or (connection is not None and unacknowledged(connection)))

    def hold(self) -> None:
        """Send nothing until `release`, so that what is put in until then leaves in one piece."""
        self._holds += 1

    def release(self) -> None:
        """Send again."""
        self._holds -= 1
        if self._wanted:
            self.pump()

    def push(self, data: bytes) -> bool:
        """Send data at once. Return False, and send nothing, if other data is to be sent before."""
        if not self._is_clear:
            return False
        self._send(data)
        return True

    @property
    def ready_socket(self) -> socket.socket | None:
        """The plain socket, to which others may send until the supply is blocked, or None.

        What it does not take is given to `owe`, before anything else is sent.
        """
        return self._socket if self._is_clear else None

    def pump(self) -> None:
        """Send what the stream has, as far as the connection takes it."""
        if self._pumping or self._holds or self._closing:
            self._wanted = True
            return
        self._wanted, self._pumping = False, True
        try:
            while not self._busy and (data := self._supply.take()):
                self._send(data)
            if self._supply.drained and not self._busy:
                self._close()
        except Exception:
            self._block()
            self._supply.failed("a client could not be sent to")
        finally:
            self._pumping = False
        self._ending = self._ending or self._supply.finished
        if self._ending and self._busy and self._deadline is None and not self._closing:
            self._deadline = self._clock.callLater(CLOSE_SECONDS, self._give_up)

    def end(self) -> None:
        """Close once the client has taken, in good time, what it is owed: it sends nothing more."""
        self._linger, self._ending = False, True
        self._supply.blocked()
        if self._closing:
            self.transport.loseConnection()
        else:
            self.pump()

    def lost(self, ended: bool = False) -> None:
        """Send nothing more: the connection is gone. ``ended`` if the client closed it."""
        self._arrived = self._arrived or ended
        if self._socket is None and not self._closing:
            self.transport.unregisterProducer()  # which TLS goes on to refer to
        self._closing = True
        self._blocked.discard(self)
        self._supply.blocked()  # in time: the descriptor is of another socket once this is closed
        self._cancel_deadline()

    # Called by the transport

    def resumeProducing(self) -> None:
        """Send again: the transport has room."""
        if self._unsent and not self._sends_rest():
            return
        self._busy = False
        if not self._closing:
            self._cancel_deadline()  # it made progress
        self.pump()

    def pauseProducing(self) -> None:
        """Send nothing: the transport has no room (push producer)."""
        self._block()

    def stopProducing(self) -> None:
        """Send nothing more: the transport is gone, but its socket is not closed yet."""
        try:
            self.lost(ended=self.acknowledged)
        except Exception:  # a transport that is told of it would not go on to report its end
            self._supply.failed("a connection could not be ended")

    def _await_room(self) -> None:
        try:
            self.transport.startWriting()
        except Exception:
            self._supply.failed("a client could not be sent to")

    def _write(self, data: bytes) -> None:
        try:
            self.transport.write(data)
        except Exception:
            self._block()  # it may be sent in part, so nothing may follow
            self._supply.failed("a client could not be sent to")

    @property
    def _is_clear(self) -> bool:
        """True if nothing is to be sent before fresh data."""
        return not (self._busy or self._holds or self._pumping or self._closing or self._ending)

    def _block(self) -> None:
        self._busy = True
        if not self._closing:
            self._blocked.add(self)
        self._supply.blocked()

    def _close(self) -> None:
        self._closing = True
        self.transport.unregisterProducer()
        if self._linger and self._socket is not None:
            self._deadline = self._clock.callLater(
                LINGER_SECONDS, self._stop_lingering, self._socket
            )
            self.transport.resumeProducing()
            self.transport.loseWriteConnection()
        elif self._socket is not None and IFileDescriptor.implementedBy(type(self.transport)):
            # There is nothing left to write first. (A wrapper's connectionLost is a protocol's.)
            self.transport.connectionLost(connectionDone)
        else:
            self._deadline = UnansweredEnd(self.transport, self._clock, self._give_up)
            self.transport.loseConnection()

    def _stop_lingering(self, connection: socket.socket) -> None:
        self._deadline = None
        if unacknowledged(connection):
            self.transport.loseConnection()  # the kernel sees to the rest
        else:
            self._arrived = True
            self.transport.abortConnection()

    def _give_up(self) -> None:
        self._deadline, self._closing = None, True
        self.transport.abortConnection()

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class UnansweredEnd:
    """The time for which a client over TLS may leave the end of the connection unanswered.

    That end is a message, which not every client answers: `ncat --ssl` goes on to send what is
    typed. It is given up once its system has everything, at two looks: what the layer of TLS had
    for the socket at the first one, the socket has had for a while by the second. The time is over
    in any case after `CLOSE_SECONDS`.
    """

    __slots__ = ("_call", "_clock", "_end", "_give_up", "_had_arrived", "_transport")

    def __init__(
        self, transport: object, clock: IReactorTime, give_up: Callable[[], object]
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._give_up = give_up
        self._end = clock.seconds() + CLOSE_SECONDS
        self._had_arrived = False
        self._call = clock.callLater(LINGER_SECONDS, self._look)

    def cancel(self) -> None:
        """Look no more."""
        self._call.cancel()

    def _look(self) -> None:
        connection = socket_of(self._transport)
        arrived = connection is not None and not unacknowledged(connection)
        if (arrived and self._had_arrived) or self._clock.seconds() >= self._end:
            self._give_up()
        else:
            self._had_arrived = arrived
            self._call = self._clock.callLater(LINGER_SECONDS, self._look)


Blocked = set[ConnectionWriter]
"""Writers whose transports had no room at some time since they were looked at."""


def _plain_socket(transport: object) -> socket.socket | None:
    """Return the socket of a transport that passes bytes on as they are; None for any other."""
    if ISSLTransport.providedBy(transport) or not ISystemHandle.providedBy(transport):
        return None
    handle = transport.getHandle()
    return handle if isinstance(handle, socket.socket) else None
