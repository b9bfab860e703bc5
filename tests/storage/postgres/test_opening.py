"""Tests of `chatd.storage.postgres.opening`: what a node finds, and when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from chatd.event import Record
from chatd.storage.contract import StoreError
from chatd.storage.postgres.address import address_of
from chatd.storage.postgres.opening import LOOK_SECONDS, Opened, Opening
from chatd.storage.shared.engine import PROTOCOL
from chatd.storage.shared.settings import Durability
from chatd.util.state import State
from tests.support.log_nodes import LogNode, claim, line, nodes_on, write
from tests.support.postgres import Cluster, Server

LOSABLE = Durability.ONE_DISK
"""The durability of the servers of tests: their data may be lost."""


class Time:
    """The time that a node waits: each other node renews its lease every second meanwhile."""

    def __init__(self, database: str) -> None:
        self.waited = 0.0
        self.beating: list[str] = []
        self.then: Callable[[], object] = lambda: None
        self._database = database

    def sleep(self, seconds: float) -> None:
        before, self.waited = self.waited, self.waited + seconds
        if int(before) < int(self.waited):
            query = "UPDATE chatd.nodes SET beat = beat + 1 WHERE name = ANY (%s)"
            with psycopg.connect(self._database) as connection:
                connection.execute(query, (self.beating,))
            self.then()


@pytest.fixture
def time(database: str) -> Time:
    return Time(database)


@pytest.fixture
def join(database: str, time: Time) -> Callable[..., Opened]:
    """Return a function that opens the log for a node."""

    def join(node: str, durability: Durability = LOSABLE, **alike: str) -> Opened:
        parameters = address_of(database).parameters
        return Opening(parameters, node, durability, alike, time.sleep).run()

    return join


def sql(database: str, statement: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(statement.encode())


class TestBegin:
    def test_an_empty_database_becomes_a_log(self, join: Callable[..., Opened]) -> None:
        opened = join("alba")
        assert opened.joined[:2] == (1, 1)
        assert opened.content.position.number == 2
        assert opened.numbers == range(1, 1001)
        assert not opened.content.rooms

    def test_each_start_is_a_term_and_what_was_done_is_there(
        self, join: Callable[..., Opened]
    ) -> None:
        join("alba")
        opened = join("eva")
        assert opened.joined[:2] == (2, 3)
        assert opened.content.position.number == 4
        assert opened.numbers == range(1001, 2001)

    def test_what_is_not_safe_on_that_server_is_told(self, join: Callable[..., Opened]) -> None:
        assert join("alba").findings.warnings[0].startswith("fsync is off")

    def test_a_server_that_may_lose_lines_is_refused(self, join: Callable[..., Opened]) -> None:
        with pytest.raises(StoreError, match=r"^fsync is off, .* Set it to on\.$"):
            join("alba", Durability.REPLICATED)

    def test_a_server_that_is_not_there_is_one_line(self) -> None:
        address = address_of("postgresql://127.0.0.1:1/chatd")
        with pytest.raises(StoreError, match=r"^127\.0\.0\.1:1: Connection refused\. Does the"):
            Opening(address.parameters, "alba", LOSABLE, {}).run()


class TestRefusals:
    def test_the_database_of_another_program(
        self, join: Callable[..., Opened], database: str
    ) -> None:
        sql(database, "CREATE TABLE public.orders (id int)")
        with pytest.raises(StoreError, match=r"^it is the database of another program\."):
            join("alba")

    def test_a_newer_log(self, join: Callable[..., Opened], database: str) -> None:
        join("alba")
        sql(database, "UPDATE chatd.meta SET level = 99")
        with pytest.raises(StoreError, match=r"newer chatd \(level 99 .* Upgrade chatd"):
            join("alba")

    def test_a_role_that_may_not_create(self, postgres: Server, database: str) -> None:
        name = conninfo_to_dict(database)["dbname"]
        assert isinstance(name, str)
        with postgres.connect() as superuser:
            for statement in (
                "CREATE ROLE guest LOGIN",
                "GRANT CONNECT ON DATABASE {} TO guest",
            ):
                superuser.execute(SQL(statement).format(Identifier(name)))
        try:
            address = address_of(postgres.url(name, "guest"))
            with pytest.raises(StoreError) as refused:
                Opening(address.parameters, "alba", LOSABLE, {}).run()
        finally:
            with postgres.connect() as superuser:
                superuser.execute(
                    SQL("REVOKE ALL ON DATABASE {} FROM guest").format(Identifier(name))
                )
                superuser.execute("DROP ROLE guest")
        assert str(refused.value) == (
            f"permission denied for database {name}. Make the role of chatd its owner: ALTER"
            f" DATABASE {name} OWNER TO ROLE"
        )

    def test_a_standby_alone(self, servers: Cluster) -> None:
        with pytest.raises(StoreError, match=r"read-only\. That is a standby\. Name the primary"):
            Opening(
                address_of(servers.standby.url("postgres")).parameters, "alba", LOSABLE, {}
            ).run()

    def test_a_standby_that_does_not_answer(self, servers: Cluster, replicated: str) -> None:
        parameters = address_of(replicated).parameters
        servers.link.stall()
        opening = Opening(parameters, "alba", LOSABLE, {}, commit_seconds=0.3)
        try:
            with pytest.raises(StoreError, match=r"did not confirm within 0\.3 s .*standbys"):
                opening.run()
        finally:
            servers.link.resume()


class TestNames:
    def test_a_live_node_keeps_its_place(self, join: Callable[..., Opened], time: Time) -> None:
        join("alba")
        time.beating = ["alba"]
        with pytest.raises(StoreError, match=r"a daemon called alba uses it already"):
            join("alba")
        assert time.waited < LOOK_SECONDS

    def test_a_node_that_was_killed_is_succeeded(
        self, join: Callable[..., Opened], time: Time
    ) -> None:
        join("alba")
        assert join("alba").joined.term == 2
        assert time.waited >= LOOK_SECONDS

    def test_one_that_left_is_succeeded_at_once(
        self, join: Callable[..., Opened], database: str, time: Time
    ) -> None:
        join("alba")
        sql(database, "UPDATE chatd.nodes SET live = false")
        assert join("alba").joined.term == 2
        assert time.waited == 0.0

    def test_others_are_not_waited_for(self, join: Callable[..., Opened], time: Time) -> None:
        join("alba")
        join("eva")
        assert time.waited == 0.0

    def test_one_at_a_time_joins(
        self, join: Callable[..., Opened], database: str, time: Time
    ) -> None:
        join("alba")
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(x'636861746a6f696e'::bigint)")
            with pytest.raises(StoreError, match="another daemon is just starting on it"):
                join("eva")
            time.then = lambda: connection.execute("SELECT pg_advisory_unlock_all()")
            assert join("eva").joined.term == 2


class TestAlike:
    def test_a_node_alone_brings_its_own(self, join: Callable[..., Opened], database: str) -> None:
        join("alba", lobby="plaza")
        join("eva", lobby="mar")
        assert stored(database) == {"lobby": "mar"}

    def test_others_that_live_do_not_follow(
        self, join: Callable[..., Opened], database: str, time: Time
    ) -> None:
        join("alba", lobby="plaza", keep="9")
        join("luis", lobby="plaza", keep="9")
        time.beating = ["alba"]
        with pytest.raises(StoreError, match="lobby"):
            join("eva", lobby="mar", keep="9")
        assert stored(database) == {"lobby": "plaza", "keep": "9"}

    def test_a_node_with_the_same_ones_waits_for_none(
        self, join: Callable[..., Opened], time: Time
    ) -> None:
        join("alba", lobby="plaza")
        time.beating = ["alba"]
        join("eva", lobby="plaza")
        assert time.waited == 0.0


class Predecessor:
    """A process that hands its node over, and does something while its successor opens the log."""

    descriptors: Sequence[int] = ()

    def __init__(self, *before_meeting: Callable[[], object]) -> None:
        self.stands_still = False
        self.asked: list[int] = []
        self._before_meeting = list(before_meeting)

    def wait_until_still(self) -> None:
        self.stands_still = True

    def meet(self, where: State) -> bool:
        assert self.stands_still
        self.asked.append(where["number"])
        if not self._before_meeting:
            return True
        self._before_meeting.pop(0)()
        return False


@pytest.fixture
def one(url: str) -> Iterator[LogNode]:
    """Return a node that was started, and has said something."""
    with nodes_on(url, "alba", "eva") as (alba, eva):
        eva.append(write(Record("visit", "1001", "{}", ephemeral=True), known=eva.known))
        alba.append(write(Record("visit", "1", "{}", ephemeral=True), known=alba.known))
        alba.append(claim("ana"), line("hola"), write(Record("room", "ops", "{}"), known=9))
        yield alba


def taken_over(url: str, predecessor: Predecessor, **alike: str) -> Opened:
    parameters = address_of(url).parameters
    return Opening(parameters, "alba", LOSABLE, alike).take_over(predecessor)


class TestASuccessor:
    def test_goes_on_with_the_term_and_changes_nothing(self, one: LogNode, url: str) -> None:
        tables = "nodes", "clock", "claims", "batches", "records", "meta"
        before = [one.rows(f"SELECT to_jsonb(t) FROM {table} t") for table in tables]
        opened = taken_over(url, Predecessor())
        assert [one.rows(f"SELECT to_jsonb(t) FROM {table} t") for table in tables] == before
        assert opened.joined.term == one.term
        assert opened.content.position == one.read()[-1].position
        assert not opened.numbers

    def test_reads_again_if_the_other_one_cannot_stand_there(self, one: LogNode, url: str) -> None:
        predecessor = Predecessor(lambda: one.append(line("buenas")))
        opened = taken_over(url, predecessor)
        assert predecessor.asked == [one.known - 1, one.known]
        assert [room.head for room in opened.content.rooms] == [2]

    def test_knows_which_records_end_with_its_node(self, one: LogNode, url: str) -> None:
        opened = taken_over(url, Predecessor())
        assert {each.key: each.ephemeral for each in opened.content.records} == {
            "1": True,
            "1001": False,
            "ops": False,
        }

    def test_of_a_term_that_others_have_ended_is_refused(self, one: LogNode, url: str) -> None:
        one.rows("UPDATE nodes SET live = false RETURNING node")
        with pytest.raises(StoreError, match="the term of the daemon has ended"):
            taken_over(url, Predecessor())

    def test_with_other_settings_is_refused(self, one: LogNode, url: str) -> None:
        predecessor = Predecessor()
        with pytest.raises(StoreError, match="--lobby must be as at the daemon"):
            taken_over(url, predecessor, lobby="mar")
        assert not predecessor.stands_still

    def test_of_an_older_version_is_refused(self, one: LogNode, url: str) -> None:
        one.rows(f"UPDATE nodes SET version = {PROTOCOL + 1} RETURNING node")
        with pytest.raises(StoreError, match=f"reads version {PROTOCOL} of the log"):
            taken_over(url, Predecessor())

    def test_of_a_newer_version_is_told_of_it(self, one: LogNode, url: str) -> None:
        one.rows(f"UPDATE nodes SET version = {PROTOCOL - 1} RETURNING node")
        assert taken_over(url, Predecessor()).version == PROTOCOL - 1


def stored(database: str) -> Mapping[str, Any]:
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT settings FROM chatd.meta").fetchone()
    assert row is not None
    settings: Mapping[str, Any] = row[0]
    return settings
