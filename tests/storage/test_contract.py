"""What `chatd.storage.contract` promises, asked of every store there is."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.logger import LogEvent, globalLogPublisher

from chatd.event import Draft, Event, Kind, Record
from chatd.storage.contract import (
    FORGOTTEN,
    PAGE_CHARACTERS,
    PAGE_EVENTS,
    Found,
    StoreError,
    Wanted,
)
from chatd.storage.group_commit import WAITING_BYTES
from chatd.storage.memory import MemoryStore
from chatd.storage.sqlite.store import SqliteStore
from chatd.storage.timestamps import stamp
from chatd.text.folding import fold, fold_for_search
from chatd.util.error_log import FIRST_SILENCE, LONGEST_SILENCE
from tests.support.stores import Gates, Recorder, World, draft, joined, texts

pytestmark = pytest.mark.quick

Expect = Callable[..., object]


@pytest.fixture(params=["memory", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "memory":
        world = World(lambda reactor, now: MemoryStore(reactor, now))
    else:
        world = World(lambda reactor, now: SqliteStore(reactor, tmp_path / "chat.sqlite", now))
    yield world
    pytest_twisted.blockon(Deferred.fromCoroutine(world.store.close()))


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the store says in the log: why it refuses lines, and that it does no more."""
    said: list[str] = []

    def observe(event: LogEvent) -> None:
        if event["log_namespace"].startswith(("chatd.storage", "chatd.util.error_log")):
            said.append(event.get("why") or event["log_format"])

    globalLogPublisher.addObserver(observe)
    yield said
    globalLogPublisher.removeObserver(observe)


class TestNumbering:
    async def test_each_room_counts_from_1_without_gaps(self, world: World) -> None:
        await world.say(draft(room="a"), draft(room="b"), draft(room="a"))
        await world.say(draft(room="b"), draft(room="a"))
        places = [(event.room, event.seq) for event in world.recorder.published]
        assert places == [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 3)]

    async def test_an_event_has_the_time_of_its_commit_and_all_that_was_said(
        self, world: World
    ) -> None:
        world.time = 1_700_000_000.1239
        said = draft("waves", "ops", 7, "luis", Kind.ACTION)
        await world.say(said)
        event = Event("ops", 1, 1_700_000_000_123, 7, "luis", Kind.ACTION, "waves")
        assert world.recorder.published == [event]
        assert await world.store.read("ops", 0, 1) == [event]

    async def test_rooms_whose_names_differ_in_case_are_two_rooms(self, world: World) -> None:
        await world.say(draft(room="Ops"), draft(room="ops"))
        assert [event.seq for event in await world.everything("Ops")] == [1]

    async def test_there_are_no_rooms_before_anything_is_said(self, world: World) -> None:
        assert list(world.store.rooms()) == []

    async def test_it_says_where_history_is_kept(self, world: World) -> None:
        assert world.store.describe().startswith("history in ")


class TestBatches:
    async def test_what_is_said_in_one_turn_is_one_batch(self, world: World) -> None:
        gates = Gates(world.store)
        for text in "abc":
            world.store.append(draft(text))
        assert gates.batches == []
        world.end_turn()
        assert gates.batches == [["a", "b", "c"]]
        gates.open()
        await world.settle()

    async def test_while_one_batch_is_committed_the_next_one_fills(self, world: World) -> None:
        gates = Gates(world.store)
        world.store.append(draft("a"))
        world.end_turn()
        world.store.append(draft("b"))
        world.end_turn()
        world.store.append(draft("c"))
        world.end_turn()
        assert gates.batches == [["a"]]
        gates.open()
        await world.wait_for(lambda: gates.held)
        assert gates.batches == [["a"], ["b", "c"]]
        gates.open()
        await world.settle()
        assert texts(world.recorder.published) == ["a", "b", "c"]

    async def test_the_next_batch_waits_until_everybody_could_answer_to_the_last_one(
        self, world: World
    ) -> None:
        """A turn to read them in; what they say then is in it too. Two half batches cost more."""
        gates = Gates(world.store)
        world.store.append(draft("a"))
        world.end_turn()
        world.store.append(draft("b"))
        gates.open()
        await world.wait_for(lambda: bool(world.recorder.published))
        assert gates.batches == [["a"]]
        world.store.append(draft("an answer to a"))
        await world.wait_for(lambda: gates.held)
        assert gates.batches == [["a"], ["b", "an answer to a"]]
        gates.open()
        await world.settle()

    async def test_nothing_is_published_before_it_is_committed(self, world: World) -> None:
        gates = Gates(world.store)
        world.store.append(draft())
        world.end_turn()
        assert world.recorder.heard == []
        gates.open()
        await world.settle()
        assert world.recorder.heard == [("published", ["hola"])]

    async def test_what_is_published_can_be_read(self, world: World) -> None:
        reads: list[Deferred[list[Event]]] = []
        world.recorder.publish = lambda entries: reads.append(
            Deferred.fromCoroutine(world.store.read("lobby", 0, len(entries)))
        )
        await world.say(draft("a"), draft("b"))
        assert texts(await reads[0]) == ["a", "b"]

    async def test_what_is_appended_while_publishing_is_committed_next(self, world: World) -> None:
        publish = world.recorder.publish

        def answer_back(entries: list[Event]) -> None:
            publish(entries)
            if entries[-1].text == "a":
                world.store.append(draft("b"))

        world.recorder.publish = answer_back
        world.store.append(draft("a"))
        world.end_turn()
        await world.wait_for(lambda: bool(world.recorder.published))
        await world.settle()
        assert texts(world.recorder.published) == ["a", "b"]

    async def test_a_subscriber_that_fails_holds_nobody_up(
        self, world: World, expected_errors: Expect
    ) -> None:
        def fail(entries: object) -> None:
            raise ZeroDivisionError

        publish = world.recorder.publish
        world.recorder.publish = fail
        await world.say(draft("a"))
        world.recorder.publish = publish
        await world.say(draft("b"))
        assert texts(world.recorder.published) == ["b"]
        expected_errors(ZeroDivisionError)

    async def test_a_store_without_a_subscriber_keeps_and_refuses_all_the_same(
        self, world: World, expected_errors: Expect
    ) -> None:
        world.store.subscribe(None)
        gates = Gates(world.store)
        for _ in range(2):
            world.store.append(draft())
            world.end_turn()
            world.store.append(draft())
        gates.fail(StoreError("no"))
        await world.wait_for(lambda: gates.held)
        gates.open()
        await world.settle()
        assert len(await world.everything()) == 3
        expected_errors()

    async def test_a_subscriber_hears_nothing_of_what_was_published_before_it_came(
        self, world: World
    ) -> None:
        await world.say(draft("a"))
        late = Recorder()
        world.store.subscribe(late)
        await world.say(draft("b"))
        assert texts(late.published) == ["b"]


