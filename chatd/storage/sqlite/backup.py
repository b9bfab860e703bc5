"""A back-up of a store's file: one moment of it, in a file of its own.

Theory of operation. One read transaction copies the tables, row by row in the order of their keys,
into a new file. The daemon that writes meanwhile waits for nothing, and the copy has no free page,
so no byte of a deleted line. The search index is left out: it is as large as the texts, may hold
trigrams of lines that were deleted an hour ago, and is built again from the events by the daemon
that opens the copy. `VACUUM INTO` would copy it.

This module must not know an event or a room.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from chatd.storage.contract import StoreError
from chatd.storage.sqlite import schema, search_index
from chatd.storage.sqlite.errors import sqlite_errors
from chatd.storage.sqlite.examination import Examination, examine_file
from chatd.storage.sqlite.file import BESIDE, reading_uri
from chatd.storage.sqlite.partial import partial_file, system_errors

LAST = ".last-backup"
"""Suffix of the file beside a store that has the time of its last back-up."""

_OF_A_STORE = ("", *BESIDE, ".lock", ".control", LAST)
"""Suffixes of the files of a store that is in use."""

FLUSHED_BYTES = 1024 * 1024
"""Bytes after which the copy is written to the disk."""

_STEPS = 200
"""Instructions of SQLite's virtual machine between two looks at the size of the copy."""

_CHORES = "chores"
"""The table of pending work on the search index."""


def back_up(path: Path, target: Path) -> Examination:
    """Copy a store's file to ``target``, check the copy, and return what was found in it.

    An earlier back-up of that name is replaced, once the new one is whole. Raises `StoreError` for
    any other file, for a store that has a fault, and if the copy cannot be made.
    """
    _check_target(path, target)
    began = int(time.time())
    with partial_file(target) as partial:
        with system_errors(target):
            _copy(path, partial, target)
        found = examine_file(partial)
        if found.faults:
            raise StoreError(f"{path} has a fault: {found.faults[0]}")
    with suppress(StoreError, OSError), partial_file(_last_of(path)) as partial:
        partial.write_text(f"{began}\n")
    return found


def last_back_up(path: Path) -> int | None:
    """Return when the last back-up of a store began that succeeded, in seconds since 1970.

    None if there is none, or if its time could not be stored beside the store.
    """
    try:
        return int(_last_of(path).read_text())
    except (OSError, ValueError):
        return None


def _last_of(path: Path) -> Path:
    return path.with_name(path.name + LAST)


class _Flush:
    """A progress handler of SQLite that writes a growing file to the disk in small parts.

    ``descriptor`` is that of the file, ``error`` the one that ended the work.
    """

    def __init__(self, descriptor: int) -> None:
        self.error: BaseException | None = None
        self._descriptor = descriptor
        self._flushed = 0

    def __call__(self) -> bool:
        """Write what is new to the disk, if it is enough. Return True to end the work."""
        try:
            size = os.fstat(self._descriptor).st_size
            if size - self._flushed >= FLUSHED_BYTES:
                os.fsync(self._descriptor)
                self._flushed = size
        except BaseException as error:  # SQLite would drop it
            self.error = error
        return self.error is not None


def _check_target(path: Path, target: Path) -> None:
    """Raise `StoreError` unless ``target`` is free, or is an earlier back-up."""
    with system_errors(target):
        if target in [path.with_name(path.name + suffix) for suffix in _OF_A_STORE]:
            raise StoreError(f"{target} is a file of the store itself. Give another FILE.")
        if not target.parent.is_dir():
            raise StoreError(f"there is no directory {target.parent}. Make it first.")
        if target.is_dir():
            raise StoreError(f"{target} is a directory. Name a file in it.")
        if not os.path.lexists(target):
            return
        if target.samefile(path):
            raise StoreError(f"{target} is the store itself. Give another FILE.")
        others = [target.with_name(target.name + suffix) for suffix in _OF_A_STORE[1:]]
        used = next((other for other in others if os.path.lexists(other)), None)
        if used is not None:
            raise StoreError(
                f"{target} is a store that was used: {used.name} is beside it. Give another FILE."
            )
        if not _is_a_store(target):
            raise StoreError(f"{target} is there, and no back-up of chatd. Give another FILE.")


def _is_a_store(path: Path) -> bool:
    if not path.is_file():  # SQLite would wait until a pipe is written to
        return False
    try:
        with closing(sqlite3.connect(reading_uri(path), uri=True)) as connection:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
    except sqlite3.Error:
        return False
    return bool(application == schema.APPLICATION_ID)


def _copy(path: Path, partial: Path, target: Path) -> None:
    """Copy the tables of a store into an empty file, which will be ``target``.

    Raises `StoreError`, and errors of the system.
    """
    uri = f"{partial.as_uri()}?mode=rw"
    with (
        open(partial, "rb", buffering=0) as written,
        closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection,
    ):
        flush = _Flush(written.fileno())
        connection.set_progress_handler(flush, _STEPS)
        # The file gets its name when it is whole, so it needs no journal.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        with sqlite_errors(path):
            connection.execute("ATTACH ? AS store", (reading_uri(path),))
            version = schema.version_of(connection, "store")
            if version == 0:
                raise StoreError("it is empty.")
        try:
            _copy_tables(connection, version)
        except sqlite3.DatabaseError as error:
            if flush.error is not None:
                raise flush.error from None
            if type(error) is sqlite3.DatabaseError:  # "malformed": of the file that is read
                raise StoreError(f"{path} is damaged: `chatd check` tells how.") from None
            raise StoreError(f"{target}: {error}.") from None


def _copy_tables(connection: sqlite3.Connection, version: int) -> None:
    connection.execute("BEGIN")
    made = [
        (kind, name, sql)
        for kind, name, sql in connection.execute(
            "SELECT type, name, sql FROM store.sqlite_master WHERE sql IS NOT NULL"
        )
        if not search_index.is_part(name)
    ]
    for _, _, sql in made:
        connection.execute(sql)
    tables = [name for kind, name, _ in made if kind == "table"]
    for name in tables:
        if name != _CHORES:
            connection.execute(f"INSERT INTO main.{name} SELECT * FROM store.{name}")
    if _CHORES in tables:  # the column came with this table
        connection.execute("UPDATE main.rooms SET indexed = 0")
    connection.execute(f"PRAGMA main.application_id = {schema.APPLICATION_ID}")
    connection.execute(f"PRAGMA main.user_version = {version}")
    connection.execute("COMMIT")
