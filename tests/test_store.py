"""`chatd.store` itself: when trouble is told, what a page is. Its contract: `tests/stores`."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.event import Event, Kind
from chatd.store import (
    FIRST_SILENCE,
    PAGE_CHARACTERS,
    PAGE_EVENTS,
    Trouble,
    page_of,
)


class Telling(Trouble):
    """Trouble, and when it was told."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.told: list[float] = []
        super().__init__(self.clock, "it is {why}")
        self.log = self  # type: ignore[assignment]

    def error(self, telling: str, **values: Any) -> None:
        assert telling.format(**values) == "it is broken"
        self.told.append(self.clock.seconds())

    def goes_on_until(self, time: float) -> None:
        """It goes wrong every quarter of a second."""
        while self.clock.seconds() < time:
            self.tell("broken")
            self.clock.advance(0.25)


@pytest.fixture
def trouble() -> Telling:
    return Telling()


class TestTrouble:
    def test_without_any_its_end_is_not_told(self, trouble: Telling) -> None:
        assert not trouble.end()

    def test_its_end_is_told_once(self, trouble: Telling) -> None:
        trouble.tell("broken")
        assert [trouble.end(), trouble.end()] == [True, False]

    def test_it_is_told_at_once_and_after_pauses_that_double(self, trouble: Telling) -> None:
        trouble.goes_on_until(8 * FIRST_SILENCE)
        assert trouble.told == [0, 1, 3, 7]

    def test_that_comes_back_is_told_after_the_shortest_pause(self, trouble: Telling) -> None:
        trouble.goes_on_until(1.5)
        trouble.end()
        trouble.goes_on_until(2.25)
        assert trouble.told == [0, 1, 2]

    def test_that_comes_back_is_told_after_short_pauses_again(self, trouble: Telling) -> None:
        trouble.goes_on_until(8)
        trouble.end()
        trouble.goes_on_until(10)
        assert trouble.told == [0, 1, 3, 7, 8, 9]


def event(text: str) -> Event:
    return Event("lobby", 1, 0, 1, "ana", Kind.MESSAGE, text)


class TestPageOf:
    def test_a_page_has_so_many_events_at_most(self) -> None:
        assert len(page_of([event("a")] * (PAGE_EVENTS + 1))) == PAGE_EVENTS

    def test_a_page_ends_with_the_event_that_reaches_so_much_text(self) -> None:
        half = event("x" * (PAGE_CHARACTERS // 2))
        assert len(page_of([half] * 3)) == 2
