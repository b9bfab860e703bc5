"""A session that one thread uses, and that another one ends."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from chatd.storage.postgres.channel import Channel
from chatd.storage.postgres.sessions import open_session
from chatd.storage.shared.engine import LinkLost
from tests.support.log_nodes import parameters_for
from tests.support.postgres import Server
from tests.support.waiting import InThread, signal_pid, wait_for_event

WARNING = "DO $$ BEGIN RAISE WARNING 'it did not wait'; END $$"
NOTICE = "DO $$ BEGIN RAISE NOTICE 'nor did this'; END $$"


@pytest.fixture
def channel(with_schema: str) -> Iterator[Channel]:
    channel = Channel(open_session(parameters_for(with_schema), "one"))
    yield channel
    channel.close()


class TestHeard:
    @pytest.mark.parametrize("statement", [WARNING, NOTICE])
    def test_an_answer_does_not_count_if_the_server_said_more(
        self, channel: Channel, statement: str
    ) -> None:
        with pytest.raises(LinkLost, match=r"does not count.*did"), channel.heard():
            channel.connection.execute(statement.encode())

    def test_it_does_in_a_pipeline(self, channel: Channel) -> None:
        channel.connection.execute(
            "CREATE FUNCTION pg_temp.warn() RETURNS void LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE WARNING 'it did not wait'; END $$"
        )
        with pytest.raises(LinkLost), channel.heard():
            channel.pipeline.ask(("SELECT 1", []), ("SELECT pg_temp.warn()", []))

    def test_an_earlier_warning_is_no_matter(self, channel: Channel) -> None:
        channel.connection.execute(WARNING)
        with channel.heard():
            assert channel.ask("SELECT %s", 1) == [(1,)]


class TestShutDown:
    def test_a_thread_that_waits_goes_on(self, channel: Channel, postgres: Server) -> None:
        waiting = InThread(Channel.ask, channel, "SELECT pg_sleep(60)")
        wait_for_event(postgres, channel.pid, "PgSleep")
        channel.shut_down()
        with pytest.raises(psycopg.OperationalError):
            waiting.result()
        signal_pid(postgres, "pg_terminate_backend", channel.pid)  # or it sleeps on

    def test_it_may_be_done_twice(self, channel: Channel) -> None:
        channel.shut_down()
        channel.shut_down()
        channel.close()
        channel.shut_down()
