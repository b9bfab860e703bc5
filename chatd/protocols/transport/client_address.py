"""The address of a client: the network that it is counted for, and who can read it on the way.

This module must not know what is read, nor when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import ISSLTransport

from chatd.protocols.transport.limits import Pace, Place, host_of, is_local
from chatd.util.unix_peers import Peer

if TYPE_CHECKING:
    from chatd.protocols.transport.factory import ChatFactory


class ClientAddress:
    """The address of the client of one connection.

    If not ``located``, the client is behind a proxy, and its own address is not known yet.
    """

    __slots__ = (
        "_confidential",
        "_factory",
        "_place",
        "_proxied",
        "_transport",
        "encrypted",
        "located",
        "pace",
        "peer",
    )

    encrypted: bool
    """True over TLS; known from `connect` on."""

    def __init__(self, factory: ChatFactory, place: Place, *, located: bool) -> None:
        self.located = located
        self.pace: Pace | None = place.pace
        """The rate at which the client is read; None for no limit."""
        self._factory = factory
        self._place: Place | None = place
        self._proxied = not located
        self._transport: Any = None
        self._confidential = False
        self.peer: Peer | None = None
        """The process at the other end of a UNIX socket; known from `connect` on."""

    def connect(self, transport: Any) -> None:
        """Take the transport."""
        self._transport = transport
        self.encrypted = ISSLTransport.providedBy(transport)
        if not self._proxied:
            self._confidential = self.encrypted or is_local(transport.getPeer())
            if self._place is not None and not self._place.host:  # it is no address of IP
                self.peer = self._factory.peer_of(transport)

    def locate(self, origin: str | None = None) -> None:
        """Count the connection for the address that its transport knows by now, or for a user.

        Raise `TooManyConnections`, and count it for none, if it is one too many.
        """
        place, self._place = self._place, None
        self.located = True
        host = host_of(self._transport.getPeer()) if origin is None else origin
        self._place = self._factory.relocate(place, host)
        self.pace = self._place.pace

    def leave(self) -> Place | None:
        """Return the place that the connection was counted for, to be counted no more."""
        place, self._place = self._place, None
        return place

    @property
    def host(self) -> str:
        """The exact address that the connection is counted for; empty for none."""
        return "" if self._place is None else self._place.host

    @property
    def network(self) -> str:
        """The network that the connection is counted for; empty for none."""
        return "" if self._place is None else self._place.network

    @property
    def confidential(self) -> bool:
        """True if no third party on the way can read what the client sends, as far as is known.

        Behind a proxy, the client's own address counts, and the way from the proxy: the header does
        not say whether the client came to the proxy over TLS.
        """
        if not (self._proxied and self.located):
            return self._confidential
        transport = self._transport
        proxy = transport.transport.getPeer()
        client = transport.getPeer()
        return client != proxy and is_local(client) and (self.encrypted or is_local(proxy))
