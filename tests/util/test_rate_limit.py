"""Tests of `chatd.util.rate_limit`."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.util import rate_limit
from chatd.util.rate_limit import BackOff, Failures, RateLimiter, RecentKeys

EVEN = BackOff(3, 5.0, 5.0, forgets=5.0)
GROWING = BackOff(2, 5.0, 60.0, forgets=1000.0)
NONE = Failures()


def failed(limit: BackOff, times: int, now: float) -> Failures:
    """Return some failures at one time."""
    failures = NONE
    for _ in range(times):
        failures = limit.failed(failures, now)
    return failures


class TestBackOff:
    """Waits after failures."""

    def test_some_failures_have_no_wait(self) -> None:
        assert EVEN.wait(NONE, 100) == EVEN.wait(failed(EVEN, 2, 100), 100) == 0

    def test_the_next_one_has_a_wait(self) -> None:
        failures = failed(EVEN, 3, 100)
        assert [EVEN.wait(failures, now) for now in (100, 104.5, 105, 300)] == [5, 0.5, 0, 0]

    def test_waits_that_do_not_grow_stay_as_long(self) -> None:
        failures = EVEN.failed(failed(EVEN, 3, 100), 105)
        assert EVEN.wait(failures, 105) == 5

    def test_after_a_pause_as_many_have_no_wait_again_and_no_more(self) -> None:
        failures = failed(EVEN, 3, 100)
        for expected in 0, 0, 5:
            failures = EVEN.failed(failures, 1000)
            assert EVEN.wait(failures, 1000) == expected

    def test_each_wait_is_twice_as_long_up_to_the_longest(self) -> None:
        failures, now, waits = failed(GROWING, 2, 0), 0.0, []
        for _ in range(6):
            waits.append(GROWING.wait(failures, now))
            now += waits[-1]
            failures = GROWING.failed(failures, now)
        assert waits == [5, 10, 20, 40, 60, 60]

    def test_failures_are_forgotten_one_by_one(self) -> None:
        failures = failed(GROWING, 2, 0)
        assert [GROWING.remaining(failures, now) for now in (0, 500, 1000, 5000)] == [2, 1.5, 1, 0]

    def test_no_more_failures_count_than_have_the_longest_wait(self) -> None:
        assert failed(GROWING, 50, 0) == failed(GROWING, 6, 0)

    def test_tries_that_run_count_as_failures(self) -> None:
        assert [EVEN.wait(NONE, 100, running) for running in (2, 3)] == [0, 5]

    def test_failures_are_forgotten_if_the_clock_is_set_back(self) -> None:
        failures = failed(EVEN, 3, 100)
        assert EVEN.wait(failures, 50) == EVEN.remaining(failures, 50) == 0


@pytest.fixture
def clock() -> Clock:
    return Clock()


def tried(tries: RateLimiter, key: str, times: int = 1) -> list[bool]:
    """Try some times; return for each try True if it was allowed."""
    done = []
    for _ in range(times):
        done.append(not tries.wait(key))
        if done[-1]:
            tries.spend(key)
    return done


def test_some_tries_are_allowed_at_once_and_then_one_after_each_interval(clock: Clock) -> None:
    tries = RateLimiter(clock, 3, 5.0)
    clock.advance(100)
    assert tried(tries, "ana", 5) == [True, True, True, False, False]
    assert tries.wait("ana") == 5.0
    clock.advance(4.5)
    assert tried(tries, "ana") == [False]
    clock.advance(0.5)
    assert tried(tries, "ana", 2) == [True, False]


def test_after_a_pause_as_many_are_allowed_again_and_no_more(clock: Clock) -> None:
    tries = RateLimiter(clock, 3, 5.0)
    tried(tries, "ana", 3)
    clock.advance(1000)
    assert tried(tries, "ana", 4) == [True, True, True, False]


def test_keys_are_counted_apart(clock: Clock) -> None:
    tries = RateLimiter(clock, 1, 5.0)
    assert tried(tries, "ana") == tried(tries, "luis") == [True]
    assert tried(tries, "ana") == [False]


def test_a_try_that_is_given_back_does_not_count(clock: Clock) -> None:
    tries = RateLimiter(clock, 1, 5.0)
    tried(tries, "ana")
    assert tries.wait("ana")
    tries.give_back("ana")
    assert not tries.wait("ana")
    tries.give_back("a key that was forgotten")


def test_of_many_keys_the_one_tried_longest_ago_is_forgotten(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limit, "MOST_KEYS", 2)
    tries = RateLimiter(clock, 1, 5.0)
    for key in "a", "b", "a", "c":
        tries.spend(key)
    assert len(tries) == 2
    assert [bool(tries.wait(key)) for key in "abc"] == [True, False, True]


def test_the_latest_of_many_keys_are_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "MOST_KEYS", 2)
    recent = RecentKeys()
    for key in "a", "b", "a", "c":
        recent.add(key)
    assert [key in recent for key in "abc"] == [True, False, True]
