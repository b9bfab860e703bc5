"""`chatd.daemon.retention`: lines that are older than the policy allows are deleted."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.logger import eventAsText

from chatd.chat.staying import MOST_ABSENT
from chatd.daemon.retention import (
    LEAST_SECONDS,
    MOST_SECONDS,
    PAUSE_SECONDS,
    Retention,
    RetentionPolicy,
)
from chatd.event import Draft, Kind, register_of
from chatd.i18n import Language
from chatd.storage.clock_watch import WAIT_SECONDS, ClockWatch
from chatd.storage.contract import FORGOTTEN, StoreError
from chatd.storage.sqlite.store import SqliteStore
from tests.support.logs import Expect
from tests.support.loopback import LoopbackServer
from tests.support.sentences import EN
from tests.support.world import World

DAY = 86400


class WorldWithRetention:
    """A world in which lines are stored for a limited time."""

    def __init__(self, policy: RetentionPolicy) -> None:
        self.world = World(recent=0)
        self.retention = Retention(
            self.world.server, self.world.store, self.world.clock, policy, self.world.watch
        )

    def say(self, room: str, *texts: str) -> None:
        self.world.store.commit([Draft(room, 0, "luis", Kind.MESSAGE, texts)])

    def wait(self, seconds: float) -> None:
        """Advance the clock in small steps, so that rounds come to their end."""
        self.world.clock.pump([seconds / 50] * 50)
        self.world.clock.pump([PAUSE_SECONDS] * 10)

    def stored(self, room: str) -> list[str]:
        log = self.world.store._logs[room]
        return [event.text for event in log.events]


def test_old_lines_are_forgotten_at_the_start_and_then_hourly() -> None:
    chat = WorldWithRetention(RetentionPolicy(DAY))
    chat.say("lobby", "old")
    chat.wait(DAY + 1)
    chat.say("lobby", "new")
    chat.retention.start()
    chat.wait(1)
    assert chat.stored("lobby") == ["new"]
    chat.wait(DAY - MOST_SECONDS)
    assert chat.stored("lobby") == ["new"]
    chat.wait(2 * MOST_SECONDS)
    assert chat.stored("lobby") == []


def test_lines_with_a_short_span_are_forgotten_sooner() -> None:
    chat = WorldWithRetention(RetentionPolicy(600))
    chat.retention.start()
    chat.say("lobby", "hola")
    chat.wait(600 - LEAST_SECONDS)
    assert chat.stored("lobby") == ["hola"]
    chat.wait(2 * LEAST_SECONDS)
    assert chat.stored("lobby") == []


@pytest.mark.parametrize(
    ("policy", "seconds"),
    [
        (RetentionPolicy(1), LEAST_SECONDS),
        (RetentionPolicy(20 * LEAST_SECONDS), 2 * LEAST_SECONDS),
        (RetentionPolicy(1000 * DAY, {"ops": 30 * LEAST_SECONDS, "tea": 0}), 3 * LEAST_SECONDS),
        (RetentionPolicy(1000 * DAY), MOST_SECONDS),
    ],
)
def test_rounds_begin_ten_times_in_the_shortest_span(
    policy: RetentionPolicy, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = WorldWithRetention(policy)
    looks: list[float] = []

    async def names() -> list[str]:
        looks.append(chat.world.clock.seconds() - began)
        return []

    monkeypatch.setattr(chat.world.store, "names", names)
    began = chat.world.clock.seconds()
    chat.retention.start()
    chat.world.clock.pump([1] * (3 * seconds))
    assert looks == [0, seconds, 2 * seconds, 3 * seconds]


def test_a_room_may_have_a_time_of_its_own() -> None:
    chat = WorldWithRetention(RetentionPolicy(DAY, {"ops": 3600, "tea": 0}))
    chat.retention.start()
    for room in "lobby", "Ops", "tea", "@ana":
        chat.say(room, "hola")
    chat.wait(7200)
    assert [chat.stored(room) for room in ("lobby", "Ops", "tea")] == [["hola"], [], ["hola"]]
    chat.wait(DAY)
    assert [chat.stored(room) for room in ("lobby", "tea", "@ana")] == [[], ["hola"], []]


def test_the_register_of_a_room_has_the_time_of_the_room() -> None:
    chat = WorldWithRetention(RetentionPolicy(DAY, {"class": 3600}))
    chat.retention.start()
    for log in register_of("Class"), register_of("tea"):
        chat.say(log, "present luis 5 0")
    chat.wait(7200)
    assert [chat.stored(register_of(room)) for room in ("Class", "tea")] == [
        [],
        ["present luis 5 0"],
    ]


def test_rooms_with_no_time_are_kept_for_ever() -> None:
    chat = WorldWithRetention(RetentionPolicy(rooms={"ops": 3600}))
    chat.retention.start()
    chat.say("lobby", "hola")
    chat.wait(1000 * DAY)
    assert chat.stored("lobby") == ["hola"]


def test_another_policy_is_followed_from_then_on() -> None:
    chat = WorldWithRetention(RetentionPolicy())
    chat.retention.start()
    chat.say("lobby", "old")
    chat.wait(2 * DAY)
    chat.retention.change_policy(RetentionPolicy(DAY))
    chat.wait(1)
    assert chat.stored("lobby") == []
    chat.say("lobby", "kept")
    chat.retention.change_policy(RetentionPolicy())
    chat.wait(2 * DAY)
    assert chat.stored("lobby") == ["kept"]


def test_another_policy_starts_nothing_that_was_stopped() -> None:
    chat = WorldWithRetention(RetentionPolicy(DAY))
    chat.retention.change_policy(RetentionPolicy(3600))
    chat.say("lobby", "kept")
    chat.wait(2 * DAY)
    assert chat.stored("lobby") == ["kept"]


def test_lines_are_forgotten_a_few_at_a_time() -> None:
    chat = WorldWithRetention(RetentionPolicy(DAY))
    chat.say("lobby", *map(str, range(2 * FORGOTTEN + 1)))
    chat.wait(2 * DAY)
    chat.retention.start()
    left = []
    for _ in range(4):
        left.append(len(chat.stored("lobby")))
        chat.world.clock.advance(PAUSE_SECONDS)
    assert left == [FORGOTTEN + 1, 1, 0, 0]


class TestSeveralNodes:
    """Of the nodes that share a store, one deletes."""

    @staticmethod
    def retentions(world: World) -> list[Retention]:
        return [
            Retention(node.server, node.store, world.clock, RetentionPolicy(DAY), world.watch)
            for node in world.nodes
        ]

    def test_one_at_a_time_looks_for_old_lines(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = World(nodes=2)
        looks: list[int] = []

        async def names(node: int) -> list[str]:
            looks.append(node)
            return []

        for number, node in enumerate(world.nodes):
            monkeypatch.setattr(node.store, "names", partial(names, number))
        first, second = self.retentions(world)
        for each in first, second:
            each.start()
        world.clock.pump([MOST_SECONDS] * 2)
        assert looks == [0, 0, 0]
        first.stop()
        world.clock.pump([MOST_SECONDS] * 2)
        assert looks == [0, 0, 0, 1, 1]
        second.stop()


def test_forgotten_lines_are_in_no_history() -> None:
    chat = WorldWithRetention(RetentionPolicy(DAY))
    ana = chat.world.person("ana")
    ana.type("old")
    chat.wait(2 * DAY)
    ana.type("new", "/history")
    assert [line.partition("] ")[2] for line in ana.seen() if line.startswith("[")] == [
        "<ana> old",
        "<ana> new",
    ]
    chat.retention.start()
    ana.type("/history", "newer")
    assert [line.partition("] ")[2] for line in ana.seen() if line.startswith("[")] == ["<ana> new"]
    assert chat.world.server.lobby.head == 3


def test_no_younger_line_is_forgotten_though_the_clock_was_wrong_meanwhile() -> None:
    chat = WorldWithRetention(RetentionPolicy(90 * DAY))
    chat.world.ahead = 1000.0 * DAY
    chat.say("lobby", "today")
    chat.world.ahead = 800.0 * DAY
    chat.say("lobby", "said while the clock was behind")
    chat.world.ahead = 1400.0 * DAY
    chat.say("lobby", "said while the clock was ahead")
    chat.world.ahead = 1000.0 * DAY
    chat.say("lobby", "later")
    chat.retention.start()
    chat.wait(89.5 * DAY)
    assert len(chat.stored("lobby")) == 4
    chat.wait(10 * DAY)
    assert chat.stored("lobby") == []


def test_while_the_clock_is_in_doubt_nothing_is_forgotten() -> None:
    chat = WorldWithRetention(RetentionPolicy(DAY))
    chat.say("lobby", "old")
    chat.retention.start()
    chat.world.ahead += 400 * DAY  # noticed before a line is deleted, at any time of the setting
    chat.wait(MOST_SECONDS + 1)
    chat.wait(WAIT_SECONDS - 2 * MOST_SECONDS)
    assert chat.stored("lobby") == ["old"]
    chat.wait(2 * MOST_SECONDS)
    assert chat.stored("lobby") == []


def test_once_the_operator_confirms_the_clock_lines_are_forgotten_at_once() -> None:
    chat = WorldWithRetention(RetentionPolicy(DAY))
    chat.say("lobby", *map(str, range(FORGOTTEN + 1)))
    chat.retention.start()
    chat.world.ahead += 400 * DAY
    chat.wait(MOST_SECONDS + 1)
    assert len(chat.stored("lobby")) == FORGOTTEN + 1
    chat.world.watch.confirm()
    chat.world.watch.confirm()  # once more, during the round
    assert len(chat.stored("lobby")) == 1
    chat.wait(1)
    assert chat.stored("lobby") == []
    chat.say("lobby", "new")
    chat.wait(3 * DAY)
    assert chat.stored("lobby") == []


def test_a_clock_that_is_set_during_a_round_ends_it() -> None:
    chat = WorldWithRetention(RetentionPolicy(DAY))
    chat.say("lobby", *map(str, range(3 * FORGOTTEN)))
    chat.wait(2 * DAY)
    chat.retention.start()
    chat.world.ahead -= 2 * DAY
    chat.wait(10)
    assert len(chat.stored("lobby")) == 2 * FORGOTTEN


def test_after_it_was_stopped_nothing_is_forgotten_and_no_timer_runs() -> None:
    chat = WorldWithRetention(RetentionPolicy(DAY))
    chat.say("lobby", *map(str, range(2 * FORGOTTEN)))
    chat.wait(2 * DAY)
    chat.retention.start()
    chat.retention.stop()
    assert chat.world.clock.getDelayedCalls() == []
    chat.world.watch.confirm()
    chat.wait(2 * DAY)
    assert len(chat.stored("lobby")) == FORGOTTEN


def test_a_retention_that_deletes_no_lines_can_be_stopped() -> None:
    chat = WorldWithRetention(RetentionPolicy(rooms={"tea": 0}))
    chat.retention.start()
    chat.retention.stop()
    assert chat.world.clock.getDelayedCalls() == []


def test_stays_end_also_where_all_lines_are_stored() -> None:
    chat = WorldWithRetention(RetentionPolicy())
    ana = chat.world.member("ana", stay=True)
    ana.hang_up()
    chat.world.wait(MOST_ABSENT)
    chat.retention.start()
    assert "ana" not in chat.world.server.lobby.here.named
    chat.retention.stop()


def test_damage_in_one_room_does_not_save_the_lines_of_others(
    monkeypatch: pytest.MonkeyPatch, expected_errors: Expect
) -> None:
    chat = WorldWithRetention(RetentionPolicy(DAY))
    chat.say("lobby", "hola")
    chat.say("tea", "hola")
    chat.wait(2 * DAY)
    seq_before = chat.world.store.seq_before

    async def find(room: str, time: int) -> int:
        if room == "lobby":
            raise StoreError("it is damaged")
        return await seq_before(room, time)

    monkeypatch.setattr(chat.world.store, "seq_before", find)
    chat.retention.start()
    chat.wait(1)
    assert [chat.stored(room) for room in ("lobby", "tea")] == [["hola"], []]
    (told,) = expected_errors()
    assert eventAsText(told, includeTimestamp=False).endswith("forgotten: it is damaged")
    chat.retention.stop()


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (StoreError("no disk"), "lines older than --keep cannot be forgotten: no disk"),
        (ZeroDivisionError("oh"), "old lines could not be forgotten"),
    ],
)
def test_a_failure_is_logged_and_tried_again(
    error: Exception,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
    expected_errors: Expect,
) -> None:
    chat = WorldWithRetention(RetentionPolicy(DAY))
    chat.say("lobby", "hola")
    chat.wait(2 * DAY)

    async def fail(room: str, before: int) -> int:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(chat.world.store, "forget", fail)
        chat.retention.start()
    (told,) = expected_errors()
    assert text in eventAsText(told)
    assert str(error) in eventAsText(told)
    assert chat.stored("lobby") == ["hola"]
    chat.wait(MOST_SECONDS)
    assert chat.stored("lobby") == []


def test_a_failure_after_a_success_is_logged_again(
    monkeypatch: pytest.MonkeyPatch, expected_errors: Expect
) -> None:
    chat = WorldWithRetention(RetentionPolicy(LEAST_SECONDS))
    chat.retention.start()

    async def fail() -> list[str]:
        raise StoreError("no disk")

    def look(*, times: int) -> int:
        """Return the number of errors that are logged in as many rounds."""
        for _ in range(times):
            chat.world.clock.advance(LEAST_SECONDS)
        return len(expected_errors())

    with monkeypatch.context() as patch:
        patch.setattr(chat.world.store, "names", fail)
        assert look(times=12) == 9  # after pauses that grow
    chat.world.clock.advance(LEAST_SECONDS)
    monkeypatch.setattr(chat.world.store, "names", fail)
    assert look(times=1) == 1


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (RetentionPolicy(90 * DAY), "lines are kept for 90d."),
        (RetentionPolicy(0, {"ops": 3600}), "lines are kept for ever, in #ops for 1h."),
        (
            RetentionPolicy(DAY, {"a": 60, "b": 0}),
            "lines are kept for 1d, in #a for 1m, in #b for ever.",
        ),
    ],
)
def test_the_operator_is_told_how_long_lines_are_kept(policy: RetentionPolicy, said: str) -> None:
    assert policy.describe(Language.ENGLISH) == said


class OldStore:
    """A store in a file, with lines from a year ago."""

    def __init__(self, path: Path) -> None:
        self.age = 365.0 * DAY
        self.path = path
        self.store = SqliteStore(reactor, path, self.now)  # type: ignore[arg-type]
        self.store.start()

    def now(self) -> float:
        return 1_795_300_000.0 - self.age

    async def say(self, *texts: str) -> None:
        await self.store.commit([Draft("lobby", 0, "luis", Kind.MESSAGE, texts)])


async def test_over_sockets_and_with_a_file(tmp_path: Path) -> None:
    old = OldStore(tmp_path / "chat.sqlite")
    await old.say(*(f"the old secret {number}" for number in range(FORGOTTEN + 1)))
    await old.store.close()
    old.age = 0
    old.store = SqliteStore(reactor, old.path, old.now)  # type: ignore[arg-type]
    old.store.start()
    loopback = LoopbackServer(old.store, now=old.now)
    await loopback.listen()
    ana = await loopback.guest()
    ana.send("said today")
    await ana.until("said today")
    watch = ClockWatch(old.store, loopback.reactor, old.now)
    retention = Retention(
        loopback.server, old.store, loopback.reactor, RetentionPolicy(90 * DAY), watch
    )
    retention.start()
    while await old.store.read("lobby", 0, FORGOTTEN + 1):
        await deferLater(loopback.reactor, 0)
    ana.send("/history 999", "/echo off")
    lines = await ana.until(EN.notice("echo_off"))
    assert len(lines) == 3
    assert lines[0] == EN.notice("history", shown=FORGOTTEN + 2, count=FORGOTTEN + 2, room="lobby")
    assert "said today" in lines[1]
    while any(b"the old secret" in each.read_bytes() for each in old.path.parent.iterdir()):
        await deferLater(loopback.reactor, 0.01)
    retention.stop()
    await loopback.close()
