"""Tests of `chatd.storage.clock_watch`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import LogEvent, eventAsText, globalLogPublisher

from chatd.event import Draft, Kind
from chatd.storage.clock_watch import JUMP_SECONDS, WAIT_SECONDS, ClockWatch
from chatd.storage.memory import MemoryStore
from chatd.text.times import local_time

DAY = 86_400
TODAY = 1_795_300_000.0


class Scene:
    """A store that outlives its daemons, a monotonic clock, and the time of day."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.clock.advance(5 * DAY)  # its zero is not that of the time of day
        self.ahead = TODAY
        self.store = MemoryStore(self.clock, self.now)
        self.store.lasting = True  # as one in a file does
        self.trusted = 0
        self.watch = self.begin()

    def now(self) -> float:
        return self.clock.seconds() + self.ahead

    def say(self, room: str = "lobby") -> None:
        self.store.commit([Draft(room, 0, "luis", Kind.MESSAGE, ["hola"])])

    def begin(self) -> ClockWatch:
        """Start a daemon on the store."""
        self.watch = ClockWatch(self.store, self.clock, self.now)
        self.watch.trusted = self._trusted
        self.watch.start()
        self.clock.advance(0)
        return self.watch

    def _trusted(self) -> None:
        self.trusted += 1

    def run(self, seconds: float) -> None:
        """Run the daemon for some seconds, and check the clock meanwhile."""
        for _ in range(4):
            self.clock.advance(seconds / 4)
            self.watch.check()
        self.clock.advance(0)

    def confirm(self) -> None:
        done = self.watch.confirm()
        self.clock.advance(0)
        assert done.called


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def said() -> Iterator[list[str]]:
    """Return the lines of the log for the operator."""
    said: list[str] = []

    def observe(event: LogEvent) -> None:
        if event["log_namespace"].startswith("chatd.storage.clock_watch"):
            said.append(event["log_format"].format(**event) if event else "")
            assert "\n" not in eventAsText(event)

    globalLogPublisher.addObserver(observe)
    yield said
    globalLogPublisher.removeObserver(observe)


def test_a_new_store_trusts_the_clock(scene: Scene, said: list[str]) -> None:
    scene.run(3 * DAY)
    assert not scene.watch.doubted
    assert said == []


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize(("seconds", "doubted"), [(0, False), (DAY, False), (DAY + 1, True)])
def test_at_the_start_it_is_compared_with_the_newest_line(
    scene: Scene, said: list[str], way: int, seconds: int, doubted: bool
) -> None:
    scene.say("old")
    scene.clock.advance(10)
    scene.say("new")
    scene.ahead += way * seconds
    assert scene.begin().doubted is doubted
    assert [("after" if way > 0 else "before") in line for line in said] == [True] * doubted


def test_the_operator_is_told_what_it_says_and_what_to_do(scene: Scene, said: list[str]) -> None:
    scene.say()
    scene.ahead += 400 * DAY
    scene.begin()
    (line,) = said
    now = int(scene.now())
    assert line.startswith(f"the clock says {local_time(now)}: ")
    assert f"that is 400d after the newest line, {local_time(now - 400 * DAY)}. " in line
    assert "Nothing is forgotten until `chatd admin clock ok`, or for 24 hours" in line


def test_in_memory_the_operator_can_only_wait(scene: Scene, said: list[str]) -> None:
    scene.store.lasting = False
    scene.ahead += 2 * DAY
    scene.run(5)
    assert said[0].endswith("Nothing is forgotten for 24 hours of running.")


@pytest.mark.parametrize(("days", "way"), [(2, "forward by 2d"), (-2, "back by 2d")])
def test_while_it_runs_it_is_compared_with_the_steady_clock(
    scene: Scene, said: list[str], days: int, way: str
) -> None:
    scene.run(5 * DAY)  # without a line for days
    assert not scene.watch.doubted
    scene.ahead += days * DAY
    scene.run(5)
    assert scene.watch.doubted
    (line,) = said
    assert f"it was set {way}" in line
    scene.run(5)
    assert len(said) == 1


@pytest.mark.parametrize(("seconds", "doubted"), [(DAY, False), (DAY + 1, True)])
@pytest.mark.parametrize("way", [1, -1])
def test_while_it_runs_a_day_is_no_jump(
    scene: Scene, way: int, seconds: int, doubted: bool
) -> None:
    scene.ahead += way * seconds
    scene.watch.check()
    assert scene.watch.doubted is doubted


def test_from_when_it_was_said_to_be_right_it_may_go_wrong_by_a_day_again(scene: Scene) -> None:
    for _ in range(3):
        scene.ahead += 0.6 * DAY
        scene.run(5)
        assert not scene.watch.doubted
        scene.confirm()


