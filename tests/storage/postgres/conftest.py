"""Fixtures of the tests of what reads a database: a log in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from tests.support.postgres_log import LogInDatabase, harness_in
from tests.support.stores import StoreHarness


@pytest.fixture
def harness(database: str) -> Iterator[StoreHarness]:
    harness = harness_in(database)
    yield harness
    pytest_twisted.blockon(Deferred.fromCoroutine(harness.store.close()))


@pytest.fixture
def log(harness: StoreHarness) -> LogInDatabase:
    assert isinstance(harness.store, LogInDatabase)
    return harness.store