class TestNotices:
    async def test_stand_where_they_happened(self, world: World) -> None:
        await world.say(joined("luis"), draft("a"), joined("eva"), draft("b"), joined("ana"))
        assert texts(world.recorder.published) == ["+luis", "a", "+eva", "b", "+ana"]

    async def test_are_published_in_a_batch_of_their_own(self, world: World) -> None:
        await world.say(joined("luis"), joined("eva"))
        assert texts(world.recorder.published) == ["+luis", "+eva"]

    async def test_are_neither_numbered_nor_kept(self, world: World) -> None:
        await world.say(draft("a"), joined("luis"), draft("b"), joined("luis", room="ops"))
        assert [event.seq for event in await world.everything()] == [1, 2]
        assert await world.everything("ops") == []

    async def test_come_behind_the_batch_that_is_being_committed(self, world: World) -> None:
        world.store.append(draft("a"))
        world.end_turn()
        world.store.append(joined("luis"))
        await world.settle()
        assert texts(world.recorder.published) == ["a", "+luis"]

    async def test_come_behind_a_batch_that_took_long(self, world: World) -> None:
        gates = Gates(world.store)
        world.store.append(draft("a"))
        world.end_turn()
        world.store.append(joined("luis"))
        gates.open()
        await world.wait_for(lambda: gates.held)
        gates.open()
        await world.settle()
        assert world.recorder.heard == [("published", ["a"]), ("published", ["+luis"])]


