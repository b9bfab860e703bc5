"""TLS around the protocols of another factory. It needs the extra ``tls``.

This module must not know certificates, nor what is said inside of TLS.
"""

from __future__ import annotations

from twisted.internet.interfaces import IAddress
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol


class TlsFactory(TLSMemoryBIOFactory):
    """Builds TLS around each protocol of another factory, and nothing if that builds none.

    Twisted's would build TLS around nothing, and a client that cannot be served would be a
    traceback in the log, and stay connected.
    """

    noisy = False

    def buildProtocol(self, addr: IAddress | None) -> TLSMemoryBIOProtocol | None:  # type: ignore[override]
        """Return a protocol for a client that connects; None if the other factory has none."""
        inner = self.wrappedFactory.buildProtocol(addr)
        return None if inner is None else self.protocol(self, inner)
