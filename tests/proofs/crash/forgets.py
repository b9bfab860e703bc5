"""Kill retention before each of its calls to the disk, and start it again.

Whenever it is killed, the retained lines are there, in the log and for searches, and each message
of several lines is there whole or not at all; and after it was finished, no deleted text is left in
any file.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import cast

from twisted.internet.defer import Deferred

from chatd.event import Draft, Kind
from chatd.storage.contract import FORGOTTEN, Wanted
from chatd.storage.sqlite import search_index
from chatd.storage.sqlite.examination import examine_file
from chatd.storage.sqlite.store import IStoreReactor, SqliteStore
from tests.proofs.crash import disk
from tests.proofs.crash.daemon import STORE, fork
from tests.support.stores import QueueReactor

OLD, NEW = 1_000.0, 2_000.0
LINES = 510
MESSAGE_LINES = 7
"""Lines of a message. Retention deletes `FORGOTTEN` lines at a time, which would end within one."""

assert FORGOTTEN < LINES
assert FORGOTTEN % MESSAGE_LINES

SECRET = "zebra"
KEPT = "giraffe"


class Result:
    """The results of all kills."""

    def __init__(self) -> None:
        self.kills = 0
        self.faults: list[str] = []

    def text(self) -> str:
        """Return the result as text."""
        summary = f"{self.kills} kills in forgetting; {len(self.faults)} faults"
        return "\n".join([summary, *self.faults])


def kill_forgetting(each: int = 1) -> Result:
    """Kill at each of its calls, or at one of so many. A fault keeps its directory."""
    result = Result()
    with tempfile.TemporaryDirectory(prefix="chatd-forget-") as directory:
        path = Path(directory) / "chat"
        _in_a_child(lambda: _talk(path), Path(directory), {})
        number = 1
        while not result.faults and _kill(path, number, result):
            number += each
    return result


def _kill(talk: Path, number: int, result: Result) -> bool:
    """Return True if the process was killed, and had not ended before."""
    directory = Path(tempfile.mkdtemp(prefix="chatd-forget-"))
    path = directory / STORE
    path.parent.mkdir()
    shutil.copy(talk, path)
    variables = disk.environment(path.parent, kill=(number, "before"))
    killed = _in_a_child(lambda: _forget(path), directory, variables) != 0
    result.kills += killed
    faults = []
    for when, work in (("then", _look), ("in the end", _forget)):
        if _in_a_child(lambda work=work: work(path), directory, {}):  # type: ignore[misc]
            faults.append(f"{when} what was to be kept is not all there")
    faults += [
        f"{each.name} holds what was forgotten"
        for each in path.parent.iterdir()
        if SECRET.encode() in each.read_bytes() or SECRET[:3].encode() in each.read_bytes()
    ]
    faults += examine_file(path).faults
    if search_index.is_possible():
        with closing(sqlite3.connect(path)) as store:
            store.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    if faults:
        result.faults += [f"before call {number}: {fault}" for fault in faults]
        result.faults.append(f"see {directory}")
    else:
        shutil.rmtree(directory)
    return killed


class _Store:
    """A store in this process, which blocks for each result."""

    def __init__(self, path: Path) -> None:
        self.now = OLD
        self.turns = QueueReactor()
        self.store = SqliteStore(cast(IStoreReactor, self.turns), path, lambda: self.now)
        self.store.start()

    def say(self, room: str, word: str) -> None:
        texts = [f"{word} {number}" for number in range(LINES)]
        parts = [texts[at : at + MESSAGE_LINES] for at in range(0, LINES, MESSAGE_LINES)]
        drafts = [Draft(room, 1, "ana", Kind.MESSAGE, part, as_one=True) for part in parts]
        self.turns.result(self.store.commit(drafts))

    def catch_up(self) -> None:
        while self.turns.result(self.store.maintain()) is not None:
            pass

    def forget(self) -> None:
        self.now = NEW
        before = self.store.seq_before("lobby", 1_500_000)
        upto = self.turns.result(Deferred.fromCoroutine(before))
        while self.turns.result(Deferred.fromCoroutine(self.store.forget("lobby", upto))):
            pass

    def look(self) -> None:
        """Assert that the retained lines are there, and no message without its beginning."""
        first = self.turns.result(Deferred.fromCoroutine(self.store.read("lobby", 0, 2 * LINES)))
        assert not first[0].continues, first
        for room in "lobby", "tea":
            after = LINES if room == "lobby" else 0
            seqs: list[int] = []
            while page := self.turns.result(
                Deferred.fromCoroutine(
                    self.store.read(room, seqs[-1] if seqs else after, 2 * LINES)
                )
            ):
                seqs += [event.seq for event in page]
            assert seqs == [*range(after + 1, after + LINES + 1)], room
            for number in 0, LINES // 2, LINES - 1:
                wanted = Wanted((f"{KEPT} {number}",))
                found = self.turns.result(
                    Deferred.fromCoroutine(self.store.search(room, wanted, after + number + 1, 1))
                )
                assert [event.seq for event in found.events] == [after + number + 1], room

    def close(self) -> None:
        self.turns.result(Deferred.fromCoroutine(self.store.close()))


def _talk(path: Path) -> None:
    store = _Store(path)
    store.say("lobby", SECRET)
    store.now = NEW
    store.say("lobby", KEPT)
    store.say("tea", KEPT)
    store.catch_up()
    store.close()


def _look(path: Path) -> None:
    store = _Store(path)
    store.look()
    os._exit(0)  # leave the files as they were at the kill


def _forget(path: Path) -> None:
    store = _Store(path)
    store.look()
    store.forget()
    store.catch_up()
    store.look()
    store.close()


def _in_a_child(work: object, directory: Path, variables: dict[str, str]) -> int:
    with open(os.devnull, "wb") as nothing:
        pid = fork(work, directory, variables, nothing.fileno())  # type: ignore[arg-type]
    return os.waitpid(pid, 0)[1]
