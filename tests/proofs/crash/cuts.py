"""Cut the power at every point of a run, and open what is then on the disk.

A run of daemons is recorded: their writes, their syncs, and the data sent to clients, in one order
(`disk.c`). A `Disk` then replays it, and knows after each call the state that a power cut would
leave: all synced data, and of the rest nothing, or a random part, also parts of a write, or a file
that has grown without its content. Names of files count as written once their directory is synced.

After each cut the daemon's own store opens the file. It must contain a prefix of each room's and
inbox's log, at least up to the last line that was sent to any client. The records beside the logs
must be the result of the deeds in them, and of the answered changes; none may be there whose right
has ended. The store must accept another line, and be sound.
"""

from __future__ import annotations

import hashlib
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple, TypeVar, cast

from twisted.internet.defer import Deferred

from chatd.event import Draft, Kind, is_inbox
from chatd.formats.chat import ChatFormat
from chatd.storage.contract import StoreError
from chatd.storage.sqlite.examination import examine_file
from chatd.storage.sqlite.store import IStoreReactor, SqliteStore
from tests.proofs.crash import disk
from tests.proofs.crash.check import as_exported, inbox_of, lines_of
from tests.proofs.crash.daemon import STORE, Daemon, export
from tests.proofs.crash.people import Person, talk
from tests.proofs.crash.state import (
    Change,
    Expected,
    facts_of,
    faults_of_deeds,
    faults_of_messages,
    faults_of_rights,
    furnish,
)
from tests.support.immediately import without_threads
from tests.support.sentences import EN
from tests.support.stores import QueueReactor

T = TypeVar("T")

_NAMED = re.compile(re.escape(EN.notice("you_are", name="NAME")).replace("NAME", r"(\S+)"))

ACCOUNTS = ("ana", "eva", "")
"""The accounts of the clients that talk."""

LIVES = 3

SECTOR = 512
"""The bytes that a disk writes as a whole."""

OFTEN = 5
"""Cuts after each call while the file is made, when files and names come and go."""

EACH_REAL = 100
"""Cuts between two for which a real daemon is started on what is left."""


class Result:
    """The results of all cuts."""

    def __init__(self) -> None:
        self.cuts = 0
        self.calls = 0
        self.commits = 0
        self.lines = 0
        self.answered = 0
        self.daemons = 0
        self.faults: list[str] = []

    def text(self) -> str:
        """Return the result as text."""
        return "\n".join(
            [
                f"{self.cuts} power cuts, one or more after each of {self.calls} calls that left"
                f" another disk or other clients, in a run of {self.commits} syncs of the log,"
                f" {self.lines} lines and {self.answered} changes answered; {self.daemons} daemons"
                f" started on what was left; {len(self.faults)} faults",
                *self.faults,
            ]
        )


class File:
    """A file's synced content, and the changes since."""

    def __init__(self) -> None:
        self._synced = bytearray()
        self._changes: list[disk.Call] = []

    def change(self, call: disk.Call) -> None:
        """Record a write or a truncation."""
        self._changes.append(call)

    def sync(self) -> None:
        """Record that all changes so far are on disk."""
        for call in self._changes:
            _apply(self._synced, call.kind, call.offset, call.data)
        self._changes.clear()

    def left(self, chance: random.Random | None) -> bytearray:
        """Return the content after a power cut; without chance, only what was synced."""
        content = bytearray(self._synced)
        if chance is not None:
            for kind, offset, data in _kept(self._changes, chance):
                _apply(content, kind, offset, data)
        return content


class Disk:
    """A directory, and the state in which a power cut would leave it."""

    def __init__(self) -> None:
        self._names: dict[str, File] = {}
        self._synced_names: dict[str, File] = {}
        self._changes: list[tuple[str, File | None]] = []

    def do(self, call: disk.Call, directory: str) -> bool:
        """Record a daemon's call. Return False for a file of the running system only (``-shm``)."""
        name = call.path.removeprefix(f"{directory}/")
        if name.endswith("-shm"):
            return False
        if call.kind == "sync" and call.path == directory:
            self._synced_names = dict(self._names)
            self._changes.clear()
        elif call.kind == "sync":
            self._file(name).sync()
        elif call.kind == "unlink":
            self._names.pop(name, None)
            self._changes.append((name, None))
        else:
            self._file(name).change(call)
        return True

    def cut(self, directory: Path, chance: random.Random | None) -> bytes:
        """Write into a directory the files that a power cut leaves, and return their digest."""
        names = dict(self._synced_names)
        if chance is not None:
            share = chance.choice((0.1, 0.5, 0.9))
            for name, file in self._changes:
                if chance.random() > share:
                    continue
                if file is None:
                    names.pop(name, None)
                else:
                    names[name] = file
        digest = hashlib.sha256()
        for name, file in sorted(names.items()):
            left = file.left(chance)
            digest.update(f"{name} {len(left)}\n".encode() + left)
            (directory / name).write_bytes(left)
        return digest.digest()

    def _file(self, name: str) -> File:
        if name not in self._names:
            self._names[name] = File()
            self._changes.append((name, self._names[name]))
        return self._names[name]


