"""`chatd.storage.postgres.safe_log`: a command reads what the standby has, too."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from chatd.storage.contract import StoreError
from chatd.storage.postgres import requests, safe_log
from chatd.storage.postgres.parameters import parameters_of
from chatd.storage.postgres.safe_log import SafeLog
from tests.support.log_nodes import LogNode, line, nodes_on, request_of
from tests.support.postgres import Cluster
from tests.support.postgres_log import connect
from tests.support.server_processes import wait_until
from tests.support.waiting import InThread, wait_for_standby


@pytest.fixture
def node(replicated: str) -> Iterator[LogNode]:
    """Yield a node that has said a line, and says another one that the standby has not got."""
    with nodes_on(replicated, "one") as (one,):
        requests.append(one.channel, parameters_of(request_of(line("a"), known=9), one.term))
        yield one


@pytest.fixture
def log(replicated: str) -> Iterator[SafeLog]:
    log = SafeLog(partial(connect, replicated))
    yield log
    log.close()


def say_unsafe(node: LogNode, servers: Cluster) -> InThread:
    """Say a line that the standby has not got."""
    servers.link.stall()
    saying = InThread(
        requests.append, node.channel, parameters_of(request_of(line("b"), known=9), node.term)
    )
    wait_for_standby(servers.primary, node.channel)
    return saying


def test_what_is_safe_is_read(node: LogNode, log: SafeLog) -> None:
    (room,) = log.rooms()
    assert room.head == 1
    assert [event.text for event in log.page(room.name, 0, room.head)] == ["a"]


def test_what_is_not_safe_is_waited_for(node: LogNode, log: SafeLog, servers: Cluster) -> None:
    saying = say_unsafe(node, servers)
    reading = InThread(lambda _: log.rooms(), node.channel)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    with servers.primary.connect() as looking:
        wait_until(lambda: looking.execute(waiting).fetchone() == (2,), "it does not wait")
    servers.link.resume()
    assert [room.head for room in reading.result()] == [2]
    saying.result()


def test_without_the_standby_it_fails(
    node: LogNode, log: SafeLog, servers: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safe_log, "SEAL_SECONDS", 0.3)
    saying = say_unsafe(node, servers)
    with pytest.raises(StoreError, match=r"did not confirm within 0\.3 s .*standbys"):
        log.rooms()
    servers.link.resume()
    saying.result()


def test_a_log_without_batches_has_no_rooms(replicated: str, log: SafeLog) -> None:
    assert log.rooms() == []
