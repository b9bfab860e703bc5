"""Tests of `chatd.storage.shared.handover`: where a node stands, and what goes on with it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from twisted.internet.defer import Deferred

from chatd.event import Draft, Kind
from chatd.storage.claims import Claim
from chatd.storage.contract import StoreError
from chatd.storage.shared.engine import PROTOCOL
from chatd.storage.shared.handover import LOOK_SECONDS, state_of_position
from chatd.storage.shared.lease import BEAT_SECONDS, CURRENT_SECONDS, DEAD_SECONDS
from chatd.storage.turn import Turn, Work
from chatd.util.state import State, decode, encode
from tests.support.node_clocks import NodeClocks
from tests.support.shared_store import SharedLog, SharedMemoryStore
from tests.support.stores import Recorder

pytestmark = pytest.mark.quick

ANA = Claim("ana", frozenset(["ana"]), "session 1")


class Answering(Recorder):
    """A subscriber that answers lines of others with one of this node, as many as it is asked."""

    def __init__(self, store: SharedMemoryStore) -> None:
        super().__init__()
        self.answers = 0
        self._store = store

    def follow(self, entries, records) -> None:  # type: ignore[no-untyped-def]
        super().follow(entries, records)
        if self.answers:
            self.answers -= 1
            say(self._store, "an answer")


class TwoNodes:
    """Two nodes of a log. ``one`` is to be handed over."""

    def __init__(self) -> None:
        self.clock = NodeClocks()
        self.log = SharedLog()
        self.one, self.two = self.store(), self.store()
        self.shown = Answering(self.one)
        self.one.subscribe(self.shown)
        self.settle()

    def store(
        self, predecessor: SharedMemoryStore | None = None, version: int = PROTOCOL
    ) -> SharedMemoryStore:
        clock = self.clock.of_a_node()
        seconds = self.clock.seconds
        return SharedMemoryStore(self.log, clock, seconds, seconds, version, predecessor)

    def settle(self, seconds: float = 0.0) -> None:
        self.clock.pump([seconds, 0, 0, 0])

    def say(self, text: str) -> None:
        """Say something at the other node."""
        say(self.two, text)
        self.settle()

    def meet(self, where: State) -> list[object]:
        """Have the node go to a place; return the outcome, if there is one."""
        outcome: list[object] = []
        Deferred.fromCoroutine(self.one.handover.meet(decode(encode(where)))).addBoth(
            lambda result: outcome.append(getattr(result, "value", result))
        )
        self.settle(2 * LOOK_SECONDS)
        return outcome

    def handed_over(self) -> SharedMemoryStore:
        """Return the store of a successor, which has started."""
        successor = self.successor()
        successor.start()
        self.settle()
        return successor

    def successor(self) -> SharedMemoryStore:
        self.one.handover.hold()
        successor = self.store(self.one)
        assert self.meet(state_of_position(successor.opened_at)) == [True]
        successor.handover.resume(decode(encode(self.one.handover.state())))
        return successor


def say(store: SharedMemoryStore, text: str) -> None:
    store.append(Draft("lobby", 7, "ana", kind=Kind.MESSAGE, texts=(text,)))


@pytest.fixture
def nodes() -> TwoNodes:
    return TwoNodes()


def texts(recorder: Recorder) -> list[str]:
    return [entry.text for entry in recorder.followed]  # type: ignore[union-attr]


class TestStandingStill:
    def test_it_publishes_exactly_what_its_successor_has_read(self, nodes: TwoNodes) -> None:
        nodes.one.handover.hold()
        nodes.say("read")
        where = state_of_position(nodes.log.batches[-1].read.position)
        nodes.say("not read")
        assert texts(nodes.shown) == []
        assert nodes.meet(where) == [True]
        nodes.settle(1)
        assert texts(nodes.shown) == ["read"]

    def test_it_goes_on_with_all_that_was_said(self, nodes: TwoNodes) -> None:
        nodes.one.handover.hold()
        nodes.say("meanwhile")
        nodes.one.handover.go_on()
        nodes.say("then")
        assert texts(nodes.shown) == ["meanwhile", "then"]

    def test_it_says_so_if_something_is_appended_meanwhile(self, nodes: TwoNodes) -> None:
        nodes.one.handover.hold()
        nodes.say("a question")
        nodes.shown.answers = 1
        where = state_of_position(nodes.log.batches[-1].read.position)
        assert nodes.meet(where) == [False]
        assert [entry.text for entry in nodes.shown.published] == ["an answer"]  # type: ignore[union-attr]
        nodes.say("held")
        assert texts(nodes.shown) == ["a question"]
        assert nodes.meet(state_of_position(nodes.log.batches[-1].read.position)) == [True]

    def test_it_knows_what_is_appended_after_its_successor_has_read(self, nodes: TwoNodes) -> None:
        nodes.successor()
        unchanged = [nodes.one.handover.is_unchanged]
        say(nodes.one, "at the last moment")
        unchanged.append(nodes.one.handover.is_unchanged)
        assert unchanged == [True, False]

    def test_it_gives_a_sign_of_life(self, nodes: TwoNodes) -> None:
        nodes.settle(BEAT_SECONDS - 1)
        nodes.one.handover.hold()
        assert nodes.one.seconds_left == CURRENT_SECONDS


class TestRefusals:
    def test_a_node_that_is_cut_off(self, nodes: TwoNodes) -> None:
        nodes.one.handover.hold()
        where = state_of_position(nodes.log.batches[-1].read.position)
        nodes.one.cut = True
        [error] = nodes.meet(where)
        assert isinstance(error, StoreError)
        assert str(error) == "the database cannot be reached. Try again later."

    def test_a_node_that_needs_another_term(self, nodes: TwoNodes) -> None:
        nodes.one.handover.hold()
        nodes.one.membership.needs_term = True
        [error] = nodes.meet(state_of_position(nodes.log.batches[-1].read.position))
        assert isinstance(error, StoreError)

    def test_a_successor_that_reads_another_log(self, nodes: TwoNodes) -> None:
        nodes.one.handover.hold()
        place = nodes.log.batches[-1].read.position._replace(id=uuid4())
        [error] = nodes.meet(state_of_position(place))
        assert str(error) == "the new version reads another log than this one."

    def test_a_successor_of_another_term(self, nodes: TwoNodes) -> None:
        successor = nodes.store(nodes.one)
        with pytest.raises(StoreError, match="another term"):
            successor.handover.resume({**nodes.one.handover.state(), "term": 99})


class TestGoingOn:
    def test_under_the_same_term(self, nodes: TwoNodes) -> None:
        terms = nodes.log.state.terms
        successor = nodes.handed_over()
        say(successor, "after")
        nodes.settle()
        assert nodes.log.state.terms == terms
        assert nodes.log.batches[-1].term == successor.membership.term == 1

    def test_with_the_rest_of_the_lease(self, nodes: TwoNodes) -> None:
        nodes.one.handover.hold()
        nodes.settle(1)
        successor = nodes.store(nodes.one)
        successor.handover.resume(decode(encode(nodes.one.handover.state())))
        assert successor.seconds_left == nodes.one.seconds_left == CURRENT_SECONDS - 1
        assert [node.name for node in successor.nodes] == ["node1", "node2"]
        assert successor.log_state().nodes

    def test_so_that_others_end_nothing(self, nodes: TwoNodes) -> None:
        for _ in range(3):
            nodes.one = nodes.handed_over()
            nodes.clock.pump([1] * int(DEAD_SECONDS))
        assert nodes.log.reaped == []
        assert nodes.one.seconds_left > 0

    def test_with_the_claims_that_are_needed(self, nodes: TwoNodes) -> None:
        nodes.one.claims.claim(ANA)
        nodes.one.claims.claim(ANA._replace(name="eva", looks=frozenset(["eva"])))
        nodes.settle()
        successor = nodes.successor()
        successor.claims.resume(ANA)
        successor.start()
        nodes.settle()
        assert list(nodes.log.state.claims) == ["ana"]

    def test_with_the_turns_that_it_had(self, nodes: TwoNodes) -> None:
        had, other = (
            Turn(nodes.one.claims, Work.DELIVERING),
            Turn(nodes.two.claims, Work.DELIVERING),
        )
        for turn in had, other:
            turn.ask(lambda: None)
            nodes.settle()
        successor = nodes.successor()
        has = Turn(successor.claims, Work.DELIVERING)
        successor.start()
        has.ask(lambda: None)
        other.ask(lambda: None)
        nodes.settle()
        assert (has.is_ours, other.is_ours) == (True, False)

    def test_as_a_newer_version(self, nodes: TwoNodes) -> None:
        node = nodes.log.state.nodes[1]
        nodes.log.state.nodes[1] = node._replace(version=PROTOCOL - 1)
        nodes.handed_over()
        assert nodes.log.state.nodes[1].version == PROTOCOL
