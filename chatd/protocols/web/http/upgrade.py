"""Who asks over HTTP, as a handler sees them; and what a connection may become beside answering.

It knows no request, and nothing of what is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.interfaces import ITransport
from twisted.python.failure import Failure

from chatd.protocols.transport.factory import Client


class Requester(Protocol):
    """Whoever asks. ``whence`` is where they are, as `chatd.protocols.transport.limits.network_of`
    has it;
    empty for nowhere. ``confidential`` is whether nobody on the way can read what they send, and
    ``encrypted`` whether that is because of TLS."""

    @property
    def whence(self) -> str: ...

    @property
    def confidential(self) -> bool: ...

    @property
    def encrypted(self) -> bool: ...

    def charge(self, lines: float) -> None:
        """Have what is asked count for so many lines more."""


class Successor(Client, Protocol):
    """What a connection may become: a protocol of Twisted's, and a client of the factory's."""

    handshake_is_done: bool
    proxied: bool

    def makeConnection(self, transport: ITransport) -> None: ...

    def dataReceived(self, data: bytes) -> None: ...

    def readConnectionLost(self) -> None: ...

    def writeConnectionLost(self) -> None: ...

    def connectionLost(self, reason: Failure) -> None: ...


@dataclass(frozen=True)
class HandOver:
    """No answer: what ``make`` gives has the connection from here on, writes what there is to be
    written, and is given what was read behind the request."""

    make: Callable[[], Successor]
