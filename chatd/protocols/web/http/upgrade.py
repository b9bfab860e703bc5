"""The requester, as handlers see it; and the answer by which a connection becomes another one.

This module must not know requests, nor what is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.credentials import Grant
from chatd.chat.server import ChatServer
from chatd.protocols.transport.handler import Handler
from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.rooms.stream import Stream
from chatd.text.networks import origin_of
from chatd.util.meter import Meter


class Requester(Protocol):
    """The client that sent a request."""

    @property
    def host(self) -> str:
        """The client's IP address; empty for none."""

    @property
    def origin(self) -> str:
        """The address, or else the user of the machine who the client is; empty for neither."""

    @property
    def whence(self) -> str:
        """The client's network (`chatd.text.validation.network_of_host`); empty for none."""

    @property
    def confidential(self) -> bool:
        """True if no third party on the way can read what the client sends."""

    @property
    def encrypted(self) -> bool:
        """True if the client came over TLS."""

    @property
    def uid(self) -> int | None:
        """The user of the machine who the client is; None if that is not known."""

    @property
    def meter(self) -> Meter:
        """The meter by which the client is charged for its answers."""

    def charge(self, lines: float) -> None:
        """Charge the client for so many lines more."""

    def note_proxy(self) -> None:
        """Take note that a proxy passes the client's requests on."""

    def stream(self) -> Stream:
        """Return the stream for the session of a request. It is closed once the client has gone."""


class ConnectionRequester:
    """The requester at the other end of a connection."""

    def __init__(self, connection: ManagedConnection) -> None:
        self._connection = connection
        self._stream: Stream | None = None  # of the request that is handled, or was last
        self._rate = connection.reader.rate

    @property
    def host(self) -> str:
        """The client's IP address; empty for none."""
        return self._connection.address.host

    @property
    def origin(self) -> str:
        """The address, or else the user of the machine who the client is; empty for neither."""
        return origin_of(self.host, self.uid)

    @property
    def whence(self) -> str:
        """The client's network; empty for none."""
        return self._connection.address.network

    @property
    def confidential(self) -> bool:
        """True if no third party on the way can read what the client sends."""
        return self._connection.address.confidential

    @property
    def encrypted(self) -> bool:
        """True if the client came over TLS."""
        return self._connection.address.encrypted

    @property
    def uid(self) -> int | None:
        """The user of the machine who the client is; None if that is not known."""
        peer = self._connection.address.peer
        return None if peer is None else peer.uid

    @property
    def meter(self) -> Meter:
        """The meter by which the client is charged for its answers."""
        return self._rate

    def charge(self, lines: float) -> None:
        """Charge the client for so many lines more."""
        self._rate.spend(lines, 0)

    def note_proxy(self) -> None:
        """Take note that a proxy passes the client's requests on."""
        self._connection.output.note_proxy()

    def stream(self) -> Stream:
        """Return the stream for the session of a request. It is closed once the client has gone."""
        self._stream = Stream(self.meter, self._connection)
        if self._connection.lifecycle.lost:
            self._stream.shut()
        return self._stream

    def lost(self) -> None:
        """Close the stream: the client has gone."""
        if self._stream is not None:
            self._stream.shut()


@dataclass(frozen=True)
class HandOver:
    """A change of the handler in place of an answer.

    The handler that ``make`` returns takes over the connection and its unread bytes, and sends the
    answer.
    """

    make: Callable[[], Handler[Any]]


class SubprotocolMaker(Protocol):
    """Makes the handler of a client whose connection becomes a WebSocket.

    The handler sends the ``opening`` first, which is the answer to the handshake. ``grant`` is that
    of the person whom a trusted proxy named, if any.
    """

    def __call__(
        self,
        server: ChatServer,
        clock: IReactorTime,
        max_length: int,
        *,
        opening: bytes,
        grant: Grant | None,
    ) -> Handler[Any]: ...


class Subprotocol(NamedTuple):
    """A protocol of another door, which clients may speak through a WebSocket.

    They offer its ``name`` in the handshake, at any path, or ask for its ``path``. ``kind`` is that
    of their connections from there on.
    """

    name: str
    path: str
    kind: str
    make: SubprotocolMaker
