"""A store on PostgreSQL for tests: events have the time of a clock of the tests.

The functions of the database call a function for the time that reads a table, which is written
before each batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest_twisted
from twisted.internet.defer import Deferred

from chatd.event import Draft
from chatd.storage.batches import BatchItem, Committed
from chatd.storage.postgres.address import address_of
from chatd.storage.postgres.schema import STEPS, upgrade
from chatd.storage.postgres.store import PostgresSettings, PostgresStore
from chatd.storage.shared.settings import Durability, SharedSettings
from tests.support.stores import StoreHarness, StoreReactor

NODE = "alba"

PLACE = Path("/nowhere/chatd-alba")

_TIME = b"clock_timestamp()"

_MOMENT = """
CREATE TABLE chatd.moment AS SELECT to_timestamp(0) AS at;
CREATE FUNCTION chatd.moment_of_tests() RETURNS timestamptz LANGUAGE sql
    AS 'SELECT at FROM chatd.moment'
"""


def store_settings(node: str = NODE, **other: Any) -> PostgresSettings:
    """Return the settings of a store on a server whose data may be lost."""
    shared = SharedSettings(node, Durability.ONE_DISK)._replace(**other)
    return PostgresSettings(shared, PLACE, {})


class TimedStore(PostgresStore):
    """A store on a database; what is said at ``now`` is said at that time of the server.

    Only what a node asks for at its start is asked in 1970, so that tests begin when they like.
    """

    def __init__(self, url: str, reactor: StoreReactor, now: Callable[[], float]) -> None:
        self._now = now
        self._times = psycopg.connect(url, autocommit=True)
        super().__init__(cast(Any, reactor), address_of(url), store_settings(), now)

    def commit(self, batch: Sequence[BatchItem]) -> Deferred[Committed]:
        if any(isinstance(item, Draft) for item in batch):
            self._times.execute("UPDATE chatd.moment SET at = to_timestamp(%s)", (self._now(),))
        return super().commit(batch)

    async def close(self) -> None:
        await super().close()
        self._times.close()


def harness_on(url: str) -> StoreHarness:
    """Return a harness of a store on an empty database."""
    steps = [step.replace(_TIME, b"chatd.moment_of_tests()") for step in STEPS]
    with psycopg.connect(url, autocommit=True) as connection:
        upgrade(connection, steps)
        connection.execute(_MOMENT)
    harness = StoreHarness(partial(TimedStore, url))
    pytest_twisted.blockon(Deferred.fromCoroutine(_begin(harness)))
    return harness


async def _begin(harness: StoreHarness) -> None:
    """Wait until the node has what it asks for at its start: a link, and claims."""
    await harness.wait_for(lambda: bool(cast(TimedStore, harness.store).nodes))
    await harness.settle()
