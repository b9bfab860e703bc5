"""Transports in memory: strings, and ones with a plain socket below them."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.interfaces import IFileDescriptor, ISystemHandle
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from zope.interface import implementer


class Transport(StringTransport):
    """A transport that notes how it was closed."""

    half_closed = False

    def loseWriteConnection(self) -> None:
        self.half_closed = True


@implementer(ISystemHandle, IFileDescriptor)
class SocketTransport(Transport):
    """A transport with a real socket below it, which nothing is written to but by others."""

    def __init__(self, **addresses: Any) -> None:
        super().__init__(**addresses)
        self.handle, self.peer = socket.socketpair()
        for end in self.handle, self.peer:
            end.setblocking(False)
        self.awaits_room = False
        """True while it is to say when the socket has room."""

    def startWriting(self) -> None:
        self.awaits_room = True

    def make_room(self) -> bytes:
        """Take what has come out, and say that the socket has room, until it was not asked to.

        Return all that came out.
        """
        data = self.received()
        while self.awaits_room:
            self.awaits_room = False
            self.producer.resumeProducing()
            data += self.received()
        return data

    def getHandle(self) -> object:
        return self.handle

    def connectionLost(self, reason: Failure) -> None:
        self.disconnected = True

    def received(self) -> bytes:
        """Return the bytes that have come out at the other end so far."""
        data = b""
        try:
            while piece := self.peer.recv(1 << 20):
                data += piece
        except BlockingIOError:
            pass
        return data

    def close(self) -> None:
        self.handle.close()
        self.peer.close()
