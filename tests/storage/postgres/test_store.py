"""Tests of `chatd.storage.postgres.store`: two daemons on one database, and its operator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
import pytest
import pytest_twisted
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier
from twisted.internet.defer import Deferred

from chatd.event import Record
from chatd.i18n import Language
from chatd.storage.contract import StoreError, Wanted
from chatd.storage.postgres.address import address_of
from chatd.storage.postgres.examiner import EXAMINE_SECONDS
from chatd.storage.postgres.indexing import LOOK_SECONDS
from chatd.storage.postgres.store import PostgresStore, boot_seconds
from tests.support.logs import Expect, logged
from tests.support.postgres import Server
from tests.support.postgres_store import PLACE, store_settings
from tests.support.sentences import EN
from tests.support.stores import StoreHarness, StoreReactor, draft, texts


class Node(StoreHarness):
    """A store of a node, on a fake clock."""

    def __init__(self, url: str, name: str, **settings: Any) -> None:
        self.url = url
        self.settings = store_settings(name, **settings)
        super().__init__(self.make)

    def make(self, reactor: StoreReactor, now: Callable[[], float]) -> PostgresStore:
        return PostgresStore(cast(Any, reactor), address_of(self.url), self.settings, now)

    @property
    def own(self) -> PostgresStore:
        """The store."""
        return cast(PostgresStore, self.store)

    async def until(self, condition: Callable[[], object]) -> None:
        """Let the time go by until a condition is true."""

        def is_so() -> bool:
            self.reactor.advance(0.005)
            return bool(condition())

        await self.wait_for(is_so)

    async def begun(self) -> None:
        """Wait until it has all that it asks for at its start."""
        await self.until(lambda: self.own.links.link is not None)
        await self.settle()

    def examine(self) -> None:
        """Begin the next examination of the database."""
        self.reactor.advance(EXAMINE_SECONDS)


@pytest_twisted.async_yield_fixture
async def node(database: str) -> AsyncIterator[Callable[..., Node]]:
    """Return a function that starts a node."""
    nodes: list[Node] = []

    def start(name: str = "alba", **settings: Any) -> Node:
        nodes.append(Node(database, name, **settings))
        return nodes[-1]

    yield start
    for each in nodes:
        await each.store.close()


@pytest.fixture
def log() -> Iterator[list[str]]:
    with logged() as lines:
        yield lines


def sql(database: str, statement: str) -> Any:
    with psycopg.connect(database, autocommit=True) as connection:
        return connection.execute(statement.encode()).fetchone()


WAITING_READS = """
SELECT 1 FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND query LIKE '%FROM events%' AND application_name LIKE 'chatd%'
"""
"""The sessions that wait for a lock to read lines. The server's own vacuuming may wait, too."""


class TestTogether:
    async def test_what_is_said_at_one_node_is_followed_at_the_other(
        self, node: Callable[..., Node]
    ) -> None:
        alba, eva = node("alba"), node("eva")
        await alba.say(draft("hola"))
        await eva.until(lambda: eva.recorder.followed)
        assert texts(eva.recorder.followed) == ["hola"]
        assert texts(await eva.everything()) == ["hola"]

    async def test_and_so_are_records(self, node: Callable[..., Node]) -> None:
        alba, eva = node("alba"), node("eva")
        heard: list[Record] = []
        eva.store.follow("account", heard.extend)
        await alba.write_records(Record("account", "ana", "{}"))
        await eva.until(lambda: heard)
        assert heard == [Record("account", "ana", "{}")]

    @pytest.mark.parametrize("hints", [True, False])
    async def test_it_can_do_without_hints(self, node: Callable[..., Node], hints: bool) -> None:
        alba, eva = node("alba"), node("eva", hints=hints)
        await eva.until(lambda: eva.own.links.link is not None)
        await alba.say(draft("hola"))
        await eva.until(lambda: eva.recorder.followed)
        assert texts(eva.recorder.followed) == ["hola"]

    async def test_a_node_that_starts_has_what_was_said(self, node: Callable[..., Node]) -> None:
        alba = node("alba")
        await alba.say(draft("a"), draft("b", room="ops"))
        eva = node("eva")
        assert {(room.name, room.head) for room in eva.store.rooms()} == {("lobby", 1), ("ops", 1)}
        assert eva.store.stamps().keys() == {"lobby", "ops"}
        assert sorted(await eva.store.names()) == ["lobby", "ops"]

    async def test_a_node_that_stopped_starts_again_at_once(
        self, node: Callable[..., Node]
    ) -> None:
        alba = node()
        await alba.say(draft("a"))
        await alba.reopen()
        await alba.say(draft("b"))
        assert texts(await alba.everything()) == ["a", "b"]

    async def test_a_read_that_waits_ends_with_the_link(
        self, node: Callable[..., Node], expected_errors: Expect
    ) -> None:
        """The server that it waits for may be out of reach."""
        alba = node()
        await alba.say(draft("a"))
        with psycopg.connect(alba.url) as other:
            other.execute("LOCK TABLE chatd.events")
            reading = Deferred.fromCoroutine(alba.store.read("lobby", 0, 1))
            await alba.until(lambda: sql(alba.url, WAITING_READS))
            alba.own.links.abort()
            with pytest.raises(StoreError):
                await reading
            assert len(expected_errors()) == 1
        assert texts(await alba.everything()) == ["a"]

    async def test_lines_come_into_the_index(self, node: Callable[..., Node]) -> None:
        alba = node()
        await alba.say(draft("waves"))
        alba.reactor.advance(LOOK_SECONDS)
        await alba.until(lambda: sql(alba.url, "SELECT 1 FROM chatd.rooms WHERE indexed = head"))
        await alba.until(lambda: alba.store.unindexed == 0)
        found = await alba.store.search("lobby", Wanted(("wave",)), 9, 9)
        assert texts(found.events) == ["waves"]


