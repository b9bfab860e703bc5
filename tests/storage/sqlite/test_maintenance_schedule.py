"""Tests of `chatd.storage.sqlite.maintenance_schedule`."""

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


class Scene:
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
def scene() -> Scene:
    return Scene()


def test_a_few_events_request_no_step(scene: Scene) -> None:
    scene.schedule.committed(ENOUGH_EVENTS - 1)
    assert scene.clock.getDelayedCalls() == []


def test_enough_events_request_a_step_when_no_line_is_committed(scene: Scene) -> None:
    scene.schedule.committed(ENOUGH_EVENTS)
    scene.talk(5)
    assert scene.steps == []
    scene.clock.pump([IDLE_SECONDS] * 2)
    assert len(scene.steps) == 1


def test_a_requested_step_is_taken_after_few_events_too(scene: Scene) -> None:
    scene.schedule.request()
    scene.clock.advance(IDLE_SECONDS)
    assert len(scene.steps) == 1


def test_steps_follow_each_other_until_nothing_is_left(scene: Scene) -> None:
    scene.schedule.request()
    scene.clock.advance(IDLE_SECONDS)
    scene.end(0.5)
    scene.clock.advance(0.4)
    assert len(scene.steps) == 1
    scene.clock.advance(0.1)
    assert len(scene.steps) == 2
    scene.end()
    assert scene.clock.getDelayedCalls() == []
    assert scene.ended == [None, None]


def test_a_line_between_two_steps_puts_the_second_off(scene: Scene) -> None:
    scene.schedule.request()
    scene.clock.advance(IDLE_SECONDS)
    scene.end(0.005)
    scene.talk(1)
    assert len(scene.steps) == 1
    scene.clock.pump([IDLE_SECONDS] * 2)
    assert len(scene.steps) == 2


def test_nothing_else_begins_while_a_step_is_taken(scene: Scene) -> None:
    scene.schedule.request()
    scene.clock.advance(IDLE_SECONDS)
    scene.schedule.committed(ENOUGH_EVENTS)
    scene.schedule.request()
    scene.clock.advance(100)
    assert len(scene.steps) == 1


def test_lines_without_a_pause_put_steps_off_for_a_minute_and_then_slow_them_down(
    scene: Scene,
) -> None:
    scene.schedule.committed(ENOUGH_EVENTS)
    scene.talk(PATIENCE_SECONDS - 1)
    assert scene.steps == []
    scene.talk(2)
    assert len(scene.steps) == 1
    scene.end(0.005)
    before = scene.clock.seconds()
    while len(scene.steps) == 1:
        scene.talk(0.01)
    assert scene.clock.seconds() - before >= IDLE_SECONDS


def test_events_are_counted_from_0_after_the_last_step(scene: Scene) -> None:
    scene.schedule.committed(ENOUGH_EVENTS)
    scene.clock.advance(IDLE_SECONDS)
    scene.end()
    scene.schedule.committed(ENOUGH_EVENTS - 1)
    assert scene.clock.getDelayedCalls() == []
    scene.schedule.committed(1)
    scene.clock.advance(IDLE_SECONDS)
    assert len(scene.steps) == 2


def test_steps_are_put_off_by_other_work(scene: Scene) -> None:
    scene.schedule.request()
    scene.clock.advance(IDLE_SECONDS / 2)
    scene.schedule.put_off()
    scene.clock.advance(IDLE_SECONDS / 2)
    assert scene.steps == []


def test_a_failed_step_is_reported_and_tried_again_later(scene: Scene) -> None:
    scene.schedule.request()
    scene.clock.advance(IDLE_SECONDS)
    error = ZeroDivisionError()
    scene.steps[-1].errback(error)
    assert scene.ended == [error]
    scene.clock.advance(AGAIN_SECONDS - 1)
    assert len(scene.steps) == 1
    scene.clock.advance(1)
    assert len(scene.steps) == 2


@pytest.mark.parametrize("working", [False, True])
def test_a_stopped_schedule_takes_no_step(scene: Scene, working: bool) -> None:
    scene.schedule.request()
    if working:
        scene.clock.advance(IDLE_SECONDS)
    scene.schedule.stop()
    if working:
        scene.end(0.0)
    scene.schedule.request()
    scene.clock.advance(1000)
    assert len(scene.steps) == working
    assert scene.clock.getDelayedCalls() == []
