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
    """A transport with a real socket below it: what is written is what the socket did not take."""

    def __init__(self, **addresses: Any) -> None:
        super().__init__(**addresses)
        self.handle, self.peer = socket.socketpair()
        for end in self.handle, self.peer:
            end.setblocking(False)

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
