"""An endpoint at which only this machine and its local network are let in.

It listens at every address, also at those that the machine gets later, by DHCP say, and looks at
both ends of each connection once it is there, before TLS begins. This module must not know what is
spoken, nor where the endpoint listens.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address as Ipv4
from ipaddress import IPv6Address as Ipv6
from ipaddress import ip_address
from typing import cast

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IAddress,
    IListeningPort,
    IProtocol,
    IProtocolFactory,
    IReactorTime,
    IStreamServerEndpoint,
    ITCPTransport,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from chatd.util.error_log import RecurringWarning

IPAddress = IPv4Address | IPv6Address


@implementer(IStreamServerEndpoint)
class LocalEndpoint:
    """Another endpoint, for connections of which both ends are local.

    ``came`` is called for each connection, also for one that is refused.
    """

    def __init__(
        self, endpoint: IStreamServerEndpoint, clock: IReactorTime, came: Callable[[], None]
    ) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._came = came

    def listen(self, protocolFactory: IProtocolFactory) -> Deferred[IListeningPort]:
        """Listen, with the protocols of a factory."""
        return self._endpoint.listen(LocalFactory(protocolFactory, self._clock, self._came))


class LocalFactory(Factory):
    """Has another factory build the protocol of a connection of which both ends are local."""

    noisy = False

    def __init__(
        self, inner: IProtocolFactory, clock: IReactorTime, came: Callable[[], None]
    ) -> None:
        self.inner = inner
        self._came = came
        self._refused = RecurringWarning(
            clock,
            "a connection {why} was not let in: one of its ends is a public address, and --lan is"
            " for the local network. --lan-all lets everyone in.",
        )

    def doStart(self) -> None:
        super().doStart()
        self.inner.doStart()

    def doStop(self) -> None:
        super().doStop()
        self.inner.doStop()

    def buildProtocol(self, addr: IAddress | None) -> Protocol:
        """Return the protocol of a connection that has an end here only once it is made."""
        self._came()
        return _Doorkeeper(self)

    def refuse(self, here: IPAddress, peer: IPAddress) -> None:
        """Tell the operator of a connection that was refused."""
        self._refused.tell(f"from {peer.host} to {here.host}")


class _Doorkeeper(Protocol):
    """Gives a connection to a protocol of the factory inside, or ends it."""

    def __init__(self, factory: LocalFactory) -> None:
        self._factory = factory
        self._inner: IProtocol | None = None

    def connectionMade(self) -> None:
        transport = cast(ITCPTransport, self.transport)
        here, peer = transport.getHost(), transport.getPeer()
        if is_local(here, peer):
            self._inner = self._factory.inner.buildProtocol(peer)
        else:
            self._factory.refuse(here, peer)
        if self._inner is None:
            transport.abortConnection()
        else:
            self._inner.makeConnection(transport)

    def dataReceived(self, data: bytes) -> None:
        if self._inner is not None:
            self._inner.dataReceived(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._inner is not None:
            self._inner.connectionLost(reason)


def is_local(here: IPAddress, peer: IPAddress) -> bool:
    """Return True if both ends of a connection have addresses of a local network.

    The other end counts, too: a cloud gives its machines private addresses, to which it leads
    connections to public ones.
    """
    ends = (ip_address(end.host) for end in (here, peer))
    return not any(map(is_public, ends))


def is_public(address: Ipv4 | Ipv6) -> bool:
    """Return True for an address that can be reached from the whole Internet.

    Not so are loopback and link-local addresses, private ones (RFC 1918), unique local ones (RFC
    4193), and shared ones (RFC 6598), which overlay networks use.
    """
    if isinstance(address, Ipv6) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_global
