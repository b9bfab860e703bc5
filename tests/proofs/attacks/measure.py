"""Measurement of one attack: the daemon and the probe, before, meanwhile and afterwards."""

from __future__ import annotations

import select
import signal
import socket
import sqlite3
import time
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import Cores, Failed
from benchmarks.servers import TWISTD, Running, Server, free_port, running
from tests.proofs.attacks.attack import Attack, Tally, Target
from tests.proofs.attacks.browser import message
from tests.proofs.attacks.kernel import Held, cpu_of, held_at, resident
from tests.proofs.attacks.past import write_past
from tests.proofs.attacks.probe import FORK, Latencies, Probe, browse, dial
from tests.support.certificate import write_certificate

SAMPLE_SECONDS = 0.1
OVERTIME_SECONDS = 20.0
"""Most seconds that an attack may take to leave once its time is over, and a newcomer to be
answered."""

CLASS = 15
PASTE = 100
LONG = 40
"""Long lines of the usual load before an attack: a class of 15, of which each pastes 100 lines and
40 long ones, so that the memory for all clients (the room's tail, SQLite's pages) is allocated
before memory is measured."""

NEWCOMER = 2_000_000
"""Number of the first client that is neither probe nor attacker."""


class Bars(NamedTuple):
    """The bars of an attack.

    They are milliseconds, KiB for an attacker, KiB of log in a minute, and seconds until a
    newcomer's first line has come back.
    """

    p99: float
    memory: float
    log: float
    newcomer: float


STRICT = Bars(p99=50, memory=256, log=1024, newcomer=1)
SHORT = Bars(p99=250, memory=1024, log=8192, newcomer=5)
"""The bars for a busy machine and short attacks: the first moments of an attack are not spread over
a minute."""


class Memory(NamedTuple):
    """Bytes of the daemon's process, and of the kernel for its sockets."""

    resident: int
    held: Held

    @property
    def total(self) -> int:
        """The sum of both."""
        return self.resident + self.held.memory


@dataclass
class Result:
    """The figures of an attack. Memory is in KiB, times are in milliseconds."""

    name: str
    attackers: int
    before: Latencies
    meanwhile: Latencies
    resident: float
    kernel: float
    log_per_minute: float
    tracebacks: int
    newcomer: float
    busy: float
    waited: float
    tally: Tally
    missed: list[str] = field(default_factory=list)

    @property
    def memory(self) -> float:
        """The memory for each attacker."""
        return (self.resident + self.kernel) / self.attackers

    def judge(self, bars: Bars) -> None:
        """Note the bars that were missed."""
        if self.meanwhile.p99 > bars.p99:
            self.missed.append(f"p99 {self.meanwhile.p99:.0f} ms")
        if self.memory > bars.memory:
            self.missed.append(f"memory {self.memory:.0f} KiB")
        if self.log_per_minute > bars.log:
            self.missed.append(f"log {self.log_per_minute:.0f} KiB a minute")
        if self.tracebacks:
            self.missed.append(f"{self.tracebacks} tracebacks")
        if self.newcomer > 1e3 * bars.newcomer:
            self.missed.append(f"a newcomer waited {self.newcomer:.0f} ms")
        if self.tally.overdue:
            self.missed.append(f"{self.tally.overdue} connections should be gone")


class Prey:
    """A daemon that is attacked, and its probe."""

    def __init__(self, daemon: Running, tls_port: int, web_port: int) -> None:
        self.pid = daemon.pid
        self.target = Target(daemon.port, tls_port, web_port)
        self._directory = daemon.directory
        self.probe = Probe(daemon.port, web_port)
        self._newcomers = 0

    def memory(self) -> Memory:
        """Return the memory now."""
        ports = [port for port in self.target if port]
        return Memory(resident(self.pid), held_at(ports))

    def log(self) -> bytes:
        """Return the log so far."""
        return (self._directory / "output").read_bytes()

    def newcomer(self) -> float:
        """Return the seconds until a client that connects now has received its stored line.

        With a port for browsers, the same is done by a browser; the longer time of the two is
        returned.
        """
        took = self._newcomer(self.target.port)
        if self.target.web_port:
            took = max(took, self._newcomer(self.target.web_port))
        return took

    def _newcomer(self, port: int) -> float:
        self._newcomers += 1
        text = b"a newcomer, number %d" % self._newcomers
        began = time.monotonic()
        try:
            with closing(dial(port, NEWCOMER)) as client:
                if port == self.target.web_port:
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
        people = [dial(self.target.port, NEWCOMER + 1 + index) for index in range(CLASS)]
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
    end = time.monotonic() + OVERTIME_SECONDS
    while wanted not in received:
        if time.monotonic() > end:
            raise TimeoutError(f"not within {OVERTIME_SECONDS:.0f} s, and much else was sent")
        data = client.recv(1 << 16)
        if not data:
            raise ConnectionError(f"the server closed, after {received[-100:]!r}")
        received = received[-len(wanted) :] + data


