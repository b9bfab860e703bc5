"""`chatd.protocols.transport.tls`: TLS around the protocols of another factory."""

from __future__ import annotations

from pathlib import Path

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import PrivateCertificate
from twisted.internet.task import Clock

from chatd.protocols.transport.tls import TlsFactory
from tests.support.certificate import OLD_API, write_certificate


class Inner(Factory):
    """A factory that builds one protocol, and no other one."""

    def __init__(self) -> None:
        self.left = [Protocol()]

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:
        return self.left.pop() if self.left else None


@OLD_API
def test_it_builds_nothing_around_nothing(tmp_path: Path) -> None:
    pem = write_certificate(tmp_path / "server.pem").read_bytes()
    inner = Inner()
    (protocol,) = inner.left
    factory = TlsFactory(PrivateCertificate.loadPEM(pem).options(), False, inner, Clock())
    built = factory.buildProtocol(None)
    assert built is not None
    assert built.wrappedProtocol is protocol
    assert factory.buildProtocol(None) is None
