"""A client of TLS in memory, without sockets: bytes go through the reactor's clock alone."""

from __future__ import annotations

import ssl
from typing import Any

from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import TLSMemoryBIOFactory


class TlsClient:
    """A connection to a factory inside of TLS, which shows clients what ``creator`` has."""

    def __init__(
        self, creator: Any, factory: IProtocolFactory, context: ssl.SSLContext | None = None
    ) -> None:
        self._clock = Clock()
        self._transport = StringTransport()
        self._protocol: Any = TLSMemoryBIOFactory(creator, False, factory, self._clock)
        self._protocol = self._protocol.buildProtocol(None)
        self._protocol.makeConnection(self._transport)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = (context or any_certificate()).wrap_bio(self._incoming, self._outgoing)

    def shake_hands(self) -> None:
        """Complete the handshake. Raises `ssl.SSLError`."""
        for _ in range(10):
            try:
                self._tls.do_handshake()
                self._exchange()
                return
            except ssl.SSLWantReadError:
                self._exchange()
        raise AssertionError("the handshake does not end")

    def ask(self, data: bytes) -> bytes:
        """Send some bytes, and return what is sent back at once."""
        self._tls.write(data)
        self._exchange()
        return self._tls.read(1 << 14)

    @property
    def certificate(self) -> bytes:
        """The certificate that this client was shown, in DER."""
        return self._tls.getpeercert(binary_form=True) or b""

    @property
    def spoken(self) -> str | None:
        """The protocol that was negotiated."""
        return self._tls.selected_alpn_protocol()

    def _exchange(self) -> None:
        if data := self._outgoing.read():
            self._protocol.dataReceived(data)
        self._clock.advance(1)
        if answer := self._transport.value():
            self._transport.clear()
            self._incoming.write(answer)


def any_certificate() -> ssl.SSLContext:
    """Return the context of a client that takes any certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