def _apply(content: bytearray, kind: str, offset: int, data: bytes) -> None:
    if kind == "truncate":
        del content[offset:]
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


def _kept(changes: list[disk.Call], chance: random.Random) -> Iterator[tuple[str, int, bytes]]:
    """Yield the random parts of unsynced changes that remain."""
    share = chance.choice((0.1, 0.5, 0.9, 1.0))
    for call in changes:
        what = "whole" if chance.random() < share else chance.choice(("lost", "torn", "grown"))
        if what == "whole" or (what == "torn" and call.kind == "truncate"):
            yield call.kind, call.offset, call.data
        elif what == "torn":
            first = call.offset - call.offset % SECTOR
            for start in range(first, call.offset + len(call.data), SECTOR):
                if chance.random() < 0.5:
                    begin = max(start, call.offset)
                    part = call.data[begin - call.offset : start + SECTOR - call.offset]
                    yield "write", begin, part
        elif what == "grown" and call.kind == "write":
            yield "write", call.offset + len(call.data), b""


class Seen:
    """The seqs up to which clients were sent each log, and the changes that were answered."""

    def __init__(self, exported: bytes) -> None:
        self.logs: dict[str, list[str]] = defaultdict(list)
        self.heads: dict[str, int] = {}
        self.expected = Expected()
        self.faults: list[str] = []
        self._places: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._streams: dict[int, bytearray] = defaultdict(bytearray)
        self._names: dict[int, str] = {}
        self._unanswered: dict[str, list[Change]] = {}
        for line in lines_of(exported):
            room, seq, said = re.fullmatch(r"#(\S+) (\d+) \[.*?\] (.*)", line).groups()  # type: ignore[union-attr]
            self.logs[room].append(said)
            self._places[said].append((room, int(seq)))

    def daemon_starts(self, asked: dict[str, list[Change]]) -> None:
        """Record the start of a daemon, after the end of the last one.

        ``asked`` has the changes that each of its clients asks for.
        """
        self._streams.clear()
        self._names.clear()
        self._unanswered = asked
        for changes in asked.values():
            for change in changes:
                self.expected.ask(change)

    def sent(self, client: int, data: bytes) -> None:
        """Record data that was sent to a client."""
        stream = self._streams[client]
        stream += data
        end = stream.rfind(b"\n") + 1
        lines = lines_of(bytes(stream[:end]))
        del stream[:end]
        for line in lines:
            if named := _NAMED.fullmatch(line):
                self._names[client] = named[1]
            changes = self._unanswered.get(self._names.get(client, ""))
            if changes and changes[0].is_answered_by(line.encode()):
                self.expected.answer(changes.pop(0))
            self._shown(line)

    def _shown(self, line: str) -> None:
        said = re.sub(r"^\[\d.*?\] ", "", line)
        private = re.fullmatch(r"\(private(?: to (\S+))?\) (.*)", said)
        event = f"(private) {private[2]}" if private else as_exported(said, timed=said != line)
        if event is None:
            return
        places = self._places.get(event)
        if not places:
            self.faults.append(f"it was sent, and not stored in the end: {said!a}")
        elif len(places) == 1:  # with several, it is not known which one
            ((log, seq),) = places
            if private and private[1] and log != inbox_of(private[1]):
                self.faults.append(f"it is stored in #{log}: {said!a}")
            self.heads[log] = max(self.heads.get(log, 0), seq)


class Left(NamedTuple):
    """The contents of a store after a power cut, and the faults that need no knowledge of the run.

    ``logs`` are the lines of each room and inbox.
    """

    logs: dict[str, list[str]]
    facts: dict[str, str]
    faults: list[str]


def cut_power(commits: int, seed: int) -> Result:
    """Record a run of about so many commits, and cut the power after each of its calls.

    After every call there are cuts whose remains are random; and before every sync one that leaves
    only what was synced (until then it would leave the same, and less had been sent). A fault keeps
    its directory for inspection.
    """
    result = Result()
    chance = random.Random(seed)
    directory = Path(tempfile.mkdtemp(prefix="chatd-cuts-"))
    records, asked = _run(directory, commits, chance)
    seen = Seen(export(directory))
    result.lines = sum(map(len, seen.logs.values()))
    below = str((directory / STORE).parent.resolve())
    recorded_disk = Disk()
    opened: dict[bytes, Left] = {}
    for record, changes in zip(records, asked, strict=True):
        seen.daemon_starts(changes)
        for call, following in zip(record, [*record[1:], None], strict=True):
            if call.kind == "send":
                seen.sent(call.fd, call.data)
                # A cut after the last of several finds all that one between them would.
                changed = following is None or following.kind != "send"
            else:
                changed = recorded_disk.do(call, below)
            result.calls += changed
            result.commits += call.kind == "sync" and call.path.endswith("-wal")
            for _ in range((OFTEN if record is records[0] else 1) * changed):
                _cut(directory / "cut", recorded_disk, chance, seen, result, opened)
            if following is None or following.kind == "sync":
                _cut(directory / "cut", recorded_disk, None, seen, result, opened)
            if result.faults or seen.faults:
                result.faults += [*seen.faults, f"see {directory}"]
                return result
    result.answered = seen.expected.answered
    rmtree(directory)
    return result


