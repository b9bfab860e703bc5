"""Tests of `chatd.storage.postgres.examiner`: the same questions again and again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import psycopg
import pytest
from twisted.internet.defer import Deferred

from chatd.storage.postgres.checks import Findings
from chatd.storage.postgres.examiner import EXAMINE_SECONDS, Examiner
from chatd.storage.shared.settings import Durability
from chatd.util.error_log import ErrorLog
from tests.support.stores import StoreReactor


class Scene:
    """An examiner of a database, on a fake clock, and what it found."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.found: list[Findings] = []
        self.connections = 0
        self.reactor = StoreReactor()
        self._waiting: Deferred[None] = Deferred()
        self.examiner = Examiner(
            cast(Any, self.reactor),
            self.connect,
            Durability.ONE_DISK,
            self.take,
            ErrorLog(self.reactor),
        )

    def connect(self) -> psycopg.Connection[Any]:
        self.connections += 1
        return psycopg.connect(self.database, autocommit=True)

    def take(self, findings: Findings) -> None:
        self.found.append(findings)
        self._waiting.callback(None)

    async def next(self) -> Findings:
        """Return the findings of the next time."""
        self._waiting = Deferred()
        self.reactor.advance(EXAMINE_SECONDS)
        await self._waiting
        return self.found[-1]


@pytest.fixture
def scene(database: str) -> Iterator[Scene]:
    scene = Scene(database)
    scene.examiner.start()
    yield scene
    scene.examiner.stop()


async def test_a_change_is_found_within_a_minute(scene: Scene) -> None:
    assert (await scene.next()).warnings
    with psycopg.connect(scene.database, autocommit=True) as connection:
        connection.execute("ALTER ROLE chatd SET synchronous_commit = off")
        try:
            assert "synchronous_commit is off" in (await scene.next()).warnings[0]
        finally:
            connection.execute("ALTER ROLE chatd RESET synchronous_commit")
    assert EXAMINE_SECONDS <= 60


async def test_a_database_that_is_away_is_no_finding(scene: Scene) -> None:
    database, scene.database = scene.database, "postgresql://127.0.0.1:1/chatd"
    scene.reactor.advance(EXAMINE_SECONDS)
    scene.database = database
    assert (await scene.next()).faults == []


async def test_nothing_is_asked_after_the_end(scene: Scene) -> None:
    scene.examiner.stop()
    scene.reactor.advance(EXAMINE_SECONDS)
    assert scene.connections == 0