class TestOperator:
    async def test_is_told_where_the_history_is(self, node: Callable[..., Node]) -> None:
        alba = node()
        where = EN.sentence("log_history_shared", where=alba.url, count=0, node="alba")
        assert alba.store.describe(Language.ENGLISH) == where
        assert alba.store.place == PLACE
        assert alba.store.sizes()["store"] > 1_000_000

    async def test_is_told_what_makes_that_server_unsafe(
        self, node: Callable[..., Node], log: list[str]
    ) -> None:
        alba = node()
        assert alba.store.durable
        assert any("fsync is off" in line for line in log)

    async def test_is_told_of_a_role_that_may_connect_and_hints_are_off_meanwhile(
        self, node: Callable[..., Node], postgres: Server, log: list[str]
    ) -> None:
        alba, eva = node("alba"), node("eva")
        await alba.begun()
        await eva.begun()
        link = alba.own.links.link
        with connect_for_all(postgres, alba.url):
            alba.examine()
            await alba.until(lambda: alba.own.links.link not in (None, link))
            assert any("hints are off: every role may connect to the" in line for line in log)
            await eva.say(draft("hola"))
            await alba.until(lambda: alba.recorder.followed)
        link = alba.own.links.link
        alba.examine()
        await alba.until(lambda: alba.own.links.link not in (None, link))

    async def test_is_told_within_a_minute_if_it_is_less_safe(
        self,
        node: Callable[..., Node],
        postgres: Server,
        log: list[str],
        expected_errors: Expect,
    ) -> None:
        alba = node()
        await alba.begun()
        with postgres.connect() as superuser:
            superuser.execute("ALTER ROLE chatd REPLICATION")
            try:
                alba.examine()
                await alba.until(lambda: not alba.store.durable)
            finally:
                superuser.execute("ALTER ROLE chatd NOREPLICATION")
        assert "the database is not as --durability says: the role chatd may rep" in "".join(log)
        alba.examine()
        await alba.until(lambda: alba.store.durable)
        assert log[-1].endswith("the database is as --durability says again")
        expected_errors()

    async def test_settings_that_were_changed_are_those_of_all(
        self, node: Callable[..., Node]
    ) -> None:
        alba = node()
        alba.store.agree({"keep": "9"})
        await alba.until(lambda: sql(alba.url, "SELECT settings FROM chatd.meta")[0])
        assert sql(alba.url, "SELECT settings FROM chatd.meta") == ({"keep": "9"},)


@contextmanager
def connect_for_all(server: Server, url: str) -> Iterator[None]:
    """Let all roles connect to a database, in a context."""
    name = Identifier(str(conninfo_to_dict(url)["dbname"]))
    with server.connect() as superuser:
        superuser.execute(SQL("GRANT CONNECT ON DATABASE {} TO PUBLIC").format(name))
        try:
            yield
        finally:
            superuser.execute(SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(name))


def test_the_clock_goes_on() -> None:
    assert boot_seconds() <= boot_seconds()
