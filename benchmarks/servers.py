"""The servers that are measured: chatd as a user starts it, the floor, and the peers.

Each is given a directory of its own and a port, and is ready when it accepts connections. The
peers' limits on floods are off and their queues large, so that all of them do the same work.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import HERE, Failed

START_SECONDS = 20.0
STOP_SECONDS = 10.0


TWISTD = Path(sys.executable).with_name("twistd")

_LIMITS = ("lines-per-second", "bytes-per-second", "connections", "connections-per-address")

_BUDGETS = """
from chatd.util.budget_table import TABLE, BUDGETS
print(*(f"--budget={name}=0" for name, each in BUDGETS.items() if not TABLE[each.kind].held))
"""
"""A program that prints the options of a chatd that switch its budgets off."""


class Build(NamedTuple):
    """A chatd that can be started.

    ``path`` is the first place where Python looks for it; empty for one that is installed beside
    its ``twistd``.
    """

    name: str
    twistd: Path
    path: str


OURS = Build("chatd", TWISTD, str(HERE.parent))
"""This tree."""


class Running(NamedTuple):
    """A server that accepts connections."""

    pid: int
    port: int
    directory: Path


class Server(NamedTuple):
    """A kind of server. ``command`` writes the configuration that it needs into the directory.

    ``at_once`` is the number of clients that may be entering at any time, ``path`` the first place
    where its Python looks for modules.
    """

    name: str
    protocol: str
    command: Callable[[Path, int, int], list[str]]
    program: str = ""
    at_once: int = 500
    path: str = OURS.path

    @property
    def absent(self) -> bool:
        """True if its program is not installed here."""
        return bool(self.program) and _find(self.program) is None


@cache
@cache
def no_limits(build: Build) -> tuple[str, ...]:
    """Return the options of a chatd without limits, as its peers are.

    Thousands of clients come from one address, and talk as fast as they can. A chatd of before has
    no budgets.
    """
    python = build.twistd.with_name("python")
    found = subprocess.run(
        [python, "-c", _BUDGETS],
        cwd="/",  # the present directory is the first place where Python looks
        env={**os.environ, "PYTHONPATH": build.path},
        capture_output=True,
        text=True,
        check=False,
    )
    return *(f"--{limit}=0" for limit in _LIMITS), *found.stdout.split()


@contextmanager
def running(
    server: Server, scratch: Path, core: int, rooms: int = 1, store: Path | None = None
) -> Iterator[Running]:
    """Run a server on its core, in a fresh directory, while the block lasts.

    ``store`` is a chatd store that is moved there first, and moved back. Raises `Failed`.
    """
    directory = Path(tempfile.mkdtemp(prefix=f"{server.name.replace(' ', '-')}.", dir=scratch))
    port = free_port()
    command = server.command(directory, port, rooms)
    if store is not None:
        store.rename(directory / "chatd.sqlite")
    process = start(command, directory, core, server.path)
    try:
        _wait_until_open(process, port, directory)
        yield Running(process.pid, port, directory)
        if process.poll() is not None:
            raise Failed(f"{server.name} ended: {_last_line(directory)}")
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if store is not None:
            (directory / "chatd.sqlite").rename(store)
        shutil.rmtree(directory, ignore_errors=True)


def start(command: list[str], directory: Path, core: int, path: str) -> subprocess.Popen[bytes]:
    """Start a server on its core, in a directory, which gets its output.

    ``path`` is the first place where its Python looks for modules.
    """
    with (directory / "output").open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": path},
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )


def free_port(first: int = 20_000, last: int = 24_999) -> int:
    """Return a port without a listener, from ``first`` to ``last``. Raise `Failed` without one.

    The ports are below those of outgoing connections. Each process begins to look elsewhere: two
    that run at a time would take the same one otherwise, because a server listens some time after
    its port was chosen.
    """
    count = last - first + 1
    offset = os.getpid() * 7 % count
    for number in range(count):
        port = first + (offset + number) % count
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Failed("no port is free")


def _wait_until_open(process: subprocess.Popen[bytes], port: int, directory: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failed(f"it did not start: {_last_line(directory)}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.005)
    raise Failed(f"it takes no connections after {START_SECONDS:.0f} s: {_last_line(directory)}")


def _last_line(directory: Path) -> str:
    lines = (directory / "output").read_text(errors="replace").splitlines()
    return lines[-1] if lines else "it said nothing"


def _find(program: str) -> str | None:
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


# chatd and the floor


def _listening(build: Build, port: int) -> list[str]:
    listen = f"tcp:{port}:interface=127.0.0.1"
    return [str(build.twistd), "-n", "chat", "--listen", listen, *no_limits(build)]


def chatd(build: Build = OURS) -> Server:
    """Return a chatd for line clients."""
    return Server(
        build.name, "chat", lambda _, port, rooms: _listening(build, port), path=build.path
    )


LINES = "lines"
"""The socket, in its directory, of line clients of the chatd whose port is for browsers, or for
IRC clients."""


def chatd_web(build: Build = OURS) -> Server:
    """Return a chatd for browsers, with a socket for line clients."""

    def command(directory: Path, port: int, rooms: int) -> list[str]:
        doors = ["--listen", f"unix:{LINES}", "--web", f"tcp:{port}:interface=127.0.0.1"]
        return [str(build.twistd), "-n", "chat", *doors, *no_limits(build)]

    return Server(f"{build.name}, web", "web", command, path=build.path)


def chatd_irc(build: Build = OURS) -> Server:
    """Return a chatd for IRC clients, with a socket for line clients."""

    def command(directory: Path, port: int, rooms: int) -> list[str]:
        doors = ["--listen", f"unix:{LINES}", "--irc", f"tcp:{port}:interface=127.0.0.1"]
        return [str(build.twistd), "-n", "chat", *doors, *no_limits(build)]

    # Few at once: each who comes in is told to all, and one who waits half a minute is let go.
    return Server(f"{build.name}, irc", "irc", command, at_once=50, path=build.path)


CHATD = chatd()
CHATD_WEB = chatd_web()
CHATD_IRC = chatd_irc()


def chatd_tls(certificate: Path, key: Path) -> Server:
    """Return a chatd that speaks TLS."""

    def command(directory: Path, port: int, rooms: int) -> list[str]:
        listen = f"ssl:{port}:interface=127.0.0.1:privateKey={key}:certKey={certificate}"
        return [str(TWISTD), "-n", "chat", "--listen", listen, *no_limits(OURS)]

    return Server("chatd, TLS", "chat", command)


def floors(program: Path) -> tuple[Server, Server]:
    """Return the durable floor and the bare one."""
    return (
        Server(
            "floor", "bare", lambda _, port, rooms: [f"{program}", f"{port}", "log", f"{rooms}"]
        ),
        Server(
            "bare floor", "bare", lambda _, port, rooms: [f"{program}", f"{port}", "-", f"{rooms}"]
        ),
    )


# The peers


def _ngircd(directory: Path, port: int, rooms: int) -> list[str]:
    configuration = directory / "ngircd.conf"
    configuration.write_text(
        f"""[Global]
