"""The one writer to a connection.

It takes from a stream when the connection has room, and leaves everything in the stream while it
has not; what a room has just rendered is pushed to it, and it takes that if nothing is in the way.
On plain TCP and UNIX sockets it pushes straight to the socket while the transport is idle, and
hands over only what the kernel did not take: that saves a wake-up and two ``epoll_ctl`` for each
client and each line (measured: 5.6 to 6.5 us a delivery instead of 12.7 to 17). It is a *pull*
producer there, so Twisted asks for more each time its own buffer has drained. Over TLS a pull
producer would be polled in a loop, so there, and on every other kind of transport, it is a push
producer and writes to the transport.

It knows no session and no room.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Protocol

from twisted.internet.interfaces import (
    IDelayedCall,
    IPullProducer,
    IPushProducer,
    IReactorTime,
    ISSLTransport,
    ISystemHandle,
)
from zope.interface import implementer

from chatd.protocols.transport.sockets import unacknowledged

CLOSE_SECONDS = 60.0
"""How long a client that ends may take, for all that a push may hold, of what it is owed.

So one that reads at 1.1 KB a second is sent everything, and one that is stuck is let go.
"""

LINGER_SECONDS = 1.0
"""How long what a client still sends is read and thrown away, once it has been sent everything.

Closing a socket with unread input resets the connection, and may take from the client what it was
just sent (RFC 1122 section 4.2.2.13; RFC 9112 section 9.6 has the same advice). When the time is
over and the client's side has everything, the connection is reset all the same: a terminal's ``nc``
goes on waiting for its keyboard after a mere end of file, and so would the person after /quit.
"""


class Supply(Protocol):
    """What an outlet needs of a stream."""

    finished: bool
    failed: Callable[[str], None]
    """Is called in the handling of an error in taking from it or sending, and told which."""

    @property
    def drained(self) -> bool:
        """Whether it was finished, and all of it was taken."""

    def take(self) -> bytes:
        """The next piece to send; empty when there is none at hand."""


class Connection(Protocol):
    """What is needed of a transport. ``bufferSize`` is how many bytes it reads at a time."""

    bufferSize: int

    def write(self, data: bytes) -> None: ...

    def registerProducer(self, producer: object, streaming: bool) -> None: ...

    def unregisterProducer(self) -> None: ...

    def pauseProducing(self) -> None: ...

    def resumeProducing(self) -> None: ...

    def loseWriteConnection(self) -> None: ...

    def loseConnection(self) -> None: ...

    def abortConnection(self) -> None: ...


@implementer(IPullProducer, IPushProducer)
class ConnectionWriter:
    """Sends what a stream gives to a transport, and closes when the stream is drained."""

    __slots__ = (
        "_arrived",
        "_busy",
        "_clock",
        "_closing",
        "_deadline",
        "_ending",
        "_holds",
        "_linger",
        "_pumping",
        "_socket",
        "_supply",
        "_transport",
        "_wanted",
    )

    def __init__(self, transport: Connection, supply: Supply, clock: IReactorTime) -> None:
        self._linger = True
        self._transport = transport
        self._supply = supply
        self._clock = clock
        self._socket = _plain_socket(transport)
        self._busy = False
        self._arrived: bool | None = None  # whether all that was sent did, once that is known
        self._holds = 0
        self._pumping = False
        self._wanted = False
        self._closing = False
        self._ending = False
        self._deadline: IDelayedCall | None = None
        transport.registerProducer(self, self._socket is None)

    @property
    def waiting(self) -> bool:
        """Whether the connection takes nothing more at the moment."""
        return self._busy

    @property
    def acknowledged(self) -> bool:
        """Whether all that was sent has reached the other side's system, as far as is known."""
        if self._arrived is not None:
            return self._arrived
        return not (self._busy or (self._socket is not None and unacknowledged(self._socket)))

    def hold(self) -> None:
        """Send nothing until `release`, so that what is put in meanwhile leaves in one piece."""
        self._holds += 1

    def release(self) -> None:
        """Send again."""
        self._holds -= 1
        if self._wanted:
            self.pump()

    def push(self, data: bytes) -> bool:
        """Send this at once; False, and nothing is sent, if something is in the way."""
        if self._busy or self._holds or self._pumping or self._closing or self._ending:
            return False
        try:
            self._send(data)
        except Exception:
            self._busy = True  # whatever was sent of it, nothing follows
            self._supply.failed("a client could not be sent to")
        return True

    def pump(self) -> None:
        """Send what there is, as far as the connection takes it."""
        if self._pumping or self._holds or self._closing:
            self._wanted = True
            return
        self._wanted = False
        self._pumping = True
        try:
            while not self._busy and (data := self._supply.take()):
                self._send(data)
            if self._supply.drained and not self._busy:
                self._close()
        except Exception:
            self._busy = True
            self._supply.failed("a client could not be sent to")
        finally:
            self._pumping = False
        self._ending = self._ending or self._supply.finished
        if self._ending and self._busy and self._deadline is None and not self._closing:
            self._deadline = self._clock.callLater(CLOSE_SECONDS, self._give_up)

    def end(self) -> None:
        """The client has nothing more to send. What it is owed it must take in good time."""
        self._linger = False
        self._ending = True
        if self._closing:
            self._transport.loseConnection()
        else:
            self.pump()

    def lost(self, ended: bool = False) -> None:
        """The connection is gone; if it ``ended``, because the other side had enough of it."""
        self._arrived = self._arrived or ended
        self._closing = True
        self._cancel_deadline()

    # Called by the transport

    def resumeProducing(self) -> None:
        """There is room again."""
        self._busy = False
        if not self._closing:
            self._cancel_deadline()  # it made progress
        self.pump()

    def pauseProducing(self) -> None:
        """There is no room (push producer)."""
        self._busy = True

    def stopProducing(self) -> None:
        """There will never be room again."""
        self.lost()

    def _send(self, data: bytes) -> None:
        if self._socket is None:
            self._transport.write(data)
            return
        try:
            sent = self._socket.send(data)
        except OSError:
            # Full; or broken, and then the transport finds out in its own way when it writes.
            sent = 0
        if sent < len(data):
            self._busy = True
            self._transport.write(data[sent:])

    def _close(self) -> None:
        self._closing = True
        self._transport.unregisterProducer()
        if self._linger and self._socket is not None:
            self._deadline = self._clock.callLater(
                LINGER_SECONDS, self._stop_lingering, self._socket
            )
            self._transport.resumeProducing()
            self._transport.loseWriteConnection()
        else:
            self._deadline = self._clock.callLater(CLOSE_SECONDS, self._give_up)
            self._transport.loseConnection()

    def _stop_lingering(self, connection: socket.socket) -> None:
        self._deadline = None
        if unacknowledged(connection):
            self._transport.loseConnection()  # the kernel sees to the rest
        else:
            self._arrived = True
            self._transport.abortConnection()

    def _give_up(self) -> None:
        self._deadline = None
        self._closing = True
        self._transport.abortConnection()

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _plain_socket(transport: object) -> socket.socket | None:
    """The socket of a transport that passes bytes on as they are; None for any other."""
    if ISSLTransport.providedBy(transport) or not ISystemHandle.providedBy(transport):
        return None
    handle = transport.getHandle()
    return handle if isinstance(handle, socket.socket) else None
