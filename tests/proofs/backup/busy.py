"""A daemon with a large store, a client that talks at a steady rate, and back-ups meanwhile.

The time of a commit is measured from outside: from sending a line to its receipt, which comes after
the commit. So it is at least that of the commit.
"""

from __future__ import annotations

import random
import select
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from twisted.internet.task import Clock

from chatd.event import Event, Kind
from chatd.storage.size_limit import SizeLimit
from chatd.storage.sqlite.file import StoreFile
from chatd.storage.sqlite.importing import import_file
from chatd.storage.sqlite.writer import Writer
from tests.support.live_server import NO_BUDGETS, LiveServer, environment

ROOMS = 20
"""Rooms that share the lines of the store."""

OPTIONS = (*NO_BUDGETS, "--lines-per-second", "10000", "--bytes-per-second", "10000000")

_WORDS = 3000
_WORDS_A_LINE = 8
_SHORTEST_SECONDS = 1.0
"""Least seconds of a turn without a back-up."""

_PATIENCE = 120.0
_RECEIVED = 1 << 16


class Turn(NamedTuple):
    """One turn: its seconds, the receipts, and the longest and the 99th percentile of their times.

    Times are in seconds.
    """

    seconds: float
    receipts: int
    longest: float
    most: float


def fill(path: Path, lines: int) -> None:
    """Make a store of so many lines, whose search index is complete."""
    chance = random.Random(lines)
    words = [f"w{chance.randrange(1 << 16):04x}" for _ in range(_WORDS)]

    def events() -> Iterator[Event]:
        for number in range(lines):
            seq, room = divmod(number, ROOMS)
            text = " ".join(chance.choices(words, k=_WORDS_A_LINE))
            yield Event(f"room{room}", seq + 1, number, 1 + room, "ana", Kind.MESSAGE, text)

    with import_file(path) as file:
        file.write(events())
    store = StoreFile(path)
    writer = Writer(store, Clock(), time.time, SizeLimit(path))
    while writer.maintain() is not None:
        pass
    writer.close()
    store.lock.release(remove=True)


class Talker:
    """A client that says numbered lines at a rate, and measures the time to each receipt."""

    def __init__(self, server: LiveServer, rate: float) -> None:
        self._guest = server.guest()
        self._rate = rate
        self._socket: socket.socket = self._guest.socket
        self._sent: dict[bytes, float] = {}
        self._number = 0
        self._rest = b""
        self._times: list[float] = []
        self.last_received = ""

    def talk(self, goes_on: Callable[[], bool]) -> Turn:
        """Say lines until ``goes_on`` returns False, and wait for all receipts."""
        self._times = []
        began = due = time.perf_counter()
        while goes_on():
            self._receive(max(0.0, due - time.perf_counter()))
            if time.perf_counter() >= due:
                self._say()
                due += 1 / self._rate
        seconds = time.perf_counter() - began
        while self._sent:
            assert time.perf_counter() < began + seconds + _PATIENCE, "a line has no receipt"
            self._receive(1.0)
        times = sorted(self._times) or [0.0]
        return Turn(seconds, len(self._times), times[-1], times[len(times) * 99 // 100])

    def __enter__(self) -> Talker:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _say(self) -> None:
        self._number += 1
        text = b"line %d" % self._number
        self._sent[text] = time.perf_counter()
        self._socket.sendall(text + b"\n")

    def _receive(self, seconds: float) -> None:
        if not select.select([self._socket], [], [], seconds)[0]:
            return
        *lines, self._rest = (self._rest + self._socket.recv(_RECEIVED)).split(b"\n")
        now = time.perf_counter()
        for line in lines:
            text = line.rstrip(b"\r").partition(b"> ")[2]
            sent = self._sent.pop(text, None)
            if sent is not None:
                self._times.append(now - sent)
                self.last_received = text.decode()


def back_up(server: LiveServer, talker: Talker, copy: Path) -> tuple[Turn, list[str]]:
    """Back up while the client talks; return the turn, and the faults of the command."""
    before = talker.last_received
    command = [sys.executable, "-m", "chatd", "backup", "--store", "sqlite:store", str(copy)]
    with subprocess.Popen(
        command, cwd=server.directory, env=environment(), stdout=subprocess.DEVNULL
    ) as process:
        turn = talker.talk(lambda: process.poll() is None)
    if process.returncode:
        return turn, [f"the back-up ended with status {process.returncode}"]
    with closing(sqlite3.connect(copy)) as connection:
        found = connection.execute("SELECT 1 FROM events WHERE text = ?", (before,)).fetchone()
    faults = [] if found or not before else [f"{before!r} had a receipt before, and is not in it"]
    if copy.stat().st_mode & 0o077:
        faults.append("others may read it")
    return turn, faults


def quiet(talker: Talker, seconds: float) -> Turn:
    """Let the client talk for so long without a back-up."""
    end = time.perf_counter() + max(seconds, _SHORTEST_SECONDS)
    return talker.talk(lambda: time.perf_counter() < end)


def faults_of_prefix(copy: Path, path: Path) -> list[str]:
    """Return why the logs of a copy are not prefixes of those of the store, as it is now."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ATTACH ? AS copy", (str(copy),))
        (different,) = connection.execute(
            "SELECT count(*) FROM (SELECT * FROM copy.events EXCEPT SELECT * FROM main.events)"
        ).fetchone()
        missing = connection.execute(
            "SELECT copied.name FROM copy.rooms AS copied WHERE"
            " (SELECT count(*) FROM copy.events WHERE id >> 40 = copied.id) <>"
            " (SELECT count(*) FROM main.events WHERE id >> 40 = copied.id"
            "  AND id & 1099511627775 <= copied.head)"
        ).fetchall()
    faults = [f"{different} of its lines are not in the store"] if different else []
    return faults + [f"lines of #{room} are missing in it" for (room,) in missing]
