"""Helpers for tests of SQLite stores: open a file again, look at it from outside, and limit it."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from chatd.storage.contract import StoreError
from chatd.storage.sqlite.store import SqliteStore
from tests.support.checkout import ROOT
from tests.support.stores import StoreHarness, StoreReactor, draft

NOBODY = 65534
"""Number of a user without rights."""

VERSIONS = ROOT / "tests" / "storage" / "sqlite"
"""Folder of a file of each version, ``version_N.db``, written by the first release with it."""


def of_version(number: int, path: Path) -> Path:
    """Copy the file of a version to a path, because each reader makes files beside it."""
    shutil.copy(VERSIONS / f"version_{number}.db", path)
    return path


SECRET = "Zebras at Midnight"


class Opening:
    """Open the store of a test, again and again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._harness: StoreHarness | None = None

    def first(self) -> StoreHarness:
        self._harness = StoreHarness.in_file(self._path)
        return self._harness

    async def writer(self, connections: list[sqlite3.Connection]) -> sqlite3.Connection:
        """Open the store and say a line; return the connection that wrote it.

        ``connections`` are all that are made.
        """
        harness = self.first()
        connections.clear()
        await harness.say(draft())
        (writer,) = connections
        return writer

    async def again(self) -> StoreHarness:
        """Close the open store, as a daemon that stops, and open it again."""
        await self.close()
        return self.first()

    async def close(self) -> None:
        harness, self._harness = self._harness, None
        if harness is not None:
            await harness.store.close()


def refusal(path: Path) -> str:
    """Return the error with which a store at a path is refused: one line."""
    with pytest.raises(StoreError) as caught:
        SqliteStore(StoreReactor(), path)
    why = str(caught.value)
    assert "\n" not in why
    return why


def sql(path: Path, statement: str) -> list[tuple[object, ...]]:
    """Run a statement on the file in a connection of its own, as another program does."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return connection.execute(statement).fetchall()


@contextmanager
def locked(path: Path) -> Iterator[sqlite3.Connection]:
    """Lock the file as another program does; yield the connection of that program."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def descriptors() -> int:
    """Return the number of open files of this process."""
    return len(os.listdir("/dev/fd"))


def held(path: Path) -> set[str]:
    """Return the files that have a part of `SECRET`, as it was said or as it is indexed."""
    parts = ["Zebra", "zebra", "Midnight", "midnight"]
    return {
        each.name
        for each in path.parent.iterdir()
        if any(part.encode() in each.read_bytes() for part in parts)
    }


def indexed(path: Path) -> list[tuple[object, ...]]:
    """Return the seq of each room up to which its events are in the index."""
    return sql(path, "SELECT name, indexed FROM rooms ORDER BY name")


def in_index(path: Path, gram: str) -> list[object]:
    """Return the seqs of the first room's events that have three characters, by the index."""
    asked = f"SELECT rowid FROM search WHERE search MATCH '\"{gram}\"'"
    return [int(str(number)) & 0xFFFFFFFFFF for (number,) in sql(path, asked)]


async def damage_index(harness: StoreHarness, path: Path) -> None:
    """Say lines, index them, and delete the content of the index."""
    await harness.say(*(draft(f"hola {number}") for number in range(300)))
    await harness.catch_up()
    list_of_segments = 10
    sql(path, f"DELETE FROM search_data WHERE id > {list_of_segments}")


@contextmanager
def as_nobody(directory: Path) -> Iterator[None]:
    """Act without the rights of root, who may read and write everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        if not os.path.exists(directory):  # a folder above it may be closed to others
            pytest.skip("the temporary directory is root's alone")
        yield
    finally:
        os.seteuid(0)


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    """Fail writes beyond a size, as a full disk does; for root, too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