def test_many_small_steps_are_a_jump(scene: Scene) -> None:
    for _ in range(30):
        scene.ahead += JUMP_SECONDS / 25
        scene.run(5)
    assert scene.watch.doubted


def test_the_operator_may_say_that_it_is_right(scene: Scene, said: list[str]) -> None:
    scene.ahead += 2 * DAY
    scene.run(5)
    scene.confirm()
    assert not scene.watch.doubted
    assert scene.trusted == 1
    scene.run(5)
    scene.begin()
    assert not scene.watch.doubted
    assert len(said) == 1


def test_after_a_day_of_running_it_is_trusted(scene: Scene, said: list[str]) -> None:
    scene.ahead += 2 * DAY
    scene.run(5)
    scene.clock.advance(WAIT_SECONDS - 5)  # since it was first seen
    scene.watch.check()
    assert scene.watch.doubted
    scene.clock.advance(1.25)
    scene.watch.check()
    assert not scene.watch.doubted
    assert scene.trusted == 1
    assert said[1:] == ["the clock is taken for right: the daemon has run with it for a day."]


def test_a_clock_that_jumps_again_is_doubted_for_another_day(scene: Scene, said: list[str]) -> None:
    scene.ahead += 400 * DAY
    scene.run(WAIT_SECONDS / 2)
    scene.ahead -= 400 * DAY
    scene.run(5)
    scene.run(WAIT_SECONDS - 10)
    assert scene.watch.doubted
    assert len(said) == 2
    scene.run(20)
    assert not scene.watch.doubted


def test_it_is_doubted_over_a_restart_though_lines_were_said_under_it(
    scene: Scene, said: list[str]
) -> None:
    scene.say()
    scene.ahead += 400 * DAY
    scene.begin()
    scene.say()  # the newest line agrees with the clock now
    scene.run(5)
    assert scene.begin().doubted
    assert len(said) == 2
    assert "it was not said to be right since it jumped" in said[1]
    scene.confirm()
    assert not scene.begin().doubted


def test_lines_that_are_known_to_be_from_the_future_are_no_reason(scene: Scene) -> None:
    scene.say()
    scene.ahead += 400 * DAY
    scene.begin()
    scene.say("dead")
    scene.run(5)
    scene.ahead -= 400 * DAY
    scene.run(5)
    scene.confirm()
    scene.say()
    assert not scene.begin().doubted
    scene.ahead -= 2 * DAY
    assert scene.begin().doubted  # against the moment when it was said to be right
    scene.ahead += 4 * DAY
    scene.confirm()
    scene.ahead += 2 * DAY
    assert scene.begin().doubted


def test_lines_that_were_said_since_it_was_right_count(scene: Scene) -> None:
    scene.ahead += 2 * DAY
    scene.run(5)
    scene.confirm()
    for _ in range(10):
        scene.clock.advance(DAY)
        scene.say()
    assert not scene.begin().doubted
    scene.ahead += 2 * DAY
    assert scene.begin().doubted


@pytest.mark.parametrize(
    ("days", "seconds", "doubted"),
    [
        (0, 10, False),  # the line is too far ahead to count
        (4, -1, True),  # and so it is here; but that moment is long ago
        (4, 0, False),  # now it counts
        (6, 0, False),
        (6, 1, True),
    ],
)
def test_a_line_from_the_future_counts_once_it_may_be_right(
    scene: Scene, days: int, seconds: int, doubted: bool
) -> None:
    said_right = scene.ahead
    scene.ahead += 5 * DAY
    scene.say()
    scene.begin()
    scene.ahead = said_right
    scene.confirm()
    scene.ahead += days * DAY + seconds
    assert scene.begin().doubted is doubted


def test_a_line_that_is_a_little_too_far_ahead_does_not_count(scene: Scene) -> None:
    said_right = scene.ahead
    scene.ahead += DAY + 10
    scene.say()
    scene.begin()
    scene.ahead = said_right
    scene.confirm()
    assert not scene.begin().doubted


def test_what_cannot_be_kept_is_doubted_all_the_same(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.say()
    monkeypatch.setattr(scene.store, "write_records", lambda *_: Deferred())
    scene.ahead += 2 * DAY
    assert scene.begin().doubted


@pytest.mark.parametrize("wrong", [10.0**30, -(10.0**12)])
def test_a_clock_may_say_anything(scene: Scene, wrong: float) -> None:
    scene.say()
    scene.ahead = wrong
    scene.run(5)
    assert scene.watch.doubted
    assert scene.begin().doubted
