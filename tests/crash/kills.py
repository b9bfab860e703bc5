"""Kills daemons under load, starts them again on the same store, and looks what was lost.

Half of the kills come at a random instant, half at a call to the disk: the Nth since the start,
right before it or right after it. These are of the start too, in which what the one before left is
recovered. A round is some lives of daemons on one store; at its end the checker holds what all
clients were shown in all lives against what `chatd export` writes.
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from shutil import rmtree

from tests.crash import disk
from tests.crash.check import Stored, Transcript, lines_of
from tests.crash.daemon import STORE, Daemon, export
from tests.crash.people import Person, talk

PEOPLE = 8
LIVES = 25
"""Kills in a round."""

CALLS = 120
"""Up to which call to the disk a daemon may live. Those of the start are about 30."""

SECONDS = 0.1
"""The longest that a daemon may live that is killed at a random instant, once all have spoken."""


class Result:
    """What became of all rounds."""

    def __init__(self) -> None:
        self.killed: Counter[str] = Counter()
        self.stored = 0
        self.shown = 0
        self.faults: list[str] = []

    @property
    def kills(self) -> int:
        """How many daemons were killed."""
        return sum(self.killed.values())

    def text(self) -> str:
        """All of it, for people."""
        lines = [f"  {count:6} {where}" for where, count in sorted(self.killed.items())]
        return "\n".join(
            [
                f"{self.kills} kills:",
                *lines,
                f"{self.stored} lines stored, {self.shown} times a line was shown,"
                f" {len(self.faults)} faults",
                *self.faults,
            ]
        )


def kill_daemons(kills: int, seed: int, *, fresh: bool = False) -> Result:
    """So many kills, in rounds. A round with a fault leaves its directory for you to look at."""
    result = Result()
    began = time.monotonic()
    while result.kills < kills and not result.faults:
        chance = random.Random(f"{seed} {result.kills}")
        directory = Path(tempfile.mkdtemp(prefix="chatd-kills-"))
        _round(directory, min(LIVES, kills - result.kills), chance, result, fresh=fresh)
        if result.faults:
            result.faults.append(f"see {directory}")
        else:
            rmtree(directory)
        if result.kills % 1000 == 0:
            print(f"{result.kills} kills in {time.monotonic() - began:.0f} s", flush=True)
    return result


def _round(
    directory: Path, lives: int, chance: random.Random, result: Result, *, fresh: bool
) -> None:
    seen: list[tuple[str, bytes]] = []
    for life in range(lives):
        at_call = chance.random() < 0.5
        seen += (
            _killed_at_a_call(directory, life, chance, result, fresh=fresh)
            if at_call
            else _killed_at_an_instant(directory, life, chance, result, fresh=fresh)
        )
    exported = export(directory)
    (directory / "stored.txt").write_bytes(exported)
    stored = Stored(lines_of(exported), unique=True)
    result.stored += stored.count
    result.faults += stored.faults
    for name, data in seen:
        (directory / name).write_bytes(data)
        lines = lines_of(data)
        transcript = Transcript(name, stored, complete=True)
        result.faults += transcript.faults(lines)
        result.faults += [f"{name} shows {line!a}" for line in lines if line.startswith("ERR ")]
        result.shown += transcript.shown
    with closing(sqlite3.connect(directory / STORE)) as store:
        if (found := store.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
            result.faults += [f"integrity_check: {line}" for (line,) in found]


def _killed_at_an_instant(
    directory: Path, life: int, chance: random.Random, result: Result, *, fresh: bool
) -> list[tuple[str, bytes]]:
    daemon = Daemon(directory, disk.environment(directory / "disk"), fresh=fresh)
    with ExitStack() as stack:
        people: list[Person] = []
        _enter(daemon, life, chance, stack, people)
        talk(people, until=lambda: all(person.receipts for person in people))
        end = time.monotonic() + chance.uniform(0, SECONDS)
        talk(people, until=lambda: time.monotonic() >= end)
        daemon.kill()
        talk(people)  # what still comes out of the kernel was seen, too
        _wait(daemon, result)
        return _transcripts(life, people)


def _killed_at_a_call(
    directory: Path, life: int, chance: random.Random, result: Result, *, fresh: bool
) -> list[tuple[str, bytes]]:
    at = (chance.randint(1, CALLS), chance.choice(("before", "after")))
    daemon = Daemon(directory, disk.environment(directory / "disk", kill=at), fresh=fresh)
    with ExitStack() as stack:
        people: list[Person] = []
        if daemon.port:
            with suppress(ConnectionError):  # it may be gone before all have come
                _enter(daemon, life, chance, stack, people)
        talk(people)
        _wait(daemon, result)
        return _transcripts(life, people)


def _enter(
    daemon: Daemon, life: int, chance: random.Random, stack: ExitStack, people: list[Person]
) -> None:
    for number in range(PEOPLE):
        people.append(Person(daemon.port, life, number, chance))
        stack.enter_context(closing(people[-1].socket))


def _wait(daemon: Daemon, result: Result) -> None:
    status = daemon.wait()
    where = [line for line in daemon.said.splitlines() if line.startswith("killed ")]
    if status != -9 or "Traceback" in daemon.said:
        result.faults.append(f"a daemon ended with status {status}: {daemon.said}")
    result.killed[where[-1] if where else "killed at a random instant"] += 1


def _transcripts(life: int, people: list[Person]) -> list[tuple[str, bytes]]:
    return [(f"seen-{life}-{number}.txt", bytes(each.seen)) for number, each in enumerate(people)]
