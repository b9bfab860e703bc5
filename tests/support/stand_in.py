"""A stand-in for the server on a real socket, and `chatd say` as a process that talks to it.

The stand-in speaks only as much of the wire as a client may rely on, so it documents that, too.
"""

import argparse
import json
import socket
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from chatd.client import say
from chatd.client.duplex import DuplexLink
from tests.support.checkout import ROOT
from tests.support.commands import chatd
from tests.support.sentences import EN

DEADLINE = 30.0
"""Seconds without an event on a socket after which its test fails."""


class Peer:
    """The server's end of one connection: the peer of a client."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._file = connection.makefile("rb")

    def close(self) -> None:
        """Close as the kernel does for a process that ends: FIN, or RST if anything was unread."""
        self._file.close()
        self.connection.close()

    def reset(self) -> None:
        """Close with RST."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close()

    def send(self, *lines: str | bytes) -> None:
        """Send lines, each with its LF."""
        raw = [line if isinstance(line, bytes) else line.encode() for line in lines]
        self.connection.sendall(b"".join(line + b"\n" for line in raw))

    def tell(self, type: str, **members: object) -> None:
        """Send a message."""
        self.send(json.dumps({"type": type, **members}))

    def read(self) -> bytes:
        """Return the next line with its LF; empty once the client has half-closed or is gone."""
        try:
            return self._file.readline()
        except ConnectionResetError:
            return b""


Script = Callable[[Peer], None]


class FakeServer:
    """A thread that accepts one connection after another, and lets *script* talk to each.

    It listens at the path *unix*, or else on a port, with TLS if there is a *certificate*. An
    exception of the script is raised again when the `with` block ends.
    """

    def __init__(
        self, script: Script, *, unix: Path | None = None, certificate: Path | None = None
    ) -> None:
        self._script = script
        self._context: ssl.SSLContext | None = None
        if certificate is not None:
            self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._context.load_cert_chain(certificate)
        if unix is None:
            self._listener = socket.create_server(("127.0.0.1", 0))
        else:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(unix))
            self._listener.listen()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port = 0 if unix else int(self._listener.getsockname()[1])
        self.address = ["--unix", str(unix)] if unix else ["--port", str(self.port)]
        """The arguments of a client that name this server."""

    def __enter__(self) -> "FakeServer":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # ends accept()
        self._thread.join(DEADLINE)
        self._listener.close()
        if error is None:
            assert not self._thread.is_alive(), "the fake server is still in its script"
            if self._error is not None:
                raise self._error

    def _serve(self) -> None:
        try:
            while True:
                try:
                    connection, _ = self._listener.accept()
                except OSError:
                    return
                connection.settimeout(DEADLINE)
                if self._context is not None:
                    try:
                        connection = self._context.wrap_socket(connection, server_side=True)
                    except OSError:  # the client does not know the certificate
                        continue
                peer = Peer(connection)
                try:
                    self._script(peer)
                finally:
                    peer.close()
        except BaseException as error:
            self._error = error


def listen(peer: Peer) -> None:
    """Wait for the client to leave, without a word: a script for a `FakeServer`."""
    while peer.read():
        pass


def greet(peer: Peer) -> None:
    """Send a line, and wait for the client to leave, or have left: a script for a `FakeServer`."""
    with suppress(OSError):
        peer.send("*** hola")
        peer.read()


def received(link: DuplexLink) -> list[bytes]:
    """Return the first lines that a server sends, and close the connection."""
    lines: list[bytes] = []
    while link.is_open and not lines:
        lines, _ = link.exchange(DEADLINE, None)
    link.close()
    return lines


def unused_port() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


WELCOME, *_ = EN.notices(
    "welcome", name="guest7", room="lobby", here=EN.sentence("here", people="luis")
)
"""The first line that a client receives of a `ChatStandIn`."""


def entered(room: str) -> str:
    """Return the answer to a client that enters a room in which luis is."""
    return EN.notice("joined_room", room=room, here=EN.sentence("here", people="luis"))


