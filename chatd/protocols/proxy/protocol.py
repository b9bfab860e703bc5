"""Clients of a proxy that sends the address of each client in a header before its data.

The header comes first, then the data, or TLS around it, as HAProxy sends them. This replaces
Twisted's wrapper, in which a malformed header is a traceback in the log, and any word is taken for
an address. This module must not know the data after the header.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address
from typing import Any, cast

from twisted.internet.interfaces import (
    IAddress,
    IOpenSSLServerConnectionCreator,
    IProtocol,
    IProtocolFactory,
    IReactorTime,
    ITransport,
)
from twisted.internet.protocol import Factory, Protocol
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory

from chatd.protocols.proxy.header import InvalidHeader, parse
from chatd.protocols.transport.client_protocol import ClientProtocol
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.limits import host_of
from chatd.util.error_log import RecurringWarning
from chatd.webhooks.urls import Network, is_within


class ProxiedProtocol(ProtocolWrapper):
    """Takes the header off one connection; then its peer is the client that the header names."""

    def __init__(self, factory: BehindProxy, wrapped: IProtocol) -> None:
        super().__init__(factory, wrapped)
        self._behind = factory
        self._header: bytes | None = b""  # as far as it has come; None once it is whole
        self._client: IAddress | None = None

    def dataReceived(self, data: bytes) -> None:
        if self._header is None:
            self.wrappedProtocol.dataReceived(data)
            return
        self._header += data
        try:
            header = parse(self._header)
        except InvalidHeader as invalid:
            self._behind.trouble.tell(str(invalid))
            cast(Any, self.transport).abortConnection()
            return
        if header is None:
            return
        rest, self._header = self._header[header.length :], None
        self._client = header.client
        inner: object = self.wrappedProtocol
        if isinstance(inner, ProtocolWrapper):
            inner = inner.wrappedProtocol  # inside of TLS
        if isinstance(inner, ClientProtocol):
            over_tls = self._behind.believed(header.over_tls)
            proxy = cast(ITransport, self.transport).getPeer()
            inner.connection.address.introduce(self.getPeer(), proxy, over_tls)
            inner.connection.output.note_proxy()
            inner.connection.address_known()
        if rest:
            self.wrappedProtocol.dataReceived(rest)

    def getPeer(self) -> IAddress:
        """Return the client's address; that of the proxy, if the header has none."""
        return self._client or cast(ITransport, self.transport).getPeer()


class BehindProxy(WrappingFactory[ProxiedProtocol]):
    """Builds the protocols of another factory, for clients whose addresses come in a header.

    With a ``certificate``, TLS begins after the header. If there are trusted ``proxies``, no one
    else may connect, and their word counts that a client came to them over TLS.
    """

    protocol = ProxiedProtocol
    noisy = False

    def __init__(
        self,
        factory: ChatFactory,
        clock: IReactorTime,
        certificate: IOpenSSLServerConnectionCreator | None = None,
        proxies: Collection[Network] = (),
    ) -> None:
        inner: IProtocolFactory = _Unlocated(factory)
        if certificate is not None:
            from chatd.protocols.transport.tls import TlsFactory

            inner = TlsFactory(certificate, False, inner, clock)
        super().__init__(inner)
        self._proxies = proxies
        self.trouble = RecurringWarning(
            clock,
            "who came to a haproxy: address is let go, the PROXY header cannot be read: {why}.",
        )
        self._strangers = RecurringWarning(
            clock,
            "who came to a haproxy: address is let go, {why} is none of its proxies.",
            is_fault=False,
        )

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:  # type: ignore[override]
        if self._proxies and not self._is_trusted(addr):
            self._strangers.tell(host_of(addr) or "a UNIX socket")
            return None
        built = self.wrappedFactory.buildProtocol(addr)
        return None if built is None else ProxiedProtocol(self, built)

    def _is_trusted(self, address: IAddress | None) -> bool:
        host = host_of(address)
        return bool(host) and is_within(ip_address(host), self._proxies)

    def believed(self, over_tls: bool | None) -> bool | None:
        """Return the word of a proxy whether its client came over TLS; None if it does not count.

        Only a trusted proxy is believed that it did.
        """
        return None if over_tls and not self._proxies else over_tls


class _Unlocated(Factory):
    """Builds the protocols of another factory, for clients whose addresses are not known yet."""

    noisy = False

    def __init__(self, factory: ChatFactory) -> None:
        self._factory = factory

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:
        return self._factory.build(None, located=False)
