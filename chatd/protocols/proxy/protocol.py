"""Clients of a proxy that sends the address of each of them in a header before their data.

This replaces Twisted's, where a malformed header is a traceback in the log, and any word an
address. This module must not know the data after the header.
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
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.session_protocol import SessionProtocol
from chatd.util.error_log import RecurringWarning


class ProxiedProtocol(ProtocolWrapper):
    """Takes the header off one connection; then its peer is whom the header names."""

    def __init__(self, factory: BehindProxy, wrapped: IProtocol) -> None:
        super().__init__(factory, wrapped)
        self._trouble = factory.trouble
        self._header: bytes | None = b""  # what has come of it; None once it is whole
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
        if isinstance(self.wrappedProtocol, SessionProtocol):
            self.wrappedProtocol.address_known()
        if ISSLTransport.providedBy(self.transport):
            listener = IHandshakeListener(self.wrappedProtocol, None)
            if listener is not None:
                listener.handshakeCompleted()  # the header came inside of it
        if rest:
            self.wrappedProtocol.dataReceived(rest)

    def getPeer(self) -> IAddress:
        """The client's address; that of the proxy, if the header has none."""
        return self._client or cast(ITransport, self.transport).getPeer()


class BehindProxy(WrappingFactory[ProxiedProtocol]):
    """Builds what another factory builds, for clients whose own addresses come in a header."""

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
