"""Kill daemons under load, start them again on the same store, and look for losses.

Kills come at a random instant; at a call to the disk of one of the next commits, right before it or
right after it; and at a call of the start, in which the remains of the daemon before are recovered.
A round is some lives of daemons on one store. At its end the checker compares the transcripts of
all clients in all lives with the output of `chatd export`, and their answered changes with the
records beside the logs. Before that, all accounts log in once more: by then they must have received
all private lines to them. Browsers and programs come back, too, and send again what was not
answered: all that they sent must be stored exactly once.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree

from chatd.event import Kind
from chatd.remarks import words_of
from chatd.storage.contract import Wanted
from chatd.storage.sqlite.archive import Archive
from chatd.storage.sqlite.examination import examine_file
from tests.proofs.crash import disk
from tests.proofs.crash.check import Stored, Transcript, lines_of
from tests.proofs.crash.daemon import STORE, Daemon, export
from tests.proofs.crash.people import NO_HOOK, Client, Person, come_back, talk
from tests.proofs.crash.resumed import faults_of_said, keys_of
from tests.proofs.crash.state import (
    REGISTERED,
    Expected,
    facts_of,
    faults_of_deeds,
    faults_of_messages,
    faults_of_rights,
    furnish,
)
from tests.proofs.crash.web import Visitor, Visitors

PEOPLE = 8
LIVES = 25
"""Kills in a round, by default."""

LOGINS = 0.6
REGISTRATIONS = 0.05
"""The probability that each of two accounts logs in in a life, and that a new one is registered."""

CALLS = 100
"""Most calls to the disk in the life of a daemon. A commit is some 10 of them."""

SEARCHES = 100
"""Lines of each room that are searched for at the end of a round."""

FAULTS = 20
"""Most faults that are printed one by one."""

SECONDS = 0.1
"""Most seconds that a daemon lives that is killed at a random instant, once all clients have
spoken."""


class Result:
    """The results of all rounds."""

    def __init__(self) -> None:
        self.killed: Counter[str] = Counter()
        self.stored = 0
        self.shown = 0
        self.private = 0
        self.answered = 0
        self.keys = 0
        self.sent_again = 0
        self.resumed = 0
        self.faults: list[str] = []

    @property
    def kills(self) -> int:
        """The number of kills."""
        return sum(self.killed.values())

    def text(self) -> str:
        """Return the result as text."""
        lines = [f"  {count:6} {where}" for where, count in sorted(self.killed.items())]
        return "\n".join(
            [
                f"{self.kills} kills:",
                *lines,
                f"{self.stored} lines stored, {self.private} of them private,"
                f" {self.shown} times a line was shown; {self.answered} changes answered;"
                f" {self.keys} keys used, {self.sent_again} of them again; {self.resumed} times"
                " somebody went on where they were in a room;"
                f" {len(self.faults)} faults",
                *self.faults,
            ]
        )


def kill_daemons(kills: int, seed: int, *, lives: int = LIVES, fresh: bool = False) -> Result:
    """Kill daemons, ``lives`` of them in a round.

    The last round is the first one with a fault, and keeps its directory for inspection.
    """
    result = Result()
    began = time.monotonic()
    while result.kills < kills and not result.faults:
        chance = random.Random(f"{seed} {result.kills}")
        directory = Path(tempfile.mkdtemp(prefix="chatd-kills-"))
        _round(directory, min(lives, kills - result.kills), chance, result, fresh=fresh)
        if result.faults:
            result.faults[FAULTS:] = [f"{len(result.faults)} faults in all: see {directory}"]
        else:
            rmtree(directory)
        if result.kills % 1000 == 0:
            print(f"{result.kills} kills in {time.monotonic() - began:.0f} s", flush=True)
    return result


class _Seen:
    """The transcripts of a round, by the names of their files, and the expected records.

    ``visitors`` check themselves.
    """

    def __init__(self, visitors: Visitors) -> None:
        self.transcripts: dict[str, bytes] = {}
        self.expected = Expected()
        self.visitors = visitors

    def add(self, name: str, person: Person) -> None:
        """Add the transcript of a client's connection."""
        self.transcripts[name] = bytes(person.seen)
        for change in person.asked:
            self.expected.ask(change)
        for change in person.answered:
            self.expected.answer(change)


