"""The settings of sessions, and those of others that they undo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from chatd.storage.postgres.sessions import SETTINGS, open_session
from tests.support.log_nodes import parameters_for
from tests.support.postgres import Server


class TestSessions:
    @pytest.fixture
    def others(self, postgres: Server) -> Iterator[str]:
        """Yield the URL of a role that has other settings."""
        hostile = {
            "client_min_messages": "error",
            "default_transaction_isolation": "serializable",
            "synchronous_commit": "off",
            "search_path": "public",
            "statement_timeout": "1h",
        }
        with postgres.fresh_database() as url, postgres.connect() as connection:
            for name, value in hostile.items():
                connection.execute(f"ALTER ROLE chatd SET {name} = '{value}'".encode())
            yield url
            connection.execute("ALTER ROLE chatd RESET ALL")

    def test_they_do_not_depend_on_those_of_a_role(self, others: str) -> None:
        with open_session(parameters_for(others), "one") as session:
            for name, value in SETTINGS.items():
                assert _setting(session, name) == value

    def test_operators_see_the_name_of_the_node(self, database: str) -> None:
        with open_session(parameters_for(database), "one") as session:
            assert _setting(session, "application_name") == "chatd one"

    def test_each_statement_is_a_transaction(self, database: str) -> None:
        with open_session(parameters_for(database), "one") as session:
            session.execute("SELECT 1")
            assert session.info.transaction_status == psycopg.pq.TransactionStatus.IDLE

    def test_those_that_repeat_statements_prepare_them(self, database: str) -> None:
        with open_session(parameters_for(database), "one", steady=True) as session:
            session.execute("SELECT 1")
            count = session.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
            assert count is not None
            assert count[0] > 0


def _setting(session: psycopg.Connection[Any], name: str) -> str:
    row = session.execute("SELECT current_setting(%s)", (name,)).fetchone()
    assert row is not None
    return str(row[0])
