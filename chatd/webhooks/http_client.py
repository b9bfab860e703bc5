"""The HTTP client of webhooks: posts to URLs that people gave, but only to allowed addresses.

A name is looked up each time that a connection is made, each of its addresses is checked, and the
connection is made to one of the checked addresses. So no later answer of a name server can lead it
elsewhere. No redirect is followed, no proxy is used, and only the beginning of an answer is read.

This module must not know what is posted, nor why.

This module is over 400 lines: the checks of addresses and the connections that depend on them are
to be read together.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv6Address as Ipv6
from ipaddress import ip_address
from typing import Any, cast

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import (
    IAddress,
    IConsumer,
    IDelayedCall,
    IHostnameResolver,
    IHostResolution,
    IProtocol,
    IProtocolFactory,
    IReactorFromThreads,
    IReactorPluggableNameResolver,
    IReactorTCP,
    IReactorTime,
    IResolutionReceiver,
    IStreamClientEndpoint,
    ITransport,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.python.failure import Failure
from twisted.web.client import URI, Agent, BrowserLikePolicyForHTTPS, HTTPConnectionPool
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgentEndpointFactory, IBodyProducer, IPolicyForHTTPS, IResponse
from zope.interface import implementer

from chatd import __version__
from chatd.util.worker import Worker
from chatd.webhooks.lanes import Answer
from chatd.webhooks.name_lookups import NameLookups
from chatd.webhooks.targets import DeliveryFailure, NotDelivered
from chatd.webhooks.urls import (
    Address,
    Destination,
    Network,
    embedded,
    is_port_allowed,
    is_public,
    is_within,
    plain,
)

POST_SECONDS = 10.0
"""Most seconds until an answer is received, with looking up the name and connecting."""

CONNECT_SECONDS = 5.0
"""Most seconds until one address accepts. Others are tried meanwhile."""

IDLE_SECONDS = 4.0
"""Seconds that an idle connection stays open for the next line. Servers often close theirs after
five: a line that is sent at that moment is lost, and has to be tried again."""

CLOSING_SECONDS = 2.0
"""Most seconds that the other side may take to close, before the connection is aborted."""

ANSWER_BYTES = 16 * 1024
"""Most bytes of an answer, with its headers, that are received before the connection is aborted."""

ADDRESSES = 8
"""Most addresses of a name that are tried."""

GetAddresses = Callable[[str, int], Iterable[str]]


def has_tls() -> bool:
    """Return True if https is possible, which needs chatd[tls]."""
    return bool(_tls_errors())


def _tls_errors() -> tuple[type[Exception], ...]:
    try:
        from OpenSSL import SSL
        from service_identity import VerificationError
    except ImportError:
        return ()
    return SSL.Error, VerificationError


def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses of a name, as the system resolves it. Blocks; raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def is_own(address: Address) -> bool:
    """Return True if an address is this machine's own. Raise `OSError` if it is not reachable.

    A UDP socket is connected, which sends nothing, and its source address is read: the source
    address towards one of the machine's own addresses is that address. So this is right for all
    addresses that the machine has at that moment, on any interface.
    """
    family = socket.AF_INET6 if isinstance(address, Ipv6) else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asked:
        asked.connect((str(address), 9))
        return plain(ip_address(asked.getsockname()[0].partition("%")[0])) == plain(address)


class Gate:
    """The check of addresses: public ones, unless they are this machine's, and ``allowed`` ones."""

    def __init__(
        self,
        allowed: Sequence[Network],
        get_addresses: GetAddresses = addresses_of,
        is_own: Callable[[Address], bool] = is_own,
    ) -> None:
        self._allowed = allowed
        self._get_addresses = get_addresses
        self._is_own = is_own

    def allow(self, allowed: Sequence[Network]) -> None:
        """Let other networks pass from now on."""
        self._allowed = allowed

    def addresses(self, host: str, port: int) -> list[Address]:
        """Return the addresses of a host that pass. Blocks; raises `NotDelivered` if none does."""
        if not is_port_allowed(port):
            raise NotDelivered(DeliveryFailure.NOT_ALLOWED)
        try:
            written = dict.fromkeys(self._get_addresses(host, port))
            found = [plain(ip_address(each.partition("%")[0])) for each in written]
        except (OSError, ValueError):  # UnicodeError, too: a label that is too long
            found = []
        if not found:
            raise NotDelivered(DeliveryFailure.NO_ADDRESS)
        may = [address for address in found if self._may_reach(address)]
        if not may:
            raise NotDelivered(DeliveryFailure.NOT_ALLOWED)
        return may[:ADDRESSES]

    def _may_reach(self, address: Address) -> bool:
        if is_within(address, self._allowed):
            return True
        if not is_public(address):
            return False
        # An address that is translated on the way must not lead back to this machine, either.
        meant: list[Address | None] = [address, embedded(address)]
        try:
            return not any(self._is_own(each) for each in meant if each is not None)
        except OSError:
            return False


