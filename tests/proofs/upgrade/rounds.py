"""Rounds of talk and upgrades of one daemon.

This module must not know what a fault is: see `check`.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from tests.proofs.upgrade.check import faults_of
from tests.proofs.upgrade.crowd import (
    PATIENCE,
    TOKEN,
    Crowd,
    IrcClient,
    LineClient,
    Token,
    WebSocketClient,
    rooms_of,
)
from tests.proofs.upgrade.store import fill
from tests.support.live_server import NO_BUDGETS, environment

STEPS = ("begin", "ready", "prepared", "opened", "adopted", "stop opened", "stop adopted")
"""The steps at which a successor ends: what it is about to say. ``stop``: it hangs there."""

DYING = Path(__file__).parent / "dying"

_TOOK = re.compile(r"upgraded: .* The pause was (\d+) ms")


class Outcome(NamedTuple):
    """The outcome of an upgrade, in seconds."""

    longest: float
    """The longest wait of a client for a line of its own, from before to after the upgrade."""

    paused: float
    """The time for which the daemon says that it stood still."""

    def __str__(self) -> str:
        return f"longest wait {self.longest * 1000:.0f} ms, handed over in {self.paused * 1000:.0f}"


class Rounds:
    """A daemon in a directory, on a store with so many rooms, lines and accounts."""

    def __init__(self, directory: Path, rooms: int, lines: int, accounts: int) -> None:
        self._directory = directory
        self._store = directory / "chat.sqlite"
        self._log = directory / "log"
        self._dies_at = directory / "dies_at"
        self._ports = _free_ports(3)
        self._crowd: Crowd | None = None
        if rooms or accounts:
            self._start()  # it makes the store
            self._stop()
            fill(self._store, rooms, lines, accounts)
        self._start()

    @property
    def crowd(self) -> Crowd:
        """The clients, after `fill`."""
        assert self._crowd is not None
        return self._crowd

    @property
    def said(self) -> int:
        """The number of lines that were said."""
        return sum(each.lines for each in self.crowd.clients)

    def fill(self, plain: int, web: int, irc: int, people: int, pause: float) -> None:
        """Have clients come in, so many in each room."""
        kinds = [LineClient] * plain + [WebSocketClient] * web + [IrcClient] * irc
        ports = {LineClient: 0, WebSocketClient: 1, IrcClient: 2}
        count = max(1, len(kinds) // people)
        clients = []
        for number, kind in enumerate(kinds):
            clients.append(kind(number, f"r{number % count}", self._ports[ports[kind]]))
        self._crowd = Crowd(clients, pause)
        self.crowd.settle()
        self.crowd.talk(pause * 2)
        self.crowd.longest()

    def talk(self, seconds: float = 5.0) -> float:
        """Return the longest wait of a client in some seconds of talk."""
        self.crowd.talk(seconds)
        return self.crowd.longest()

    def upgrade(self, seconds: float = 1.0) -> Outcome:
        """Upgrade the daemon under talk, which lasts for so long before and after."""
        before = self._handovers()
        self.crowd.talk(seconds)
        self.crowd.longest()
        self._process.send_signal(signal.SIGUSR2)
        self.crowd.talk_until(lambda: len(self._handovers()) > len(before))
        self.crowd.talk(seconds)
        done = self._handovers()
        assert len(done) > len(before), f"there was no upgrade: {self._log.read_text()[-2000:]}"
        return Outcome(self.crowd.longest(), done[-1])

    def fail(self, step: str, seconds: float = 1.0) -> str:
        """Have an upgrade fail at a step, and return how long a client waited.

        The talk lasts for so long after it.
        """
        self._dies_at.write_text(step)
        failed = self._failures()
        self.crowd.longest()
        self._process.send_signal(signal.SIGUSR2)
        self.crowd.talk_until(lambda: self._failures() > failed)
        self.crowd.talk(seconds)
        self._dies_at.write_text("")
        assert self._failures() > failed, f"it did not fail: {self._log.read_text()[-2000:]}"
        return f"failed at {step!r}: longest wait {self.crowd.longest() * 1000:.0f} ms"

    def faults(self) -> Iterator[str]:
        """Yield all faults, once no client talks any more."""
        self.crowd.settle()
        stored = _tokens_of(self._store)
        for room, clients in rooms_of(self.crowd.clients).items():
            for fault in faults_of(clients, stored.get(room, [])):
                yield f"{room}: {fault}"
        for each in self.crowd.clients:
            if each.owed() and not each.closed:
                yield f"p{each.number}: {each.owed()} lines of its own did not come back"

    def _handovers(self) -> list[float]:
        return [int(found) / 1000 for found in _TOOK.findall(self._log.read_text())]

    def _failures(self) -> int:
        return self._log.read_text().count("not upgraded: ")

    def _start(self) -> None:
        chat, web, irc = self._ports
        path = os.pathsep.join([str(DYING), environment()["PYTHONPATH"]])
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.proofs.upgrade.serve"),
                    *("--store", f"sqlite:{self._store}"),
                    *("--listen", f"tcp:{chat}:interface=127.0.0.1"),
                    *("--web", f"tcp:{web}:interface=127.0.0.1"),
                    *("--irc", f"tcp:{irc}:interface=127.0.0.1"),
                    *("--connections-per-address", "0", *NO_BUDGETS),
                ],
                cwd=self._directory,
                env={**environment(), "PYTHONPATH": path, "CHATD_DIES_AT": str(self._dies_at)},
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", irc), 1):
                return
            time.sleep(0.05)
        raise AssertionError(f"the daemon does not start: {self._log.read_text()}")

    def _stop(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)

    def __enter__(self) -> Rounds:
        return self

    def __exit__(self, *_: object) -> None:
        if self._crowd is not None:
            self._crowd.close()
        self._stop()


def _tokens_of(store: Path) -> dict[str, list[Token]]:
    rooms: dict[str, list[Token]] = {}
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT room, text FROM log WHERE text LIKE 't%x%t' ORDER BY room, seq"
        )
        for room, text in rows:
            found = TOKEN.fullmatch(text.encode())
            if found is not None:
                rooms.setdefault(room, []).append(Token(*map(int, found.groups())))
    return rooms


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
