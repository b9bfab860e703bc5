"""Daemons that break the promise, each in its own way: what looks for faults must find them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from twisted.internet.defer import Deferred, succeed

from chatd.event import Draft, Entry, Notice
from chatd.store import Waiting
from chatd.stores import sqlite


def show_before_commit() -> None:
    """Show lines while they are still being committed."""
    heads: Counter[str] = Counter()

    def commit(store: sqlite.SqliteStore, batch: Sequence[Waiting]) -> Deferred[Sequence[Entry]]:
        if not heads:
            heads.update({record.name: record.head for record in store.rooms()})
        store._writer.run(store._write, batch)
        entries: list[Entry] = []
        for entry in batch:
            if isinstance(entry, Draft):
                entries += entry.events(heads[entry.room], 0)
                heads[entry.room] += len(entry.texts)
            elif isinstance(entry, Notice):
                entries.append(entry)
        return succeed(entries)

    sqlite.SqliteStore.commit = commit  # type: ignore[assignment, method-assign]


def sync_seldom() -> None:
    """Leave it to the system when the log that was written is on disk (``synchronous=NORMAL``)."""
    connect = sqlite._connect

    def careless(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    sqlite._connect = careless
