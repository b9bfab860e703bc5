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


class WatchedStore:
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
def watched() -> WatchedStore:
    return WatchedStore()


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


def test_a_new_store_trusts_the_clock(watched: WatchedStore, said: list[str]) -> None:
    watched.run(3 * DAY)
    assert not watched.watch.doubted
    assert said == []


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize(("seconds", "doubted"), [(0, False), (DAY, False), (DAY + 1, True)])
def test_at_the_start_it_is_compared_with_the_newest_line(
    watched: WatchedStore, said: list[str], way: int, seconds: int, doubted: bool
) -> None:
    watched.say("old")
    watched.clock.advance(10)
    watched.say("new")
    watched.ahead += way * seconds
    assert watched.begin().doubted is doubted
    assert [("after" if way > 0 else "before") in line for line in said] == [True] * doubted


def test_the_operator_is_told_what_it_says_and_what_to_do(
    watched: WatchedStore, said: list[str]
) -> None:
    watched.say()
    watched.ahead += 400 * DAY
    watched.begin()
    (line,) = said
    now = int(watched.now())
    assert line.startswith(f"the clock says {local_time(now)}: ")
    assert f"that is 400d after the newest line, {local_time(now - 400 * DAY)}. " in line
    assert "Nothing is forgotten until `chatd admin clock ok`, or for 24 hours" in line


def test_in_memory_the_operator_can_only_wait(watched: WatchedStore, said: list[str]) -> None:
    watched.store.lasting = False
    watched.ahead += 2 * DAY
    watched.run(5)
    assert said[0].endswith("Nothing is forgotten for 24 hours of running.")


@pytest.mark.parametrize(("days", "way"), [(2, "forward by 2d"), (-2, "back by 2d")])
def test_while_it_runs_it_is_compared_with_the_steady_clock(
    watched: WatchedStore, said: list[str], days: int, way: str
) -> None:
    watched.run(5 * DAY)  # without a line for days
    assert not watched.watch.doubted
    watched.ahead += days * DAY
    watched.run(5)
    assert watched.watch.doubted
    (line,) = said
    assert f"it was set {way}" in line
    watched.run(5)
    assert len(said) == 1


@pytest.mark.parametrize(("seconds", "doubted"), [(DAY, False), (DAY + 1, True)])
@pytest.mark.parametrize("way", [1, -1])
def test_while_it_runs_a_day_is_no_jump(
    watched: WatchedStore, way: int, seconds: int, doubted: bool
) -> None:
    watched.ahead += way * seconds
    watched.watch.check()
    assert watched.watch.doubted is doubted


def test_from_when_it_was_said_to_be_right_it_may_go_wrong_by_a_day_again(
    watched: WatchedStore,
) -> None:
    for _ in range(3):
        watched.ahead += 0.6 * DAY
        watched.run(5)
        assert not watched.watch.doubted
        watched.confirm()


def test_many_small_steps_are_a_jump(watched: WatchedStore) -> None:
    for _ in range(30):
        watched.ahead += JUMP_SECONDS / 25
        watched.run(5)
    assert watched.watch.doubted


def test_the_operator_may_say_that_it_is_right(watched: WatchedStore, said: list[str]) -> None:
    watched.ahead += 2 * DAY
    watched.run(5)
    watched.confirm()
    assert not watched.watch.doubted
    assert watched.trusted == 1
    watched.run(5)
    watched.begin()
    assert not watched.watch.doubted
    assert len(said) == 1


def test_after_a_day_of_running_it_is_trusted(watched: WatchedStore, said: list[str]) -> None:
    watched.ahead += 2 * DAY
    watched.run(5)
    watched.clock.advance(WAIT_SECONDS - 5)  # since it was first seen
    watched.watch.check()
    assert watched.watch.doubted
    watched.clock.advance(1.25)
    watched.watch.check()
    assert not watched.watch.doubted
    assert watched.trusted == 1
    assert said[1:] == ["the clock is taken for right: the daemon has run with it for a day."]


def test_a_clock_that_jumps_again_is_doubted_for_another_day(
    watched: WatchedStore, said: list[str]
) -> None:
    watched.ahead += 400 * DAY
    watched.run(WAIT_SECONDS / 2)
    watched.ahead -= 400 * DAY
    watched.run(5)
    watched.run(WAIT_SECONDS - 10)
    assert watched.watch.doubted
    assert len(said) == 2
    watched.run(20)
    assert not watched.watch.doubted


def test_it_is_doubted_over_a_restart_though_lines_were_said_under_it(
    watched: WatchedStore, said: list[str]
) -> None:
    watched.say()
    watched.ahead += 400 * DAY
    watched.begin()
    watched.say()  # the newest line agrees with the clock now
    watched.run(5)
    assert watched.begin().doubted
    assert len(said) == 2
    assert "it was not said to be right since it jumped" in said[1]
    watched.confirm()
    assert not watched.begin().doubted


def test_lines_that_are_known_to_be_from_the_future_are_no_reason(watched: WatchedStore) -> None:
    watched.say()
    watched.ahead += 400 * DAY
    watched.begin()
    watched.say("dead")
    watched.run(5)
    watched.ahead -= 400 * DAY
    watched.run(5)
    watched.confirm()
    watched.say()
    assert not watched.begin().doubted
    watched.ahead -= 2 * DAY
    assert watched.begin().doubted  # against the moment when it was said to be right
    watched.ahead += 4 * DAY
    watched.confirm()
    watched.ahead += 2 * DAY
    assert watched.begin().doubted


def test_lines_that_were_said_since_it_was_right_count(watched: WatchedStore) -> None:
    watched.ahead += 2 * DAY
    watched.run(5)
    watched.confirm()
    for _ in range(10):
        watched.clock.advance(DAY)
        watched.say()
    assert not watched.begin().doubted
    watched.ahead += 2 * DAY
    assert watched.begin().doubted


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
    watched: WatchedStore, days: int, seconds: int, doubted: bool
) -> None:
    said_right = watched.ahead
    watched.ahead += 5 * DAY
    watched.say()
    watched.begin()
    watched.ahead = said_right
    watched.confirm()
    watched.ahead += days * DAY + seconds
    assert watched.begin().doubted is doubted


def test_a_line_that_is_a_little_too_far_ahead_does_not_count(watched: WatchedStore) -> None:
    said_right = watched.ahead
    watched.ahead += DAY + 10
    watched.say()
    watched.begin()
    watched.ahead = said_right
    watched.confirm()
    assert not watched.begin().doubted


def test_what_cannot_be_kept_is_doubted_all_the_same(
    watched: WatchedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.say()
    monkeypatch.setattr(watched.store, "write_records", lambda *_, **kw: Deferred())
    watched.ahead += 2 * DAY
    assert watched.begin().doubted


@pytest.mark.parametrize("wrong", [10.0**30, -(10.0**12)])
def test_a_clock_may_say_anything(watched: WatchedStore, wrong: float) -> None:
    watched.say()
    watched.ahead = wrong
    watched.run(5)
    assert watched.watch.doubted
    assert watched.begin().doubted
