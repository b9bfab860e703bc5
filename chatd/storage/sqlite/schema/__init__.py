"""The schema of a store's file: the SQL of each version, and the upgrade of an older file.

Each version has a step in a numbered ``.sql`` file; step N makes version N of version N - 1, and a
new file is version 0. ``PRAGMA user_version`` is the number of steps that made a file. Never change
a step that was released, not even a comment within a statement (SQLite stores it in
``sqlite_master``); add a step.

This package must not know how a file is locked, written or read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from importlib.resources import files

from chatd.storage.contract import StoreError
from chatd.storage.sqlite import time_index

APPLICATION_ID = 0x63686174
"""``PRAGMA application_id`` of a store's file: "chat"."""


def _released_steps() -> tuple[str, ...]:
    """Return the SQL of all steps, ordered by the number at the start of each file's name."""
    steps = [each for each in files(__name__).iterdir() if each.name.endswith(".sql")]
    steps.sort(key=lambda each: int(each.name.partition("_")[0]))
    return tuple(each.read_text("utf-8") for each in steps)


STEPS = _released_steps()
"""The SQL of each step, in order."""

WORKS_WITH = 7
"""The oldest version that can go on working with a file of the latest one: a step that only adds
leaves it as it is. A successor that is being upgraded to makes its steps before the daemon has
ended, which goes on with the file if that fails."""

FILLS: Mapping[int, Callable[[sqlite3.Connection], None]] = {4: time_index.fill}
"""Functions that fill the tables of a step, by its number, where SQL alone cannot. A function runs
in the transaction of its step."""


def version_of(connection: sqlite3.Connection, name: str = "main") -> int:
    """Return the version of a file, given the name of its database; 0 for an empty one.

    Raises `StoreError` for the file of another program, and for a newer version.
    """
    application = connection.execute(f"PRAGMA {name}.application_id").fetchone()[0]
    tables = connection.execute(f"SELECT count(*) FROM {name}.sqlite_master")
    empty = tables.fetchone()[0] == 0
    if empty and application == 0:
        return 0
    if application != APPLICATION_ID:
        raise StoreError("it is the database of another program. Give another file.")
    version: int = connection.execute(f"PRAGMA {name}.user_version").fetchone()[0]
    if version > len(STEPS):
        raise StoreError(
            f"it was written by a newer chatd (version {version} of the file; this one knows"
            f" {len(STEPS)}). Upgrade chatd, or give another file."
        )
    return version


def upgrade(connection: sqlite3.Connection) -> None:
    """Apply the steps that a file lacks, each in a transaction of its own.

    Raises `StoreError` as `version_of` does.
    """
    done = version_of(connection)
    for number, step in enumerate(STEPS[done:], done + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {step}")
        if number in FILLS:
            FILLS[number](connection)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
