"""`chatd.client.tls`: TLS to a server whose certificate is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatd.client import tls, wire
from chatd.client.duplex import DuplexLink
from chatd.client.wire import ClientError
from tests.support.certificate import fingerprint_of, write_certificate
from tests.support.stand_in import DEADLINE, FakeServer, Peer, greet, listen, received


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Return a certificate for 127.0.0.1 that no authority of this system knows."""
    return write_certificate(tmp_path / "pem")


def start(server: FakeServer, fingerprint: str | None, host: str = "127.0.0.1") -> DuplexLink:
    return DuplexLink(tls.start(wire.connect("127.0.0.1", server.port), host, fingerprint))


def test_a_server_whose_key_has_the_fingerprint_is_known(certificate: Path) -> None:
    with FakeServer(greet, certificate=certificate) as server:
        assert received(start(server, fingerprint_of(certificate), "chat.example")) == [b"*** hola"]


def test_another_fingerprint_is_refused(certificate: Path) -> None:
    refused = pytest.raises(
        ClientError, match=r"is sha256:\S+, and not sha256:A+=, which was given"
    )
    with FakeServer(listen, certificate=certificate) as server, refused:
        start(server, "sha256:" + "A" * 43 + "=")


def test_a_certificate_that_is_valid_for_the_host_is_known(
    monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with FakeServer(greet, certificate=certificate) as server:
        assert received(start(server, None)) == [b"*** hola"]


def test_a_certificate_of_another_host_is_refused(
    monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    refused = pytest.raises(ClientError, match=r"is not known: .*'chat.example'.*--fingerprint")
    with FakeServer(greet, certificate=certificate) as server, refused:
        start(server, None, "chat.example")


def test_a_certificate_of_no_authority_is_refused(certificate: Path) -> None:
    refused = pytest.raises(ClientError, match=r"is not known: self.signed certificate\. Ask")
    with FakeServer(greet, certificate=certificate) as server, refused:
        start(server, None)


def test_a_server_without_tls_is_one_line() -> None:
    refused = pytest.raises(
        ClientError, match=r"^no TLS at 127\.0\.0\.1:\d+: .*\. Check.* 60062\.$"
    )
    with FakeServer(greet) as server, refused:
        start(server, None)


def test_a_server_that_is_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "CONNECT_TIMEOUT", 0.01)
    refused = pytest.raises(ClientError, match="timed out")
    with FakeServer(listen) as server, refused:
        start(server, None)


def test_more_than_a_record_is_received(certificate: Path) -> None:
    def talk(peer: Peer) -> None:
        peer.send(b"x" * 100_000, b"end")
        peer.read()

    with FakeServer(talk, certificate=certificate) as server:
        link = start(server, fingerprint_of(certificate))
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
        link = start(server, fingerprint_of(certificate))
        link.send(b"x" * 999_999 + b"\n")
        lines: list[bytes] = []
        while not lines:
            lines += link.exchange(DEADLINE, None)[0]
        link.close()
    assert lines == [b"1000000"]