class ChatStandIn:
    """A script that behaves like a chat port with one member, in JSON lines.

    `said` has the lines received, `asked` the other messages. A message whose type is *refuse* is
    answered with an error.
    """

    def __init__(
        self,
        *,
        welcome: tuple[str, ...] = (WELCOME,),
        refuse: str | None = None,
    ) -> None:
        self.said: list[str] = []
        self.keys: list[str | None] = []
        self.kinds: list[str | None] = []
        self.asked: list[dict[str, Any]] = []
        self.name = "guest7"
        self._welcome = welcome
        self._refuse = refuse
        self._is_text = False

    def __call__(self, peer: Peer) -> None:
        """Talk to one client, until it has closed."""
        peer.send(*self._welcome)
        first = peer.read()
        if not first:
            return
        assert first == b"/json\n", f"the client began with {first!r}"
        assert peer.read() == b"/sync\n"
        peer.tell("error", kind="Invalid message", key="message_not_json")
        self._is_text = False
        while raw := peer.read():
            message = json.loads(raw)
            if message["type"] == "line" and self._is_text:
                self.hear(peer, message)
                continue
            self.asked.append(message)
            if message["type"] == self._refuse:
                peer.tell("error", kind="Refused", text="try another.", id=message.get("id"))
            elif not self.hear_request(peer, message):
                self.answer(peer, message)

    def answer(self, peer: Peer, message: dict[str, Any]) -> None:
        """Answer a request."""
        kind, id, room = message["type"], message.get("id"), message.get("room")
        if kind == "hello":
            self.name = message.get("name", self.name)
            peer.tell("hello", name=self.name, lobby="lobby", max_length=4096)
        elif kind in ("text", "line"):  # a command
            self._is_text = kind == "text"
            peer.tell("done", id=id)
        elif kind == "leave":
            peer.tell("left", room=room, id=id)
        elif kind == "enter":
            peer.tell("entered", room=room, id=id)

    def hear_request(self, peer: Peer, message: dict[str, Any]) -> bool:
        """Answer a request that a subclass adds; return False if it is none of those."""
        return False

    def hear(self, peer: Peer, message: dict[str, Any]) -> None:
        """Answer one line of text."""
        self.said.append(message["text"])
        self.keys.append(message.get("key"))
        self.kinds.append(message.get("kind"))
        peer.tell("events", room=message["room"], events=[{"seq": 1, "author": "luis"}])
        peer.tell("ack", id=message["id"], room=message["room"], seq=len(self.said))


SILENT = (0, b"", b"")
"""A run of `chatd say` that saved all lines, as `run_say` returns it."""


def failed(reason: bytes) -> tuple[int, bytes, bytes]:
    """Return a run of `chatd say` that failed for *reason*, as `run_say` returns it."""
    return 1, b"", b"chatd: " + reason + b"\n"


def start_say(port: int, *words: str, stdin: int = subprocess.PIPE) -> "subprocess.Popen[bytes]":
    """Start `chatd say` on *port*, in a new interpreter."""
    return subprocess.Popen(
        [sys.executable, "-m", "chatd", "say", "--port", str(port), *words],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run_say(
    script: Script,
    words: Sequence[str] = (),
    stdin: bytes = b"",
    *,
    unix: Path | None = None,
    certificate: Path | None = None,
) -> tuple[int, bytes, bytes]:
    """Run `chatd say` against *script*; return its exit status, standard output and error."""
    with FakeServer(script, unix=unix, certificate=certificate) as server:
        return chatd(ROOT, "say", *server.address, *words, given=stdin)


def write(process: "subprocess.Popen[bytes]", data: bytes) -> None:
    """Write *data* to the standard input of *process*."""
    assert process.stdin is not None
    process.stdin.write(data)
    process.stdin.flush()


def error_of(process: "subprocess.Popen[bytes]") -> bytes:
    """Return the standard error of *process*, which has ended."""
    assert process.stderr is not None
    return process.stderr.read()


def arguments_of_say(port: int) -> argparse.Namespace:
    """Return the arguments of `chatd say` for one word."""
    parser = argparse.ArgumentParser()
    say.add_arguments(parser)
    return parser.parse_args(["--port", str(port), "hola"])
