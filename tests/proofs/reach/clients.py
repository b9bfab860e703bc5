"""Many clients in one process, each on a socket of its own, of lines or of a WebSocket.

What a client's system has received is what can be read from its socket, so it is known here of each
client if a line has arrived. This module must not know what the server says of that.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import select
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread

from tests.support.browser import frame
from tests.support.http import HANDSHAKE, request

PATIENCE = 60.0
"""Most seconds for anything that all clients are waited for."""

SMALL = 4096
"""The receive buffer of a client that is to be full soon, in bytes; the kernel doubles it."""

MARKS = re.compile(rb"mark-[0-9]+-|#class")
"""The texts that are noted: those of lines, and the name of the room, which its greeting has."""

MOST_MARK = 16
"""At least the bytes of a mark, which may come in two pieces."""

OURS, THEIRS = "10.213.114.1", "10.213.114.2"
"""The two ends of the link to the namespace."""


class Crowd:
    """Clients, which are read together; those that are ``held`` read nothing."""

    def __init__(self) -> None:
        self.clients: list[LineClient] = []
        self._poll = select.poll()
        self._by_descriptor: dict[int, LineClient] = {}

    def add(self, client: LineClient) -> None:
        """Add a client, and read what it is sent from now on."""
        self.clients.append(client)
        self._by_descriptor[client.socket.fileno()] = client
        self.resume([client])

    def hold(self, clients: Iterable[LineClient]) -> None:
        """Have some clients read nothing any more."""
        for client in clients:
            self._poll.unregister(client.socket)

    def resume(self, clients: Iterable[LineClient]) -> None:
        """Have some clients read again."""
        for client in clients:
            self._poll.register(client.socket, select.POLLIN)

    def read(self, seconds: float) -> None:
        """Read what comes within some seconds, at least once."""
        end = time.monotonic() + seconds
        while True:
            left = max(0.0, end - time.monotonic())
            for descriptor, _ in self._poll.poll(left * 1000):
                self._by_descriptor[descriptor].read()
            if time.monotonic() >= end:
                return

    def wait(self, is_done: Callable[[], bool]) -> None:
        """Read until something is so."""
        end = time.monotonic() + PATIENCE
        while not is_done():
            assert time.monotonic() < end, "it did not become so"
            self.read(0.01)

    def close(self) -> None:
        """Close all connections."""
        for client in self.clients:
            client.socket.close()


class LineClient:
    """A client of lines, by its name, which notes the `MARKS` in what it reads."""

    def __init__(self, name: str, connection: socket.socket) -> None:
        self.name = name
        self.socket = connection
        self._read: set[bytes] = set()
        self._tail = b""
        connection.setblocking(False)

    def come(self, room: str) -> None:
        """Take the name, and enter a room."""
        self.socket.sendall(f"/nick {self.name}\n/join {room}\n".encode())

    def read(self) -> None:
        """Read what is there."""
        try:
            while data := self.socket.recv(1 << 16):
                self._read.update(MARKS.findall(self._tail + data))
                self._tail = data[-MOST_MARK:]
        except BlockingIOError:
            pass

    def has(self, mark: bytes) -> bool:
        """Return True if a mark has come to this client's system, read or not."""
        return mark in self._read or mark in MARKS.findall(self._tail + self._waiting())

    def _waiting(self) -> bytes:
        try:
            return self.socket.recv(1 << 22, socket.MSG_PEEK)
        except BlockingIOError:
            return b""


class WebSocketClient(LineClient):
    """A client of a WebSocket."""

    def come(self, room: str) -> None:
        """Shake hands, say hello, and enter a room."""
        self.socket.sendall(request("GET", "/ws", **HANDSHAKE))
        hello = {"type": "hello", "name": self.name, "rooms": {room: None}}
        self.socket.sendall(frame(json.dumps(hello).encode()))


def connected(address: tuple[str, int], source: str, receive_buffer: int = 0) -> socket.socket:
    """Return a connection from an address of this machine."""
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(PATIENCE)
    connection.bind((source, 0))
    connection.connect(address)
    return connection


class Namespace:
    """A network namespace with a link to this one, which may be cut."""

    def __init__(self) -> None:
        self._name = f"chatd-reach-{os.getpid()}"
        self._link = f"chatd{os.getpid() % 100_000}"

    def open(self) -> None:
        """Make it. Raises `subprocess.CalledProcessError` and `OSError`."""
        peer = f"{self._link}p"
        _ip("netns", "add", self._name)
        _ip("link", "add", self._link, "type", "veth", "peer", "name", peer, "netns", self._name)
        _ip("addr", "add", f"{OURS}/30", "dev", self._link)
        _ip("link", "set", self._link, "up")
        _ip("-n", self._name, "addr", "add", f"{THEIRS}/30", "dev", peer)
        _ip("-n", self._name, "link", "set", peer, "up")

    def close(self) -> None:
        """Remove it, with the link."""
        _ip("netns", "delete", self._name)

    def cut(self) -> None:
        """Cut the link: no packet passes any more."""
        _ip("link", "set", self._link, "down")

    def mend(self) -> None:
        """Let packets pass again."""
        _ip("link", "set", self._link, "up")

    def connect(self, port: int, count: int) -> Sequence[socket.socket]:
        """Return connections from inside. A socket belongs to the namespace it was made in."""
        made: list[socket.socket] = []

        def connect() -> None:  # in a thread of its own, which alone changes its namespace
            libc = ctypes.CDLL(None, use_errno=True)
            with open(f"/run/netns/{self._name}", "rb") as namespace:
                assert not libc.setns(namespace.fileno(), 0), os.strerror(ctypes.get_errno())
            made.extend(connected((OURS, port), THEIRS) for _ in range(count))

        thread = Thread(target=connect)
        thread.start()
        thread.join()
        assert len(made) == count, "the namespace reaches no server here"
        return made


@contextmanager
def namespace() -> Iterator[Namespace | None]:
    """Yield a namespace; None if this user or this machine may not make one."""
    made: Namespace | None = Namespace()
    try:
        assert made is not None
        made.open()
    except (OSError, subprocess.CalledProcessError):
        made = None
    try:
        yield made
    finally:
        if made is not None:
            made.close()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
