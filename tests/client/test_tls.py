"""`chatd.client.tls`: TLS to a server, with its certificate verified or not."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from chatd.client import tls, wire
from chatd.client.duplex import DuplexLink
from chatd.client.tls import InvalidCertificate
from chatd.client.wire import ClientError
from chatd.util import public_keys
from tests.support.certificate import fingerprint_of, write_certificate
from tests.support.stand_in import DEADLINE, FakeServer, Peer, greet, listen, received


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Return a certificate for 127.0.0.1 that no authority of this system knows."""
    return write_certificate(tmp_path / "pem")


def start(server: FakeServer, *, verifies: bool = False, host: str = "127.0.0.1") -> DuplexLink:
    return DuplexLink(tls.start(wire.connect("127.0.0.1", server.port), host, verifies=verifies))


def test_any_certificate_is_taken_unless_it_is_verified(certificate: Path) -> None:
    with FakeServer(greet, certificate=certificate) as server:
        assert received(start(server, host="chat.example")) == [b"*** hola"]


def test_the_fingerprint_is_that_of_the_key(certificate: Path) -> None:
    with FakeServer(listen, certificate=certificate) as server:
        plain = wire.connect("127.0.0.1", server.port)
        with closing(tls.start(plain, "127.0.0.1", verifies=False)) as stream:
            assert stream.fingerprint == fingerprint_of(certificate)


def test_a_certificate_that_is_valid_for_the_host_is_verified(
    monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with FakeServer(greet, certificate=certificate) as server:
        assert received(start(server, verifies=True)) == [b"*** hola"]


def test_a_certificate_of_another_host_is_not_valid(
    monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    refused = pytest.raises(InvalidCertificate, match=r"'chat\.example'$")
    with FakeServer(greet, certificate=certificate) as server, refused:
        start(server, verifies=True, host="chat.example")


def test_a_certificate_of_no_authority_is_not_valid(certificate: Path) -> None:
    refused = pytest.raises(InvalidCertificate, match=r"^self.signed certificate$")
    with FakeServer(greet, certificate=certificate) as server, refused:
        start(server, verifies=True)


def test_a_certificate_that_cannot_be_read_is_one_line(
    monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    def fail(certificate: bytes) -> str:
        raise public_keys.NotACertificate("an element is cut off")

    monkeypatch.setattr(public_keys, "fingerprint_of", fail)
    refused = pytest.raises(ClientError, match=r"cannot be read: an element is cut off\.$")
    with FakeServer(greet, certificate=certificate) as server, refused:
        start(server)


def test_a_server_without_tls_is_one_line() -> None:
    refused = pytest.raises(
        ClientError,
        match=r"^no TLS at 127\.0\.0\.1:\d+: the server speaks without it\. Check.* 60062\.$",
    )
    with FakeServer(greet) as server, refused:
        start(server)


def test_a_server_that_is_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "CONNECT_TIMEOUT", 0.01)
    refused = pytest.raises(ClientError, match="timed out")
    with FakeServer(listen) as server, refused:
        start(server)


def test_more_than_a_record_is_received(certificate: Path) -> None:
    def talk(peer: Peer) -> None:
        peer.send(b"x" * 100_000, b"end")
        peer.read()

    with FakeServer(talk, certificate=certificate) as server:
        link = start(server)
        lines: list[bytes] = []
        while b"end" not in lines:
            lines += link.exchange(DEADLINE, None)[0]
        link.close()
    assert lines == [b"x" * 100_000, b"end"]


def test_more_than_a_record_is_sent_and_answered(certificate: Path) -> None:
    def talk(peer: Peer) -> None:
        count = 0
        while count < 1_000_000:
            count += len(peer.read())
        peer.send(b"%d" % count)
        peer.read()

    with FakeServer(talk, certificate=certificate) as server:
        link = start(server)
        link.send(b"x" * 999_999 + b"\n")
        lines: list[bytes] = []
        while not lines:
            lines += link.exchange(DEADLINE, None)[0]
        link.close()
    assert lines == [b"1000000"]
