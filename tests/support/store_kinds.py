"""A harness of each kind of store, for the tests of what all stores do alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from tests.support.stores import StoreHarness

DATABASE = pytest.param("database", marks=pytest.mark.postgres)
LOGS = ["memory", "sqlite", DATABASE]
"""Stores that stamp lines by a clock of the tests, of which one writes rows into a database as an
import does, and nothing but lines. That needs a server of PostgreSQL."""

STORES = ["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
"""All stores. The clock of the last one never goes back, and it needs a server, too."""


@contextmanager
def harness_of(request: pytest.FixtureRequest, folder: Path) -> Iterator[StoreHarness]:
    """Yield a harness of a store of the kind that a fixture has as its parameter."""
    if request.param == "memory":
        harness = StoreHarness.in_memory()
    elif request.param == "sqlite":
        harness = StoreHarness.in_file(folder / "chat.sqlite")
    elif request.param == "database":
        from tests.support.postgres_log import harness_in

        harness = harness_in(request.getfixturevalue("database"))
    else:
        from tests.support.postgres_store import harness_on  # not where psycopg is not needed

        harness = harness_on(request.getfixturevalue("database"))
    yield harness
    pytest_twisted.blockon(Deferred.fromCoroutine(harness.store.close()))
