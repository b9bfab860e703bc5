"""Tests of `chatd.storage.timestamps`, with a store of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatd.storage.contract import (
    Wanted,
)
from chatd.storage.sqlite.store import SqliteStore
from chatd.storage.timestamps import stamp
from tests.support.store_kinds import LOGS, harness_of
from tests.support.stores import StoreHarness, draft, texts

pytestmark = pytest.mark.quick


@pytest.fixture(params=LOGS)
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreHarness]:
    with harness_of(request, tmp_path) as harness:
        yield harness


class TestSeqBefore:
    async def test_is_0_in_an_unknown_room(self, harness: StoreHarness) -> None:
        assert await harness.store.seq_before("nowhere", 10**15) == 0

    @pytest.mark.parametrize(
        ("seconds", "seq"),
        [(9, 0), (10, 0), (10.001, 1), (20, 1), (20.001, 3), (29, 3), (30, 3), (30.001, 4)],
    )
    async def test_is_the_last_event_from_before_that_time(
        self, harness: StoreHarness, seconds: float, seq: int
    ) -> None:
        for time, drafts in (10, 1), (20, 2), (30, 1):
            harness.time = time
            await harness.say(*(draft() for _ in range(drafts)))
        assert await harness.store.seq_before("lobby", int(seconds * 1000)) == seq

    @pytest.mark.parametrize("time", [-1, -(1 << 70)])
    async def test_of_a_time_before_1970_is_in_front_of_all(
        self, harness: StoreHarness, time: int
    ) -> None:
        await harness.say(draft())
        assert await harness.store.seq_before("lobby", time) == 0

    async def test_is_about_one_room_alone(self, harness: StoreHarness) -> None:
        for time, room in (10, "one"), (20, "two"), (30, "one"), (40, "three"):
            harness.time = time
            await harness.say(draft(room=room))
        assert await harness.store.seq_before("two", 15_000) == 0
        assert await harness.store.seq_before("two", 10**15) == 1
        assert await harness.store.seq_before("one", 25_000) == 1

    async def test_finds_its_place_among_many_events(self, harness: StoreHarness) -> None:
        for time in range(10):
            harness.time = time
            await harness.say(*(draft() for _ in range(300)))
        assert [await harness.store.seq_before("lobby", time * 1000) for time in range(12)] == [
            *range(0, 3000, 300),
            3000,
            3000,
        ]

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        batches=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=5),
        asked=st.lists(st.integers(-1, 20), min_size=1, max_size=8),
    )
    async def test_agrees_with_looking_at_every_event(
        self, harness: StoreHarness, batches: list[tuple[int, int]], asked: list[int]
    ) -> None:
        room = f"room{len({event.room for event in harness.recorder.published})}"
        times: list[int] = []
        harness.time = 0
        for later, drafts in batches:
            harness.time += later
            await harness.say(*(draft(room=room) for _ in range(drafts)))
            times += [int(harness.time)] * drafts
        for time in asked:
            expected = sum(each < time for each in times)
            assert await harness.store.seq_before(room, time * 1000) == expected


def said_at(times: list[int], now: int) -> list[int]:
    """Return the times at which lines with these stored times count as said, by the plain model."""
    trusted = [time for time in times if time <= now]
    at, latest = [], trusted[0] if trusted else now
    for time in times:
        if time <= now:
            latest = max(latest, time)
        at.append(latest)
    return at


class ModelLog:
    """The log of a room by the plain model: seqs and stored times."""

    def __init__(self) -> None:
        self.head = 0
        self.lines: list[tuple[int, int]] = []

    def say(self, time: int, lines: int) -> None:
        for _ in range(lines):
            self.head += 1
            self.lines.append((self.head, time))

    def seq_before(self, time: int, now: int) -> int:
        """Return the last seq from before a time, or the one in front of all lines."""
        if time > now:
            return self.head
        before = self.lines[0][0] - 1 if self.lines else 0
        at = said_at([stored for _, stored in self.lines], now)
        for (seq, _), said in zip(self.lines, at, strict=True):
            if said < time:
                before = seq
        return before

    def forget(self, upto: int) -> None:
        self.lines = [(seq, stored) for seq, stored in self.lines if seq > upto]


TIMES = st.integers(1, 12) | st.sampled_from([-3, 0, 10**6, 10**30])
"""Times of a clock that may be set to anything; in a store a second for each."""


ACTS = st.one_of(
    st.tuples(st.just("set"), TIMES),
    st.tuples(st.just("say"), st.integers(1, 3)),
    st.tuples(st.just("retain"), st.integers(0, 8)),
    st.tuples(st.just("restart"), st.just(0)),
)


class TestClock:
    """Tests of a clock that is set to any time: each line counts as said at one time for all."""

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(acts=st.lists(ACTS, max_size=25), asked=st.lists(st.integers(0, 14), max_size=3))
    async def test_agrees_with_looking_at_every_line(
        self, harness: StoreHarness, acts: list[tuple[str, int]], asked: list[int]
    ) -> None:
        room = f"room{len(await harness.store.names())}"
        log = ModelLog()
        harness.time = 5.0
        await harness.say(draft(room=room))
        log.say(5000, 1)
        for act, number in acts:
            now = stamp(harness.time)
            if act == "set":
                harness.time = float(number)
            elif act == "say":
                await harness.say(*(draft(room=room) for _ in range(number)))
                log.say(now, number)
            elif act == "retain":
                before = int(harness.time * 1000) - number * 1000
                upto = await harness.store.seq_before(room, before)
                assert upto == log.seq_before(before, now)
                await harness.store.forget(room, upto)
                log.forget(upto)
            elif isinstance(harness.store, SqliteStore):
                await harness.reopen()
            now = stamp(harness.time)
            left = [(event.seq, event.time) for event in await harness.everything(room)]
            assert left == log.lines
            for time in {*(each * 1000 for each in asked), now, now + 1}:
                assert await harness.store.seq_before(room, time) == log.seq_before(time, now)
                if time > 0:
                    found = await harness.store.search(room, Wanted((), "", time), 2**39, 999)
                    assert [event.seq for event in reversed(found.events)] == [
                        seq for seq, _ in log.lines if seq > log.seq_before(time, now)
                    ]

    @pytest.mark.parametrize("wrong", [10**30, 2**70, -5.0, 0.0, 253_402_300_800.0])
    async def test_a_line_can_be_read_with_any_clock(
        self, harness: StoreHarness, wrong: float
    ) -> None:
        harness.time = wrong
        await harness.say(draft("a"))
        harness.time = 1_000_000.0
        await harness.say(draft("b"))
        assert texts(await harness.everything()) == ["a", "b"]
        assert await harness.store.seq_before("lobby", 1_000_000_000) in (0, 1)
        assert await harness.store.seq_before("lobby", 1_000_000_001) == 2

    async def test_the_newest_times_are_known_when_it_is_opened(
        self, harness: StoreHarness
    ) -> None:
        assert harness.store.stamps() == {}
        for time, room in (3000, "a"), (2000, "a"), (5000, "b"):
            harness.time = time
            await harness.say(draft(room=room))
        if harness.store.lasting:
            await harness.reopen()
        assert harness.store.stamps() == {"a": 2_000_000, "b": 5_000_000}
