"""The base of all attacks: their target, their duration, and their tools.

An attack runs in a process of its own. It knows the port and the public protocol, and must not know
how it is measured.
"""

from __future__ import annotations

import enum
import itertools
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from typing import ClassVar, NamedTuple

from chatd.accounts.passwords import MEMORY_KIB
from tests.proofs.attacks.probe import dial

HASHING = MEMORY_KIB
SEARCHING = 16 * 1024
"""KiB that are in use while passwords are hashed, on one core one at a time, and for searching: the
buffers in which the index is written and read."""

READING = 6 * 1024
"""KiB that are in use while long lines are read and rendered, for all clients together: SQLite's
pages, rendered pages, and the lines of the reads that are under way."""

ANSWER_SECONDS = 20.0
"""Most seconds that commands of a preparation, or of an innocent client, may take."""

INNOCENT_SECONDS = 0.5
"""Pause of an innocent client between two tasks."""

Supply = Callable[[int], bytes]
"""The next data of a client, given its number."""

RESET = struct.pack("ii", 1, 0)
"""For SO_LINGER: closing throws away what is unsent, and resets the connection."""


class Door(enum.Enum):
    """A kind of port of the daemon.

    They are for chat lines, for the same over TLS, for browsers, for chat lines behind a proxy,
    which says in a header where each client comes from, for users of the machine, a UNIX socket
    (`users_socket`), and for IRC clients.
    """

    LINES = "lines"
    TLS = "tls"
    WEB = "web"
    PROXY = "proxy"
    USERS = "users"
    IRC = "irc"


def users_socket(number: object) -> str:
    """Return the path of the UNIX socket that has a number in the place of a port."""
    return f"/tmp/chatd-users.{number}.sock"


Target = Mapping[Door, int]
"""The ports of the daemon: that for chat lines, and that of the attack."""


class Tally(NamedTuple):
    """The counts of an attack.

    They are the connections made, the connections lost, the bytes that were received by the server,
    and the connections still open although the daemon should have closed them long ago. Where the
    attack has an innocent client, too, there is the longest time in seconds that this one waited,
    and the reason why it was not served ("" if it always was).
    """

    connected: int
    cut: int
    sent: int
    overdue: int
    innocent: float
    denied: str


class Innocent(threading.Thread):
    """A client that does no harm, and does a task again and again.

    ``longest`` is the longest time in seconds that the task took, ``denied`` the reason why it
    failed; then it is not done again.
    """

    def __init__(self, task: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.longest = 0.0
        self.denied = ""
        self._task = task
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.is_set():
            began = time.monotonic()
            try:
                self._task()
            except Exception as error:
                self.denied = f"{error!r:.200}"
                return
            finally:
                self.longest = max(self.longest, time.monotonic() - began)
            self._ended.wait(INNOCENT_SECONDS)

    def end(self) -> None:
        """End after the present task."""
        self._ended.set()
        self.join(ANSWER_SECONDS)
        if self.is_alive():
            self.denied = f"it waited {ANSWER_SECONDS:.0f} s for an answer"


def command(connection: socket.socket, *lines: str) -> str:
    """Send lines over a connection that blocks; return all that comes until they are answered."""
    connection.settimeout(ANSWER_SECONDS)
    connection.sendall("".join(f"{line}\n" for line in (*lines, "/fence")).encode())
    received = b""
    while b"/fence" not in received:
        data = connection.recv(1 << 16)
        if not data:
            raise ConnectionError(f"the server closed, after {received[-100:]!r}")
        received += data
    return received.decode()


class Attack:
    """An attack.

    The docstring of each says what it does, and its effect on other servers. ``clients`` is its
    number of connections, ``few`` the number in the short form. ``options`` are the options of
    ``twistd chat`` that it needs, ``files`` is the limit of the daemon's open files, ``entrance``
    is the kind of port that it comes by, ``shared`` is the number of KiB that the daemon may take
    for all attackers together, however many they are, and ``gone`` the number of seconds after
    which the daemon must have closed a connection (0: it may stay).
    """

    clients: ClassVar[int] = 1
    few: ClassVar[int] = 1
    options: ClassVar[tuple[str, ...]] = ()
    files: ClassVar[int] = 0
    entrance: ClassVar[Door] = Door.LINES
    shared: ClassVar[int] = 0
    gone: ClassVar[float] = 0.0

    def __init__(self, target: Target, clients: int, seconds: float) -> None:
        self.target = target
        self.size = clients
        self.end = time.monotonic() + seconds
        self._seconds = seconds
        self._innocent: Innocent | None = None
        self.connected = 0
        self.cut = 0
        self.sent = 0
        self._since: dict[socket.socket, float] = {}
        self._numbers = itertools.count(1)

    def run(self) -> None:
        """Attack until the time is over, and leave."""
        raise NotImplementedError

    def tally(self) -> Tally:
        """Return the counts so far."""
        now = time.monotonic()
        overdue = [
            connection
            for connection, since in self._since.items()
            if now - since > self.gone and _is_open(connection)
        ]
        innocent = self._innocent
        longest, denied = (innocent.longest, innocent.denied) if innocent else (0.0, "")
        return Tally(self.connected, self.cut, self.sent, len(overdue), longest, denied)

    @property
    def door(self) -> int:
        """The port that is attacked."""
        return self.target[self.entrance]

    @property
    def lines(self) -> int:
        """The port for chat lines, which every daemon has."""
        return self.target[Door.LINES]

    @property
    def going(self) -> bool:
        """True if there is time left."""
        return time.monotonic() < self.end

    def prepared(self) -> None:
        """Begin the time of the attack: all until now was preparation."""
        self.end = time.monotonic() + self._seconds

    @contextmanager
    def innocent(self, task: Callable[[], object]) -> Generator[None, None, None]:
        """Have an innocent client do a task meanwhile, again and again, and measure its waits."""
        self._innocent = innocent = Innocent(task)
        innocent.start()
        try:
            yield
        finally:
            innocent.end()

    def distinct(self, line: bytes, count: int = 1) -> bytes:
        """Return copies of a line, each with another number in the place of its first bytes.

        A server that remembers lines that it has seen must not hide the cost of a line.
        """
        width = min(8, len(line) - 1)
        rest = line[width:]
        return b"".join((b"%08d" % next(self._numbers))[8 - width :] + rest for _ in range(count))

    def dial(self, client: int) -> socket.socket:
        """Return a connection of a client, which does not block."""
        connection = dial(self.door, client)
        connection.setblocking(False)
        self.connected += 1
        if self.gone:
            self._since[connection] = time.monotonic()
        return connection

    def fleet(self, first: int = 0) -> list[socket.socket]:
        """Connect all clients, or as many as get in while there is time."""
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
        """Have each client send its supply as fast as it is accepted, until the time is over.

        Answers are dropped, or not even read; a client that is disconnected comes back. With a
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
        """Have each client send a piece of its supply, wait for an answer, and repeat."""
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
        """Connect, send, close, and repeat, with some connections at once; no answer is read."""
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
    """Return True if the other end has not closed a connection; drop received data."""
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
