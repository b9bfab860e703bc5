"""The address of a client: the network that it is counted for, and who can read it on the way.

This module must not know what is read, nor when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import ISSLTransport

from chatd.protocols.transport.limits import Pace, Place, host_of, is_local
from chatd.util.state import State
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
        "_told",
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
        self._told: str | None = None  # the address that a proxy told, "" for none of IP
        self.confidential = False
        """True if no third party on the way can read what the client sends, as far as is known."""
        self.peer: Peer | None = None
        """The process at the other end of a UNIX socket; known from `connect` on."""

    def connect(self, transport: Any) -> None:
        """Take the transport."""
        self.encrypted = ISSLTransport.providedBy(transport)
        if self.located:
            self.confidential = self.encrypted or is_local(transport.getPeer())
            if self._place is not None and not self._place.host:  # it is no address of IP
                self.peer = self._factory.peer_of(transport)

    @property
    def can_move(self) -> bool:
        """True if another process can go on: whose client it is is known."""
        return self.located or self._told is not None

    def state(self, now: float) -> State:
        """Return what another process needs to go on, at this time in seconds."""
        peer = self.peer
        return {
            "host": self.host,
            "located": self.located,
            "told": self._told,
            "encrypted": self.encrypted,
            "confidential": self.confidential,
            "peer": None if peer is None else {"uid": peer.uid, "groups": sorted(peer.groups)},
            "pace": None if self.pace is None else self.pace.state(now),
        }

    def resume(self, state: State, now: float) -> None:
        """Go on from a state, in place of `connect`."""
        self.located, self._told = state["located"], state["told"]
        self.encrypted, self.confidential = state["encrypted"], state["confidential"]
        if state["peer"] is not None:
            self.peer = Peer(state["peer"]["uid"], frozenset(state["peer"]["groups"]))
        if self.pace is not None and state["pace"] is not None:
            self.pace.resume(state["pace"], now)

    def introduce(self, client: object, proxy: object, over_tls: bool | None) -> None:
        """Take what a proxy says: the address of the client; that of the proxy if it has none.

        ``over_tls`` is its word whether the client came to it over TLS; None if it gave none, or is
        not trusted. Without one, TLS that ends here is the client's own.
        """
        self._told = host_of(client)
        from_proxy = self.encrypted or is_local(proxy)
        if over_tls is not None:
            self.encrypted = over_tls
        to_proxy = self.encrypted or (client != proxy and is_local(client))
        self.confidential = from_proxy and to_proxy

    def locate(self, origin: str | None = None) -> None:
        """Count the connection for the address that the proxy told, or for a user.

        Raise `TooManyConnections`, and count it for none, if it is one too many.
        """
        place, self._place = self._place, None
        self.located = True
        host = (self._told or "") if origin is None else origin
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
