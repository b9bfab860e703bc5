"""`chatd.webhooks.lanes`: owners have turns, and slow targets stand apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.util.fair_queue import Asker, QueueFull
from chatd.webhooks.lanes import (
    MOST_WAITING,
    QUICK_SLOTS,
    QUICK_TO_RETURN,
    SLOW_SECONDS,
    SLOW_SLOTS,
    Answer,
    Caller,
    Lanes,
    Pace,
    Poster,
)
from chatd.webhooks.urls import Destination

pytestmark = pytest.mark.quick


class NamedPoster:
    """A client that is only told apart from another one."""

    async def post(self, to: Destination, headers: Mapping[str, str], body: bytes) -> Answer:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


class LanesHarness:
    """Lanes on a clock that the test advances, and the requests that have begun."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.quick, self.slow = NamedPoster(), NamedPoster()
        self.lanes = Lanes(self.quick, self.slow, self.clock)
        self.begun: list[str] = []
        self.posters: list[Poster] = []
        self.ends: list[Deferred[str]] = []

    def ask(self, caller: Caller, name: str = "") -> Deferred[str]:
        async def request(poster: Poster) -> str:
            self.begun.append(name or caller.owner[1])
            self.posters.append(poster)
            end: Deferred[str] = Deferred()
            self.ends.append(end)
            return await end

        return Deferred.fromCoroutine(self.lanes.run(caller, request))

    def answer(self, after: float, count: int = 1) -> None:
        """Let the oldest requests end after some seconds."""
        self.clock.advance(after)
        for _ in range(count):
            self.ends.pop(0).callback("done")

    def slow_down(self, caller: Caller) -> None:
        """Make a target slow."""
        self.ask(caller)
        self.answer(SLOW_SECONDS)
        self.begun.clear()


def caller(account: str, network: str = "") -> Caller:
    return Caller(Asker(network, account), Pace())


@pytest.fixture
def harness() -> Iterator[LanesHarness]:
    harness = LanesHarness()
    yield harness
    while harness.ends:
        harness.answer(0)


class TestPace:
    def test_a_new_target_is_quick(self) -> None:
        assert not Pace().is_slow

    def test_one_slow_answer_makes_it_slow(self) -> None:
        pace = Pace()
        pace.note(SLOW_SECONDS)
        assert pace.is_slow

    def test_several_quick_answers_in_a_row_make_it_quick_again(self) -> None:
        pace = Pace()
        pace.note(SLOW_SECONDS)
        for _ in range(QUICK_TO_RETURN - 1):
            pace.note(0.0)
        assert pace.is_slow
        pace.note(0.0)
        assert not pace.is_slow

    def test_a_slow_answer_among_them_begins_the_count_anew(self) -> None:
        pace = Pace()
        pace.note(SLOW_SECONDS)
        for seconds in (*[0.0] * (QUICK_TO_RETURN - 1), SLOW_SECONDS, 0.0):
            pace.note(seconds)
        assert pace.is_slow


class TestRunning:
    def test_the_result_is_that_of_the_request(self, harness: LanesHarness) -> None:
        asked = harness.ask(caller("ana"))
        harness.answer(0)
        assert asked.result == "done"

    def test_an_error_is_raised_and_the_slot_is_free_again(self, harness: LanesHarness) -> None:
        for _ in range(QUICK_SLOTS + 1):
            asked = harness.ask(caller("ana"))
            harness.ends.pop().errback(ZeroDivisionError())
            assert isinstance(asked.result.value, ZeroDivisionError)  # type: ignore[attr-defined]
            asked.addErrback(lambda failure: None)

    def test_no_timer_is_left(self, harness: LanesHarness) -> None:
        harness.ask(caller("ana"))
        harness.answer(0)
        assert harness.clock.getDelayedCalls() == []

    def test_a_slow_target_has_a_client_of_its_own(self, harness: LanesHarness) -> None:
        ana = caller("ana")
        harness.slow_down(ana)
        harness.ask(ana)
        harness.ask(caller("luis"))
        assert harness.posters[-2:] == [harness.slow, harness.quick]

    def test_what_waits_is_bounded(self, harness: LanesHarness) -> None:
        for _ in range(QUICK_SLOTS + MOST_WAITING):
            harness.ask(caller("ana"))
        refused = harness.ask(caller("ana"))
        assert refused.result.check(QueueFull)  # type: ignore[attr-defined]
        refused.addErrback(lambda failure: None)


class TestSlowTargets:
    def test_a_slow_request_gives_its_slot_to_another(self, harness: LanesHarness) -> None:
        for _ in range(QUICK_SLOTS):
            harness.ask(caller("slow"))
        harness.ask(caller("healthy"))
        harness.clock.advance(SLOW_SECONDS / 2)
        assert "healthy" not in harness.begun
        harness.clock.advance(SLOW_SECONDS / 2)
        assert harness.begun[-1] == "healthy"

    def test_slow_targets_wait_for_each_other_only(self, harness: LanesHarness) -> None:
        targets = [caller("slow") for _ in range(SLOW_SLOTS + 1)]
        for each in targets:
            harness.slow_down(each)
        for each in targets:
            harness.ask(each)
        assert len(harness.begun) == SLOW_SLOTS
        harness.ask(caller("healthy"))
        assert harness.begun[-1] == "healthy"

    def test_those_that_became_slow_meanwhile_count_there(self, harness: LanesHarness) -> None:
        known = caller("known")
        harness.slow_down(known)
        for _ in range(SLOW_SLOTS):
            harness.ask(caller("new"))
        harness.clock.advance(SLOW_SECONDS)
        harness.ask(known)
        assert "known" not in harness.begun
        harness.answer(8)
        assert harness.begun[-1] == "known"

    def test_owners_of_slow_targets_have_turns(self, harness: LanesHarness) -> None:
        many = [caller("many", "10.0.0.1") for _ in range(SLOW_SLOTS + 5)]
        one = caller("one", "10.0.0.2")
        for each in (*many, one):
            harness.slow_down(each)
        for each in (*many, one):
            harness.ask(each)
        harness.answer(8, 2)
        assert "one" in harness.begun
