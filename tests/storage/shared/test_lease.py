"""Tests of `chatd.storage.shared.lease`: who is current, and whose term is to be ended."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.storage.shared.engine import Node
from chatd.storage.shared.lease import BEAT_SECONDS, CURRENT_SECONDS, DEAD_SECONDS, Lease

pytestmark = pytest.mark.quick

OWN = 1
"""The term of the node whose lease it is."""


def node(term: int, beat: int = 0, *, live: bool = True, number: int = 0) -> Node:
    """Return a node, whose number is that of its term unless it is given."""
    return Node(number or term, f"node{term}", term, live, beat, 0, 1)


class Leased:
    """A lease on a fake clock, which others give signs of life beside."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.lease = Lease(self.clock.seconds)

    def renew(self, *others: Node, seconds: float = 0) -> list[Node]:
        """Renew the lease, with an answer that takes some time; return whose term is to end."""
        sent = self.lease.sent()
        self.clock.advance(seconds)
        return self.lease.answered(sent, [node(OWN), *others], OWN)

    def beats(self, other: Node, seconds: float) -> bool:
        """Renew it for some seconds, while another node gives no sign. Return True if it ends."""
        dead = list[Node]()
        for _ in range(round(seconds / BEAT_SECONDS)):
            self.clock.advance(BEAT_SECONDS)
            dead += self.renew(other)
        assert set(dead) <= {other}
        return bool(dead)


@pytest.fixture
def leased() -> Leased:
    leased = Leased()
    leased.renew()
    return leased


class TestTheOwnLease:
    def test_ends_some_seconds_after_it_was_sent(self, leased: Leased) -> None:
        leased.renew(seconds=2)
        assert leased.lease.seconds_left == CURRENT_SECONDS - 2
        leased.clock.advance(CURRENT_SECONDS)
        assert leased.lease.seconds_left == -2

    def test_is_not_shortened_by_an_answer_that_comes_late(self, leased: Leased) -> None:
        before = leased.lease.sent()
        leased.clock.advance(2)
        leased.renew()
        leased.lease.answered(before, [node(OWN)], OWN)
        assert leased.lease.seconds_left == CURRENT_SECONDS

    def test_begins_with_a_new_term(self, leased: Leased) -> None:
        leased.clock.advance(60)
        leased.lease.joined(leased.lease.sent() - 1)
        assert leased.lease.seconds_left == CURRENT_SECONDS - 1


class TestOthers:
    def test_that_give_signs_of_life_are_left_alone(self, leased: Leased) -> None:
        for beat in range(20):
            leased.clock.advance(BEAT_SECONDS)
            assert leased.renew(node(2, beat)) == []

    def test_that_give_none_end_after_10_to_13_seconds(self, leased: Leased) -> None:
        leased.renew(node(2))
        assert not leased.beats(node(2), DEAD_SECONDS - 1)
        assert leased.beats(node(2), BEAT_SECONDS)

    def test_are_all_known(self, leased: Leased) -> None:
        leased.renew(node(2), node(3, live=False))
        assert leased.lease.nodes == [node(OWN), node(2), node(3, live=False)]

    def test_that_have_ended_are_left_alone(self, leased: Leased) -> None:
        assert not leased.beats(node(2, live=False), 60)

    def test_the_node_itself_is_left_alone(self, leased: Leased) -> None:
        assert not leased.beats(node(OWN), 60)

    def test_a_new_term_is_a_sign_of_life(self, leased: Leased) -> None:
        leased.renew(node(2))
        assert not leased.beats(node(2), DEAD_SECONDS - 1)
        assert not leased.beats(node(3, number=2), DEAD_SECONDS - 1)


class TestTimeWithoutContact:
    def test_is_not_counted(self, leased: Leased) -> None:
        leased.renew(node(2))
        leased.lease.lost_contact()
        leased.clock.advance(12)
        assert leased.renew(node(2)) == []
        assert not leased.beats(node(2), DEAD_SECONDS - 1)
        assert leased.beats(node(2), BEAT_SECONDS)

    def test_is_not_counted_if_the_machine_was_suspended(self, leased: Leased) -> None:
        leased.renew(node(2))
        leased.clock.advance(3600)
        assert leased.renew(node(2)) == []

    def test_is_not_counted_if_an_answer_takes_long(self, leased: Leased) -> None:
        leased.renew(node(2))
        assert leased.renew(node(2), seconds=60) == []
