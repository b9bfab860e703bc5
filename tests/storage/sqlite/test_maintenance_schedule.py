"""Tests of `chatd.storage.sqlite.maintenance_schedule`."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chatd.storage.sqlite.maintenance_schedule import (
    AGAIN_SECONDS,
    ENOUGH_EVENTS,
    HASTE_SECONDS,
    IDLE_SECONDS,
    MANY_EVENTS,
    PATIENCE_SECONDS,
    MaintenanceSchedule,
)


class SteppedSchedule:
    """A schedule on a fake clock; a step lasts until the test ends it."""

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
        """Commit a line again and again, with pauses that are too short for a step."""
        end = self.clock.seconds() + seconds
        while self.clock.seconds() < end:
            self.schedule.committed(1)
            self.clock.advance(IDLE_SECONDS / 2)

    def end(self, next_in: float | None = None) -> None:
        """End the step that is being taken."""
        self.steps[-1].callback(next_in)


@pytest.fixture
def stepped() -> SteppedSchedule:
    return SteppedSchedule()


def test_a_few_events_request_no_step(stepped: SteppedSchedule) -> None:
    stepped.schedule.committed(ENOUGH_EVENTS - 1)
    assert stepped.clock.getDelayedCalls() == []


def test_enough_events_request_a_step_when_no_line_is_committed(stepped: SteppedSchedule) -> None:
    stepped.schedule.committed(ENOUGH_EVENTS)
    stepped.talk(5)
    assert stepped.steps == []
    stepped.clock.pump([IDLE_SECONDS] * 2)
    assert len(stepped.steps) == 1


def test_a_requested_step_is_taken_after_few_events_too(stepped: SteppedSchedule) -> None:
    stepped.schedule.request()
    stepped.clock.advance(IDLE_SECONDS)
    assert len(stepped.steps) == 1


def test_steps_follow_each_other_until_nothing_is_left(stepped: SteppedSchedule) -> None:
    stepped.schedule.request()
    stepped.clock.advance(IDLE_SECONDS)
    stepped.end(0.5)
    stepped.clock.advance(0.4)
    assert len(stepped.steps) == 1
    stepped.clock.advance(0.1)
    assert len(stepped.steps) == 2
    stepped.end()
    assert stepped.clock.getDelayedCalls() == []
    assert stepped.ended == [None, None]


def test_a_line_between_two_steps_puts_the_second_off(stepped: SteppedSchedule) -> None:
    stepped.schedule.request()
    stepped.clock.advance(IDLE_SECONDS)
    stepped.end(0.005)
    stepped.talk(1)
    assert len(stepped.steps) == 1
    stepped.clock.pump([IDLE_SECONDS] * 2)
    assert len(stepped.steps) == 2


def test_nothing_else_begins_while_a_step_is_taken(stepped: SteppedSchedule) -> None:
    stepped.schedule.request()
    stepped.clock.advance(IDLE_SECONDS)
    stepped.schedule.committed(ENOUGH_EVENTS)
    stepped.schedule.request()
    stepped.clock.advance(100)
    assert len(stepped.steps) == 1


def test_lines_without_a_pause_put_steps_off_for_a_minute_and_then_slow_them_down(
    stepped: SteppedSchedule,
) -> None:
    stepped.schedule.committed(ENOUGH_EVENTS)
    stepped.talk(PATIENCE_SECONDS - 1)
    assert stepped.steps == []
    stepped.talk(2)
    assert len(stepped.steps) == 1
    stepped.end(0.005)
    before = stepped.clock.seconds()
    while len(stepped.steps) == 1:
        stepped.talk(0.01)
    assert stepped.clock.seconds() - before >= IDLE_SECONDS


def test_steps_follow_each_other_faster_when_many_events_wait(stepped: SteppedSchedule) -> None:
    stepped.schedule.committed(MANY_EVENTS)
    stepped.talk(PATIENCE_SECONDS + 1)
    for step in range(1, 4):
        assert len(stepped.steps) == step
        stepped.schedule.committed(1)
        stepped.end(0.005)
        stepped.clock.advance(HASTE_SECONDS - 0.001)
        assert len(stepped.steps) == step
        stepped.clock.advance(0.001)


def test_steps_are_slow_again_once_none_of_them_waits(stepped: SteppedSchedule) -> None:
    stepped.schedule.committed(MANY_EVENTS)
    stepped.talk(PATIENCE_SECONDS + 1)
    stepped.end()
    stepped.schedule.committed(ENOUGH_EVENTS)
    stepped.talk(PATIENCE_SECONDS + 1)
    assert len(stepped.steps) == 2
    stepped.end(0.005)
    stepped.talk(IDLE_SECONDS / 2)
    assert len(stepped.steps) == 2


def test_events_are_counted_from_0_after_the_last_step(stepped: SteppedSchedule) -> None:
    stepped.schedule.committed(ENOUGH_EVENTS)
    stepped.clock.advance(IDLE_SECONDS)
    stepped.end()
    stepped.schedule.committed(ENOUGH_EVENTS - 1)
    assert stepped.clock.getDelayedCalls() == []
    stepped.schedule.committed(1)
    stepped.clock.advance(IDLE_SECONDS)
    assert len(stepped.steps) == 2


def test_steps_are_put_off_by_other_work(stepped: SteppedSchedule) -> None:
    stepped.schedule.request()
    stepped.clock.advance(IDLE_SECONDS / 2)
    stepped.schedule.put_off()
    stepped.clock.advance(IDLE_SECONDS / 2)
    assert stepped.steps == []


def test_a_failed_step_is_reported_and_tried_again_later(stepped: SteppedSchedule) -> None:
    stepped.schedule.request()
    stepped.clock.advance(IDLE_SECONDS)
    error = ZeroDivisionError()
    stepped.steps[-1].errback(error)
    assert stepped.ended == [error]
    stepped.clock.advance(AGAIN_SECONDS - 1)
    assert len(stepped.steps) == 1
    stepped.clock.advance(1)
    assert len(stepped.steps) == 2


@pytest.mark.parametrize("working", [False, True])
def test_a_stopped_schedule_takes_no_step(stepped: SteppedSchedule, working: bool) -> None:
    stepped.schedule.request()
    if working:
        stepped.clock.advance(IDLE_SECONDS)
    stepped.schedule.stop()
    if working:
        stepped.end(0.0)
    stepped.schedule.request()
    stepped.clock.advance(1000)
    assert len(stepped.steps) == working
    assert stepped.clock.getDelayedCalls() == []
