"""Tests of `chatd.storage.shared.membership`: one term after the other, each with its lease."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.storage.claims import Claim
from chatd.storage.contract import StoreError
from chatd.storage.shared.engine import Joined, LinkLost, Node, Replaced
from chatd.storage.shared.lease import BEAT_SECONDS, CURRENT_SECONDS, DEAD_SECONDS
from chatd.storage.shared.links import RETRY_SECONDS
from chatd.storage.shared.membership import Membership
from tests.support.links_by_hand import HandLinks, joined
from tests.support.logs import Expect

pytestmark = pytest.mark.quick

ANA = Claim("ana", frozenset(["ana"]), "session 1")
OTHER = Node(2, "other", 7, True, 0, 0, 1)


class TermNode(HandLinks):
    """A node in its first term, and the terms that it began."""

    def __init__(self) -> None:
        super().__init__()
        self.terms: list[Joined] = []
        first = joined(1)
        self.membership = Membership(self.clock, self.links, first, self.clock.seconds)
        self.membership.held = lambda: [ANA]
        self.membership.applied = lambda: 5
        self.membership.joined = self.terms.append
        self.links.began, self.links.ended = self.membership.begin, self.membership.end
        self.links.connect()

    @property
    def nodes(self) -> list[Node]:
        return [Node(1, "this", self.membership.term, True, 0, 0, 1), OTHER]

    def renew(self) -> None:
        """Answer a renewal."""
        self.link.answer("beat", self.nodes)

    def reconnect(self) -> None:
        self.link.lose()
        self.clock.pump([RETRY_SECONDS] * 2)


@pytest.fixture
def member() -> TermNode:
    return TermNode()


class TestTheLease:
    def test_is_renewed_with_a_link_and_now_and_then(self, member: TermNode) -> None:
        assert member.link.about("beat") == [(1, 5)]
        member.clock.advance(1)
        member.renew()
        assert member.membership.lease.seconds_left == CURRENT_SECONDS - 1
        member.clock.advance(BEAT_SECONDS - 1)
        assert member.link.about("beat") == [(1, 5)]

    def test_is_renewed_once_at_a_time(self, member: TermNode) -> None:
        member.clock.pump([BEAT_SECONDS] * 10)
        assert len(member.link.about("beat")) == 1
        member.renew()
        member.clock.advance(BEAT_SECONDS)
        assert len(member.link.about("beat")) == 1

    def test_is_renewed_at_once_after_an_answer_that_was_late(self, member: TermNode) -> None:
        member.clock.advance(CURRENT_SECONDS - 1)
        member.renew()
        assert len(member.link.about("beat")) == 1
        assert len(member.clock.getDelayedCalls()) == 1

    def test_is_renewed_through_the_next_link(self, member: TermNode) -> None:
        member.reconnect()
        assert len(member.link.about("beat")) == 1
        assert len(member.clock.getDelayedCalls()) == 1

    def test_goes_on_after_an_error_of_this_program(
        self, member: TermNode, expected_errors: Expect
    ) -> None:
        member.link.answer("beat", RuntimeError())
        member.clock.pump([RETRY_SECONDS] * 2)
        assert len(member.link.about("beat")) == 1
        expected_errors(RuntimeError)

    def test_of_another_node_that_gives_no_sign_is_ended(self, member: TermNode) -> None:
        for _ in range(round(DEAD_SECONDS / BEAT_SECONDS) + 2):
            assert member.link.about("reap") == []
            member.renew()
            member.clock.advance(BEAT_SECONDS)
        assert member.link.about("reap") == [(1, OTHER)]
        member.link.answer("reap", True)


class TestATerm:
    def test_that_has_ended_is_followed_by_another_one(self, member: TermNode) -> None:
        member.link.answer("beat")
        ((last, held, _),) = member.link.about("join")
        assert (last, held) == (1, [ANA])
        member.link.answer("join", joined(4, 9))
        assert member.terms == [joined(4, 9)]
        assert member.membership.term == 4
        member.clock.advance(BEAT_SECONDS)
        assert member.link.about("beat") == [(4, 5)]

    def test_is_a_lease_from_when_it_was_asked_for(self, member: TermNode) -> None:
        member.clock.advance(BEAT_SECONDS - 1)
        member.link.answer("beat")
        member.clock.advance(2)
        member.link.answer("join", joined(4))
        assert member.membership.lease.seconds_left == CURRENT_SECONDS - 2

    def test_is_begun_once_at_a_time(self, member: TermNode) -> None:
        for _ in range(3):
            member.membership.join()
        member.link.answer("beat")
        assert len(member.link.about("join")) == 1
        assert member.membership.joining

    def test_is_not_ended_by_an_answer_to_an_earlier_one(self, member: TermNode) -> None:
        member.membership.join()
        member.link.answer("join", joined(4))
        member.link.answer("beat")
        assert member.link.about("join") == []
        member.clock.advance(BEAT_SECONDS)
        assert member.link.about("beat") == [(4, 5)]

    def test_is_not_needed_once_it_is_begun(self, member: TermNode) -> None:
        member.membership.needs_term = True
        member.membership.join()
        assert member.membership.needs_term
        member.link.answer("join", joined(4))
        assert not member.membership.needs_term

    def test_is_not_begun_by_an_answer_of_an_earlier_link(self, member: TermNode) -> None:
        member.membership.join()
        waits: Deferred[Joined] = member.link.waiting("join")[0].done
        member.link.asked.clear()
        member.reconnect()
        assert not member.membership.joining
        waits.callback(joined(4))
        assert member.membership.term == 1
        assert member.terms == []

    def test_is_asked_for_as_it_was_if_the_link_was_lost(self, member: TermNode) -> None:
        member.membership.join()
        first = member.link.about("join")
        member.reconnect()
        member.membership.held = list
        member.membership.join()
        assert member.link.about("join") == first
        member.link.answer("join", joined(5))
        assert member.membership.term == 5
        member.membership.join()
        ((last, held, _),) = member.link.about("join")
        assert (last, held) == (5, [])

    def test_of_another_process_ends_it(self, member: TermNode) -> None:
        broken: list[StoreError] = []
        member.links.broken = broken.append
        member.membership.join()
        member.link.answer("join", Replaced("it has the name of this node"))
        assert [type(each) for each in broken] == [Replaced]
        member.clock.advance(60)
        assert len(member.engine.links) == 1

    def test_is_begun_again_after_an_error_of_this_program(
        self, member: TermNode, expected_errors: Expect
    ) -> None:
        member.link.answer("beat")
        member.link.answer("join", RuntimeError())
        member.clock.pump([RETRY_SECONDS] * 2)
        member.link.answer("beat")
        assert len(member.link.about("join")) == 1
        expected_errors(RuntimeError)

    def test_is_not_begun_without_a_link(self, member: TermNode) -> None:
        member.engine.answers = LinkLost("no server")
        member.link.lose()
        member.membership.join()
        assert not member.membership.joining

    def test_is_not_begun_at_the_end(self, member: TermNode) -> None:
        member.links.stop()
        member.membership.join()
        assert member.link.about("join") == []

    def test_that_began_late_is_renewed_after_the_answer_to_an_earlier_one(
        self, member: TermNode
    ) -> None:
        member.membership.join()
        member.clock.advance(CURRENT_SECONDS - 1)
        member.link.answer("join", joined(4))
        assert member.link.about("beat") == [(1, 5)]
        member.link.answer("beat")
        assert member.link.about("beat") == [(4, 5)]
        assert len(member.clock.getDelayedCalls()) == 1


class TestLeaving:
    def test_ends_the_term(self, member: TermNode) -> None:
        left = Deferred.fromCoroutine(member.membership.leave())
        assert member.link.about("leave") == [(1,)]
        member.link.answer("leave")
        assert left.called

    def test_is_over_if_the_link_is_lost(self, member: TermNode) -> None:
        left = Deferred.fromCoroutine(member.membership.leave())
        member.link.lose()
        assert left.called

    def test_needs_a_link(self, member: TermNode) -> None:
        member.link.lose()
        assert Deferred.fromCoroutine(member.membership.leave()).called
