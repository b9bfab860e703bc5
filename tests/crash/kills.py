"""Kills daemons under load, starts them again on the same store, and looks what was lost.

Kills come at a random instant; at a call to the disk of one of the next commits, right before it
or right after it; and at a call of the start, in which what the one before left is recovered. A
round is some lives of daemons on one store; at its end the checker holds what all clients were
shown in all lives against what `chatd export` writes.
"""

from __future__ import annotations

import random
import socket
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from shutil import rmtree

from chatd.store import Wanted
from chatd.stores.sqlite import Archive
from tests.crash import disk
from tests.crash.check import Stored, Transcript, lines_of
from tests.crash.daemon import LAST, STORE, Daemon, export
from tests.crash.people import Person, talk

PEOPLE = 8
KEEPER = "keeper"
"""To whom the last of these writes, privately."""

LIVES = 25
"""Kills in a round."""

CALLS = 100
"""Up to which call to the disk a daemon may live. A commit is some 10 of them."""

SEARCHES = 100
"""How many lines of each room are searched for at the end of a round."""

FAULTS = 20
"""How many faults are told one by one."""

SECONDS = 0.1
"""The longest that a daemon may live that is killed at a random instant, once all have spoken."""


class Result:
    """What became of all rounds."""

    def __init__(self) -> None:
        self.killed: Counter[str] = Counter()
        self.stored = 0
        self.private = 0
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
                f"{self.stored} lines stored, {self.private} of them private,"
                f" {self.shown} times a line was shown,"
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
            result.faults[FAULTS:] = [f"{len(result.faults)} faults in all: see {directory}"]
        else:
            rmtree(directory)
        if result.kills % 1000 == 0:
            print(f"{result.kills} kills in {time.monotonic() - began:.0f} s", flush=True)
    return result


def _round(
    directory: Path, lives: int, chance: random.Random, result: Result, *, fresh: bool
) -> None:
    seen: list[tuple[str, bytes]] = []
    _register(directory)
    for life in range(lives):
        (live,) = chance.choices(
            [_killed_at_an_instant, _killed_in_a_commit, _killed_in_starting], [40, 40, 20]
        )
        seen += live(directory, life, chance, result, fresh)
    exported = export(directory)
    (directory / "stored.txt").write_bytes(exported)
    stored = Stored(lines_of(exported), unique=True)
    result.stored += stored.count
    result.private += stored.head(f"@{KEEPER}")
    result.faults += stored.faults
    for name, data in seen:
        (directory / name).write_bytes(data)
        lines = lines_of(data)
        transcript = Transcript(name, stored, complete=True)
        result.faults += transcript.faults(lines)
        result.faults += [f"{name} shows {line!a}" for line in lines if line.startswith("ERR ")]
        result.shown += transcript.shown
    result.faults += _faults_of_searches(directory / STORE, chance)
    with closing(sqlite3.connect(directory / STORE)) as store:
        kept = f"SELECT key, value FROM records WHERE kind = '{LAST}' ORDER BY key"
        last = "SELECT room, json_quote(text), max(seq) FROM log GROUP BY room ORDER BY room"
        lines = [(room, text) for room, text, _ in store.execute(last)]
        if not fresh and (records := store.execute(kept).fetchall()) != lines:
            result.faults.append(f"{records!a} was kept, and the last lines are {lines!a}")
        if (found := store.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
            result.faults += [f"integrity_check: {line}" for (line,) in found]


def _register(directory: Path) -> None:
    """Let there be somebody registered, who never comes."""
    daemon = Daemon(directory, {})
    with closing(socket.create_connection(("127.0.0.1", daemon.port), 10)) as keeper:
        keeper.sendall(f"/nick {KEEPER}\n/register {KEEPER} {KEEPER}\n/quit\n".encode())
        while keeper.recv(1 << 16):
            pass
    daemon.stop()


def _faults_of_searches(path: Path, chance: random.Random) -> list[str]:
    """Lines that are stored and not found."""
    archive = Archive(path)
    faults = []
    for record in archive.rooms():
        for seq in chance.sample(range(1, record.head + 1), min(record.head, SEARCHES)):
            (event,) = archive.page(record.name, seq - 1, seq)
            # No text was said twice.
            found = archive.search(record.name, Wanted((event.text,)), record.head, 1)
            if found.events != [event] and not found.after:
                faults.append(f"#{record.name} {seq} is not found: {event.text!a}")
    if archive.trouble is not None:
        faults.append(f"the index is not sound: {archive.trouble}")
    archive.close()
    return faults


def _killed_at_an_instant(
    directory: Path, life: int, chance: random.Random, result: Result, fresh: bool
) -> list[tuple[str, bytes]]:
    daemon = Daemon(directory, {}, fresh=fresh)
    with ExitStack() as stack:
        people = _enter(daemon, life, chance, stack)
        end = time.monotonic() + chance.uniform(0, SECONDS)
        talk(people, until=lambda: time.monotonic() >= end)
        daemon.kill()
        return _what_was_seen(daemon, life, people, "at a random instant", result)


def _killed_in_a_commit(
    directory: Path, life: int, chance: random.Random, result: Result, fresh: bool
) -> list[tuple[str, bytes]]:
    armed = directory / "armed"
    variables = disk.environment(directory / "disk", kill=_moment(chance), counting_from=armed)
    daemon = Daemon(directory, variables, fresh=fresh)
    with ExitStack() as stack:
        people = _enter(daemon, life, chance, stack)
        armed.touch()
        seen = _what_was_seen(daemon, life, people, "in a commit", result)
        armed.unlink()
        return seen


def _killed_in_starting(
    directory: Path, life: int, chance: random.Random, result: Result, fresh: bool
) -> list[tuple[str, bytes]]:
    variables = disk.environment(directory / "disk", kill=_moment(chance))
    daemon = Daemon(directory, variables, fresh=fresh)
    with ExitStack() as stack:
        # With little to recover, it lives on to its first commits.
        people = _enter(daemon, life, chance, stack) if daemon.port else []
        return _what_was_seen(daemon, life, people, "in starting", result)


def _moment(chance: random.Random) -> tuple[int, str]:
    return chance.randint(1, CALLS), chance.choice(("before", "after"))


def _what_was_seen(
    daemon: Daemon, life: int, people: list[Person], when: str, result: Result
) -> list[tuple[str, bytes]]:
    talk(people)  # what still comes out of the kernel was seen, too
    status = daemon.wait()
    if status != -9 or "Traceback" in daemon.said:
        result.faults.append(f"a daemon ended with status {status}: {daemon.said}")
    where = [line for line in daemon.said.splitlines() if line.startswith("killed ")]
    result.killed[f"{when}: {where[-1]}" if where else when] += 1
    return [(f"seen-{life}-{number}.txt", bytes(each.seen)) for number, each in enumerate(people)]


def _enter(daemon: Daemon, life: int, chance: random.Random, stack: ExitStack) -> list[Person]:
    """All who talk; each has said something and seen it, or the daemon is gone already."""
    people: list[Person] = []
    with suppress(ConnectionError):
        for number in range(PEOPLE):
            writes_to = KEEPER if number == PEOPLE - 1 else ""
            people.append(Person(daemon.port, life, number, chance, writes_to))
            stack.enter_context(closing(people[-1].socket))
    talk(people, until=lambda: all(person.receipts for person in people))
    return people
