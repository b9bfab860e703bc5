"""Clients of a proxy that sends the address of each client in a header before its data.

This replaces Twisted's wrapper, in which a malformed header is a traceback in the log, and any word
is taken for an address. This module must not know the data after the header.
"""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.interfaces import (
    IAddress,
    IHandshakeListener,
    IProtocol,
    IReactorTime,
    ISSLTransport,
    ITransport,
)
from twisted.internet.protocol import Protocol
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory

from chatd.protocols.proxy.header import InvalidHeader, parse
from chatd.protocols.transport.client_protocol import ClientProtocol
from chatd.protocols.transport.factory import ChatFactory
from chatd.util.error_log import RecurringWarning


class ProxiedProtocol(ProtocolWrapper):
    """Takes the header off one connection; then its peer is the client that the header names."""

    def __init__(self, factory: BehindProxy, wrapped: IProtocol) -> None:
        super().__init__(factory, wrapped)
        self._trouble = factory.trouble
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
            self._trouble.tell(str(invalid))
            cast(Any, self.transport).abortConnection()
            return
        if header is None:
            return
        rest, self._header = self._header[header.length :], None
        self._client = header.client
        if isinstance(self.wrappedProtocol, ClientProtocol):
            self.wrappedProtocol.connection.address_known()
        if ISSLTransport.providedBy(self.transport):
            listener = IHandshakeListener(self.wrappedProtocol, None)
            if listener is not None:
                listener.handshakeCompleted()  # the header came inside of TLS
        if rest:
            self.wrappedProtocol.dataReceived(rest)

    def getPeer(self) -> IAddress:
        """Return the client's address; that of the proxy, if the header has none."""
        return self._client or cast(ITransport, self.transport).getPeer()


class BehindProxy(WrappingFactory[ProxiedProtocol]):
    """Builds the protocols of another factory, for clients whose addresses come in a header."""

    protocol = ProxiedProtocol
    noisy = False

    def __init__(self, factory: ChatFactory, clock: IReactorTime) -> None:
        super().__init__(factory)
        self._factory = factory
        self.trouble = RecurringWarning(
            clock,
            "who came to a haproxy: address is let go, the PROXY header cannot be read: {why}.",
        )

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:  # type: ignore[override]
        built = self._factory.build(None, located=False)
        return None if built is None else ProxiedProtocol(self, cast(IProtocol, built))
