"""Fixtures of the tests of a database: a log in it, nodes that share one, and a cluster."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from tests.support.log_nodes import LogNode, empty_log, make_schema, nodes_on
from tests.support.postgres import Cluster, Server, cluster
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


@pytest.fixture(scope="package")
def with_schema(postgres: Server) -> Iterator[str]:
    """Yield the URL of a database with the schema."""
    with postgres.fresh_database() as made:
        make_schema(made)
        yield made


@pytest.fixture
def url(with_schema: str) -> str:
    """Return the URL of a database with an empty log. A new one takes five times as long."""
    empty_log(with_schema)
    return with_schema


@pytest.fixture
def nodes(url: str) -> Iterator[tuple[LogNode, LogNode]]:
    """Yield two nodes of one log."""
    with nodes_on(url, "one", "two") as (one, two):
        yield one, two


@pytest.fixture
def one(nodes: tuple[LogNode, LogNode]) -> LogNode:
    """Return the first one of two nodes."""
    return nodes[0]


@pytest.fixture
def two(nodes: tuple[LogNode, LogNode]) -> LogNode:
    """Return the second one of two nodes."""
    return nodes[1]


@pytest.fixture(scope="package")
def servers(postgres_programs: None) -> Iterator[Cluster]:
    """Yield a primary and its standby for all tests that leave both as they are."""
    with cluster({"fsync": "off"}) as own:
        yield own


@pytest.fixture
def replicated(servers: Cluster) -> Iterator[str]:
    """Yield the URL of an empty log that has a standby."""
    with servers.primary.fresh_database() as made:
        make_schema(made)
        yield made
        servers.link.resume()  # it is emptied by commits
