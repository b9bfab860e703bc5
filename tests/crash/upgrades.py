"""Kills an upgrade of a store's file before and after each of its calls to the disk.

What is left must be of the old version with all that was in it, which this chatd opens; or of the
new one, as whole, which the later chatd opens that was killed.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from chatd.stores import sqlite
from tests.crash import disk
from tests.crash.daemon import STORE, fork

VERSION = len(sqlite.STEPS)
OLD = Path(__file__).parent.parent / "stores" / f"version_{VERSION}.db"
LATER_STEP = """
ALTER TABLE rooms ADD COLUMN purpose TEXT NOT NULL DEFAULT 'talk';
CREATE TABLE people (name TEXT PRIMARY KEY);
INSERT INTO people SELECT DISTINCT author FROM events;
"""
"""What a later chatd might do."""

_CONTENT = """
SELECT room, seq, session, author, kind, text FROM log
UNION ALL SELECT kind, key, NULL, NULL, NULL, value FROM records
ORDER BY 1, 2
"""


class Result:
    """What became of all upgrades."""

    def __init__(self) -> None:
        self.left: Counter[int] = Counter()
        self.faults: list[str] = []

    def text(self) -> str:
        """All of it, for people."""
        left = ", ".join(f"{count} left version {version}" for version, count in self.left.items())
        summary = f"{self.left.total()} kills in an upgrade: {left}; {len(self.faults)} faults"
        return "\n".join([summary, *self.faults])


def kill_upgrades() -> Result:
    """Every kill that an upgrade can meet. A fault leaves its directory for you to look at."""
    result = Result()
    content = _ask(OLD, _CONTENT)
    for moment in ("before", "after"):
        number = 1
        while not result.faults and _kill(number, moment, content, result):
            number += 1
    return result


def _kill(number: int, moment: str, content: list[tuple[Any, ...]], result: Result) -> bool:
    """Whether the upgrade was killed, and not over already."""
    directory = Path(tempfile.mkdtemp(prefix="chatd-upgrade-"))
    path = directory / STORE
    path.parent.mkdir()
    shutil.copy(OLD, path)
    variables = disk.environment(path.parent, kill=(number, moment))
    killed = _in_a_child(_upgrade, directory, variables) != 0
    if killed:
        if not (_in_a_child(_open, directory, {}) and _in_a_child(_upgrade, directory, {})):
            result.left[_ask(path, "PRAGMA user_version")[0][0]] += 1
        else:
            result.faults.append(f"{moment} call {number}: neither chatd can open it")
        if _ask(path, _CONTENT) != content:
            result.faults.append(f"{moment} call {number}: it is not whole")
        if _ask(path, "PRAGMA integrity_check") != [("ok",)]:
            result.faults.append(f"{moment} call {number}: it is damaged")
    if result.faults:
        result.faults.append(f"see {directory}")
    else:
        shutil.rmtree(directory)
    return killed


def _open() -> None:
    sqlite.SqliteStore(None, Path(STORE).resolve())  # type: ignore[arg-type]


def _upgrade() -> None:
    sqlite.STEPS = (*sqlite.STEPS, LATER_STEP)  # type: ignore[assignment]
    _open()


def _in_a_child(work: Callable[[], None], directory: Path, variables: dict[str, str]) -> int:
    with open(os.devnull, "wb") as nothing:
        pid = fork(work, directory, variables, nothing.fileno())
    return os.waitpid(pid, 0)[1]


def _ask(path: Path, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as store:
        return store.execute(question).fetchall()