class TestRead:
    async def test_a_room_that_nobody_spoke_in_is_empty(self, world: World) -> None:
        assert await world.store.read("nowhere", 0, 10) == []

    async def test_a_page_stands_between_its_bounds(self, world: World) -> None:
        await world.say(*(draft(str(number)) for number in range(1, 10)))
        assert texts(await world.store.read("lobby", 2, 5)) == ["3", "4", "5"]

    async def test_nothing_stands_between_equal_bounds(self, world: World) -> None:
        await world.say(draft(), draft())
        assert await world.store.read("lobby", 1, 1) == []
        assert await world.store.read("lobby", 2, 2) == []

    async def test_what_is_not_there_yet_is_not_waited_for(self, world: World) -> None:
        await world.say(draft("a"), draft("b"))
        assert texts(await world.store.read("lobby", 1, 99)) == ["b"]
        assert await world.store.read("lobby", 2, 99) == []

    async def test_rooms_do_not_run_into_each_other(self, world: World) -> None:
        await world.say(draft("a", "one"), draft("b", "two"), draft("c", "one"))
        assert texts(await world.everything("one")) == ["a", "c"]
        assert texts(await world.everything("two")) == ["b"]

    async def test_a_page_has_so_many_events_at_most(self, world: World) -> None:
        count = 2 * PAGE_EVENTS + 1
        await world.say(*(draft() for _ in range(count)))
        page = await world.store.read("lobby", 1, count)
        assert [event.seq for event in page] == list(range(2, PAGE_EVENTS + 2))

    async def test_a_page_ends_with_the_event_that_fills_it_with_text(self, world: World) -> None:
        await world.say(*(draft("x" * (PAGE_CHARACTERS // 4)) for _ in range(8)))
        assert [event.seq for event in await world.store.read("lobby", 0, 8)] == [1, 2, 3, 4]

    async def test_a_page_has_room_for_an_event_while_a_character_is_missing(
        self, world: World
    ) -> None:
        count = PAGE_EVENTS // 2  # a short text and long ones that come to one less than a page
        long = PAGE_CHARACTERS // (count - 1)
        rest = PAGE_CHARACTERS - 1 - long * (count - 1)
        await world.say(*(draft("x" * size) for size in [rest, *[long] * (count - 1), 1, 0]))
        page = await world.store.read("lobby", 0, count + 2)
        assert [event.seq for event in page] == [*range(1, count + 2)]

    async def test_a_page_that_is_just_full_has_no_empty_line_behind_it(self, world: World) -> None:
        await world.say(draft("x" * PAGE_CHARACTERS), draft(""))
        assert [event.seq for event in await world.store.read("lobby", 0, 2)] == [1]

    async def test_an_event_that_is_larger_than_a_page_is_a_page(self, world: World) -> None:
        await world.say(draft("x" * (PAGE_CHARACTERS + 1)), draft("y"))
        assert [event.seq for event in await world.store.read("lobby", 0, 2)] == [1]

    async def test_page_by_page_the_whole_log_is_read(self, world: World) -> None:
        count = PAGE_EVENTS + 7
        await world.say(*(draft(str(number)) for number in range(count)))
        assert texts(await world.everything()) == [str(number) for number in range(count)]


class TestSeqBefore:
    async def test_in_a_room_that_nobody_spoke_in_is_0(self, world: World) -> None:
        assert await world.store.seq_before("nowhere", 10**15) == 0

    @pytest.mark.parametrize(
        ("seconds", "seq"),
        [(9, 0), (10, 0), (10.001, 1), (20, 1), (20.001, 3), (29, 3), (30, 3), (30.001, 4)],
    )
    async def test_is_the_last_event_from_before_that_time(
        self, world: World, seconds: float, seq: int
    ) -> None:
        for time, drafts in (10, 1), (20, 2), (30, 1):
            world.time = time
            await world.say(*(draft() for _ in range(drafts)))
        assert await world.store.seq_before("lobby", int(seconds * 1000)) == seq

    @pytest.mark.parametrize("time", [-1, -(1 << 70)])
    async def test_of_a_time_before_1970_is_in_front_of_all(self, world: World, time: int) -> None:
        await world.say(draft())
        assert await world.store.seq_before("lobby", time) == 0

    async def test_looks_in_that_room_alone(self, world: World) -> None:
        for time, room in (10, "one"), (20, "two"), (30, "one"), (40, "three"):
            world.time = time
            await world.say(draft(room=room))
        assert await world.store.seq_before("two", 15_000) == 0
        assert await world.store.seq_before("two", 10**15) == 1
        assert await world.store.seq_before("one", 25_000) == 1

    async def test_finds_its_place_among_many_events(self, world: World) -> None:
        for time in range(10):
            world.time = time
            await world.say(*(draft() for _ in range(300)))
        assert [await world.store.seq_before("lobby", time * 1000) for time in range(12)] == [
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
        self, world: World, batches: list[tuple[int, int]], asked: list[int]
    ) -> None:
        room = f"room{len({event.room for event in world.recorder.published})}"
        times: list[int] = []
        world.time = 0
        for later, drafts in batches:
            world.time += later
            await world.say(*(draft(room=room) for _ in range(drafts)))
            times += [int(world.time)] * drafts
        for time in asked:
            expected = sum(each < time for each in times)
            assert await world.store.seq_before(room, time * 1000) == expected


def said_at(times: list[int], now: int) -> list[int]:
    """When lines count as said that were stored with these times: the plain model."""
    trusted = [time for time in times if time <= now]
    at, latest = [], trusted[0] if trusted else now
    for time in times:
        if time <= now:
            latest = max(latest, time)
        at.append(latest)
    return at


class Log:
    """What a room holds by the plain model: seqs and stored times."""

    def __init__(self) -> None:
        self.head = 0
        self.lines: list[tuple[int, int]] = []

    def say(self, time: int, lines: int) -> None:
        for _ in range(lines):
            self.head += 1
            self.lines.append((self.head, time))

    def seq_before(self, time: int, now: int) -> int:
        """The last seq from before a time, or the one in front of all that is there."""
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
    st.tuples(st.just("keep"), st.integers(0, 8)),
    st.tuples(st.just("restart"), st.just(0)),
)


class TestClock:
    """Whatever the clock says, a line counts as said at one time, for all who ask by time."""

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(acts=st.lists(ACTS, max_size=25), asked=st.lists(st.integers(0, 14), max_size=3))
    async def test_agrees_with_looking_at_every_line(
        self, world: World, acts: list[tuple[str, int]], asked: list[int]
    ) -> None:
        room = f"room{len(await world.store.names())}"
        log = Log()
        world.time = 5.0
        await world.say(draft(room=room))
        log.say(5000, 1)
        for act, number in acts:
            now = stamp(world.time)
            if act == "set":
                world.time = float(number)
            elif act == "say":
                await world.say(*(draft(room=room) for _ in range(number)))
                log.say(now, number)
            elif act == "keep":
                before = int(world.time * 1000) - number * 1000
                upto = await world.store.seq_before(room, before)
                assert upto == log.seq_before(before, now)
                await world.store.forget(room, upto)
                log.forget(upto)
            elif isinstance(world.store, SqliteStore):
                await world.reopen()
            now = stamp(world.time)
            left = [(event.seq, event.time) for event in await world.everything(room)]
            assert left == log.lines
            for time in {*(each * 1000 for each in asked), now, now + 1}:
                assert await world.store.seq_before(room, time) == log.seq_before(time, now)
                if time > 0:
                    found = await world.store.search(room, Wanted((), "", time), 2**39, 999)
                    assert [event.seq for event in reversed(found.events)] == [
                        seq for seq, _ in log.lines if seq > log.seq_before(time, now)
                    ]

    @pytest.mark.parametrize("wrong", [10**30, 2**70, -5.0, 0.0, 253_402_300_800.0])
    async def test_a_line_can_be_read_whatever_the_clock_says(
        self, world: World, wrong: float
    ) -> None:
        world.time = wrong
        await world.say(draft("a"))
        world.time = 1_000_000.0
        await world.say(draft("b"))
        assert texts(await world.everything()) == ["a", "b"]
        assert await world.store.seq_before("lobby", 1_000_000_000) in (0, 1)
        assert await world.store.seq_before("lobby", 1_000_000_001) == 2

    async def test_the_newest_times_are_known_when_it_is_opened(self, world: World) -> None:
        assert world.store.stamps() == {}
        for time, room in (3000, "a"), (2000, "a"), (5000, "b"):
            world.time = time
            await world.say(draft(room=room))
        if isinstance(world.store, SqliteStore):
            await world.reopen()
        assert world.store.stamps() == {"a": 2_000_000, "b": 5_000_000}


class TestFlush:
    async def test_is_done_at_once_when_nothing_waits(self, world: World) -> None:
        assert world.store.flush().called

    async def test_waits_for_the_batch_that_is_not_begun(self, world: World) -> None:
        world.store.append(draft())
        flushed = world.store.flush()
        assert not flushed.called
        world.end_turn()
        await world.wait_for(lambda: flushed.called)
        assert texts(world.recorder.published) == ["hola"]

    async def test_waits_for_the_batch_that_fills_behind_the_one_being_committed(
        self, world: World
    ) -> None:
        gates = Gates(world.store)
        world.store.append(draft("a"))
        world.end_turn()
        world.store.append(draft("b"))
        flushed = world.store.flush()
        gates.open()
        await world.wait_for(lambda: gates.held)
        assert not flushed.called
        gates.open()
        await world.wait_for(lambda: flushed.called)
        assert texts(world.recorder.published) == ["a", "b"]

    async def test_waits_for_what_is_refused(self, world: World, expected_errors: Expect) -> None:
        gates = Gates(world.store)
        world.store.append(draft())
        world.end_turn()
        flushed = world.store.flush()
        gates.fail(StoreError("no disk"))
        await world.wait_for(lambda: flushed.called)
        assert world.recorder.heard[0] == ("refused", ["hola"])
        expected_errors()


class TestFull:
    async def test_is_not_full_when_nothing_waits(self, world: World) -> None:
        assert not world.store.full

    async def test_is_full_when_too_much_text_waits_until_it_is_committed(
        self, world: World
    ) -> None:
        world.store.append(draft("x" * (WAITING_BYTES - 1000)))
        assert not world.store.full
        world.store.append(draft("x" * 1000))
        assert world.store.full
        await world.settle()
        assert not world.store.full

    async def test_what_is_being_committed_counts(self, world: World) -> None:
        gates = Gates(world.store)
        world.store.append(draft("x" * WAITING_BYTES))
        world.end_turn()
        assert world.store.full
        gates.open()
        await world.settle()
        assert not world.store.full

    async def test_short_lines_and_notices_count_with_what_they_weigh_in_memory(
        self, world: World
    ) -> None:
        world.store.append(draft(""))
        appended = 1
        while not world.store.full:
            world.store.append(joined("luis"))
            appended += 1
        assert appended < 50_000
        await world.settle()
        assert not world.store.full

    async def test_what_was_refused_waits_no_more(
        self, world: World, expected_errors: Expect
    ) -> None:
        gates = Gates(world.store)
        world.store.append(draft("x" * WAITING_BYTES))
        world.end_turn()
        gates.fail(StoreError("no disk"))
        assert not world.store.full
        expected_errors()


class TestFailure:
    async def test_drafts_are_refused_and_notices_published(
        self, world: World, expected_errors: Expect
    ) -> None:
        gates = Gates(world.store)
        said: list[Draft] = [draft("a"), draft("b", room="ops")]
        for entry in said[0], joined("luis"), said[1]:
            world.store.append(entry)
        world.end_turn()
        gates.fail(StoreError("no disk"))
        assert world.recorder.refused == [(each, "no disk") for each in said]
        assert texts(world.recorder.published) == ["+luis"]
        assert await world.everything() == []
        expected_errors()

    async def test_the_next_batch_goes_on_without_a_gap(
        self, world: World, expected_errors: Expect
    ) -> None:
        await world.say(draft("a"))
        gates = Gates(world.store)
        world.store.append(draft("lost"))
        world.end_turn()
        world.store.append(draft("b"))
        gates.fail(StoreError("no disk"))
        await world.wait_for(lambda: gates.held)
        gates.open()
        await world.settle()
        assert [(event.seq, event.text) for event in await world.everything()] == [
            (1, "a"),
            (2, "b"),
        ]
        expected_errors()

    async def test_what_is_refused_is_told_before_the_next_batch_is_shown(
        self, world: World, expected_errors: Expect
    ) -> None:
        gates = Gates(world.store)
        world.store.append(draft("lost"))
        world.end_turn()
        world.store.append(joined("luis"))
        gates.fail(StoreError("no disk"))
        await world.wait_for(lambda: gates.held)
        gates.open()
        await world.settle()
        assert world.recorder.heard == [
            ("refused", ["lost"]),
            ("published", []),
            ("published", ["+luis"]),
        ]
        expected_errors()

    async def test_an_error_of_our_own_refuses_too_and_is_logged_with_its_traceback(
        self, world: World, expected_errors: Expect
    ) -> None:
        gates = Gates(world.store)
        world.store.append(draft())
        world.end_turn()
        gates.fail(ZeroDivisionError("oh"))
        assert world.recorder.refused == [(draft(), "an error in the server")]
        expected_errors(ZeroDivisionError)

    async def test_the_operator_is_told_once_and_then_after_growing_pauses(
        self, world: World, complaints: list[str], expected_errors: Expect
    ) -> None:
        gates = Gates(world.store)
        told: list[float] = []
        while world.reactor.seconds() < 4 * LONGEST_SILENCE:
            world.store.append(draft())
            world.end_turn()
            gates.fail(StoreError("no disk"))
            if len(complaints) > len(told):
                told.append(world.reactor.seconds())
            world.reactor.advance(0.5)
        pauses = [later - earlier for earlier, later in itertools.pairwise(told)]
        assert told[0] == 0
        assert pauses[:4] == [FIRST_SILENCE, 2, 4, 8]
        assert pauses[-1] == LONGEST_SILENCE
        assert complaints == ["no disk"] * len(told)
        expected_errors()

    async def test_the_operator_is_told_when_it_works_again(
        self, world: World, complaints: list[str], expected_errors: Expect
    ) -> None:
        gates = Gates(world.store)
        for works in False, False, True, True:
            world.store.append(draft())
            world.end_turn()
            if works:
                gates.open()
            else:
                gates.fail(StoreError("no disk"))
            await world.settle()
        assert complaints == ["no disk", "lines are saved again"]
        expected_errors()

    async def test_trouble_that_comes_back_is_told_after_the_shortest_pause(
        self, world: World, complaints: list[str], expected_errors: Expect
    ) -> None:
        gates = Gates(world.store)
        while world.reactor.seconds() < 10 * FIRST_SILENCE:
            for works in False, True:
                world.store.append(draft())
                world.end_turn()
                if works:
                    gates.open()
                else:
                    gates.fail(StoreError("no disk"))
                await world.settle()
            world.reactor.advance(0.25)
        assert complaints == ["no disk", "lines are saved again"] * 10
        expected_errors()

    async def test_that_notices_pass_is_no_sign_that_it_works_again(
        self, world: World, complaints: list[str], expected_errors: Expect
    ) -> None:
        gates = Gates(world.store)
        for entry in draft(), joined("luis"), draft():
            world.store.append(entry)
            world.end_turn()
            if isinstance(entry, Draft):
                gates.fail(StoreError("no disk"))
            else:
                gates.open()
            await world.settle()
        assert complaints == ["no disk"]
        expected_errors()


ANA = Record("account", "ana", '{"admin": true}')
OPS = Record("room", "ops", '{"owner": "ana"}')


async def kept(world: World) -> set[Record]:
    """What a store knows that is opened after this one. (One in memory is never opened again.)"""
    if isinstance(world.store, SqliteStore):
        await world.reopen()
    return set(world.store.records())


class TestKeep:
    async def test_there_are_no_records_before_any_is_kept(self, world: World) -> None:
        assert await kept(world) == set()

    async def test_what_is_kept_is_there_when_the_store_is_opened_again(self, world: World) -> None:
        await world.keep(ANA, OPS)
        assert await kept(world) == {ANA, OPS}

    async def test_a_record_takes_the_place_of_the_one_with_its_kind_and_key(
        self, world: World
    ) -> None:
        await world.keep(ANA, OPS)
        other = ANA._replace(value="{}")
        namesake = ANA._replace(kind="room")
        await world.keep(other, namesake)
        assert await kept(world) == {other, namesake, OPS}

    async def test_none_forgets_what_there_is(self, world: World) -> None:
        await world.keep(ANA, OPS)
        await world.keep(ANA._replace(value=None), OPS._replace(key="nobody", value=None))
        assert await kept(world) == {OPS}

    async def test_of_several_with_one_key_the_last_one_counts(self, world: World) -> None:
        await world.keep(ANA, ANA._replace(value=None), ANA._replace(value="2"))
        assert await kept(world) == {ANA._replace(value="2")}

    async def test_records_are_in_the_batch_of_what_is_said_around_them(self, world: World) -> None:
        gates = Gates(world.store)
        world.store.append(draft("a"))
        done = world.store.write_records(ANA)
        world.store.append(draft("b"))
        world.end_turn()
        assert gates.batches == [["a", "ana", "b"]]
        gates.open()
        await world.settle()
        await done
        assert texts(world.recorder.published) == ["a", "b"]

    async def test_they_are_kept_only_with_the_lines_around_them(
        self, world: World, expected_errors: Expect
    ) -> None:
        """The line cannot be kept, here, for its text is none that a file could hold."""
        if isinstance(world.store, MemoryStore):
            return  # it can keep everything
        kept_first = world.store.write_records(ANA)
        world.store.append(draft("\ud800"))
        kept_last = world.store.write_records(OPS)
        failures = [kept_first.addErrback(str), kept_last.addErrback(str)]
        await world.settle()
        assert ["it failed" in await failure for failure in failures] == [True, True]
        assert await kept(world) == set()
        expected_errors(UnicodeEncodeError)

    async def test_lines_are_kept_only_with_the_records_around_them(
        self, world: World, expected_errors: Expect
    ) -> None:
        if isinstance(world.store, MemoryStore):
            return
        world.store.append(draft("lost"))
        failed = world.store.write_records(ANA, OPS._replace(value="\ud800"))
        failed.addErrback(lambda _: None)
        await world.settle()
        assert texts(await world.everything()) == []
        assert [why for _, why in world.recorder.refused] == ["an error in the server"]
        assert await kept(world) == set()
        expected_errors(UnicodeEncodeError)

    async def test_it_is_told_once_all_in_front_was_published(self, world: World) -> None:
        heard: list[str] = []
        world.recorder.publish = lambda entries: heard.extend(texts(entries))
        world.store.append(draft("a"))
        world.store.write_records(ANA).addCallback(lambda _: heard.append("kept"))
        assert heard == []
        await world.settle()
        assert heard == ["a", "kept"]

    async def test_it_is_told_when_nothing_was_said(self, world: World) -> None:
        await world.keep(ANA)
        assert world.recorder.published == []

    async def test_a_commit_that_fails_keeps_nothing_and_says_why(
        self, world: World, expected_errors: Expect
    ) -> None:
        gates = Gates(world.store)
        done = world.store.write_records(ANA)
        world.end_turn()
        gates.fail(StoreError("no disk"))
        with pytest.raises(StoreError, match="no disk"):
            await done
        await world.settle()
        assert set(world.store.records()) == set()
        expected_errors()

    async def test_an_error_of_our_own_is_a_store_error_to_whoever_keeps(
        self, world: World, expected_errors: Expect
    ) -> None:
        gates = Gates(world.store)
        done = world.store.write_records(ANA)
        world.end_turn()
        gates.fail(ZeroDivisionError("oh"))
        with pytest.raises(StoreError, match="it failed"):
            await done
        expected_errors(ZeroDivisionError)

    async def test_what_waits_to_be_kept_counts_as_waiting(self, world: World) -> None:
        world.store.write_records(ANA._replace(value="x" * WAITING_BYTES))
        assert world.store.full
        await world.settle()
        assert not world.store.full


@pytest.fixture(params=["memory", "sqlite", "indexed", "unindexable"])
def searched(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A store that is searched: in memory; in a file of which nothing is indexed so far, or all
    that was said before it is searched; and with an SQLite that cannot index."""
    if request.param == "memory":
        world = World(lambda reactor, now: MemoryStore(reactor, now))
    else:
        world = World(lambda reactor, now: SqliteStore(reactor, tmp_path / "chat.sqlite", now))
    if request.param == "unindexable":
        monkeypatch.setattr("chatd.storage.sqlite.search_index.is_possible", lambda: False)
    if request.param in ("indexed", "unindexable"):
        search = world.store.search

        async def search_index(room: str, wanted: Wanted, upto: int, limit: int) -> Found:
            await world.catch_up()
            return await search(room, wanted, upto, limit)

        world.store.search = search_index
    yield world
    pytest_twisted.blockon(Deferred.fromCoroutine(world.store.close()))


async def search(
    world: World, *words: str, upto: int = 2**39, limit: int = 20, **wanted: Any
) -> list[str]:
    found = await world.store.search("lobby", Wanted(words, **wanted), upto, limit)
    assert found.after == 0 or len(found.events) == limit
    return texts(found.events)


class TestSearch:
    async def test_finds_what_holds_a_word_the_newest_first(self, searched: World) -> None:
        await searched.say(draft("the build is green"), draft("tea"), draft("build again"))
        assert await search(searched, "build") == ["build again", "the build is green"]

    async def test_finds_nothing_where_nothing_was_said(self, searched: World) -> None:
        await searched.say(draft("hola"))
        found = await searched.store.search("nowhere", Wanted(("hola",)), 10, 10)
        assert found == Found([], 0)

    async def test_finds_parts_of_words_in_any_case(self, searched: World) -> None:
        await searched.say(
            draft("The BUILDING"), draft("ﬁne ｂuild"), draft("BUİLD"), draft("bild")
        )
        assert await search(searched, "build") == ["BUİLD", "ﬁne ｂuild", "The BUILDING"]
        assert await search(searched, "UILDING") == ["The BUILDING"]

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("今日は良い天気ですね", "天気"),
            ("今日は良い天気ですね", "良い天気"),
            ("¿Qué tal? ÑANDÚ", "ñandú"),
            ("STRASSE", "straße"),
            ("tú", "TÚ"),
            ("la reunión es a las 9", "reunion"),
            ("reunion", "reunión"),
            ("café", "cafe\u0301"),
            ("İstanbul", "istanbul"),
            ("mañana", "manana"),
            ("हिन्दी", "हिन्दी"),
            ("a\0bcd", "\0bc"),
            ("a\0bcd", "bcd"),
            ('say "cheese"', '"cheese"'),
            ("a AND b NOT c*", "and b not c*"),
            ("%_%", "%_%"),
            ("👩‍👩‍👧👧👧", "👧👧"),
            ("x" * 4096 + "yz", "xyz"),
        ],
        ids=lambda text: ascii(text)[-40:],
    )
    async def test_finds_words_of_every_kind(self, searched: World, text: str, word: str) -> None:
        await searched.say(draft(text), draft("something else"))
        assert await search(searched, word) == [text]

    async def test_finds_what_holds_all_words(self, searched: World) -> None:
        await searched.say(draft("one two"), draft("two one three"), draft("one"), draft("two"))
        assert await search(searched, "one", "two") == ["two one three", "one two"]
        assert await search(searched, "one", "t") == ["two one three", "one two"]

    @pytest.mark.parametrize(("text", "word"), [("हद", "हिद"), ("か", "が"), ("กา", "กำ")])
    async def test_marks_that_make_another_word_are_not_left_out(
        self, searched: World, text: str, word: str
    ) -> None:
        await searched.say(draft(text))
        assert await search(searched, word) == []

    async def test_authors_are_compared_as_names_are(self, searched: World) -> None:
        await searched.say(draft("hola", author="José"), draft("hola!", author="jose"))
        assert await search(searched, author=fold("JOSÉ")) == ["hola"]
        assert await search(searched, "hola", author="jose") == ["hola!"]

    async def test_a_word_with_spaces_is_a_phrase(self, searched: World) -> None:
        await searched.say(draft("good morning all"), draft("morning is good"))
        assert await search(searched, "good morning") == ["good morning all"]

    async def test_all_parts_of_a_word_in_a_text_are_not_the_word(self, searched: World) -> None:
        await searched.say(draft("abcd bcde"), draft("abcde"))
        assert await search(searched, "abcde") == ["abcde"]

    async def test_without_words_it_finds_everything(self, searched: World) -> None:
        await searched.say(draft("a"), draft("b", author="Luis"))
        assert await search(searched) == ["b", "a"]

    async def test_finds_only_what_that_author_said(self, searched: World) -> None:
        await searched.say(draft("hola"), draft("hola!", author="Luis"), draft("hola?"))
        assert await search(searched, "hola", author=fold("LUIS")) == ["hola!"]
        assert await search(searched, author="luis") == ["hola!"]

    async def test_finds_only_what_names_somebody(self, searched: World) -> None:
        await searched.say(draft("banana"), draft("hola Ana"), draft("请ana看"), draft("aná"))
        assert await search(searched, "ana") == ["aná", "请ana看", "hola Ana", "banana"]
        assert await search(searched, "ana", naming="ana") == ["hola Ana"]

    async def test_finds_only_what_was_said_since(self, searched: World) -> None:
        for number in range(5):
            searched.time = 1000 + number
            await searched.say(draft(f"hola {number}"))
        assert await search(searched, "hola", since=1_003_000) == ["hola 4", "hola 3"]
        assert await search(searched, "ol", since=1_003_000) == ["hola 4", "hola 3"]

    async def test_finds_only_what_was_said_in_that_room(self, searched: World) -> None:
        await searched.say(draft("hola", "ops"), draft("hola!"), draft("hola", "tea"))
        assert await search(searched, "hola") == ["hola!"]

    async def test_finds_nothing_behind_the_seq_that_it_is_told(self, searched: World) -> None:
        await searched.say(*(draft(f"hola {number}") for number in range(1, 6)))
        assert await search(searched, "hola", upto=2) == ["hola 2", "hola 1"]
        assert await search(searched, "ol", upto=0) == []

    async def test_of_many_it_finds_the_last_ones_and_goes_on_from_there(
        self, searched: World
    ) -> None:
        await searched.say(*(draft(f"hola {number}") for number in range(700)))
        for word in "hola", "ol":
            found = await searched.store.search("lobby", Wanted((word,)), 2**39, 100)
            assert [event.seq for event in found.events] == [*range(700, 600, -1)]
            assert found.after == 600
            found = await searched.store.search("lobby", Wanted((word,)), found.after, 1000)
            assert [event.seq for event in found.events] == [*range(600, 0, -1)]
            assert found.after == 0

    @pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.DEED])
    async def test_finds_what_was_said_in_every_way(self, searched: World, kind: Kind) -> None:
        await searched.say(draft("hola", kind=kind), draft("hola!", kind=Kind.DEED))
        assert await search(searched, "hola") == ["hola"]

    async def test_finds_events_as_they_are(self, searched: World) -> None:
        await searched.say(draft("hola", "Ops", 7, "Eva", Kind.ACTION))
        found = await searched.store.search("Ops", Wanted(("hola",)), 1, 1)
        assert found.events == [Event("Ops", 1, 1_000_000, 7, "Eva", Kind.ACTION, "hola")]

    @settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(st.text("abcB ñÑ日本", max_size=12), min_size=1, max_size=30),
        st.lists(st.text("abcB ñÑ日本", max_size=5), max_size=3),
    )
    async def test_finds_all_that_it_should_and_nothing_else(
        self, searched: World, said: list[str], words: list[str]
    ) -> None:
        before = len(searched.recorder.published)
        await searched.say(*map(draft, said))
        found = await searched.store.search("lobby", Wanted(tuple(words)), 2**39, 1000)
        assert [event.text for event in found.events if event.seq > before] == [
            text
            for text in reversed(said)
            if all(fold_for_search(word) in fold_for_search(text) for word in words)
        ]

    async def test_what_is_forgotten_is_not_found(self, searched: World) -> None:
        await searched.say(draft("old hola"))
        assert await search(searched, "hola") == ["old hola"]
        searched.time += 10
        await searched.say(draft("new hola"))
        assert await searched.store.forget("lobby", 1) == 1
        assert await search(searched, "hola") == ["new hola"]


class TestForget:
    async def test_forgets_what_was_said_before_and_nothing_else(self, world: World) -> None:
        for number in range(4):
            world.time = 1000 + number
            await world.say(draft(f"{number}"), draft(f"{number}", "ops"))
        assert await world.store.forget("lobby", 2) == 2
        assert texts(await world.everything()) == ["2", "3"]
        assert texts(await world.everything("ops")) == ["0", "1", "2", "3"]
        assert await world.store.forget("lobby", 2) == 0

    async def test_forgets_nothing_of_another_log_however_far_it_goes(self, world: World) -> None:
        await world.say(draft(), draft("stays", "ops"))
        assert await world.store.forget("lobby", 2**50) == 1
        assert await world.store.forget("lobby", 2**50) == 0
        assert texts(await world.everything("ops")) == ["stays"]

    async def test_the_times_of_what_is_left_and_of_what_comes_are_known(
        self, world: World
    ) -> None:
        for time in 10, 20, 30:
            world.time = time
            await world.say(draft())
        assert await world.store.forget("lobby", 1) == 1
        world.time = 100
        seqs = [await world.store.seq_before("lobby", time * 1000) for time in (15, 25, 35)]
        assert seqs == [1, 2, 3]
        assert await world.store.forget("lobby", 3) == 2
        await world.say(draft())
        seqs = [await world.store.seq_before("lobby", time * 1000) for time in (99, 101)]
        assert seqs == [3, 4]

    async def test_there_is_nothing_to_forget_where_nothing_was_said(self, world: World) -> None:
        assert await world.store.forget("nowhere", 2**50) == 0

    async def test_numbers_go_on_and_the_topic_stays(self, world: World) -> None:
        await world.say(draft("tea", kind=Kind.TOPIC), draft("hola", session=9))
        assert await world.store.forget("lobby", 2**50) == 2
        assert await world.everything() == []
        await world.say(draft("on it goes"))
        assert [event.seq for event in await world.everything()] == [3]
        if isinstance(world.store, SqliteStore):
            await world.reopen()
        (record,) = world.store.rooms()
        assert (record.head, record.topic, record.session) == (3, "tea", 9)

    async def test_forgets_a_bounded_number_at_a_time(self, world: World) -> None:
        await world.say(*(draft(str(number)) for number in range(2 * FORGOTTEN + 1)))
        forgotten = [await world.store.forget("lobby", 2**50) for _ in range(4)]
        assert forgotten == [FORGOTTEN, FORGOTTEN, 1, 0]

    async def test_reading_passes_over_what_was_forgotten(self, world: World) -> None:
        await world.say(draft("a"))
        world.time += 1
        await world.say(draft("b"))
        await world.store.forget("lobby", 1)
        assert texts(await world.store.read("lobby", 0, 1)) == []
        assert texts(await world.store.read("lobby", 0, 2)) == ["b"]
        assert await world.store.seq_before("lobby", 2**50) == 2

    async def test_the_rooms_in_which_something_was_said_are_known(self, world: World) -> None:
        assert await world.store.names() == []
        await world.say(draft(room="Ops"), draft())
        assert sorted(await world.store.names()) == ["Ops", "lobby"]
        await world.store.forget("lobby", 2**50)
        assert sorted(await world.store.names()) == ["Ops", "lobby"]