def _round(
    directory: Path, lives: int, chance: random.Random, result: Result, *, fresh: bool
) -> None:
    seen = _Seen(Visitors(chance))
    furnish(directory, {})
    for number in range(lives):
        life = _Life(directory, number, chance, result, seen, fresh=fresh)
        (end,) = chance.choices(
            [life.killed_at_an_instant, life.killed_in_a_commit, life.killed_in_starting],
            [40, 40, 20],
        )
        end()
    path = directory / STORE
    facts = facts_of(path)
    result.answered += seen.expected.answered
    wrong = [
        *(*faults_of_messages(path), *seen.expected.faults(facts)),
        *(*faults_of_deeds(path, facts), *faults_of_rights(path)),
    ]
    result.faults += wrong[: FAULTS // 2]  # leave room for other faults
    seen.transcripts |= _come_back(directory, seen.visitors)
    exported = export(directory)
    (directory / "stored.txt").write_bytes(exported)
    stored = Stored(lines_of(exported), unique=True)
    result.stored += stored.count
    result.private += sum(stored.heads[inbox] for inbox in stored.inboxes)
    result.faults += stored.faults
    _hold_against(stored, path, seen.visitors, result)
    received: dict[str, set[int]] = {inbox: set() for inbox in stored.inboxes}
    for name, data in seen.transcripts.items():
        (directory / name).write_bytes(data)
        lines = lines_of(data)
        transcript = Transcript(name, stored, complete=True, private=True)
        result.faults += transcript.faults(lines)
        result.faults += [f"{name} shows {line!a}" for line in lines if _is_odd(line)]
        result.shown += transcript.shown
        for inbox, seqs in transcript.received.items():
            received[inbox] |= seqs
    for inbox, seqs in received.items():
        if unseen := set(range(1, stored.heads[inbox] + 1)) - seqs:
            result.faults.append(f"#{inbox} {min(unseen)} was never shown: {len(unseen)} in all")
    result.faults += _faults_of_searches(path, chance)
    result.faults += [f"chatd check: {fault}" for fault in examine_file(path).faults]


def _is_odd(line: str) -> bool:
    return line.startswith("ERR ") and not line.startswith(NO_HOOK)


def _come_back(directory: Path, visitors: Visitors) -> dict[str, bytes]:
    """Have all accounts log in and receive what they missed; return their transcripts.

    Visitors come back, too.
    """
    daemon = Daemon(directory, {}, web=True)
    transcripts = {f"back-{name}.txt": come_back(daemon.port, name) for name in REGISTERED}
    visitors.come_back(daemon.web_port)
    daemon.kill()
    daemon.wait()
    return transcripts


def _hold_against(stored: Stored, path: Path, visitors: Visitors, result: Result) -> None:
    """Check that all that visitors received and sent is stored, exactly once."""
    said, followers = visitors.said, visitors.followers
    result.faults += [fault for visitor in visitors.all for fault in visitor.faults]
    result.faults += [fault for follower in followers for fault in follower.faults_of(stored)]
    result.faults += faults_of_said(said, stored, keys_of(path))
    result.shown += sum(len(follower.shown) for follower in followers)
    result.resumed += sum(follower.resumed for follower in followers)
    result.keys += len(said)
    result.sent_again += sum(each.sent > 1 for each in said)


def _faults_of_searches(path: Path, chance: random.Random) -> list[str]:
    """Return the stored lines that a search does not find."""
    archive = Archive(path)
    faults = []
    for record in archive.rooms():
        for seq in chance.sample(range(1, record.head + 1), min(record.head, SEARCHES)):
            (event,) = archive.page(record.name, seq - 1, seq)
            if event.kind in (Kind.DEED, Kind.NOTICE):  # alerts stand in their acks, too
                continue
            # Each text was said once.
            found = archive.search(record.name, Wanted((words_of(event),)), record.head, 1)
            if found.events != [event] and not found.after:
                faults.append(f"#{record.name} {seq} is not found: {event.text!a}")
    if archive.index_error is not None:
        faults.append(f"the index is not sound: {archive.index_error}")
    archive.close()
    return faults


class _Life:
    """The life of a daemon, from its start until it is killed, and of its clients."""

    def __init__(
        self,
        directory: Path,
        number: int,
        chance: random.Random,
        result: Result,
        seen: _Seen,
        *,
        fresh: bool,
    ) -> None:
        self._directory = directory
        self._number = number
        self._chance = chance
        self._result = result
        self._seen = seen
        self._fresh = fresh
        self._people: list[Person] = []
        self._visitors: list[Visitor] = []

    def killed_at_an_instant(self) -> None:
        with self._begun({}) as daemon:
            self._enter(daemon)
            end = time.monotonic() + self._chance.uniform(0, SECONDS)
            talk(self._clients, until=lambda: time.monotonic() >= end)
            daemon.kill()
            self._see_the_end(daemon, "at a random instant")

    def killed_in_a_commit(self) -> None:
        armed = self._directory / "armed"
        with self._begun(self._shim(counting_from=armed)) as daemon:
            self._enter(daemon)
            armed.touch()
            self._see_the_end(daemon, "in a commit")
            armed.unlink()

    def killed_in_starting(self) -> None:
        with self._begun(self._shim()) as daemon:
            if daemon.port:  # with little to recover, it lives on to its first commits
                self._enter(daemon)
            self._see_the_end(daemon, "in starting")

    @property
    def _clients(self) -> list[Client]:
        return [*self._people, *self._visitors]

    def _shim(self, counting_from: Path | None = None) -> dict[str, str]:
        """Return the variables that kill the daemon at a random call for its disk."""
        moment = self._chance.randint(1, CALLS), self._chance.choice(("before", "after"))
        return disk.environment(self._directory / "disk", kill=moment, counting_from=counting_from)

    @contextmanager
    def _begun(self, variables: dict[str, str]) -> Iterator[Daemon]:
        """Start the daemon; in the end, close the connections of all clients."""
        daemon = Daemon(self._directory, variables, fresh=self._fresh, web=True)
        try:
            yield daemon
        finally:
            for client in self._people + self._visitors:
                client.socket.close()

    def _enter(self, daemon: Daemon) -> None:
        """Connect all clients, people and visitors.

        Each has said something and seen it, or the daemon has ended already.
        """
        chance = self._chance
        accounts = ["ana" * (chance.random() < LOGINS), "eva" * (chance.random() < LOGINS)]
        with suppress(ConnectionError):
            for number, account in enumerate(accounts + [""] * (PEOPLE - len(accounts))):
                registers = not account and chance.random() < REGISTRATIONS
                self._people.append(
                    Person(
                        daemon.port,
                        self._number,
                        number,
                        chance,
                        account=account,
                        registers=registers,
                    )
                )
            for visitor in self._seen.visitors.come():
                visitor.come(daemon.web_port)
                self._visitors.append(visitor)
        talk(self._clients, until=lambda: all(each.receipts for each in self._clients))

    def _see_the_end(self, daemon: Daemon, when: str) -> None:
        talk(self._clients)  # data in the kernel's buffers counts as seen, too
        status = daemon.wait()
        if status != -9 or "Traceback" in daemon.said:
            self._result.faults.append(f"a daemon ended with status {status}: {daemon.said}")
        where = [line for line in daemon.said.splitlines() if line.startswith("killed ")]
        self._result.killed[f"{when}: {where[-1]}" if where else when] += 1
        for number, person in enumerate(self._people):
            self._seen.add(f"seen-{self._number}-{number}.txt", person)
