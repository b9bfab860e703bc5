"""What tests of the clients share: a stand-in for the server, on a real socket.

It speaks only as much of the wire as a client may count on, so that it also says what that is.
"""

import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType

DEADLINE = 10.0
"""Seconds until a socket that nothing happens on fails its test."""


class Peer:
    """The server's end of one connection."""

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

    def read(self) -> bytes:
        """Return the next line with its LF; empty once the client has half-closed or is gone."""
        try:
            return self._file.readline()
        except ConnectionResetError:
            return b""


Script = Callable[[Peer], None]


class FakeServer:
    """Accepts one connection after another and lets *script* talk to each, in a thread.

    What the script raises is raised again when the `with` block ends.
    """

    def __init__(self, script: Script) -> None:
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port: int = self._listener.getsockname()[1]

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
                peer = Peer(connection)
                try:
                    self._script(peer)
                finally:
                    peer.close()
        except BaseException as error:
            self._error = error


def nobody() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


class ChatStandIn:
    """A script that behaves like a chat port with one room member. `said` is what was said."""

    def __init__(
        self,
        *,
        welcome: tuple[str, ...] = ("*** Welcome to chatd. You are guest7 in #lobby. Here: luis.",),
        refuse: str | None = None,
    ) -> None:
        self.said: list[str] = []
        self.commands: list[str] = []
        self.name = "guest7"
        self._welcome = welcome
        self._refuse = refuse

    def __call__(self, peer: Peer) -> None:
        """Talk to one client, until it has half-closed."""
        peer.send(*self._welcome)
        only_text = False
        while raw := peer.read():
            line = raw[:-1]
            if only_text or not line.startswith(b"/"):
                self.hear(peer, line)
                continue
            text = line.decode()
            self.commands.append(text)
            if self.hear_command(peer, text):
                continue
            if self._refuse and text.startswith(self._refuse):
                peer.send(f"ERR Refused: {text}. Try another.")
            elif text.startswith("/nick "):
                self.name = text.split()[1]
                peer.send(f"*** You are now {self.name}.")
            elif text.startswith("/join "):
                peer.send(f"*** You are in #{text.split()[1]}.", "[12:00:00] <guest7> an old line")
            elif text == "/join":
                peer.send("ERR Wrong use: /join is used like this: /join ROOM")
            elif text == "/leave":
                peer.send("*** You are in #lobby.")
            elif text == "/text":
                only_text = True
                peer.send("*** Every line is text now.")
            elif text == "/quit":
                peer.send("*** Bye.")
                return
            else:
                peer.send(f"ERR Unknown command: {text}. /help lists them.")

    def hear_command(self, peer: Peer, text: str) -> bool:
        """Answer a command that this one does not know; false if it is none of those."""
        return False

    def hear(self, peer: Peer, line: bytes) -> None:
        """Answer one line of text."""
        try:
            text = line.decode()
        except UnicodeDecodeError:
            peer.send("ERR Invalid message: not UTF-8. Set your terminal to UTF-8.")
            return
        if len(text) > 4096:
            peer.send(f"ERR Invalid message: {len(text)} characters. At most 4096.")
        elif text.strip():
            self.said.append(text)
            peer.send("<luis> hm", f"<{self.name}> {text}")
