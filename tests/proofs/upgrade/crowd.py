"""The clients of a daemon that is upgraded: they talk, and note what they receive and when.

What a client says is its number and that of the line, so each line is known wherever it is seen.
This module must not know what a fault is.
"""

from __future__ import annotations

import json
import re
import select
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tests.support.browser import frame
from tests.support.http import HANDSHAKE, request

TOKEN = re.compile(rb"t(\d+)x(\d+)t")
"""A line: the number of its author, and its own."""

PATIENCE = 30.0
"""Seconds in which something that a client waits for has to happen."""

KEPT = 64
"""Bytes kept of what was read, in which a token may have begun."""


class Token(NamedTuple):
    """A line: the number of the client that has said it, and the number of the line."""

    author: int
    line: int


class LineClient:
    """A client of chat lines."""

    hears_itself = True

    def __init__(self, number: int, room: str, port: int) -> None:
        self.number = number
        self.room = room
        self.lines = 0
        self.received: list[Token] = []
        self.closed = False
        self.longest = 0.0
        """The longest time in seconds until a line of its own came back."""
        self._tail = b""
        self._said: dict[int, float] = {}
        self._port = port
        self.connect()

    def connect(self) -> None:
        """Connect, and come in."""
        self.socket = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
        self.come_in()
        self.socket.setblocking(False)

    def come_in(self) -> None:
        """Take a name, and enter the room."""
        self.socket.sendall(f"/nick p{self.number}\n/join {self.room}\n".encode())

    def say(self) -> None:
        """Say the next line."""
        self.lines += 1
        if self.hears_itself:
            self._said[self.lines] = time.monotonic()
        self.send(f"t{self.number}x{self.lines}t")

    def send(self, text: str) -> None:
        """Send a line to the room."""
        self._send(f"{text}\n".encode())

    def read(self) -> None:
        """Note what has come."""
        try:
            while data := self.socket.recv(1 << 16):
                self._note(data)
            self.closed = True
        except BlockingIOError:
            pass
        except OSError:
            self.closed = True

    def owed(self) -> int:
        """Return how many lines of its own have not come back."""
        return len(self._said)

    def _note(self, data: bytes) -> None:
        text, now = self._tail + data, time.monotonic()
        end = 0
        for found in TOKEN.finditer(text):
            end = found.end()
            token = Token(*map(int, found.groups()))
            self.received.append(token)
            if token.author == self.number and (said := self._said.pop(token.line, None)):
                self.longest = max(self.longest, now - said)
        self._tail = text[max(end, len(text) - KEPT) :]

    def _send(self, data: bytes) -> None:
        try:
            self.socket.send(data)
        except OSError:
            self.closed = True


class WebSocketClient(LineClient):
    """A client of a WebSocket, as the page opens it."""

    def come_in(self) -> None:
        """Shake hands, say hello, and enter the room."""
        self.socket.sendall(request("GET", "/ws", **HANDSHAKE))
        hello = {"type": "hello", "name": f"p{self.number}", "rooms": {self.room: None}}
        self.socket.sendall(frame(json.dumps(hello).encode()))

    def send(self, text: str) -> None:
        """Send a line to the room."""
        line = {"type": "line", "room": self.room, "text": text, "id": self.lines}
        self._send(frame(json.dumps(line).encode()))


class IrcClient(LineClient):
    """An IRC client, which is not sent its own lines."""

    hears_itself = False

    def come_in(self) -> None:
        """Register, and join the channel."""
        name = f"p{self.number}"
        self.socket.sendall(
            f"NICK {name}\r\nUSER {name} 0 * :{name}\r\nJOIN #{self.room}\r\n".encode()
        )

    def send(self, text: str) -> None:
        """Send a line to the channel."""
        self._send(f"PRIVMSG #{self.room} :{text}\r\n".encode())


class Crowd:
    """All clients, read in one thread; each says a line every ``pause`` seconds."""

    def __init__(self, clients: Iterable[LineClient], pause: float) -> None:
        self.clients = list(clients)
        self._pause = pause
        self._poll = select.epoll()
        self._by_descriptor: dict[int, LineClient] = {}
        for client in self.clients:
            self._by_descriptor[client.socket.fileno()] = client
            self._poll.register(client.socket, select.EPOLLIN)
        self._next = 0
        self._due = time.monotonic()

    def talk(self, seconds: float) -> None:
        """Have all talk for so long."""
        end = time.monotonic() + seconds
        self._talk(lambda: time.monotonic() >= end)

    def talk_until(self, is_done: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Have all talk until something is so, for so long at most."""
        end = time.monotonic() + seconds
        self._talk(lambda: is_done() or time.monotonic() >= end)

    def _talk(self, is_done: Callable[[], bool]) -> None:
        self._due = time.monotonic()
        each = self._pause / len(self.clients)
        while not is_done():
            now = time.monotonic()
            while self._due <= now:
                self.clients[self._next].say()
                self._next = (self._next + 1) % len(self.clients)
                self._due += each
            self._read(min(each, 0.01))

    def settle(self, seconds: float = PATIENCE) -> None:
        """Say nothing more, and read until all lines have come back, and nothing comes any more."""
        end = time.monotonic() + seconds
        quiet = 0
        while time.monotonic() < end and (quiet < 5 or any(each.owed() for each in self.clients)):
            quiet = 0 if self._read(0.1) else quiet + 1

    def longest(self) -> float:
        """Return the longest time until a client's own line came back, since the last call."""
        longest = max(each.longest for each in self.clients)
        for each in self.clients:
            each.longest = 0.0
        return longest

    def close(self) -> None:
        """Close all connections."""
        for each in self.clients:
            each.socket.close()
        self._poll.close()

    def _read(self, seconds: float) -> bool:
        ready = self._poll.poll(seconds)
        for descriptor, _ in ready:
            client = self._by_descriptor[descriptor]
            client.read()
            if client.closed:
                self._poll.unregister(descriptor)
        return bool(ready)


def rooms_of(clients: Iterable[LineClient]) -> dict[str, list[LineClient]]:
    """Return the clients by their rooms."""
    rooms = defaultdict(list)
    for each in clients:
        rooms[each.room].append(each)
    return rooms
