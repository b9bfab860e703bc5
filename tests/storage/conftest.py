"""Fixtures of the tests of stores: a store of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from pathlib import Path

import pytest

from tests.support.store_kinds import harness_of
from tests.support.stores import StoreHarness


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give searches all the time that they take: on a busy machine, some would find less."""
    for kind in "sqlite", "postgres":
        monkeypatch.setattr(f"chatd.storage.{kind}.search.SEARCH_SECONDS", inf)


@pytest.fixture(params=["memory", "sqlite"])
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreHarness]:
    with harness_of(request, tmp_path) as harness:
        yield harness
