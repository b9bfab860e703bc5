"""`chatd.daemon.retention`: lines that are older than they are to be kept are forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.logger import LogEvent, eventAsText

from chatd.daemon.retention import (
    LEAST_SECONDS,
    MOST_SECONDS,
    PAUSE_SECONDS,
    Retention,
    RetentionPolicy,
)
from chatd.event import Draft, Kind
from chatd.storage.clock_watch import WAIT_SECONDS, ClockWatch
from chatd.storage.contract import FORGOTTEN, StoreError
from chatd.storage.sqlite.store import SqliteStore
from tests.support.world import House, World

DAY = 86400


class Keeper:
    """A world in which lines are kept for some time."""

    def __init__(self, kept: RetentionPolicy) -> None:
        self.world = World(recent=0)
        self.retention = Retention(
            self.world.server, self.world.store, self.world.clock, kept, self.world.watch
        )

    def say(self, room: str, *texts: str) -> None:
        self.world.store.commit([Draft(room, 0, "luis", Kind.MESSAGE, texts)])

    def wait(self, seconds: float) -> None:
        """Let that time pass, bit by bit."""
        self.world.clock.pump([seconds / 50] * 50)
        self.world.clock.pump([PAUSE_SECONDS] * 10)

    def kept(self, room: str) -> list[str]:
        log = self.world.store._logs[room]
        return [event.text for event in log.events]


def test_what_is_older_is_forgotten_at_the_start_and_then_hourly() -> None:
    keeper = Keeper(RetentionPolicy(DAY))
    keeper.say("lobby", "old")
    keeper.wait(DAY + 1)
    keeper.say("lobby", "new")
    keeper.retention.start()
    keeper.wait(1)
    assert keeper.kept("lobby") == ["new"]
    keeper.wait(DAY - MOST_SECONDS)
    assert keeper.kept("lobby") == ["new"]
    keeper.wait(2 * MOST_SECONDS)
    assert keeper.kept("lobby") == []


def test_what_is_kept_for_a_short_time_is_looked_at_more_often() -> None:
    keeper = Keeper(RetentionPolicy(600))
    keeper.retention.start()
    keeper.say("lobby", "hola")
    keeper.wait(600 - LEAST_SECONDS)
    assert keeper.kept("lobby") == ["hola"]
    keeper.wait(2 * LEAST_SECONDS)
    assert keeper.kept("lobby") == []


@pytest.mark.parametrize(
    ("kept", "seconds"),
    [
        (RetentionPolicy(1), LEAST_SECONDS),
        (RetentionPolicy(20 * LEAST_SECONDS), 2 * LEAST_SECONDS),
        (RetentionPolicy(1000 * DAY, {"ops": 30 * LEAST_SECONDS, "tea": 0}), 3 * LEAST_SECONDS),
        (RetentionPolicy(1000 * DAY), MOST_SECONDS),
    ],
)
def test_how_often_it_looks(
    kept: RetentionPolicy, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Keeper(kept)
    looks: list[float] = []

    async def names() -> list[str]:
        looks.append(keeper.world.clock.seconds() - began)
        return []

    monkeypatch.setattr(keeper.world.store, "names", names)
    began = keeper.world.clock.seconds()
    keeper.retention.start()
    keeper.world.clock.pump([1] * (3 * seconds))
    assert looks == [0, seconds, 2 * seconds, 3 * seconds]


def test_a_room_may_have_a_time_of_its_own() -> None:
    keeper = Keeper(RetentionPolicy(DAY, {"ops": 3600, "tea": 0}))
    keeper.retention.start()
    for room in "lobby", "Ops", "tea", "@ana":
        keeper.say(room, "hola")
    keeper.wait(7200)
    assert [keeper.kept(room) for room in ("lobby", "Ops", "tea")] == [["hola"], [], ["hola"]]
    keeper.wait(DAY)
    assert [keeper.kept(room) for room in ("lobby", "tea", "@ana")] == [[], ["hola"], []]


def test_rooms_with_no_time_are_kept_for_ever() -> None:
    keeper = Keeper(RetentionPolicy(rooms={"ops": 3600}))
    keeper.retention.start()
    keeper.say("lobby", "hola")
    keeper.wait(1000 * DAY)
    assert keeper.kept("lobby") == ["hola"]


def test_it_is_done_a_few_at_a_time() -> None:
    keeper = Keeper(RetentionPolicy(DAY))
    keeper.say("lobby", *map(str, range(2 * FORGOTTEN + 1)))
    keeper.wait(2 * DAY)
    keeper.retention.start()
    left = []
    for _ in range(4):
        left.append(len(keeper.kept("lobby")))
        keeper.world.clock.advance(PAUSE_SECONDS)
    assert left == [FORGOTTEN + 1, 1, 0, 0]


def test_people_who_come_in_are_not_shown_what_was_forgotten() -> None:
    keeper = Keeper(RetentionPolicy(DAY))
    ana = keeper.world.person("ana")
    ana.type("old")
    keeper.wait(2 * DAY)
    ana.type("new", "/history")
    assert [line.partition("] ")[2] for line in ana.seen() if line.startswith("[")] == [
        "<ana> old",
        "<ana> new",
    ]
    keeper.retention.start()
    ana.type("/history", "newer")
    assert [line.partition("] ")[2] for line in ana.seen() if line.startswith("[")] == ["<ana> new"]
    assert keeper.world.server.lobby.head == 3


def test_nothing_younger_is_forgotten_whatever_the_clock_said_meanwhile() -> None:
    keeper = Keeper(RetentionPolicy(90 * DAY))
    keeper.world.ahead = 1000.0 * DAY
    keeper.say("lobby", "today")
    keeper.world.ahead = 800.0 * DAY
    keeper.say("lobby", "said while the clock was behind")
    keeper.world.ahead = 1400.0 * DAY
    keeper.say("lobby", "said while the clock was ahead")
    keeper.world.ahead = 1000.0 * DAY
    keeper.say("lobby", "later")
    keeper.retention.start()
    keeper.wait(89.5 * DAY)
    assert len(keeper.kept("lobby")) == 4
    keeper.wait(10 * DAY)
    assert keeper.kept("lobby") == []


def test_while_the_clock_is_in_doubt_nothing_is_forgotten() -> None:
    keeper = Keeper(RetentionPolicy(DAY))
    keeper.say("lobby", "old")
    keeper.retention.start()
    keeper.world.ahead += 400 * DAY  # seen before it does harm, whenever it is set
    keeper.wait(MOST_SECONDS + 1)
    keeper.wait(WAIT_SECONDS - 2 * MOST_SECONDS)
    assert keeper.kept("lobby") == ["old"]
    keeper.wait(2 * MOST_SECONDS)
    assert keeper.kept("lobby") == []


def test_when_the_operator_says_that_it_is_right_it_is_done_at_once() -> None:
    keeper = Keeper(RetentionPolicy(DAY))
    keeper.say("lobby", *map(str, range(FORGOTTEN + 1)))
    keeper.retention.start()
    keeper.world.ahead += 400 * DAY
    keeper.wait(MOST_SECONDS + 1)
    assert len(keeper.kept("lobby")) == FORGOTTEN + 1
    keeper.world.watch.confirm()
    keeper.world.watch.confirm()  # once more, while it is being done
    assert len(keeper.kept("lobby")) == 1
    keeper.wait(1)
    assert keeper.kept("lobby") == []
    keeper.say("lobby", "new")
    keeper.wait(3 * DAY)
    assert keeper.kept("lobby") == []


def test_a_clock_that_is_set_while_it_forgets_stops_it() -> None:
    keeper = Keeper(RetentionPolicy(DAY))
    keeper.say("lobby", *map(str, range(3 * FORGOTTEN)))
    keeper.wait(2 * DAY)
    keeper.retention.start()
    keeper.world.ahead -= 2 * DAY
    keeper.wait(10)
    assert len(keeper.kept("lobby")) == 2 * FORGOTTEN


def test_after_it_was_stopped_nothing_is_forgotten_and_no_timer_runs() -> None:
    keeper = Keeper(RetentionPolicy(DAY))
    keeper.say("lobby", *map(str, range(2 * FORGOTTEN)))
    keeper.wait(2 * DAY)
    keeper.retention.start()
    keeper.retention.stop()
    assert keeper.world.clock.getDelayedCalls() == []
    keeper.world.watch.confirm()
    keeper.wait(2 * DAY)
    assert len(keeper.kept("lobby")) == FORGOTTEN


def test_it_may_be_stopped_where_it_never_began() -> None:
    keeper = Keeper(RetentionPolicy(rooms={"tea": 0}))
    keeper.retention.start()
    assert keeper.world.clock.getDelayedCalls() == []
    keeper.retention.stop()


def test_damage_in_one_room_does_not_keep_the_lines_of_others(
    monkeypatch: pytest.MonkeyPatch, expected_errors: Callable[..., list[LogEvent]]
) -> None:
    keeper = Keeper(RetentionPolicy(DAY))
    keeper.say("lobby", "hola")
    keeper.say("tea", "hola")
    keeper.wait(2 * DAY)
    seq_before = keeper.world.store.seq_before

    async def find(room: str, time: int) -> int:
        if room == "lobby":
            raise StoreError("it is damaged")
        return await seq_before(room, time)

    monkeypatch.setattr(keeper.world.store, "seq_before", find)
    keeper.retention.start()
    keeper.wait(1)
    assert [keeper.kept(room) for room in ("lobby", "tea")] == [["hola"], []]
    (told,) = expected_errors()
    assert eventAsText(told, includeTimestamp=False).endswith("forgotten: it is damaged")
    keeper.retention.stop()


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (StoreError("no disk"), "lines older than --keep cannot be forgotten: no disk"),
        (ZeroDivisionError("oh"), "old lines could not be forgotten"),
    ],
)
def test_what_cannot_be_forgotten_is_told_and_tried_again(
    error: Exception,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
    expected_errors: Callable[..., list[LogEvent]],
) -> None:
    keeper = Keeper(RetentionPolicy(DAY))
    keeper.say("lobby", "hola")
    keeper.wait(2 * DAY)

    async def fail(room: str, before: int) -> int:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(keeper.world.store, "forget", fail)
        keeper.retention.start()
    (told,) = expected_errors()
    assert text in eventAsText(told)
    assert str(error) in eventAsText(told)
    assert keeper.kept("lobby") == ["hola"]
    keeper.wait(MOST_SECONDS)
    assert keeper.kept("lobby") == []


def test_what_cannot_be_forgotten_again_is_told_again(
    monkeypatch: pytest.MonkeyPatch, expected_errors: Callable[..., list[LogEvent]]
) -> None:
    keeper = Keeper(RetentionPolicy(LEAST_SECONDS))
    keeper.retention.start()

    async def fail() -> list[str]:
        raise StoreError("no disk")

    def look(*, times: int) -> int:
        """How often trouble is told meanwhile."""
        for _ in range(times):
            keeper.world.clock.advance(LEAST_SECONDS)
        return len(expected_errors())

    with monkeypatch.context() as patch:
        patch.setattr(keeper.world.store, "names", fail)
        assert look(times=12) == 9  # after pauses that grow
    keeper.world.clock.advance(LEAST_SECONDS)
    monkeypatch.setattr(keeper.world.store, "names", fail)
    assert look(times=1) == 1


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (RetentionPolicy(90 * DAY), "lines are kept for 90d."),
        (RetentionPolicy(0, {"ops": 3600}), "lines are kept for ever, in #ops for 1h."),
        (
            RetentionPolicy(DAY, {"a": 60, "b": 0}),
            "lines are kept for 1d, in #a for 1m, in #b for ever.",
        ),
    ],
)
def test_the_operator_is_told_how_long_lines_are_kept(kept: RetentionPolicy, said: str) -> None:
    assert kept.describe() == said


class Past:
    """A store in a file, in which something was said a year ago."""

    def __init__(self, path: Path) -> None:
        self.age = 365.0 * DAY
        self.path = path
        self.store = SqliteStore(reactor, path, self.now)  # type: ignore[arg-type]
        self.store.start()

    def now(self) -> float:
        return 1_795_300_000.0 - self.age

    async def say(self, *texts: str) -> None:
        await self.store.commit([Draft("lobby", 0, "luis", Kind.MESSAGE, texts)])


@pytest_twisted.async_yield_fixture
async def past(tmp_path: Path) -> AsyncIterator[Past]:
    past = Past(tmp_path / "chat.sqlite")
    yield past
    await past.store.close()


async def test_over_sockets_and_with_a_file(past: Past) -> None:
    await past.say(*(f"the old secret {number}" for number in range(FORGOTTEN + 1)))
    await past.store.close()
    past.age = 0
    past.store = SqliteStore(reactor, past.path, past.now)  # type: ignore[arg-type]
    past.store.start()
    house = House(past.store, now=past.now)
    await house.listen()
    ana = await house.guest()
    ana.send("said today")
    await ana.until("said today")
    watch = ClockWatch(past.store, house.reactor, past.now)
    retention = Retention(house.server, past.store, house.reactor, RetentionPolicy(90 * DAY), watch)
    retention.start()
    while await past.store.read("lobby", 0, FORGOTTEN + 1):
        await deferLater(house.reactor, 0)
    ana.send("/history 999", "/echo off")
    lines = await ana.until("Your own lines do not come back")
    assert len(lines) == 3
    assert lines[0] == f"*** {FORGOTTEN + 2} of {FORGOTTEN + 2} lines of #lobby:"
    assert "said today" in lines[1]
    while any(b"the old secret" in each.read_bytes() for each in past.path.parent.iterdir()):
        await deferLater(house.reactor, 0.01)
    retention.stop()
    await house.close()
