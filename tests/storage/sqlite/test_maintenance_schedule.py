"""`chatd.storage.sqlite.maintenance`: when is done what can wait."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chatd.storage.sqlite.maintenance_schedule import (
    AGAIN_SECONDS,
    ENOUGH_EVENTS,
    IDLE_SECONDS,
    PATIENCE_SECONDS,
    MaintenanceSchedule,
)


class Yard:
    """Chores on a fake clock; a step takes until the test lets it end."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.steps: list[Deferred[float | None]] = []
        self.ended: list[object] = []
        self.schedule = MaintenanceSchedule(self.clock, self._step, self._ended)

    def _step(self) -> Deferred[float | None]:
        self.steps.append(Deferred())
        return self.steps[-1]

    def _ended(self, failure: Failure | None) -> None:
        self.ended.append(failure and failure.value)

    def talk(self, seconds: float) -> None:
        """Somebody says something again and again."""
        end = self.clock.seconds() + seconds
        while self.clock.seconds() < end:
            self.schedule.committed(1)
            self.clock.advance(IDLE_SECONDS / 2)

    def end(self, next_in: float | None = None) -> None:
        """Let the step end that is being taken."""
        self.steps[-1].callback(next_in)


@pytest.fixture
def yard() -> Yard:
    return Yard()


def test_a_few_events_are_not_worth_the_trouble(yard: Yard) -> None:
    yard.schedule.committed(ENOUGH_EVENTS - 1)
    assert yard.clock.getDelayedCalls() == []


def test_once_there_are_enough_the_first_step_comes_when_nobody_talks(yard: Yard) -> None:
    yard.schedule.committed(ENOUGH_EVENTS)
    yard.talk(5)
    assert yard.steps == []
    yard.clock.pump([IDLE_SECONDS] * 2)
    assert len(yard.steps) == 1


def test_what_is_wanted_is_done_however_little_was_said(yard: Yard) -> None:
    yard.schedule.request()
    yard.clock.advance(IDLE_SECONDS)
    assert len(yard.steps) == 1


def test_steps_follow_each_other_until_nothing_is_left(yard: Yard) -> None:
    yard.schedule.request()
    yard.clock.advance(IDLE_SECONDS)
    yard.end(0.5)
    yard.clock.advance(0.4)
    assert len(yard.steps) == 1
    yard.clock.advance(0.1)
    assert len(yard.steps) == 2
    yard.end()
    assert yard.clock.getDelayedCalls() == []
    assert yard.ended == [None, None]


def test_between_two_steps_whoever_talks_is_let_go_first(yard: Yard) -> None:
    yard.schedule.request()
    yard.clock.advance(IDLE_SECONDS)
    yard.end(0.005)
    yard.talk(1)
    assert len(yard.steps) == 1
    yard.clock.pump([IDLE_SECONDS] * 2)
    assert len(yard.steps) == 2


def test_nothing_else_begins_while_a_step_is_taken(yard: Yard) -> None:
    yard.schedule.request()
    yard.clock.advance(IDLE_SECONDS)
    yard.schedule.committed(ENOUGH_EVENTS)
    yard.schedule.request()
    yard.clock.advance(100)
    assert len(yard.steps) == 1


def test_talk_that_never_pauses_puts_it_off_for_a_minute_and_then_slows_it_down(
    yard: Yard,
) -> None:
    yard.schedule.committed(ENOUGH_EVENTS)
    yard.talk(PATIENCE_SECONDS - 1)
    assert yard.steps == []
    yard.talk(2)
    assert len(yard.steps) == 1
    yard.end(0.005)
    before = yard.clock.seconds()
    while len(yard.steps) == 1:
        yard.talk(0.01)
    assert yard.clock.seconds() - before >= IDLE_SECONDS


def test_after_all_was_done_events_are_counted_anew(yard: Yard) -> None:
    yard.schedule.committed(ENOUGH_EVENTS)
    yard.clock.advance(IDLE_SECONDS)
    yard.end()
    yard.schedule.committed(ENOUGH_EVENTS - 1)
    assert yard.clock.getDelayedCalls() == []
    yard.schedule.committed(1)
    yard.clock.advance(IDLE_SECONDS)
    assert len(yard.steps) == 2


def test_something_else_under_way_is_as_good_as_talk(yard: Yard) -> None:
    yard.schedule.request()
    yard.clock.advance(IDLE_SECONDS / 2)
    yard.schedule.put_off()
    yard.clock.advance(IDLE_SECONDS / 2)
    assert yard.steps == []


def test_a_step_that_fails_is_told_and_tried_again_after_a_while(yard: Yard) -> None:
    yard.schedule.request()
    yard.clock.advance(IDLE_SECONDS)
    error = ZeroDivisionError()
    yard.steps[-1].errback(error)
    assert yard.ended == [error]
    yard.clock.advance(AGAIN_SECONDS - 1)
    assert len(yard.steps) == 1
    yard.clock.advance(1)
    assert len(yard.steps) == 2


@pytest.mark.parametrize("working", [False, True])
def test_after_it_was_stopped_no_step_is_taken(yard: Yard, working: bool) -> None:
    yard.schedule.request()
    if working:
        yard.clock.advance(IDLE_SECONDS)
    yard.schedule.stop()
    if working:
        yard.end(0.0)
    yard.schedule.request()
    yard.clock.advance(1000)
    assert len(yard.steps) == working
    assert yard.clock.getDelayedCalls() == []
