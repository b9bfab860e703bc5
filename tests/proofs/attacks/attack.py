"""What all attacks have in common: where they strike, for how long, and the tools for it.

An attack runs in a process of its own. It knows the port and what anybody knows of the protocol,
and nothing of how it is measured.
"""

from __future__ import annotations

import itertools
import select
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar, NamedTuple

from chatd.accounts.passwords import MEMORY_KIB, THREADS
from tests.proofs.attacks.probe import dial

HASHING = THREADS * MEMORY_KIB
SEARCHING = 16 * 1024
"""What is taken in KiB while passwords are hashed, few at a time, and for searching: what the index
is written and read with."""

Supply = Callable[[int], bytes]
"""What a client sends next, given its number."""

RESET = struct.pack("ii", 1, 0)
"""For SO_LINGER: closing throws away what is unsent, and resets the connection."""


class Target(NamedTuple):
    """Where an attack strikes: the ports for chat lines, for TLS and for browsers (0 without)."""

    port: int
    tls_port: int
    web_port: int


class Tally(NamedTuple):
    """What an attack did: connections made, connections that it lost, bytes that were taken; and
    connections that it still had although the daemon should have closed them long ago."""

    connected: int
    cut: int
    sent: int
    overdue: int


class Attack:
    """One attack. The docstring of each says what it does, and what it did to other servers.

    ``clients`` is how many connections it has at once, ``few`` how many in the short form.
    ``options`` are those of ``twistd chat`` that it needs, ``files`` how many files the daemon may
    open, ``tls`` and ``web`` whether it needs a port for TLS or for browsers, ``shared`` how many
    KiB the daemon may take for all who attack together, however many they are, ``gone`` after how
    many seconds a connection must be closed by the daemon (0: it may stay).
    """

    clients: ClassVar[int] = 1
    few: ClassVar[int] = 1
    options: ClassVar[tuple[str, ...]] = ()
    files: ClassVar[int] = 0
    tls: ClassVar[bool] = False
    web: ClassVar[bool] = False
    shared: ClassVar[int] = 0
    gone: ClassVar[float] = 0.0

    def __init__(self, target: Target, clients: int, seconds: float) -> None:
        self.target = target
        self.size = clients
        self.end = time.monotonic() + seconds
        self.connected = 0
        self.cut = 0
        self.sent = 0
        self._since: dict[socket.socket, float] = {}
        self._numbers = itertools.count(1)

    def run(self) -> None:
        """Attack until the time is over, and leave."""
        raise NotImplementedError

    def tally(self) -> Tally:
        """What it did so far."""
        now = time.monotonic()
        overdue = [
            connection
            for connection, since in self._since.items()
            if now - since > self.gone and _is_open(connection)
        ]
        return Tally(self.connected, self.cut, self.sent, len(overdue))

    @property
    def door(self) -> int:
        """The port that is attacked."""
        return self.target.port

    @property
    def going(self) -> bool:
        """Whether there is time left."""
        return time.monotonic() < self.end

    def distinct(self, line: bytes, count: int = 1) -> bytes:
        """Return a line so many times, its first bytes replaced by a number that is new each time.

        What a server remembers of a line that it has seen must not hide what a line costs.
        """
        width = min(8, len(line) - 1)
        rest = line[width:]
        return b"".join((b"%08d" % next(self._numbers))[8 - width :] + rest for _ in range(count))

    def dial(self, client: int) -> socket.socket:
        """A connection of that client, which does not block."""
        connection = dial(self.door, client)
        connection.setblocking(False)
        self.connected += 1
        if self.gone:
            self._since[connection] = time.monotonic()
        return connection

    def fleet(self, first: int = 0) -> list[socket.socket]:
        """All clients, connected; as many of them as get in while there is time."""
        fleet = []
        for client in range(first, first + self.size):
            if not self.going:
                break
            with suppress(OSError):
                fleet.append(self.dial(client))
        return fleet

    def linger(self) -> None:
        """Do nothing, until the time is over."""
        time.sleep(max(0.0, self.end - time.monotonic()))

    def pour(
        self, fleet: list[socket.socket], supply: Supply, read: bool = True, pace: float = 0.0
    ) -> None:
        """Have every client send what it is supplied with, as fast as it is taken, to the end.

        What comes back is thrown away, or not even read; whoever is cut off comes back. With a
        pace, each client sends one piece in so many seconds.
        """
        epoll = select.epoll()
        wanted = select.EPOLLOUT | (select.EPOLLIN if read else 0)
        clients = {}
        rest = [b""] * len(fleet)
        due = [0.0] * len(fleet)
        for client, connection in enumerate(fleet):
            clients[connection.fileno()] = client
            epoll.register(connection, wanted)
        while self.going:
            began = time.monotonic()
            ready = epoll.poll(0.05, 256)
            for descriptor, events in ready:
                client = clients[descriptor]
                connection = fleet[client]
                try:
                    if events & select.EPOLLIN and not connection.recv(1 << 16):
                        raise ConnectionResetError
                    if events & select.EPOLLOUT and began >= due[client]:
                        piece = rest[client] or supply(client)
                        count = connection.send(piece)
                        rest[client] = piece[count:]
                        self.sent += count
                        if pace and not rest[client]:
                            due[client] = began + pace
                    elif events & (select.EPOLLHUP | select.EPOLLERR):
                        raise ConnectionResetError
                except BlockingIOError:
                    pass
                except OSError:
                    self.cut += 1
                    del clients[descriptor]
                    connection.close()
                    with suppress(OSError):
                        fleet[client] = self.dial(client)
                        rest[client] = b""
                        clients[fleet[client].fileno()] = client
                        epoll.register(fleet[client], wanted)
            if pace:
                time.sleep(min(pace / 4, 0.01))

    def ask(self, fleet: list[socket.socket], supply: Supply) -> None:
        """Have every client send what it is supplied with, wait for an answer, and again."""
        clients = {connection.fileno(): client for client, connection in enumerate(fleet)}
        epoll = select.epoll()
        for client, connection in enumerate(fleet):
            epoll.register(connection, select.EPOLLIN)
            self.sent += connection.send(supply(client))
        while self.going:
            for descriptor, _ in epoll.poll(0.05, 256):
                client = clients[descriptor]
                try:
                    if not fleet[client].recv(1 << 20):
                        raise ConnectionResetError
                    self.sent += fleet[client].send(supply(client))
                except BlockingIOError:
                    pass
                except OSError:
                    self.cut += 1
                    del clients[descriptor]
                    fleet[client].close()
                    with suppress(OSError):
                        fleet[client] = self.dial(client)
                        clients[fleet[client].fileno()] = client
                        epoll.register(fleet[client], select.EPOLLIN)
                        self.sent += fleet[client].send(supply(client))

    def reset(self, connection: socket.socket) -> None:
        """Close a connection by RST."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.close()

    def visit(self, at_once: int, payload: Supply, reset: bool = False) -> None:
        """Connect, send, close, and again: that many at once, to the end; nobody reads."""
        waiting: list[socket.socket] = []
        client = 0
        while self.going:
            client = (client + 1) % 10_000
            try:
                connection = self.dial(client)
                with suppress(BlockingIOError):
                    self.sent += connection.send(payload(client))
            except OSError:
                self.cut += 1
                continue
            waiting.append(connection)
            if len(waiting) >= at_once:
                oldest = waiting.pop(0)
                if reset:
                    self.reset(oldest)
                else:
                    oldest.close()


def _is_open(connection: socket.socket) -> bool:
    """Whether the other end has not closed it; what had come is thrown away."""
    if connection.fileno() < 0:
        return False
    try:
        while connection.recv(1 << 16):
            pass
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False
