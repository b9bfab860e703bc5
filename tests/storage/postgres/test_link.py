"""The link of a node: its sessions are one, and what is asked through it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater

from chatd.event import Event, Record
from chatd.storage.batches import Committed
from chatd.storage.claims import Claim
from chatd.storage.postgres import requests
from chatd.storage.postgres.engine import PostgresEngine
from chatd.storage.postgres.link import PRUNE_BEATS, PostgresLink
from chatd.storage.shared.engine import (
    PROTOCOL,
    JoinRequest,
    LinkLost,
    LostHistory,
    Position,
    Replaced,
)
from tests.support.log_nodes import (
    LogNode,
    claim,
    line,
    parameters_for,
    request_of,
    write,
)
from tests.support.postgres import Cluster, Server

START = Position(0, None)


class LinkedNode:
    """A node with a link, and what it was told through it."""

    link: PostgresLink

    def __init__(self, url: str, name: str, *, hints: bool = True) -> None:
        from twisted.internet import reactor

        self.hinted: list[int] = []
        self.lost: list[LinkLost] = []
        self.name = name
        self.engine = PostgresEngine(reactor, parameters_for(url), name, hints=hints)  # type: ignore[arg-type]
        self.term = 0

    async def connect(self) -> None:
        """Have a new link."""
        link = await self.engine.connect(START, self.hinted.append, self.lost.append)
        assert isinstance(link, PostgresLink)
        self.link = link

    async def begin(self) -> None:
        """Connect, and begin a term."""
        await self.connect()
        self.term = (await self.link.join(JoinRequest(uuid4(), 0))).term

    async def append(self, *items: Any) -> Committed:
        answer = await self.link.append(self.term, request_of(*items, known=99))
        assert isinstance(answer, Committed)
        return answer

    def end(self) -> None:
        self.link.abort()
        self.engine.stop()


async def until(condition: Callable[[], object]) -> None:
    """Let the reactor run until a condition is true."""
    from twisted.internet import reactor

    while not condition():
        await deferLater(reactor, 0.005)


@pytest_twisted.async_yield_fixture
async def one(url: str) -> AsyncIterator[LinkedNode]:
    node = LinkedNode(url, "one")
    await node.begin()
    yield node
    node.end()


@pytest_twisted.async_yield_fixture
async def two(url: str, one: LinkedNode) -> AsyncIterator[LinkedNode]:
    node = LinkedNode(url, "two")
    await node.begin()
    await until(lambda: one.hinted)
    one.hinted.clear()
    yield node
    node.end()


class TestRequests:
    async def test_a_batch_is_appended_and_read(self, one: LinkedNode, two: LinkedNode) -> None:
        committed = await one.append(line("a"), claim("ana"))
        [batch] = await two.link.read(2)
        assert list(batch.entries) == list(committed.entries)
        await two.link.seal(batch.position)

    async def test_claims_that_are_lost_are_returned(
        self, one: LinkedNode, two: LinkedNode
    ) -> None:
        await two.append(claim("ana", "2"))
        held = Claim("bob", frozenset({"bob"}), "1"), Claim("ana", frozenset({"ana"}), "1")
        joined = await one.link.join(JoinRequest(uuid4(), one.term, held))
        assert (joined.term, joined.number, joined.lost) == (3, 4, [held[1]])

    async def test_a_node_that_was_replaced_is_told_so(self, one: LinkedNode) -> None:
        with pytest.raises(Replaced):
            await one.link.join(JoinRequest(uuid4(), 0))

    async def test_a_node_sees_the_others(self, one: LinkedNode, two: LinkedNode) -> None:
        nodes = await one.link.beat(one.term, 2)
        assert [(node.name, node.live) for node in nodes or ()] == [("one", True), ("two", True)]
        await two.link.leave(two.term)
        assert await two.link.beat(two.term, 2) is None

    async def test_a_node_of_a_newer_program_says_so(
        self, one: LinkedNode, two: LinkedNode, url: str
    ) -> None:
        log = LogNode(url, "three")
        log.rows(f"UPDATE nodes SET version = {PROTOCOL - 1} RETURNING node")
        await one.link.rise(one.term)
        versions = log.rows("SELECT version FROM nodes ORDER BY name")
        assert versions == [PROTOCOL, PROTOCOL - 1, PROTOCOL - 1]
        log.close()

    async def test_a_dead_one_is_reaped(self, one: LinkedNode, two: LinkedNode) -> None:
        await two.append(write(Record("visit", "a", "{}", ephemeral=True), known=0))
        [_, dead] = await one.link.beat(one.term, 2) or ()
        assert await one.link.reap(one.term, dead)
        assert not await one.link.reap(one.term, dead)
        [batch] = await two.link.read(3)
        assert batch.records == [Record("visit", "a", None, ephemeral=True)]

    async def test_events_are_forgotten(self, one: LinkedNode) -> None:
        await one.append(line("a", "b"))
        assert await one.link.forget("lobby", 1) == 1
        assert await one.link.forget("lobby", 1) == 0

    async def test_the_level_is_raised_to_that_of_all_nodes(self, one: LinkedNode) -> None:
        assert await one.link.raise_level(one.term, PROTOCOL)
        assert not await one.link.raise_level(one.term, PROTOCOL + 1)

    async def test_old_batches_are_deleted_now_and_then(
        self, one: LinkedNode, nodes_of_requests: LogNode
    ) -> None:
        node = nodes_of_requests
        await one.append(line("a"))
        node.channel.connection.execute("UPDATE batches SET time = 0")
        requests.leave(node.channel, node.term)
        for _ in range(PRUNE_BEATS + 1):
            await one.link.beat(one.term, 99)
        await until(lambda: node.value("SELECT min(no) FROM batches") == 4)

    async def test_one_that_is_asked_for_and_not_there_any_more_is_a_lost_history(
        self, one: LinkedNode
    ) -> None:
        with pytest.raises(LostHistory):
            await one.link.read(7)
        assert one.lost == []
        assert len(await one.link.read(0)) == 1


@pytest.fixture
def nodes_of_requests(url: str) -> Any:
    node = LogNode(url, "three")
    yield node
    node.close()


class TestHints:
    async def test_they_come_to_the_others(self, one: LinkedNode, two: LinkedNode) -> None:
        await one.append(line("a"))
        await until(lambda: two.hinted)
        await two.append(line("b"))
        await until(lambda: one.hinted)
        assert (two.hinted, one.hinted) == ([3], [4])

    async def test_a_batch_that_is_not_stored_is_not_told(
        self, one: LinkedNode, two: LinkedNode
    ) -> None:
        await one.link.append(99, request_of(line("a")))
        await one.append(line("b"))
        await until(lambda: two.hinted)
        assert two.hinted == [3]

    async def test_the_node_itself_hears_of_batches_that_are_not_its_own(
        self, one: LinkedNode, two: LinkedNode
    ) -> None:
        await one.append(line("a"))
        await one.link.forget("lobby", 1)
        await until(lambda: 4 in two.hinted)
        assert one.hinted == [4]

    async def test_a_node_may_do_without(self, url: str, one: LinkedNode) -> None:
        three = LinkedNode(url, "three", hints=False)
        await three.begin()
        await one.append(line("a"))
        assert len(await three.link.read(0)) == 3
        three.end()
        assert three.hinted == []


class TestLostLinks:
    async def test_all_that_is_asked_fails_at_once(self, one: LinkedNode) -> None:
        asked: list[Deferred[Any]] = [
            one.link.append(one.term, request_of(line("a"))),
            one.link.read(0),
            one.link.seal(START),
            one.link.beat(one.term, 0),
        ]
        failures: list[Any] = []
        for each in asked:
            each.addErrback(failures.append)
        one.link.abort()
        assert [failure.check(LinkLost) for failure in failures] == [LinkLost] * 4

    async def test_it_is_told_once(self, one: LinkedNode) -> None:
        one.link.abort()
        one.link.abort()
        assert len(one.lost) == 1

    async def test_nothing_can_be_asked_any_more(self, one: LinkedNode) -> None:
        one.link.abort()
        with pytest.raises(LinkLost):
            await one.link.read(0)

    @pytest.mark.parametrize("index", range(4))
    async def test_each_session_is_all_of_it(
        self, one: LinkedNode, postgres: Server, index: int
    ) -> None:
        with postgres.connect() as connection:
            sessions = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'chatd one'"
                " ORDER BY backend_start DESC"
            ).fetchall()
            connection.execute("SELECT pg_terminate_backend(%s)", sessions[index])
        each: list[Deferred[Any]] = [
            one.link.append(one.term, request_of()),
            one.link.read(0),
            one.link.seal(START),
        ]
        asked = gatherResults(each, consumeErrors=True)
        asked.addErrback(lambda _: None)
        await until(lambda: one.lost)
        await asked
        with pytest.raises(LinkLost, match=r"terminat|closed"):
            await one.link.read(0)

    async def test_an_error_of_the_server_is_told_in_one_line(self, one: LinkedNode) -> None:
        one.link.append(one.term, request_of(line("a"))._replace(id="no id")).addErrback(  # type: ignore[arg-type]
            lambda _: None
        )
        await until(lambda: one.lost)
        [why] = one.lost
        assert "invalid input syntax" in str(why)
        assert "\n" not in str(why)

    async def test_an_error_of_this_program_is_logged(
        self, one: LinkedNode, expected_errors: Callable[..., Any]
    ) -> None:
        with pytest.raises(LinkLost):
            await one.link.reap(1, None)  # type: ignore[arg-type]
        expected_errors(AttributeError)

    async def test_no_session_is_left(self, url: str, postgres: Server) -> None:
        node = LinkedNode(url, "ends")
        await node.begin()
        node.end()

        def are_gone() -> bool:
            with postgres.connect() as connection:
                found = connection.execute(
                    "SELECT FROM pg_stat_activity WHERE application_name = 'chatd ends'"
                )
                return found.fetchone() is None

        await until(are_gone)


class TestWithoutItsStandby:
    @pytest_twisted.async_yield_fixture
    async def node(self, replicated: str) -> AsyncIterator[LinkedNode]:
        node = LinkedNode(replicated, "one")
        await node.begin()
        yield node
        node.end()

    async def until_it_waits(self, servers: Cluster) -> int:
        found: list[Any] = []

        def waits() -> bool:
            with servers.primary.connect() as connection:
                found[:] = connection.execute(
                    "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
                ).fetchall()
            return bool(found)

        await until(waits)
        return int(found[0][0])

    async def test_a_cancelled_wait_loses_the_link(
        self, node: LinkedNode, servers: Cluster
    ) -> None:
        servers.link.stall()
        asked = node.link.append(node.term, request_of(line("a"), known=9))
        pid = await self.until_it_waits(servers)
        with servers.primary.connect() as connection:
            connection.execute("SELECT pg_cancel_backend(%s)", (pid,))
        with pytest.raises(LinkLost, match="cancel"):
            await asked
        assert len(node.lost) == 1

    async def test_what_waits_can_be_aborted(self, node: LinkedNode, servers: Cluster) -> None:
        servers.link.stall()
        asked = node.link.append(node.term, request_of(line("a"), known=9))
        await self.until_it_waits(servers)
        [_, batch] = await node.link.read(0)
        assert [entry.text for entry in batch.entries if isinstance(entry, Event)] == ["a"]
        node.link.abort()
        with pytest.raises(LinkLost):
            await asked

    async def test_what_waits_is_ended_by_the_next_link(
        self, node: LinkedNode, servers: Cluster
    ) -> None:
        servers.link.stall()
        node.link.append(node.term, request_of(line("a"), known=9)).addErrback(lambda _: None)
        node.link.beat(node.term, 0).addErrback(lambda _: None)
        pid = await self.until_it_waits(servers)
        node.link.abort()
        await node.connect()

        def is_gone() -> bool:
            with servers.primary.connect() as connection:
                found = connection.execute(
                    "SELECT FROM pg_stat_activity WHERE pid = %s", (pid,)
                ).fetchone()
            return found is None

        await until(is_gone)
