"""Kill an upgrade of a store's file before each of its calls to the disk.

Each sample file of an older version is upgraded to this one, and a file of this version to one that
a later chatd might have. The result must be of the old version, of the new one, or of one between
them, with all lines and records. Once the upgrade is done again, the file must have the same
content in all of its tables as without a kill.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from chatd.storage.contract import StoreError
from chatd.storage.sqlite import schema
from chatd.storage.sqlite.file import StoreFile
from tests.proofs.crash import disk
from tests.proofs.crash.daemon import STORE, fork
from tests.support.checkout import ROOT

VERSION = len(schema.STEPS)
KEPT = ROOT / "tests" / "storage" / "sqlite"
LATER_STEP = """
ALTER TABLE rooms ADD COLUMN purpose TEXT NOT NULL DEFAULT 'talk';
CREATE TABLE people (name TEXT PRIMARY KEY);
INSERT INTO people SELECT DISTINCT author FROM events;
"""
"""SQL of a step that a later chatd might have."""

_CLOCK_SET_BACK = "UPDATE events SET time = time - 3600000 WHERE id % 3 = 0"
"""SQL that makes times which a step has to correct."""


class Result:
    """The results of all upgrades.

    ``left`` counts the pairs of the upgraded version and the version that a kill left.
    """

    def __init__(self) -> None:
        self.left: Counter[tuple[int, int]] = Counter()
        self.faults: list[str] = []

    def text(self) -> str:
        """Return the result as text."""
        left = ", ".join(
            f"{count} of version {old} left version {version}"
            for (old, version), count in sorted(self.left.items())
        )
        summary = f"{self.left.total()} kills in an upgrade: {left}; {len(self.faults)} faults"
        return "\n".join([summary, *self.faults])


def kill_upgrades() -> Result:
    """Kill upgrades at each call. A fault keeps its directory for inspection."""
    result = Result()
    for version in range(1, VERSION + 1):
        _Upgrade(version, result).kill_everywhere()
    return result


class _Upgrade:
    """The upgrade of a sample file of one version."""

    def __init__(self, version: int, result: Result) -> None:
        self._version = version
        self._result = result
        self._steps = schema.STEPS if version < VERSION else (*schema.STEPS, LATER_STEP)

    def kill_everywhere(self) -> None:
        """Kill the upgrade before each of its calls.

        Between two calls the file does not change, so a kill after a call would leave the same.
        """
        with tempfile.TemporaryDirectory(prefix="chatd-upgrade-") as directory:
            path = self._begin(Path(directory))
            before = _content(path)
            _upgrade(path, self._steps)
            whole = _dump(path)
        number = 1
        while not self._result.faults and self._kill(number, before, whole):
            number += 1

    def _begin(self, directory: Path) -> Path:
        """Put a file of the old version in the place of a daemon's store."""
        path = directory / STORE
        path.parent.mkdir()
        shutil.copy(KEPT / f"version_{self._version}.db", path)
        with closing(sqlite3.connect(path)) as store:
            store.execute(_CLOCK_SET_BACK)
            store.commit()
        return path

    def _kill(self, number: int, before: list[Any], whole: list[Any]) -> bool:
        """Kill the upgrade at one of its calls; return False if it had ended before."""
        directory = Path(tempfile.mkdtemp(prefix="chatd-upgrade-"))
        path = self._begin(directory)
        variables = disk.environment(path.parent, kill=(number, "before"))
        killed = _in_a_child(lambda: _upgrade(path, self._steps), directory, variables) != 0
        if killed:
            faults = self._faults(path, before, whole)
            self._result.faults += [
                f"version {self._version}, before call {number}: {fault}" for fault in faults
            ]
        if self._result.faults:
            self._result.faults.append(f"see {directory}")
        else:
            shutil.rmtree(directory)
        return killed

    def _faults(self, path: Path, before: list[Any], whole: list[Any]) -> list[str]:
        """Yield the faults of the files that a kill left, and of the upgrade after it."""
        faults = []
        # A writing connection checkpoints the log into the file, as any chatd does.
        left = _ask(path, "PRAGMA user_version")[0][0]
        self._result.left[self._version, left] += 1
        if _content(path) != before:
            faults.append("it is not whole")
        if _ask(path, "PRAGMA integrity_check") != [("ok",)]:
            faults.append("it is damaged")
        try:
            if left <= VERSION:
                _upgrade(path, schema.STEPS)
            _upgrade(path, self._steps)
        except StoreError as error:
            return [*faults, f"the upgrade cannot be done again: {error}"]
        if _dump(path) != whole:
            faults.append("once done again, it is not the same as without a kill")
        return faults


def _upgrade(path: Path, steps: tuple[Any, ...]) -> None:
    """Open a file as a chatd that knows these steps. Raises `StoreError`."""
    known, schema.STEPS = schema.STEPS, steps
    try:
        StoreFile(path).lock.release()
    finally:
        schema.STEPS = known


def _in_a_child(work: Callable[[], None], directory: Path, variables: dict[str, str]) -> int:
    with open(os.devnull, "wb") as nothing:
        pid = fork(work, directory, variables, nothing.fileno())
    return os.waitpid(pid, 0)[1]


def _content(path: Path) -> list[Any]:
    """Return all lines and records, in a form that each version has."""
    with _opened(path) as ask:
        said = ask("SELECT room, seq, session, author, kind, text FROM log ORDER BY 1, 2")
        heads = ask("SELECT name, head, topic, session FROM rooms ORDER BY 1")
        there = ask("SELECT 1 FROM sqlite_master WHERE name = 'records'")
        kept = ask("SELECT kind, key, value FROM records ORDER BY 1, 2") if there else []
    return [said, heads, kept]


def _dump(path: Path) -> list[Any]:
    """Return a file's version, its schema, and the content of its tables."""
    with _opened(path) as ask:
        schema = ask("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2")
        tables = [name for kind, name, sql in schema if kind == "table" and "VIRTUAL" not in sql]
        rows = [ask(f'SELECT * FROM "{table}"') for table in tables]
        return [ask("PRAGMA user_version"), schema, *rows]


def _ask(path: Path, question: str) -> list[tuple[Any, ...]]:
    with _opened(path) as ask:
        return ask(question)


@contextmanager
def _opened(path: Path) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Yield a function that answers questions to a file, whose schema is read once for all."""
    with closing(sqlite3.connect(path)) as store:
        yield lambda question: store.execute(question).fetchall()
