"""Fixtures of the tests of SQLite stores: a path, its store, and the connections that are made."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.support.store_files import Opening
from tests.support.stores import StoreHarness


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat.sqlite"


@pytest.fixture
def harness(opening: Opening) -> StoreHarness:
    return opening.first()


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[sqlite3.Connection]:
    """Yield the connections that a test makes.

    Any thread may use them, and none waits for a lock.
    """
    made: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def spy(database: Path | str, **options: object) -> sqlite3.Connection:
        made.append(connect(database, **{**options, "check_same_thread": False, "timeout": 0}))
        return made[-1]

    monkeypatch.setattr(sqlite3, "connect", spy)
    return made