@contextmanager
def prey(attack: type[Attack], cores: Cores, scratch: Path) -> Generator[Prey, None, None]:
    """Yield a daemon as a user starts it, with the options of an attack."""
    tls_port = free_port(25_000, 26_999) if attack.tls else 0
    web_port = free_port(27_000, 29_999) if attack.web else 0

    def command(directory: Path, port: int, _: int) -> list[str]:
        write_past(directory / "chatd.sqlite")
        listen = ["--listen", f"tcp:{port}:interface=127.0.0.1"]
        if attack.tls:
            pem = write_certificate(directory / "pem")
            listen += ["--listen"]
            listen += [f"ssl:{tls_port}:interface=127.0.0.1:privateKey={pem}:certKey={pem}"]
        if attack.web:
            listen += ["--web", f"tcp:{web_port}:interface=127.0.0.1"]
        limit = ["prlimit", f"--nofile={attack.files}"] if attack.files else []
        return [*limit, str(TWISTD), "-n", "chat", *listen, *attack.options]

    with running(Server("chatd", "chat", command), scratch, cores.server) as daemon:
        prey = Prey(daemon, tls_port, web_port)
        try:
            prey.be_usual()
            yield prey
        finally:
            prey.probe.stop()


def measure(prey: Prey, kind: type[Attack], clients: int, seconds: float, calm: float) -> Result:
    """Attack for some seconds, after some seconds of calm. Raise `Failed`."""
    prey.probe.take()
    usual = prey.memory()
    usual = max(usual, _wait_and_look(prey, calm), key=lambda memory: memory.total)
    before = prey.probe.take()
    log = len(prey.log())
    cpu = cpu_of(prey.pid)
    began = time.monotonic()
    worst, most, tally = _attack(prey, kind, clients, seconds)
    newcomer = prey.newcomer()
    elapsed = time.monotonic() - began
    now = cpu_of(prey.pid)
    meanwhile = prey.probe.take()
    said = prey.log()[log:]
    return Result(
        name=kind.__name__,
        attackers=max(1, most - usual.held.sockets),
        before=before,
        meanwhile=meanwhile,
        resident=max(0, (worst.resident - usual.resident) / 1024 - kind.shared),
        kernel=(worst.held.memory - usual.held.memory) / 1024,
        log_per_minute=len(said) / 1024 * 60 / elapsed,
        tracebacks=said.count(b"Traceback") + said.count(b"Unhandled"),
        newcomer=1e3 * newcomer,
        busy=(now.used - cpu.used) / elapsed,
        waited=(now.waited - cpu.waited) / elapsed,
        tally=tally,
    )


def _wait_and_look(prey: Prey, seconds: float) -> Memory:
    end = time.monotonic() + seconds
    worst = prey.memory()
    while time.monotonic() < end:
        time.sleep(SAMPLE_SECONDS)
        worst = max(worst, prey.memory(), key=lambda memory: memory.total)
    return worst


def _attack(
    prey: Prey, kind: type[Attack], clients: int, seconds: float
) -> tuple[Memory, int, Tally]:
    """Attack; return the most memory, the most sockets, and the attacker's counts."""
    ours, theirs = FORK.Pipe()
    arguments = (kind, prey.target, clients, seconds, theirs)
    attacker = FORK.Process(target=_run, args=arguments, daemon=True)
    attacker.start()
    theirs.close()
    worst = prey.memory()
    most = worst.held.sockets
    end = time.monotonic() + seconds + OVERTIME_SECONDS
    try:
        while not ours.poll(SAMPLE_SECONDS):
            memory = prey.memory()
            worst = max(worst, memory, key=lambda memory: memory.total)
            most = max(most, memory.held.sockets)
            if time.monotonic() > end:
                raise Failed("the attack does not end")
        tally: Tally | str = ours.recv()
    except (EOFError, OSError) as error:
        raise Failed(f"the attack or the daemon ended: {error!r}") from None
    finally:
        attacker.kill()
        attacker.join()
        ours.close()
    if isinstance(tally, str):
        raise Failed(f"the attack ended: {tally}")
    return worst, most, tally


def _run(
    kind: type[Attack], target: Target, clients: int, seconds: float, pipe: Connection
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(BrokenPipeError):
        try:
            attack = kind(target, clients, seconds)
            attack.run()
            pipe.send(attack.tally())
        except Exception as error:
            pipe.send(repr(error))
