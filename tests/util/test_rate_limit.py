"""Tests of `chatd.util.rate_limit`."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.util import rate_limit
from chatd.util.rate_limit import RateLimiter, RecentKeys


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
