"""Statements that are sent at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from chatd.storage.postgres.pipeline import Pipeline
from tests.support.postgres import Server
from tests.support.waiting import signal_pid


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE done (what text)")
        yield connection


@pytest.fixture
def pipeline(connection: psycopg.Connection[Any]) -> Pipeline:
    return Pipeline(connection)


ADD = "INSERT INTO done VALUES ($1) RETURNING what"


class TestPipeline:
    def test_each_statement_has_a_row(self, pipeline: Pipeline) -> None:
        first = "SELECT $1 || '!', NULL, 5", ["é"]
        assert pipeline.ask(first, ("SELECT $1::text", [None])) == [["é!", None, "5"], [None]]
        assert pipeline.ask(first) == [["é!", None, "5"]]

    def test_each_is_a_transaction(
        self, pipeline: Pipeline, connection: psycopg.Connection[Any]
    ) -> None:
        statements = (ADD, ["a"]), ("SELECT 1 / $1::integer", ["0"]), (ADD, ["b"])
        with pytest.raises(psycopg.errors.DivisionByZero, match="division by zero"):
            pipeline.ask(*statements)
        assert connection.execute("SELECT what FROM done").fetchall() == [("a",), ("b",)]

    def test_what_cannot_be_prepared_is_an_error(self, pipeline: Pipeline) -> None:
        with pytest.raises(psycopg.errors.UndefinedTable):
            pipeline.ask(("SELECT FROM missing", []))
        assert pipeline.ask(("SELECT 1", [])) == [["1"]]

    def test_what_is_sent_may_be_large(self, pipeline: Pipeline) -> None:
        text = "x" * 20_000_000
        answers = pipeline.ask(("SELECT $1::text", [text]), ("SELECT length($1)", [text]))
        assert answers == [[text], ["20000000"]]

    def test_a_connection_that_ends_is_an_error(
        self, pipeline: Pipeline, connection: psycopg.Connection[Any], postgres: Server
    ) -> None:
        signal_pid(postgres, "pg_terminate_backend", connection.info.backend_pid)
        with pytest.raises(psycopg.OperationalError):
            pipeline.ask(("SELECT pg_sleep(60)", []))