def _run(
    directory: Path, commits: int, chance: random.Random
) -> tuple[list[list[disk.Call]], list[dict[str, list[Change]]]]:
    """Run the preparation and some daemons, the second of which is killed.

    Return the calls of each daemon, and the changes that its clients asked for.
    """
    record = directory / "record"
    furnish(directory, disk.environment(directory / "disk", record=record))
    records, asked = [disk.recorded(record)], [dict[str, list[Change]]()]
    enough = directory / "enough"
    for life in range(LIVES):
        record = directory / f"record-{life}"
        # It kills itself: a kill from outside might come between a call and its record.
        kill = (7, "after") if life == 1 else None
        variables = disk.environment(
            directory / "disk", record=record, kill=kill, counting_from=enough
        )
        daemon = Daemon(directory, variables)
        with ExitStack() as stack:
            people: list[Person] = []
            for number, account in enumerate(ACCOUNTS):
                registers = account == "" and life == 0
                people.append(
                    Person(daemon.port, life, number, chance, account=account, registers=registers)
                )
                stack.enter_context(closing(people[-1].socket))
            # Each client waits for many receipts, so a commit brings it about one.
            wanted = commits // LIVES
            talk(people, until=partial(_have_receipts, people, wanted), patience=600)
            if kill:
                enough.touch()
                talk(people)
                daemon.wait()
            else:
                daemon.stop()
        records.append(disk.recorded(record))
        asked.append({person.name: person.asked for person in people})
    return records, asked


def _have_receipts(people: list[Person], wanted: int) -> bool:
    return all(person.receipts >= wanted for person in people)


def _cut(
    directory: Path,
    whole: Disk,
    chance: random.Random | None,
    seen: Seen,
    result: Result,
    opened: dict[bytes, Left],
) -> None:
    """Cut the power once. Nearly half of the cuts leave what one before left: it is opened once."""
    result.cuts += 1
    path = directory / STORE
    rmtree(directory, ignore_errors=True)
    path.parent.mkdir(parents=True)
    digest = whole.cut(path.parent, chance)
    if real := result.cuts % EACH_REAL == 0:
        result.daemons += 1
        daemon = Daemon(directory, {})
        daemon.kill()
        daemon.wait()
        if not daemon.port:
            result.faults.append(f"the daemon does not start: {daemon.said}")
    try:
        if real or digest not in opened:
            opened[digest] = _left(path)
    except StoreError as error:
        result.faults.append(f"after power cut {result.cuts} the store cannot be opened: {error}")
        return
    left = opened[digest]
    for room, log in left.logs.items():
        if log != seen.logs[room][: len(log)]:
            result.faults.append(f"after power cut {result.cuts} #{room} holds what was not said")
    for room, head in seen.heads.items():
        if len(left.logs.get(room, ())) < head:
            result.faults.append(
                f"after power cut {result.cuts} #{room} ends with"
                f" {len(left.logs.get(room, ()))}; {head} had been shown"
            )
    for fault in (*left.faults, *seen.expected.faults(left.facts)):
        result.faults.append(f"after power cut {result.cuts} {fault}")


def _left(path: Path) -> Left:
    logs = _open(path)
    facts = facts_of(path)
    faults = [
        *faults_of_messages(path),
        *faults_of_deeds(path, facts),
        *faults_of_rights(path),
        *(f"the file is unsound: {fault}" for fault in examine_file(path).faults),
    ]
    return Left(logs, facts, faults)


_FORMAT = ChatFormat()


def _open(path: Path) -> dict[str, list[str]]:
    """Read all logs as the daemon does, and append one line to each."""
    turns = QueueReactor()
    store = without_threads(SqliteStore(cast(IStoreReactor, turns), path))
    store.start()
    logs: dict[str, list[str]] = {}
    try:
        for record in store.rooms():
            log = logs[record.name] = []
            while page := turns.result(
                Deferred.fromCoroutine(store.read(record.name, len(log), record.head))
            ):
                log += lines_of(_FORMAT.render(page))
            if len(log) != record.head:
                raise StoreError(f"#{record.name} holds {len(log)} lines; its head: {record.head}")
            kind = Kind.PRIVATE if is_inbox(record.name) else Kind.MESSAGE
            draft = Draft(record.name, 1, "eva", kind, ["on it goes"])
            (event,) = turns.result(store.commit([draft])).entries
            if event.seq != record.head + 1:  # type: ignore[union-attr]
                raise StoreError(f"#{record.name} goes on from {record.head} with {event}")
    finally:
        turns.result(Deferred.fromCoroutine(store.close()))
    return logs
