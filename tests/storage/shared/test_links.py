"""Tests of `chatd.storage.shared.links`: a node has a link again after each that it lost."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.storage.shared.engine import Link, LinkLost, LostHistory, Position
from chatd.storage.shared.links import LONGEST_PAUSE, RETRY_SECONDS, NoLink
from tests.support.links_by_hand import HandLinks
from tests.support.logs import Expect

pytestmark = pytest.mark.quick


class Used(HandLinks):
    """Links with what becomes of them."""

    def __init__(self) -> None:
        super().__init__()
        self.became: list[str] = []
        self.links.began = self.began
        self.links.ended = lambda: self.became.append("ended")
        self.links.broken = lambda why: self.became.append("broken")
        self.links.shown = lambda: Position(7, None)
        self.fails = False

    def began(self, link: Link) -> None:
        self.became.append("began")
        if self.fails:
            raise RuntimeError

    def connect(self) -> None:
        self.links.connect()

    @property
    def is_linked(self) -> bool:
        return self.links.link is not None and self.links.link is self.link

    def wait_for_a_link(self) -> None:
        self.clock.pump([RETRY_SECONDS] * 30)
        assert self.is_linked
        assert self.link.is_open


@pytest.fixture
def used() -> Used:
    return Used()


class TestConnecting:
    def test_the_engine_is_told_what_was_shown(self, used: Used) -> None:
        used.connect()
        assert used.engine.shown == [Position(7, None)]
        assert used.became == ["began"]
        assert used.is_linked

    def test_is_tried_again_after_pauses_that_grow(self, used: Used) -> None:
        used.engine.answers = LinkLost("no server")
        used.connect()
        times = []
        while len(used.engine.shown) < 8:
            before = len(used.engine.shown)
            used.clock.advance(RETRY_SECONDS / 8)
            if len(used.engine.shown) > before:
                times.append(used.clock.seconds())
        pauses = [round(later - time, 1) for time, later in pairwise(times)]
        assert pauses == sorted(pauses)
        assert pauses[-1] == LONGEST_PAUSE

    def test_goes_on_after_an_error_of_this_program(
        self, used: Used, expected_errors: Expect
    ) -> None:
        used.engine.answers = RuntimeError()
        used.connect()
        used.engine.answers = True
        used.wait_for_a_link()
        expected_errors(RuntimeError)

    def test_goes_on_if_the_engine_raises_one(
        self, used: Used, expected_errors: Expect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def raises(*_: Any) -> Deferred[Any]:
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr(used.engine, "connect", raises)
            used.connect()
        used.wait_for_a_link()
        expected_errors(RuntimeError)

    def test_begins_anew_if_the_link_cannot_be_used(
        self, used: Used, expected_errors: Expect
    ) -> None:
        used.fails = True
        used.connect()
        assert used.became == ["began", "ended"]
        used.fails = False
        used.wait_for_a_link()
        assert len(used.engine.links) == 2
        expected_errors(RuntimeError)

    def test_begins_anew_once_if_the_link_is_lost_as_it_begins(
        self, used: Used, expected_errors: Expect
    ) -> None:
        def began(link: Link) -> None:
            link.abort()
            raise RuntimeError

        used.links.began = began
        used.connect()
        used.links.began = used.began
        used.wait_for_a_link()
        assert len(used.engine.links) == 2
        expected_errors(RuntimeError)

    def test_of_a_link_that_is_lost_before_it_is_there_goes_on(self, used: Used) -> None:
        used.engine.answers = False
        used.connect()
        used.link.lose()
        used.engine.connected()
        assert used.links.link is None
        used.engine.answers = True
        used.wait_for_a_link()
        assert used.became == ["began"]

    def test_ends_with_another_history(self, used: Used) -> None:
        used.engine.answers = LostHistory("it is not there")
        used.connect()
        used.engine.answers = True
        used.clock.advance(60)
        assert used.became == ["broken"]
        assert len(used.engine.shown) == 1

    def test_may_be_hastened(self, used: Used) -> None:
        used.engine.answers = LinkLost("no server")
        for _ in range(2):
            used.links.connect_now()  # there is no try to be hastened
        used.connect()
        used.clock.advance(0)
        used.engine.answers = True
        used.links.connect_now()
        assert used.is_linked
        used.links.connect_now()
        assert len(used.engine.links) == 1


class TestALostLink:
    def test_is_made_again(self, used: Used) -> None:
        used.connect()
        used.link.lose()
        used.wait_for_a_link()
        assert used.became == ["began", "ended", "began"]

    def test_that_has_lasted_is_made_again_at_once(self, used: Used) -> None:
        used.engine.answers = LinkLost("no server")
        used.connect()
        used.engine.answers = True
        used.wait_for_a_link()
        used.clock.advance(LONGEST_PAUSE)
        used.link.lose()
        used.clock.advance(0)
        assert used.is_linked

    def test_that_has_not_lasted_is_made_again_after_a_pause(self, used: Used) -> None:
        used.connect()
        used.link.lose()
        used.clock.advance(0)
        used.link.lose()
        used.clock.advance(0)
        assert not used.is_linked
        used.wait_for_a_link()

    def test_is_told_once(self, used: Used) -> None:
        used.connect()
        first = used.link
        first.lose()
        used.wait_for_a_link()
        first._lost(LinkLost("once more"))
        assert used.is_linked

    def test_is_lost_also_if_it_tells_nothing(
        self, used: Used, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        used.connect()
        monkeypatch.setattr(used.link, "abort", list)
        used.links.abort()
        assert used.became == ["began", "ended"]
        monkeypatch.undo()
        used.wait_for_a_link()

    def test_hints_nothing_any_more(self, used: Used) -> None:
        used.connect()
        of_the_first = used.engine.hinted
        of_the_first(3)
        used.link.lose()
        of_the_first(4)
        used.wait_for_a_link()
        of_the_first(5)
        used.engine.hinted(6)
        assert used.hinted == [3, 6]

    def test_is_away_until_there_is_another_one(self, used: Used) -> None:
        used.connect()
        used.clock.advance(5)
        assert used.links.away_seconds == 0
        used.engine.answers = LinkLost("no server")
        used.link.lose()
        used.clock.advance(5)
        assert used.links.away_seconds == 5
        with pytest.raises(NoLink):
            used.links.linked.abort()
        used.engine.answers = True
        used.wait_for_a_link()
        assert used.links.away_seconds == 0
        assert used.links.linked is used.link


class TestAnswers:
    @pytest.mark.parametrize("error", [LinkLost("it ended"), RuntimeError()])
    def test_that_fail_lose_the_link(
        self, used: Used, error: Exception, expected_errors: Expect
    ) -> None:
        used.connect()
        used.links.not_answered(Failure(error), used.link)
        assert used.became == ["began", "ended"]
        used.wait_for_a_link()
        if isinstance(error, RuntimeError):
            expected_errors(RuntimeError)

    def test_of_an_earlier_link_do_not(self, used: Used) -> None:
        used.connect()
        first = used.link
        first.lose()
        used.wait_for_a_link()
        used.links.not_answered(Failure(LinkLost("it ended")), first)
        assert used.is_linked

    def test_that_the_history_is_lost_end_all(self, used: Used) -> None:
        used.connect()
        used.links.not_answered(Failure(LostHistory("pruned")), used.link)
        used.clock.advance(60)
        assert used.became == ["began", "broken", "ended"]
        assert not used.link.is_open


class TestTheEnd:
    def test_ends_the_link(self, used: Used) -> None:
        used.connect()
        used.links.end()
        assert not used.link.is_open
        used.links.connect()
        used.clock.advance(60)
        assert len(used.engine.links) == 1

    def test_ends_the_tries(self, used: Used) -> None:
        used.engine.answers = LinkLost("no server")
        used.connect()
        used.links.end()
        assert used.clock.getDelayedCalls() == []

    def test_ends_a_link_that_comes_later(self, used: Used) -> None:
        used.engine.answers = False
        used.connect()
        used.links.end()
        used.engine.connected()
        assert not used.link.is_open
        assert used.became == []
