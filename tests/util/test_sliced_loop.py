"""`chatd.util.sliced_loop`: many items, of which some are handled in each turn of the reactor."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from twisted.internet.task import Clock

from chatd.util.sliced_loop import SLICE_SECONDS, SlicedLoop


class Loop:
    """A loop on a fake clock, over items each of which takes some seconds."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.takes = SLICE_SECONDS
        self.handled: list[str] = []
        self.then: Callable[[], None] = lambda: None
        self.loop: SlicedLoop[str] = SlicedLoop(self.clock)

    def handle(self, item: str) -> None:
        self.handled.append(item)
        self.clock.rightNow += self.takes
        self.then()


@pytest.fixture
def some() -> Loop:
    return Loop()


def test_short_ones_are_handled_at_once_in_order(some: Loop) -> None:
    some.takes = 0.0
    some.loop.run("abc", some.handle)
    assert some.handled == ["a", "b", "c"]
    assert not some.loop.running
    assert some.clock.getDelayedCalls() == []


def test_others_have_their_turns_between(some: Loop) -> None:
    some.clock.callLater(0, lambda: some.handled.append("other"))
    some.loop.run("abc", some.handle)
    assert some.loop.running
    some.clock.advance(0)
    assert some.handled == ["a", "other", "b", "c"]
    assert not some.loop.running
    assert some.clock.getDelayedCalls() == []


def test_an_error_in_one_costs_the_others_nothing(some: Loop) -> None:
    def fail() -> None:
        some.then = lambda: None
        raise ZeroDivisionError

    some.then = fail
    with pytest.raises(ZeroDivisionError):
        some.loop.run("abc", some.handle)
    some.clock.advance(0)
    assert some.handled == ["a", "b", "c"]


def test_no_items_are_no_work(some: Loop) -> None:
    some.loop.run("", some.handle)
    assert not some.loop.running
    assert some.clock.getDelayedCalls() == []


def test_listing_very_many_is_part_of_the_first_slice(some: Loop) -> None:
    def very_many() -> Iterator[str]:
        some.clock.rightNow += SLICE_SECONDS
        yield "a"

    some.loop.run(very_many(), some.handle)
    assert some.handled == []
    some.clock.advance(0)
    assert some.handled == ["a"]
