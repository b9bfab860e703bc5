"""Daemons in processes of twistd, and clients on blocking sockets.

Daemons are not measured, which would double the time they take to start; their code is measured
where other tests run it in their own process.
"""

from __future__ import annotations

import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import chatd

TWISTD = [sys.executable, "-c", "from twisted.scripts.twistd import run; run()"]
CHECKOUT = str(Path(chatd.__file__).parent.parent)
LOOPBACK = "tcp:0:interface=127.0.0.1"
PATIENCE = 20.0
"""Most seconds that a test waits for a daemon or its answer."""


def environment() -> dict[str, str]:
    """Return the environment of the tests, with the plugin on the path, and without coverage."""
    paths = [CHECKOUT, os.environ.get("PYTHONPATH", "")]
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    return {**inherited, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


UNHURRIED = ("--lines-per-second", "0", "--bytes-per-second", "0")
"""Options without rate limits, because these tests send much at once."""


class LiveServer:
    """`twistd -n chat` on a port of its own; its store is in the directory."""

    def __init__(
        self,
        directory: Path,
        *arguments: str,
        files: tuple[int, int] | None = None,
        reactor: str = "",
    ) -> None:
        twistd = [f"--reactor={reactor}"] if reactor else []
        chat = ["chat", "-l", LOOPBACK, "-s", "sqlite:store", *UNHURRIED, *arguments]
        self.process = subprocess.Popen(
            [*TWISTD, "-n", "--pidfile=", *twistd, *chat],
            cwd=directory,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=files and partial(resource.setrlimit, resource.RLIMIT_NOFILE, files),
        )
        assert self.process.stdout is not None
        self.said: list[str] = []
        for line in self.process.stdout:
            # The port comes after the time and the source in a log line.
            self.said.append(line.decode().rstrip("\n").partition("] ")[2])
            if self.said[-1].startswith("history in "):
                break
        self.ports = [
            int(port)
            for line in self.said
            for port in re.findall(r"^listening on [^ ]+:(\d+)\. ", line)
        ]
        assert self.ports, f"it did not start: {self.said}"
        self.port = self.ports[0]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and return the exit status.

        A daemon that stopped by itself did so within `chatd.daemon.signals.STOP_SECONDS`: the
        system ends a slower one by SIGALRM.
        """
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def rest(self) -> str:
        """Return the output until the daemon ended."""
        assert self.process.stdout is not None
        return self.process.stdout.read().decode()

    def __enter__(self) -> LiveServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def unix_connection(path: str) -> socket.socket:
    """Connect to a UNIX socket; a refused connection leaves no open socket behind."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(PATIENCE)
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


class Client:
    """A client that writes lines, reads lines, and waits for them."""

    def __init__(self, address: int | str | socket.socket) -> None:
        if isinstance(address, socket.socket):
            self.socket = address
        elif isinstance(address, int):
            self.socket = socket.create_connection(("127.0.0.1", address), PATIENCE)
        else:
            self.socket = unix_connection(address)
        self.lines = self.socket.makefile("rb")

    def type(self, *lines: str) -> None:
        self.socket.sendall("".join(f"{line}\n" for line in lines).encode())

    def line(self) -> str:
        """Return the next line, or "" at the end."""
        return self.lines.readline().decode().rstrip("\n")

    def until(self, text: str) -> list[str]:
        seen = [self.line()]
        while text not in seen[-1]:
            assert seen[-1], f"the server closed; before that: {seen[-3:]}"
            seen.append(self.line())
        return seen

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.lines.close()
        self.socket.close()


def start(directory: Path, *arguments: str) -> tuple[int, str]:
    """Start a daemon as README has it; return the exit status of its start, and what that said."""
    started = subprocess.run(
        [*TWISTD, "--pidfile=", "chat", *arguments],
        cwd=directory,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        check=False,
    )
    return started.returncode, started.stdout.decode()


def wait_for_end(number: int, patience: float) -> bool:
    """Wait until a process that is no child of this one has ended. False if it does not."""
    if hasattr(os, "pidfd_open"):  # on Linux alone
        with suppress(ProcessLookupError):
            process = os.pidfd_open(number)
            try:
                return bool(select.select([process], [], [], patience)[0])
            finally:
                os.close(process)
        return True
    late = time.monotonic() + patience
    while time.monotonic() < late:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


@contextmanager
def in_the_background(directory: Path, *arguments: str) -> Iterator[tuple[int, str]]:
    """Start a daemon; yield its process number, from its store's lock, and its UNIX socket."""
    path = str(directory / "chat")
    assert start(directory, "-l", f"unix:{path}", "-s", "sqlite:store", *arguments) == (0, "")
    number = 0
    try:
        with Client(path) as person:
            person.until("/quit to leave.")  # then it runs, and its socket is not only bound
        number = int((directory / "store.lock").read_text())
        yield number, path
        os.kill(number, signal.SIGTERM)
        assert wait_for_end(number, PATIENCE), "it did not stop"
    finally:
        if number:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)


STOPPED = (0, -signal.SIGTERM)
"""The exit statuses of a daemon that stopped within `chatd.daemon.signals.STOP_SECONDS`. SIGALRM
would have ended a slower one."""
