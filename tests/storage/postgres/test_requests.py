"""Requests whose answers count: each is sealed, and the seal was clean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from chatd.event import Record
from chatd.storage.postgres import requests
from chatd.storage.postgres.parameters import parameters_of
from chatd.storage.shared.engine import (
    JoinRequest,
    LinkLost,
    LostHistory,
    Position,
    Request,
    Unstorable,
)
from tests.support.log_nodes import LogNode, line, nodes_on, request_of, write
from tests.support.postgres import Cluster, Server
from tests.support.server_processes import wait_until
from tests.support.waiting import InThread, signal, wait_for_standby


@pytest.fixture
def pair(replicated: str) -> Iterator[tuple[LogNode, LogNode]]:
    """Yield two nodes on a server with a standby."""
    with nodes_on(replicated, "one", "two") as (one, two):
        yield one, two


def sending(node: LogNode, request: Request) -> InThread:
    """Send a request in a thread."""
    return InThread(requests.append, node.channel, parameters_of(request, node.term))


class TestWithoutItsStandby:
    """No answer comes before the standby has it: a refusal does not, either."""

    @pytest.fixture(autouse=True)
    def stalled(self, pair: tuple[LogNode, LogNode], servers: Cluster) -> Iterator[None]:
        servers.link.stall()
        yield
        servers.link.resume()

    @pytest.fixture
    def server(self, servers: Cluster) -> Server:
        return servers.primary

    def waits(self, asking: InThread, node: LogNode, servers: Cluster) -> Any:
        """See that a request waits for the standby, and return what it is answered then."""
        wait_for_standby(servers.primary, node.channel)
        servers.link.resume()
        return asking.result()

    def test_a_batch_waits(self, pair: tuple[LogNode, LogNode], servers: Cluster) -> None:
        one, two = pair
        asking = sending(one, request_of(line("a"), known=9))
        wait_for_standby(servers.primary, one.channel)
        assert len(two.read(2)) == 1  # it can be read, and is not safe
        assert self.waits(asking, one, servers)[0] == "stored"

    def test_other_batches_do_not_wait_for_it_with_the_lock(
        self, pair: tuple[LogNode, LogNode], server: Server
    ) -> None:
        one, two = pair
        first = sending(one, request_of(line("a"), known=9))
        wait_for_standby(server, one.channel)
        second = sending(two, request_of(line("b"), known=9))
        wait_for_standby(server, two.channel)
        for node, asking in ((one, first), (two, second)):
            signal(server, "pg_terminate_backend", node.channel)
            with pytest.raises(psycopg.OperationalError):
                asking.result()

    def test_a_cancelled_wait_is_no_answer(
        self, pair: tuple[LogNode, LogNode], server: Server
    ) -> None:
        asking = sending(pair[0], request_of(line("a"), known=9))
        wait_for_standby(server, pair[0].channel)
        signal(server, "pg_cancel_backend", pair[0].channel)
        with pytest.raises(LinkLost, match="cancel"):
            asking.result()

    @pytest.mark.parametrize(
        "request_of_keeper",
        [
            lambda channel: requests.seal(channel, Position(0, None)),
            lambda channel: requests.beat(channel, 1, 0),
            lambda channel: requests.leave(channel, 1),
            lambda channel: requests.join(channel, "one", JoinRequest(uuid4(), 1)),
            lambda channel: requests.join(channel, "one", JoinRequest(uuid4(), 9)),
            lambda channel: requests.beat(channel, 9, 0),
        ],
        ids=["seal", "beat", "leave", "join", "replaced", "ended"],
    )
    def test_nor_is_that_of_others(
        self,
        pair: tuple[LogNode, LogNode],
        server: Server,
        request_of_keeper: Callable[[Any], Any],
    ) -> None:
        asking = InThread(request_of_keeper, pair[0].channel)
        wait_for_standby(server, pair[0].channel)
        signal(server, "pg_cancel_backend", pair[0].channel)
        with pytest.raises(LinkLost, match="cancel"):
            asking.result()

    def test_that_it_had_been_stored_waits(
        self, pair: tuple[LogNode, LogNode], servers: Cluster
    ) -> None:
        one, two = pair
        request = request_of(line("a"), known=9)
        asking = sending(one, request)
        wait_for_standby(servers.primary, one.channel)
        signal(servers.primary, "pg_terminate_backend", one.channel)
        with pytest.raises(psycopg.OperationalError):
            asking.result()
        again = sending(two, request._replace(again=True))
        assert self.waits(again, two, servers)[0] == "stored"

    def test_that_a_term_has_ended_waits(
        self, pair: tuple[LogNode, LogNode], servers: Cluster
    ) -> None:
        pair[0].term = 99
        asking = sending(pair[0], request_of(line("a"), known=9))
        assert self.waits(asking, pair[0], servers)[0] == "fenced"

    def test_that_rights_were_changed_waits(
        self, pair: tuple[LogNode, LogNode], servers: Cluster
    ) -> None:
        one, two = pair
        role = write(Record("role", "ana", "{}"), known=9, rights=True)
        changing = sending(one, request_of(role, known=9))
        wait_for_standby(servers.primary, one.channel)
        asking = sending(two, request_of(line("a"), known=2))
        assert self.waits(asking, two, servers)[0] == "again"
        assert changing.result()[0] == "stored"

    def test_a_read_does_not_wait(self, pair: tuple[LogNode, LogNode]) -> None:
        assert len(pair[0].read(0)) == 2

    def test_a_hint_does_not_wait(self, pair: tuple[LogNode, LogNode]) -> None:
        requests.hint(pair[0].channel, 1)

    def test_no_hint_comes_before_the_standby_has_it(
        self, pair: tuple[LogNode, LogNode], servers: Cluster, replicated: str
    ) -> None:
        one, two = pair
        with psycopg.connect(replicated, autocommit=True) as listening:
            listening.execute(f"LISTEN {requests.CHANNEL}".encode())
            asking = sending(one, request_of(line("a"), known=9))
            wait_for_standby(servers.primary, one.channel)
            requests.hint(two.channel, 77)
            [told] = listening.notifies(timeout=30, stop_after=1)
            assert told.payload == "0 77"
            self.waits(asking, one, servers)


ELSEWHERE = "SELECT sealed FROM chatd_seal_1(5, $1)"
"""A seal as a server answers it that has another log."""


class TestAnotherServer:
    """A server is believed about a batch that it has."""

    def test_a_position_that_it_has_not_is_not_sealed(self, one: LogNode) -> None:
        requests.seal(one.channel, one.read()[0].position)
        with pytest.raises(LinkLost, match="another one"):
            requests.seal(one.channel, Position(1, uuid4()))

    def test_a_batch_that_it_has_not_is_not_answered(
        self, one: LogNode, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(requests, "_PIPELINED_SEAL", ELSEWHERE)
        with pytest.raises(LinkLost, match="another server"):
            one.append(line("a"))

    def test_nor_a_refusal_if_it_has_not_the_batch_before(
        self, one: LogNode, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(requests, "_SEAL", "SELECT sealed FROM chatd_seal_1(%s + 5, %s)")
        one.term = 99
        with pytest.raises(LinkLost, match="another one"):
            one.append(line("a"))


class TestHistory:
    def test_a_gap_is_a_lost_history(self, one: LogNode) -> None:
        for _ in range(3):
            one.append(line("a"))
        one.channel.connection.execute("DELETE FROM batches WHERE no = 4")
        assert len(one.read(4)) == 1
        for after in (2, 3):
            with pytest.raises(LostHistory, match=f"batch {after}"):
                one.read(after)

    @pytest.mark.parametrize("after", [1, 3])
    def test_so_is_another_end(self, one: LogNode, after: int) -> None:
        one.channel.connection.execute("DELETE FROM batches WHERE no = 2")
        with pytest.raises(LostHistory):
            one.read(after)

    def test_a_position_is_that_of_one_history(self, one: LogNode) -> None:
        requests.check_position(one.channel, Position(0, None))
        position = one.read()[1].position
        requests.check_position(one.channel, position)
        with pytest.raises(LostHistory):
            requests.check_position(one.channel, position._replace(id=uuid4()))
        with pytest.raises(LostHistory):
            requests.check_position(one.channel, Position(3, uuid4()))

    def test_one_that_was_deleted_may_have_been_there(self, one: LogNode) -> None:
        position = one.read()[0].position
        one.channel.connection.execute("DELETE FROM batches WHERE no = 1")
        requests.check_position(one.channel, position)


class TestHints:
    def test_what_is_safe_is_told_after_what_others_cannot_hint(
        self, url: str, one: LogNode, two: LogNode
    ) -> None:
        one.append(line("a"))
        with psycopg.connect(url, autocommit=True) as listening:
            listening.execute(f"LISTEN {requests.CHANNEL}".encode())
            requests.forget(one.channel, "lobby", 1)
            one.join()
            requests.leave(one.channel, one.term)
            requests.hint(one.channel, 9)
            told = [each.payload for each in listening.notifies(timeout=30, stop_after=4)]
        assert told == ["0 4", "0 5", "0 6", "0 9"]


def test_what_the_server_cannot_store_is_an_error_of_the_batch(one: LogNode) -> None:
    wrong = request_of(line("a")._replace(session=2**63), known=9)
    for _ in range(2):
        with pytest.raises(Unstorable, match="out of range"):
            requests.append(one.channel, parameters_of(wrong, one.term))
    request = request_of(line("b"), known=9)
    assert requests.append(one.channel, parameters_of(request, one.term)).what == "stored"


def test_a_killed_session_ends_with_an_error(one: LogNode, postgres: Server) -> None:
    signal(postgres, "pg_terminate_backend", one.channel)
    wait_until(lambda: _is_gone(postgres, one), "it goes on")
    with pytest.raises(psycopg.OperationalError):
        one.append(line("a"))


def _is_gone(server: Server, node: LogNode) -> bool:
    with server.connect() as connection:
        found = connection.execute(
            "SELECT FROM pg_stat_activity WHERE pid = %s", (node.channel.pid,)
        )
        return found.fetchone() is None
