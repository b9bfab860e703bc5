"""Fixtures of the tests of stores: a store of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from chatd.storage.memory import MemoryStore
from chatd.storage.sqlite.store import SqliteStore
from tests.support.stores import World


@pytest.fixture(params=["memory", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "memory":
        world = World(lambda reactor, now: MemoryStore(reactor, now))
    else:
        world = World(lambda reactor, now: SqliteStore(reactor, tmp_path / "chat.sqlite", now))
    yield world
    pytest_twisted.blockon(Deferred.fromCoroutine(world.store.close()))
