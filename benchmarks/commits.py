"""The cost of a commit of one line, compared with the same SQL and nothing around it.

Run as a program, ``python3 -m benchmarks.commits FOLDER``, it makes both stores in that folder,
writes to them in turns, and prints the CPU time of each commit. That of the system is included, so
the folder must be on the disk that is asked about.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.report import median

WARMING = 4_000
"""Commits before the first turn: after that many, the log is written over and does not grow."""

TURNS = 9
COMMITS = 1_000
"""Commits of each turn. Of a turn there is one figure."""

SETTLING = 2.5
"""Seconds after which the folder counts as unchanged (`chatd.storage.sqlite.file_watch`)."""

TEXT = "x" * 80

Commit = Callable[[], None]


def measure(folder: Path) -> dict[str, float]:
    """Return the CPU time of a commit of chatd and of the same SQL, in us, and their ratio."""
    stores = {"chatd": _of_chatd(folder / "chatd"), "sql": _of_sql(folder / "sql")}
    for commit in stores.values():
        for _ in range(WARMING):
            commit()
    time.sleep(SETTLING)
    taken: dict[str, list[float]] = {which: [] for which in stores}
    for _ in range(TURNS):
        for which, commit in stores.items():
            began = time.process_time()
            for _ in range(COMMITS):
                commit()
            taken[which].append((time.process_time() - began) / COMMITS * 1e6)
    chatd, sql = median(taken["chatd"]), median(taken["sql"])
    return {"chatd_us": chatd, "sql_us": sql, "ratio": chatd / sql}


def _of_chatd(path: Path) -> Commit:
    from twisted.internet.task import Clock

    from chatd.event import Draft, Kind
    from chatd.storage.size_limit import SizeLimit
    from chatd.storage.sqlite.file import StoreFile
    from chatd.storage.sqlite.writer import Writer

    writer = Writer(StoreFile(path), Clock(), time.time, SizeLimit(path))
    batch = [Draft("lobby", 1, "guest1", Kind.MESSAGE, [TEXT])]

    def commit() -> None:
        writer.write(batch)
        if writer.checkpoints.are_due:
            writer.checkpoint()

    return commit


def _of_sql(path: Path) -> Commit:
    from chatd.storage.sqlite.file import StoreFile

    file = StoreFile(path)
    file.lock.release()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("INSERT INTO rooms (name, head, topic, session) VALUES ('lobby', 0, '', 1)")

    def commits() -> Iterator[None]:
        head = 0
        while True:
            head += 1
            now = int(time.time() * 1000)
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, NULL)",
                [(1 << 40 | head, now, 1, "guest1", 1, TEXT)],
            )
            connection.executemany(
                "UPDATE rooms SET head = ?, topic = ?, session = ? WHERE id = ?",
                [(head, "", 1, 1)],
            )
            connection.execute("COMMIT")
            yield

    each = commits()
    return lambda: next(each)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(Path(sys.argv[1]))))
