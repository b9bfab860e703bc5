"""Ports that are no chat ports: each is named, and none is sent a line that others would see."""

import socketserver
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from chatd.client import json_lines, port_kinds
from chatd.client.server import Server
from chatd.client.wire import ClientError
from tests.support.certificate import write_certificate
from tests.support.stand_in import DEADLINE, WELCOME, Peer


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "GREETING_TIMEOUT", 0.05)


Script = Callable[[Peer], object]


def why_not(script: Script) -> str:
    """Return why a server cannot be talked to that runs a script for each connection at once."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(DEADLINE)
            script(Peer(self.request))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        port = int(server.server_address[1])
        try:
            with pytest.raises(ClientError) as why:
                json_lines.begin(Server("127.0.0.1", port, None, False, None))
        finally:
            server.shutdown()
    return str(why.value).removeprefix(f"127.0.0.1:{port} ")


class Silent:
    """A script that answers a first line with *answer*; `received` has the lines it was sent."""

    def __init__(self, answer: str | None) -> None:
        self.received: list[bytes] = []
        self._answer = answer

    def __call__(self, peer: Peer) -> None:
        while line := peer.read():
            self.received.append(line)
            if line and self._answer is not None:
                peer.send(self._answer)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("HTTP/1.1 200 OK", "is a web port, for browsers and `curl`. Chat lines have another port"),
        ("ERR Wrong protocol", "is a bare port, where lines have no names. Chat lines have"),
        ("-ERR wrong number of arguments for 'get'", "is a server like Redis, not a chat port"),
        ("hm", "is not a chat port of chatd: its first line is 'hm'."),
    ],
)
def test_a_silent_port_is_known_by_its_answer_to_a_request(answer: str, kind: str) -> None:
    silent = Silent(answer)
    assert why_not(silent).startswith(kind)
    assert silent.received[0] == b"HEAD / HTTP/1.0\r\n"
    assert not b"".join(silent.received[1:]).strip()


def test_a_port_with_tls_is_known_by_its_handshake(tmp_path: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(write_certificate(tmp_path / "pem"))

    def secure(peer: Peer) -> None:
        try:
            context.wrap_socket(peer.connection, server_side=True).close()
        except OSError:
            peer.close()

    assert why_not(secure) == "speaks TLS: add --tls, or --fingerprint."


def test_a_port_that_never_speaks_is_called_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port_kinds, "PROBE_TIMEOUT", 0.05)
    silent = "is silent, so it is not a chat port of chatd. Check host and port."
    assert why_not(Silent(None)) == silent


def test_a_chat_port_that_is_busy_is_waited_for() -> None:
    asked = threading.Event()

    def busy(peer: Peer) -> None:
        if peer.connection.getpeername() == first:
            asked.wait(DEADLINE)
            peer.send("ERR Full: so many.")
        else:
            asked.set()
            peer.send(WELCOME)

    first: object = None

    def script(peer: Peer) -> None:
        nonlocal first
        first = first or peer.connection.getpeername()
        busy(peer)

    assert why_not(script) == "Full: so many."
