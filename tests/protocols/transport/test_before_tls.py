"""Bytes in place of a TLS handshake: they fail the handshake, and nothing else."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone
from twisted.internet.ssl import PrivateCertificate
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.python.failure import Failure

from tests.support.certificate import OLD_API, write_certificate
from tests.support.world import World


def _hello() -> bytes:
    """Return the first bytes of a client."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


HELLO = _hello()
RECORDS = [b"\x14\x03\x03", b"\x15\x03\x01", b"\x16\x03\x01", b"\x17\x03\x03", b"\x80\x2e\x01"]
BYTES = st.one_of(
    st.binary(min_size=1, max_size=300),
    st.builds(
        lambda place, other: HELLO[:place] + other + HELLO[place + len(other) :],
        st.integers(0, len(HELLO) - 1),
        st.binary(min_size=1, max_size=5),
    ),
    st.builds(lambda more: HELLO + more, st.binary(max_size=60)),
    st.builds(lambda kind, more: kind + more, st.sampled_from(RECORDS), st.binary(max_size=80)),
)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    return PrivateCertificate.loadPEM(Path(write_certificate(path)).read_bytes()).options()


@OLD_API
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=BYTES, cut=st.integers(1, 400))
def test_nobody_enters_and_nothing_is_raised(context: Any, data: bytes, cut: int) -> None:
    world = World()
    transport: Any = StringTransport()
    transport.abortConnection = transport.loseConnection
    factory = TLSMemoryBIOFactory(context, False, world.chat, world.clock)
    protocol = factory.buildProtocol(None)
    protocol.makeConnection(transport)
    for part in filter(None, (data[:cut], data[cut:])):
        if not transport.disconnecting:
            protocol.dataReceived(part)
    assert world.server.lobby.people == 0
    protocol.connectionLost(Failure(ConnectionDone()))
    assert not world.chat.clients
