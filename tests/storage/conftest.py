"""Fixtures of the tests of stores: a store of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from tests.support.postgres_log import harness_in
from tests.support.stores import StoreHarness


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give searches all the time that they take: on a busy machine, some would find less."""
    for kind in "sqlite", "postgres":
        monkeypatch.setattr(f"chatd.storage.{kind}.search.SEARCH_SECONDS", inf)


@pytest.fixture(params=["memory", "sqlite", "database"])
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreHarness]:
    if request.param == "memory":
        harness = StoreHarness.in_memory()
    elif request.param == "database":
        harness = harness_in(request.getfixturevalue("database"))
    else:
        harness = StoreHarness.in_file(tmp_path / "chat.sqlite")
    yield harness
    pytest_twisted.blockon(Deferred.fromCoroutine(harness.store.close()))
