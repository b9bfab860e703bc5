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
        "_factory",
        "_place",
        "_transport",
        "confidential",
        "encrypted",
        "located",
        "pace",
        "peer",
    )

    encrypted: bool
    """True if the client came over TLS, as far as is known: of the connection from `connect` on,
    and behind a proxy of the client itself from `introduce` on."""

    def __init__(self, factory: ChatFactory, place: Place, *, located: bool) -> None:
        self.located = located
        self.pace: Pace | None = place.pace
        """The rate at which the client is read; None for no limit."""
        self._factory = factory
        self._place: Place | None = place
        self._transport: Any = None
        self.confidential = False
        """True if no third party on the way can read what the client sends, as far as is known."""
        self.peer: Peer | None = None
        """The process at the other end of a UNIX socket; known from `connect` on."""

    def connect(self, transport: Any) -> None:
        """Take the transport."""
        self._transport = transport
        self.encrypted = ISSLTransport.providedBy(transport)
        if self.located:
            self.confidential = self.encrypted or is_local(transport.getPeer())
            if self._place is not None and not self._place.host:  # it is no address of IP
                self.peer = self._factory.peer_of(transport)

    def introduce(self, proxy: object, over_tls: bool | None) -> None:
        """Take what a proxy at an address says: the transport knows the client's address by now.

        ``over_tls`` is its word whether the client came to it over TLS; None if it gave none, or is
        not trusted. Without one, TLS that ends here is the client's own.
        """
        client = self._transport.getPeer()
        from_proxy = self.encrypted or is_local(proxy)
        if over_tls is not None:
            self.encrypted = over_tls
        to_proxy = self.encrypted or (client != proxy and is_local(client))
        self.confidential = from_proxy and to_proxy

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
