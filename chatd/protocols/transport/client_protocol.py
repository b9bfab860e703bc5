"""The base of the protocols that clients speak: gives what Twisted calls to a managed connection.

This module must not know what is said over the connection.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IHalfCloseableProtocol, IHandshakeListener, IReactorTime
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from chatd.protocols.transport.handler import Handler
from chatd.protocols.transport.resumable_connection import ResumableConnection
from chatd.util.state import State


class Unspoken(Exception):
    """No client speaks that here, in this version."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"a client speaks {kind}, which is not known at its address")


@implementer(IHalfCloseableProtocol, IHandshakeListener)
class ClientProtocol(Protocol):
    """A protocol of Twisted's whose ``connection`` is managed. ``handler`` is for what it reads."""

    _state: State | None = None  # of the class: only those that take over have one

    def __init__(self, clock: IReactorTime, handler: Handler[Any]) -> None:
        self.connection = ResumableConnection(self, clock, handler)

    def take_over(self, state: State) -> None:
        """Go on with a client of another process: the transport is one that it was connected to."""
        self.connection.speak_with(self.handler_of(state["speaks"]))
        self._state: State | None = state

    def handler_of(self, kind: str) -> Handler[Any]:
        """Return the handler of a client that another process had of a kind.

        It is the first one, unless the client speaks in another way since. Raises `Unspoken`.
        """
        first = self.connection.handler
        if first.kind() != kind:
            raise Unspoken(kind)
        return first

    def connectionMade(self) -> None:
        if self._state is None:
            self.connection.made(self.transport)
        else:
            state, self._state = self._state, None
            self.connection.resume(self.transport, state)

    def handshakeCompleted(self) -> None:
        """Go on after the TLS handshake."""
        self.connection.handshake_completed()

    def dataReceived(self, data: bytes) -> None:
        self.connection.factory.traffic.bytes += len(data)
        self.connection.received(data)

    def readConnectionLost(self) -> None:
        """Take note that the client will send nothing more."""
        self.connection.half_closed()

    def writeConnectionLost(self) -> None:
        """Do nothing: the client was sent everything, and may still be sending."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.connection.lost(reason)
