"""`chatd.client.server`: the server that arguments name, how it is reached, and if it is known."""

from __future__ import annotations

import argparse
import socket
from pathlib import Path

import pytest

from chatd.client import server, trust, unix_socket, wire
from chatd.client.duplex import DuplexLink
from chatd.client.sentences import Sentence
from chatd.client.server import Server
from chatd.client.wire import ClientError
from tests.support.certificate import fingerprint_of, write_certificate
from tests.support.stand_in import FakeServer, greet, received


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
        assert "any program may listen there" in str(connection.doubt)

    def test_if_it_closes_without_a_greeting_it_may_use_tls(self) -> None:
        with FakeServer(lambda peer: None) as fake:
            link = named(*fake.address).connect().link
            assert received(link) == []
        assert link.ending.endswith(" If that port uses TLS, add --tls or --fingerprint sha256:...")

    def test_with_a_password_there_is_no_connection(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wire, "connect", no_link)
        with pytest.raises(ClientError, match=r"--unix PATH.*--tls.*--fingerprint"):
            named().connect(for_password=True)


class TestAddress:
    """A host with its port in one word."""

    def test_it_is_split(self) -> None:
        assert named("--host", "[::1]:7").where == "[::1]:7"

    def test_with_a_second_port_it_is_refused(self) -> None:
        with pytest.raises(
            ClientError, match=r"^chat\.test:7 has a port already, so leave out 8\."
        ):
            named("--host", "chat.test:7", "--port", "8")


class TestUnixSocket:
    """A UNIX socket, which is known unless `unix_socket` finds a reason why not."""

    @pytest.mark.parametrize("reason", [None, Sentence("others_socket", user=7)])
    def test_it_is_not_known_for_a_reason(
        self, monkeypatch: pytest.MonkeyPatch, reason: Sentence | None
    ) -> None:
        ours, theirs = socket.socketpair()
        monkeypatch.setattr(unix_socket, "connect", lambda path: (ours, reason))
        with ours, theirs:
            doubt = named("--unix", "chat.sock").connect().doubt
        assert (doubt is None) is (reason is None)
        if doubt is not None:
            assert str(doubt).startswith(f"the server at chat.sock is not known: {reason}.")

    def test_with_a_password_an_unknown_one_is_left(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ours, theirs = socket.socketpair()
        monkeypatch.setattr(unix_socket, "connect", lambda path: (ours, Sentence("any_program")))
        with theirs, pytest.raises(ClientError, match=r"--unix PATH.*--tls.*--fingerprint"):
            named("--unix", "chat.sock").connect(for_password=True)
        assert ours.fileno() == -1


class TestTls:
    """A port that uses TLS, which is another one than that of plain chat lines."""

    def test_a_server_that_leaves_without_a_greeting_is_not_asked_for_tls(
        self, tmp_path: Path
    ) -> None:
        certificate = write_certificate(tmp_path / "pem")
        fingerprint = fingerprint_of(certificate)
        with FakeServer(lambda peer: None, certificate=certificate) as fake:
            link = named(*fake.address, "--fingerprint", fingerprint).connect().link
            assert received(link) == []
        assert link.ending == "the server closed the connection without a greeting."


class TestSought:
    """A server that no argument names: a daemon of this machine."""

    @pytest.fixture
    def path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Return the path where a socket is looked for."""
        monkeypatch.setattr(unix_socket, "paths", lambda: [f"{tmp_path}/chat.sock"])
        return tmp_path / "chat.sock"

    def test_it_is_the_one_at_the_socket_if_there_is_one(self, path: Path) -> None:
        with FakeServer(greet, unix=path):
            sought = named()
            connection = sought.connect(for_password=True)
            assert received(connection.link) == [b"*** hola"]
        assert (connection.doubt, sought.where) == (None, str(path))

    def test_it_is_the_one_at_the_port_otherwise(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with FakeServer(greet) as fake:
            monkeypatch.setattr(wire, "DEFAULT_PORT", fake.port)
            assert received(named().connect().link) == [b"*** hola"]

    @pytest.mark.parametrize(
        "arguments", [("--host", "127.0.0.1"), ("--port", "{port}"), ("--fingerprint", "{key}")]
    )
    def test_it_is_not_sought_if_an_argument_names_one(
        self, path: Path, arguments: tuple[str, str]
    ) -> None:
        option, value = arguments
        found = named(option, value.format(port=1, key="sha256:" + "A" * 43 + "="))
        assert (found.is_named, found.is_sought) == (True, False)
        assert named("--tls").is_named

    def test_it_is_not_named_once_it_is_found_either(self, path: Path) -> None:
        with FakeServer(greet, unix=path):
            sought = named()
            sought.connect().link.close()
        assert not sought.is_named

    def test_the_help_names_the_places(self) -> None:
        assert all(each in server.DEFAULT for each in (unix_socket.SYSTEM_SOCKET, "127.0.0.1"))

    def test_the_next_connection_is_to_the_same_one(self, path: Path) -> None:
        sought = named()
        with FakeServer(greet, unix=path):
            sought.connect().link.close()
        path.unlink()
        with pytest.raises(ClientError, match=rf"^no server at {path}: "):
            sought.connect()

    def test_a_socket_that_comes_later_is_not_taken_for_the_port(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with FakeServer(greet) as fake:
            monkeypatch.setattr(wire, "DEFAULT_PORT", fake.port)
            sought = named()
            sought.connect().link.close()
            with FakeServer(greet, unix=path):
                assert received(sought.connect().link) == [b"*** hola"]
        assert sought.unix is None


def test_a_person_is_asked_about_a_key_before_the_first_connection_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def connect(host: str, port: int, given: str | None, *, may_ask: bool) -> socket.socket:
        asked.append(may_ask)
        return socket.socket()

    monkeypatch.setattr(trust, "connect", connect)
    server = named("--tls")
    for _ in range(2):
        server.connect().link.close()
    assert asked == [True, False]


def test_a_fingerprint_is_taken_as_the_log_shows_it() -> None:
    text = "sha256:" + "A" * 43 + "="
    assert named("--fingerprint", f" {text}\n").fingerprint == text