Name = irc.bench.test
Info = benchmark
Listen = 127.0.0.1
Ports = {port}
MotdPhrase = hello
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 20
MaxPenaltyTime = 0
PingTimeout = 100000
PongTimeout = 100000
[Options]
DNS = no
Ident = no
PAM = no
"""
    )
    return [_find("ngircd") or "", "-n", "-f", str(configuration)]


def _inspircd(directory: Path, port: int, rooms: int) -> list[str]:
    configuration = directory / "inspircd.conf"
    many = 1_000_000_000
    configuration.write_text(
        f"""<server name="irc.bench.test" description="benchmark" network="bench">
<admin name="bench" nick="bench" email="bench@bench.test">
<bind address="127.0.0.1" port="{port}" type="clients">
<options splitwhois="no">
<connect name="all" allow="*" timeout="100000" pingfreq="100000" fakelag="off"
 threshold="{many}" commandrate="{many}" recvq="{many}" softsendq="{many}" hardsendq="{many}"
 localmax="100000" globalmax="100000" maxconnwarn="no" resolvehostnames="no" useident="no">
<performance quietbursts="yes" softlimit="100000" somaxconn="4096">
<log method="file" type="*" level="default" target="inspircd.log">
"""
    )
    return [
        _find("inspircd") or "",
        *("--nofork", "--nopid", "--runasroot", "--config", str(configuration)),
    ]


def _nats(directory: Path, port: int, rooms: int) -> list[str]:
    configuration = directory / "nats.conf"
    configuration.write_text(
        f"""host: "127.0.0.1"
port: {port}
max_connections: 100000
max_pending: 1GB
write_deadline: "60s"
ping_interval: "1h"
"""
    )
    return [_find("nats-server") or "", "-c", str(configuration)]


PEERS = (
    # Its queue of connections is ten long; a connection that does not fit comes a second later.
    Server("ngircd", "irc", _ngircd, "ngircd", at_once=8),
    # It accepts waiting clients once a second.
    Server("inspircd", "irc", _inspircd, "inspircd", at_once=4000),
    Server("nats-server", "nats", _nats, "nats-server"),
)
