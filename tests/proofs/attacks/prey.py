"""A daemon that is attacked, as a user starts it, on a store with a past."""

from __future__ import annotations

import select
import shutil
import socket
import sqlite3
import time
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import Cores, Failed
from benchmarks.servers import TWISTD, Running, Server, free_port, running
from tests.proofs.attacks.attack import Attack, Door, users_socket
from tests.proofs.attacks.browser import message
from tests.proofs.attacks.kernel import Held, held_at, resident
from tests.proofs.attacks.probe import Probe, browse, dial
from tests.support.certificate import write_certificate

DOORS = {
    Door.TLS: ("--listen", "ssl:{port}:interface=127.0.0.1:privateKey={pem}:certKey={pem}"),
    Door.WEB: ("--web", "tcp:{port}:interface=127.0.0.1"),
    Door.PROXY: ("--listen", "haproxy:tcp:{port}:interface=127.0.0.1"),
    Door.USERS: ("--listen", f"unix:{users_socket('{port}')}:mode=666"),
    Door.IRC: ("--irc", "tcp:{port}:interface=127.0.0.1"),
}
"""The option and the endpoint of each kind of port, beside that for chat lines."""

ANSWER_SECONDS = 20.0
"""Most seconds that a newcomer waits for an answer."""

CLASS = 15
PASTE = 100
LONG = 40
"""Long lines of the usual load before an attack: a class of 15, of which each pastes 100 lines and
40 long ones, so that the memory for all clients (the room's tail, SQLite's pages) is allocated
before memory is measured."""

NEWCOMER = 2_000_000
"""Number of the first client that is neither probe nor attacker."""


class Memory(NamedTuple):
    """Bytes of the daemon's process, and of the kernel for its sockets."""

    resident: int
    held: Held

    @property
    def total(self) -> int:
        """The sum of both."""
        return self.resident + self.held.memory


class Prey:
    """A daemon that is attacked, and its probe."""

    def __init__(self, daemon: Running, ports: Mapping[Door, int]) -> None:
        self.pid = daemon.pid
        self.ports = ports
        self._directory = daemon.directory
        self.probe = Probe(ports[Door.LINES], ports.get(Door.WEB, 0))
        self._newcomers = 0

    def memory(self) -> Memory:
        """Return the memory now."""
        return Memory(resident(self.pid), held_at(self.ports.values()))

    def log(self) -> bytes:
        """Return the log so far."""
        return (self._directory / "output").read_bytes()

    def newcomer(self) -> float:
        """Return the seconds until a client that connects now has received its stored line.

        With a port for browsers, the same is done by a browser; the longer time of the two is
        returned.
        """
        return max(self._newcomer(door) for door in (Door.LINES, Door.WEB) if door in self.ports)

    def _newcomer(self, door: Door) -> float:
        port = self.ports[door]
        self._newcomers += 1
        text = b"a newcomer, number %d" % self._newcomers
        began = time.monotonic()
        try:
            with closing(dial(port, NEWCOMER)) as client:
                if door is Door.WEB:
                    browse(client, port)
                    client.sendall(message(type="line", room="lobby", text=text.decode()))
                    _read_until(client, b'"text":"%s"' % text)
                else:
                    client.sendall(text + b"\n")
                    _read_until(client, b"> " + text + b"\n")
        except OSError as error:
            raise Failed(f"a newcomer was not let in: {error}") from None
        took = time.monotonic() - began
        store = f"file:{self._directory / 'chatd.sqlite'}?mode=ro"
        with closing(sqlite3.connect(store, uri=True)) as connection:
            count = "SELECT count(*) FROM log WHERE text = ?"
            if connection.execute(count, (text.decode(),)).fetchone() != (1,):
                raise Failed("a newcomer's line came back and is not in the store")
        return took

    def be_usual(self) -> None:
        """Have a class come, paste, and leave."""
        line = b"a line of those that a class pastes, of about eighty bytes, as people write\n"
        long = b"and one of those that are as long as a line may be ".ljust(4_000, b".") + b"\n"
        people = [dial(self.ports[Door.LINES], NEWCOMER + 1 + index) for index in range(CLASS)]
        for person in people:
            person.sendall(line * PASTE + long * LONG + b"/pasted\n")
        last = dict.fromkeys(people, b"")
        while last:
            ready = select.select(list(last), [], [], 10.0)[0]
            if not ready:
                raise Failed("a class that pastes is not answered")
            for person in ready:
                last[person] = last[person][-100:] + person.recv(1 << 16)
                if b"/pasted" in last[person]:
                    del last[person]
                    person.close()


def _read_until(client: socket.socket, wanted: bytes) -> None:
    received = b""
    end = time.monotonic() + ANSWER_SECONDS
    while wanted not in received:
        if time.monotonic() > end:
            raise TimeoutError(f"not within {ANSWER_SECONDS:.0f} s, and much else was sent")
        data = client.recv(1 << 16)
        if not data:
            raise ConnectionError(f"the server closed, after {received[-100:]!r}")
        received = received[-len(wanted) :] + data


@contextmanager
def prey(
    attack: type[Attack], cores: Cores, scratch: Path, past: Path
) -> Generator[Prey, None, None]:
    """Yield a daemon as a user starts it, with the options of an attack, and a copy of a past."""
    ports = {}

    def command(directory: Path, port: int, _: int) -> list[str]:
        shutil.copy(past, directory / "chatd.sqlite")
        ports[Door.LINES] = port
        listen = ["--listen", f"tcp:{port}:interface=127.0.0.1"]
        if attack.entrance in DOORS:
            entrance = ports[attack.entrance] = free_port(25_000, 29_999)
            option, endpoint = DOORS[attack.entrance]
            pem = write_certificate(directory / "pem") if "{pem}" in endpoint else ""
            listen += [option, endpoint.format(port=entrance, pem=pem)]
        limit = ["prlimit", f"--nofile={attack.files}"] if attack.files else []
        return [*limit, str(TWISTD), "-n", "chat", *listen, *attack.options]

    with running(Server("chatd", "chat", command), scratch, cores.server) as daemon:
        prey = Prey(daemon, ports)
        try:
            prey.be_usual()
            yield prey
        finally:
            prey.probe.stop()
