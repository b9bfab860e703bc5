"""`chatd.client.server`: the server that arguments name, how it is reached, and if it is known."""

from __future__ import annotations

import argparse
import socket
from pathlib import Path

import pytest

from chatd.client import server, unix_socket, wire
from chatd.client.duplex import DuplexLink
from chatd.client.server import Server
from chatd.client.wire import ClientError
from tests.support.certificate import fingerprint_of, write_certificate
from tests.support.stand_in import FakeServer, greet, received, unused_port


def named(*words: str) -> Server:
    """Return the server that words on a command line name."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    server.add_arguments(parser)
    return server.server_of(parser.parse_args(words))


def no_link(connection: socket.socket) -> DuplexLink:
    raise AssertionError("connected")


class TestTcp:
    """A port, where any program may listen."""

    def test_it_is_not_known(self) -> None:
        with FakeServer(greet) as fake:
            connection = named(*fake.address).connect()
            assert received(connection.link) == [b"*** hola"]
        assert "any program may listen there" in connection.doubt

    def test_if_it_closes_without_a_greeting_it_may_use_tls(self) -> None:
        with FakeServer(lambda peer: None) as fake:
            link = named(*fake.address).connect().link
            assert received(link) == []
        assert link.ending.endswith(" If that port uses TLS, add --tls or --fingerprint sha256:...")

    def test_with_a_password_there_is_no_connection(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wire, "connect", no_link)
        with pytest.raises(ClientError, match=r"--unix PATH.*--tls.*--fingerprint"):
            named().connect(for_password=True)


class TestUnixSocket:
    """A UNIX socket, which is known unless `unix_socket` finds a reason why not."""

    @pytest.mark.parametrize("reason", ["", "it belongs to user 7"])
    def test_it_is_not_known_for_a_reason(
        self, monkeypatch: pytest.MonkeyPatch, reason: str
    ) -> None:
        ours, theirs = socket.socketpair()
        monkeypatch.setattr(unix_socket, "connect", lambda path: (ours, reason))
        with ours, theirs:
            doubt = named("--unix", "chat.sock").connect().doubt
        assert doubt.startswith(f"the server at chat.sock is not known: {reason}.") is bool(reason)
        assert bool(doubt) is bool(reason)

    def test_with_a_password_an_unknown_one_is_left(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ours, theirs = socket.socketpair()
        monkeypatch.setattr(unix_socket, "connect", lambda path: (ours, "why"))
        with theirs, pytest.raises(ClientError, match=r"--unix PATH.*--tls.*--fingerprint"):
            named("--unix", "chat.sock").connect(for_password=True)
        assert ours.fileno() == -1


class TestTls:
    """A port that uses TLS, which is another one than that of plain chat lines."""

    def test_where_no_server_listens_its_port_is_named(self) -> None:
        with pytest.raises(ClientError, match=r"refused\. .*the port that uses TLS, .* 60062\.$"):
            named("--tls", "--port", str(unused_port())).connect()

    def test_a_server_that_leaves_without_a_greeting_is_not_asked_for_tls(
        self, tmp_path: Path
    ) -> None:
        certificate = write_certificate(tmp_path / "pem")
        fingerprint = fingerprint_of(certificate)
        with FakeServer(lambda peer: None, certificate=certificate) as fake:
            link = named(*fake.address, "--fingerprint", fingerprint).connect().link
            assert received(link) == []
        assert link.ending == "the server closed the connection without a greeting."


def test_a_fingerprint_is_taken_as_the_log_shows_it() -> None:
    text = "sha256:" + "A" * 43 + "="
    assert named("--fingerprint", f" {text}\n").fingerprint == text
