"""A store of some size, on which a daemon starts: rooms with lines, and accounts."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.support.world import HASH

LINE = "a line of about sixty letters, as people who talk may say it, %d"


def fill(path: Path, rooms: int, lines: int, accounts: int) -> None:
    """Add rooms with so many lines in all, and accounts, to the store of a stopped daemon."""
    now = int(time.time())
    with closing(sqlite3.connect(path)) as connection, connection:
        (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM rooms").fetchone()
        for number in range(1, rooms + 1):
            count = lines // rooms
            connection.execute(
                "INSERT INTO rooms (id, name, head, topic, session) VALUES (?, ?, ?, '', 1)",
                (last + number, f"old{number}", count),
            )
            connection.executemany(
                "INSERT INTO events (id, time, session, author, kind, text)"
                " VALUES (?, ?, 1, 'old', 1, ?)",
                (
                    ((last + number) << 40 | seq, now * 1000, LINE % seq)
                    for seq in range(1, count + 1)
                ),
            )
        connection.executemany(
            "INSERT INTO records (kind, key, value) VALUES ('account', ?, ?)",
            (
                (f"acc{number}", json.dumps({"name": f"acc{number}", "hash": HASH, "created": now}))
                for number in range(accounts)
            ),
        )
