"""The schema of the database: it is made, upgraded, and refused if it is not chatd's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from chatd.storage.contract import StoreError
from chatd.storage.postgres.schema import STEPS, upgrade, version_of

Connection = psycopg.Connection[Any]


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


class TestUpgrade:
    def test_an_empty_database_has_version_0(self, connection: Connection) -> None:
        assert version_of(connection) == 0

    def test_an_empty_database_gets_all_steps(self, connection: Connection) -> None:
        upgrade(connection)
        assert version_of(connection) == len(STEPS)

    def test_a_complete_one_is_left_as_it_is(self, connection: Connection) -> None:
        upgrade(connection)
        connection.execute('UPDATE chatd.meta SET settings = \'{"lobby": "a"}\'')
        upgrade(connection)
        assert connection.execute("SELECT settings FROM chatd.meta").fetchone() == ({"lobby": "a"},)

    def test_an_older_one_gets_the_steps_that_it_lacks(self, connection: Connection) -> None:
        upgrade(connection)
        upgrade(connection, [*STEPS, b"CREATE TABLE added ()"])
        assert version_of(connection) == len(STEPS) + 1
        connection.execute("SELECT FROM chatd.added")

    def test_a_step_that_fails_leaves_nothing(self, connection: Connection) -> None:
        upgrade(connection)
        with pytest.raises(psycopg.errors.UndefinedTable):
            upgrade(connection, [*STEPS, b"CREATE TABLE added (); SELECT FROM missing"])
        assert version_of(connection) == len(STEPS)
        assert connection.execute("SELECT to_regclass('chatd.added')").fetchone() == (None,)

    def test_a_newer_one_whose_log_can_be_read_is_used(self, connection: Connection) -> None:
        upgrade(connection, [*STEPS, b"CREATE TABLE added ()"])
        upgrade(connection)
        assert version_of(connection) == len(STEPS) + 1

    def test_a_step_waits_until_nobody_has_need_of_its_tables(
        self, connection: Connection, database: str
    ) -> None:
        upgrade(connection)
        step = b"ALTER TABLE rooms ADD COLUMN added text"
        with psycopg.connect(database) as other:
            other.execute("SELECT FROM chatd.rooms")
            upgrade(connection, [*STEPS, step], lambda seconds: other.rollback())
        assert version_of(connection) == len(STEPS) + 1

    def test_it_gives_up_after_a_while(self, connection: Connection, database: str) -> None:
        upgrade(connection)
        tries: list[float] = []
        with psycopg.connect(database) as other:
            other.execute("SELECT FROM chatd.rooms")
            step = b"SET LOCAL lock_timeout = 1; ALTER TABLE rooms ADD COLUMN added text"
            with pytest.raises(StoreError, match="while others use them"):
                upgrade(connection, [*STEPS, step], tries.append)
        assert sum(tries) == pytest.approx(10)


class TestRefused:
    @pytest.mark.parametrize("schema", ["public", "chatd"])
    def test_the_database_of_another_program(self, connection: Connection, schema: str) -> None:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}".encode())
        connection.execute(f"CREATE TABLE {schema}.theirs (one int)".encode())
        with pytest.raises(StoreError, match="another program"):
            upgrade(connection)

    def test_a_schema_with_our_name_of_another_program(self, connection: Connection) -> None:
        upgrade(connection)
        connection.execute("UPDATE chatd.meta SET application = 'theirs'")
        with pytest.raises(StoreError, match="another program"):
            upgrade(connection)

    def test_a_log_that_this_version_cannot_read(self, connection: Connection) -> None:
        upgrade(connection)
        connection.execute("UPDATE chatd.meta SET level = 99")
        with pytest.raises(StoreError, match="newer chatd"):
            upgrade(connection)
