"""`chatd.storage.postgres.indexing`: one node at a time takes steps until nothing is left."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.logger import eventAsText

from chatd.storage.contract import StoreError
from chatd.storage.postgres.indexing import LOOK_SECONDS, PAUSE_SECONDS, Indexing
from chatd.storage.postgres.reading import ShutDown
from chatd.util.error_log import ErrorLog
from tests.support.claims import SharedClaims, SlowClaims
from tests.support.logs import Expect


class Node:
    """A node with its claims, and the number of events that are ``left`` in the index of all."""

    def __init__(self, clock: Clock, shared: SharedClaims, left: list[int]) -> None:
        self.left = left
        self.claims = SlowClaims(shared)
        self.steps = self.counts = 0
        self.error: Exception | None = None
        self.hold: Deferred[None] | None = None
        self.indexing = Indexing(clock, self.claims, ErrorLog(clock), self.step, self.count)

    def start(self) -> None:
        self.indexing.start()
        self.claims.answer_all()

    def step(self) -> Deferred[int]:
        self.steps += 1
        if self.error is not None:
            return fail(self.error)
        self.left[0] = max(0, self.left[0] - 10)
        return succeed(self.left[0]) if self.hold is None else self.hold.addCallback(lambda _: 0)

    def count(self) -> Deferred[int]:
        self.counts += 1
        return succeed(self.left[0])


class Nodes:
    """Two nodes."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.left = [0]
        shared = SharedClaims()
        self.first, self.second = (Node(self.clock, shared, self.left) for _ in range(2))

    def look(self) -> None:
        """Have all nodes look, and ask for their turn."""
        self.clock.advance(LOOK_SECONDS)
        for node in self.first, self.second:
            node.claims.answer_all()

    def work(self) -> None:
        """Let time for a few steps pass."""
        self.clock.pump([PAUSE_SECONDS] * 20)


@pytest.fixture
def nodes() -> Nodes:
    nodes = Nodes()
    nodes.first.start()
    nodes.second.start()
    return nodes


def stop(node: Node) -> Deferred[None]:
    return Deferred.fromCoroutine(node.indexing.stop())


def test_the_node_whose_turn_it_is_takes_steps_until_nothing_is_left(nodes: Nodes) -> None:
    nodes.left[0] = 35
    nodes.look()
    nodes.work()
    assert nodes.left == [0]
    assert nodes.first.steps == 4
    assert nodes.second.steps == 0


def test_the_others_know_how_many_are_left(nodes: Nodes) -> None:
    nodes.left[0] = 35
    nodes.clock.advance(LOOK_SECONDS)
    assert nodes.second.indexing.pending == 25
    assert nodes.first.indexing.pending == 25


def test_between_two_steps_is_a_pause(nodes: Nodes) -> None:
    nodes.left[0] = 35
    nodes.look()
    before = nodes.first.steps
    nodes.clock.advance(PAUSE_SECONDS / 2)
    assert nodes.first.steps == before
    nodes.clock.advance(PAUSE_SECONDS)
    assert nodes.first.steps == before + 1


def test_another_node_goes_on_after_it(nodes: Nodes) -> None:
    assert stop(nodes.first).called
    nodes.left[0] = 35
    nodes.look()
    nodes.look()
    nodes.work()
    assert nodes.left == [0]
    assert nodes.first.steps == 0


def test_a_node_that_stops_between_two_steps_takes_no_other(nodes: Nodes) -> None:
    nodes.left[0] = 35
    nodes.look()
    before = nodes.first.steps
    assert stop(nodes.first).called
    nodes.work()
    assert nodes.first.steps == before


def test_a_node_that_stops_waits_for_its_step(nodes: Nodes) -> None:
    nodes.first.hold = Deferred()
    nodes.left[0] = 35
    nodes.look()
    stopped = stop(nodes.first)
    assert not stopped.called
    nodes.first.hold.callback(None)
    assert stopped.called


def test_a_look_while_a_step_is_taken_takes_no_other(nodes: Nodes) -> None:
    nodes.first.hold = Deferred()
    nodes.left[0] = 35
    nodes.look()
    nodes.look()
    assert nodes.first.steps == 1
    nodes.first.hold.callback(None)


def test_the_loss_of_the_link_is_told_elsewhere(nodes: Nodes) -> None:
    nodes.first.error = ShutDown()
    nodes.left[0] = 5
    nodes.look()
    nodes.first.error = None
    nodes.look()
    assert nodes.left == [0]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (StoreError("no server."), "searches look less far than they could: no server."),
        (ZeroDivisionError("oh"), "the index of a store could not be written"),
    ],
)
def test_a_step_that_fails_is_told_and_taken_again(
    nodes: Nodes, error: Exception, text: str, expected_errors: Expect
) -> None:
    nodes.first.error = error
    nodes.left[0] = 5
    nodes.look()
    (told,) = expected_errors()
    assert text in eventAsText(told)
    nodes.first.error = None
    nodes.look()
    assert nodes.left == [0]
