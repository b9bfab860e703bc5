"""`chatd.storage.postgres.reading`: connections that reconnect, and read the true log alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from threading import Timer
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from chatd.storage.contract import StoreError
from chatd.storage.postgres.reading import NOTHING, ReadingConnection, ShutDown
from chatd.storage.shared.engine import Position
from tests.support.postgres import Server
from tests.support.postgres_log import LogInDatabase, connect

OTHER = UUID(int=7)


@pytest.fixture
def connection(log: LogInDatabase, database: str) -> Iterator[ReadingConnection]:
    connection = ReadingConnection(partial(connect, database))
    yield connection
    connection.close()


def answer(connection: ReadingConnection) -> int:
    """Ask for an answer."""
    with connection.cursor() as cursor:
        row = cursor.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])


class TestConnection:
    def test_it_stays_open(self, connection: ReadingConnection) -> None:
        assert answer(connection) == answer(connection)

    def test_one_that_was_lost_is_opened_again(
        self, connection: ReadingConnection, postgres: Server
    ) -> None:
        lost = answer(connection)
        with postgres.connect() as superuser:
            superuser.execute("SELECT pg_terminate_backend(%s, 5000)", (lost,))
        assert answer(connection) != lost

    def test_one_that_is_lost_in_its_use_is_opened_again_by_the_next(
        self, connection: ReadingConnection, postgres: Server
    ) -> None:
        lost = answer(connection)
        with (
            pytest.raises(StoreError, match=r"terminating connection .* Try again in a moment\."),
            connection.cursor() as cursor,
        ):
            self.ask_after_the_end(cursor, lost, postgres)
        assert answer(connection) != lost

    @staticmethod
    def ask_after_the_end(cursor: psycopg.Cursor[Any], session: int, postgres: Server) -> None:
        with postgres.connect() as superuser:
            superuser.execute("SELECT pg_terminate_backend(%s, 5000)", (session,))
        cursor.execute("SELECT 1")

    def test_one_that_is_closed_is_opened_again(self, connection: ReadingConnection) -> None:
        first = answer(connection)
        connection.close()
        assert answer(connection) != first

    def test_one_that_waits_can_be_shut_down(self, connection: ReadingConnection) -> None:
        first = answer(connection)
        timer = Timer(0.1, connection.shut_down)
        timer.start()
        with pytest.raises(ShutDown), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")
        timer.join()
        assert answer(connection) != first

    def test_to_shut_down_one_that_is_closed_does_nothing(
        self, connection: ReadingConnection
    ) -> None:
        connection.shut_down()
        assert answer(connection)

    def test_after_an_error_it_is_opened_again(self, connection: ReadingConnection) -> None:
        first = answer(connection)
        with (
            pytest.raises(StoreError, match=r"^division by zero\.$"),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 1 / 0")
        assert answer(connection) != first

    def test_so_it_is_if_its_use_was_broken_off(self, connection: ReadingConnection) -> None:
        first = answer(connection)
        with pytest.raises(ZeroDivisionError), connection.cursor():
            raise ZeroDivisionError
        assert answer(connection) != first

    def test_a_server_that_is_not_there_is_told_in_one_line(self) -> None:
        def fail() -> psycopg.Connection:
            return psycopg.connect("host=/nowhere dbname=chatd")

        with pytest.raises(StoreError, match="Does the server run"):
            answer(ReadingConnection(fail))


class TestHistory:
    """The last batch that this node has published must be in the log of the server."""

    @pytest.fixture(autouse=True)
    def batches(self, log: LogInDatabase) -> list[UUID]:
        """Write three batches, of which the first was pruned."""
        ids = [uuid4() for _ in range(3)]
        for number, each in enumerate(ids, 1):
            log.connection.execute(
                "INSERT INTO batches (shard, no, id, term, time) VALUES (0, %s, %s, 1, 0)",
                (number, each),
            )
        log.connection.execute("DELETE FROM batches WHERE no = 1")
        log.connection.execute("UPDATE clock SET no = 3")
        return ids

    @staticmethod
    def ask(database: str, shown: Position) -> None:
        connection = ReadingConnection(partial(connect, database), lambda: shown)
        try:
            answer(connection)
        finally:
            connection.close()

    def test_a_node_that_has_published_nothing_reads(self, database: str) -> None:
        self.ask(database, NOTHING)

    @pytest.mark.parametrize("number", [2, 3])
    def test_a_batch_that_is_there_lets_read(
        self, database: str, batches: list[UUID], number: int
    ) -> None:
        self.ask(database, Position(number, batches[number - 1]))

    def test_so_does_one_that_was_pruned(self, database: str) -> None:
        self.ask(database, Position(1, OTHER))

    @pytest.mark.parametrize("number", [2, 3, 4])
    def test_another_one_in_its_place_or_none_yet_does_not(
        self, database: str, number: int
    ) -> None:
        with pytest.raises(StoreError, match="the server has not the log that was shown"):
            self.ask(database, Position(number, OTHER))

    def test_the_next_use_connects_again(self, database: str, batches: list[UUID]) -> None:
        """It may find another server."""
        opened = []

        def open() -> psycopg.Connection:
            opened.append(connect(database))
            return opened[-1]

        shown = [Position(4, OTHER), Position(3, batches[2])]
        connection = ReadingConnection(open, lambda: shown.pop(0))
        with pytest.raises(StoreError):
            answer(connection)
        assert answer(connection)
        assert len(opened) == 2
        assert opened[0].closed
        connection.close()