class Poster:
    """The HTTP client. ``reactor`` connects and schedules; ``gate`` checks the addresses."""

    def __init__(
        self, reactor: Any, gate: Gate, worker: Worker | None = None, tls: Any = None
    ) -> None:
        self._clock: IReactorTime = reactor
        self._pool = HTTPConnectionPool(reactor, persistent=True)
        self._pool.cachedConnectionTimeout = cast(int, IDLE_SECONDS)
        self._pool.maxPersistentPerHost = 5
        self._endpoints = _Endpoints(reactor, gate, worker, tls)
        self._agent = Agent.usingEndpointFactory(reactor, self._endpoints, self._pool)

    async def post(self, to: Destination, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post a body; return the answer.

        Raise `NotDelivered` unless it is answered in time with a status of 2xx.
        """
        is_late = False

        def be_late() -> None:
            nonlocal is_late
            is_late = True
            work.cancel()

        work = Deferred.fromCoroutine(self._post(to, headers, body))
        timer = self._clock.callLater(POST_SECONDS, be_late)
        try:
            status, answer = await work
        except NotDelivered:
            raise
        except Exception as error:
            raise NotDelivered(DeliveryFailure.TIMED_OUT if is_late else _why(error)) from error
        finally:
            if timer.active():
                timer.cancel()
        if not 200 <= status < 300:
            raise NotDelivered(DeliveryFailure.ANSWERED, status)
        return answer

    async def _post(
        self, to: Destination, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Answer]:
        if to.scheme == "https" and not has_tls():
            raise NotDelivered(DeliveryFailure.NO_TLS)
        sent = Headers({name: [value] for name, value in headers.items()})
        sent.setRawHeaders("User-Agent", [f"chatd/{__version__}"])
        response = await self._agent.request(b"POST", to.url.encode("ascii"), sent, _Body(body))
        status = int(response.code)
        return status, Answer(await _drained(response), status == 200 and _is_text(response))

    async def close(self) -> None:
        """Close all connections."""
        gone = self._pool.closeCachedConnections()
        self._endpoints.close()
        await gone


def _why(error: Exception) -> DeliveryFailure:
    if isinstance(error, ConnectError):
        return DeliveryFailure.UNREACHABLE
    for reason in getattr(error, "reasons", ()):  # of twisted.web's errors
        if reason.check(*_tls_errors()):
            return DeliveryFailure.TLS_FAILED
    return DeliveryFailure.BROKE


# Connecting


@implementer(IAgentEndpointFactory)
class _Endpoints:
    """The factory of the endpoints of URLs, with all open connections."""

    def __init__(self, reactor: Any, gate: Gate, worker: Worker | None, tls: Any) -> None:
        self.reactor = reactor
        self.connected: set[_Connection] = set()

        def new_worker() -> Worker:
            # Made at a look-up, which is after any fork.
            return worker or Worker(cast(IReactorFromThreads, reactor), "chatd-names")

        self.lookups = NameLookups(gate.addresses, new_worker)
        self._tls: Any = tls

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:
        host = uri.host.decode("ascii")
        endpoint: IStreamClientEndpoint = _Checked(self, host, uri.port)
        if uri.scheme == b"https":
            if self._tls is None:
                self._tls = BrowserLikePolicyForHTTPS()
            creator = cast(IPolicyForHTTPS, self._tls).creatorForNetloc(uri.host, uri.port)
            endpoint = wrapClientTLS(creator, endpoint, self.reactor)
        return _Bounded(self, endpoint)

    def close(self) -> None:
        for connection in tuple(self.connected):
            connection.abortConnection()


@implementer(IStreamClientEndpoint)
class _Checked:
    """An endpoint that connects to an address of a host that passed the gate."""

    def __init__(self, endpoints: _Endpoints, host: str, port: int) -> None:
        self._endpoints = endpoints
        self._host = host
        self._port = port

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        return Deferred.fromCoroutine(self._connect(protocolFactory))

    async def _connect(self, factory: IProtocolFactory) -> IProtocol:
        addresses = await self._endpoints.lookups.addresses(self._host, self._port)
        # It is given an address, so that there is no name that could be looked up again.
        reactor = _Resolved(self._endpoints.reactor, addresses, self._port)
        endpoint = HostnameEndpoint(reactor, str(addresses[0]), self._port, CONNECT_SECONDS)
        return await endpoint.connect(factory)


@implementer(IReactorPluggableNameResolver, IHostnameResolver, IHostResolution)
class _Resolved:
    """A reactor for one connection, which resolves every name to the checked addresses.

    So Twisted tries one shortly after the other, as RFC 8305 says.
    """

    name = ""

    def __init__(self, reactor: Any, addresses: Sequence[Address], port: int) -> None:
        self.connectTCP = cast(IReactorTCP, reactor).connectTCP
        self.callLater = cast(IReactorTime, reactor).callLater
        self.seconds = cast(IReactorTime, reactor).seconds
        self.nameResolver = self
        self._addresses = addresses
        self._port = port

    def installNameResolver(self, resolver: IHostnameResolver) -> IHostnameResolver:
        return self

    def resolveHostName(
        self,
        resolutionReceiver: IResolutionReceiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        resolutionReceiver.resolutionBegan(self)
        for address in self._addresses:
            kind = IPv6Address if isinstance(address, Ipv6) else IPv4Address
            resolutionReceiver.addressResolved(kind("TCP", str(address), self._port))
        resolutionReceiver.resolutionComplete()
        return self

    def cancel(self) -> None:
        """Do nothing: the resolution is complete already."""


# Connections


@implementer(IStreamClientEndpoint)
class _Bounded:
    """An endpoint whose connections have bounds on what is received, and on closing."""

    def __init__(self, endpoints: _Endpoints, endpoint: IStreamClientEndpoint) -> None:
        self._endpoints = endpoints
        self._endpoint = endpoint

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        # A noisy factory would log each connection.
        cast(Factory, protocolFactory).noisy = False
        factory = _Connections(self._endpoints, protocolFactory)
        connected = self._endpoint.connect(factory)
        return connected.addCallback(lambda wrapper: cast(_Connection, wrapper).wrappedProtocol)


class _Connection(ProtocolWrapper):
    """A connection to a server that may be hostile, or hang."""

    def __init__(self, factory: _Connections, wrapped: IProtocol) -> None:
        super().__init__(factory, wrapped)
        self._endpoints = factory.endpoints
        self._received = 0
        self._closing: IDelayedCall | None = None

    def makeConnection(self, transport: ITransport) -> None:
        self._endpoints.connected.add(self)
        super().makeConnection(transport)

    def write(self, data: bytes) -> None:
        self._received = 0
        super().write(data)

    def dataReceived(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > ANSWER_BYTES:
            self.abortConnection()
        else:
            super().dataReceived(data)

    def loseConnection(self) -> None:
        if self in self._endpoints.connected and self._closing is None:
            super().loseConnection()
            self._closing = self._endpoints.reactor.callLater(CLOSING_SECONDS, self._give_up)

    def _give_up(self) -> None:
        self._closing = None
        self.abortConnection()

    def abortConnection(self) -> None:
        """Close at once, without sending what is still buffered."""
        cast(Any, self.transport).abortConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._endpoints.connected.discard(self)
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        super().connectionLost(reason)


class _Connections(WrappingFactory[_Connection]):
    protocol = _Connection
    noisy = False

    def __init__(self, endpoints: _Endpoints, wrapped: IProtocolFactory) -> None:
        super().__init__(wrapped)
        self.endpoints = endpoints


# Requests and answers


@implementer(IBodyProducer)
class _Body:
    """A body that is in memory, and written at once."""

    def __init__(self, body: bytes) -> None:
        self.length = len(body)
        self._body = body

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:
        consumer.write(self._body)
        return succeed(None)

    def pauseProducing(self) -> None:
        """Do nothing: the body is written already."""

    def resumeProducing(self) -> None:
        """Do nothing: the body is written already."""

    def stopProducing(self) -> None:
        """Do nothing: the body is written already."""


class _Drain(Protocol):
    """A protocol that keeps the body of an answer: what is received of it."""

    def __init__(self) -> None:
        self.done: Deferred[bytes] = Deferred(self._stop)
        self._kept = b""

    def _stop(self, done: Deferred[bytes]) -> None:
        # The rest of the answer is not needed.
        if self.transport is not None:
            self.transport.loseConnection()
        if not done.called:
            done.callback(self._kept)

    def dataReceived(self, data: bytes) -> None:
        self._kept += data

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if not self.done.called:
            self.done.callback(self._kept)


def _is_text(response: IResponse) -> bool:
    """Return True if the type of an answer is text/plain, with any parameters."""
    types = response.headers.getRawHeaders(b"content-type", [])
    return [each.partition(b";")[0].strip().lower() for each in types] == [b"text/plain"]


def _drained(response: IResponse) -> Deferred[bytes]:
    drain = _Drain()
    response.deliverBody(drain)
    return drain.done
