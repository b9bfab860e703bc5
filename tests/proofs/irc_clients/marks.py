"""Read marks in the store of a daemon that runs."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.proofs.irc_clients.programs import LOOK_SECONDS, PATIENCE


def until_read(path: Path, account: str, room: str, seq: int) -> None:
    """Wait until a store's file says that an account has read a room up to a seq."""
    end = time.monotonic() + PATIENCE
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        while (read := _read(store, f"{account}/{room}")) < seq:
            assert time.monotonic() < end, f"{account} has read #{room} up to {read}"
            time.sleep(LOOK_SECONDS)


def _read(store: sqlite3.Connection, key: str) -> int:
    question = "SELECT value FROM records WHERE kind = 'place' AND key = ?"
    found = store.execute(question, (key,)).fetchone()
    return 0 if found is None else int(json.loads(found[0])["seq"])
