"""Tests of `chatd.storage.contract`, with a store of each kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from chatd.event import REMARKS, UNKNOWN, Draft, Entry, Event, Kind, Origin
from chatd.i18n import Language
from chatd.storage.contract import (
    FORGOTTEN,
    PAGE_CHARACTERS,
    PAGE_EVENTS,
    RoomRecord,
    Wanted,
    page_of,
)
from chatd.storage.memory import MemoryStore
from chatd.storage.sqlite.store import SqliteStore
from tests.support.store_kinds import STORES, harness_of
from tests.support.stores import StoreHarness, draft, message, texts

pytestmark = pytest.mark.quick


@pytest.fixture(params=STORES)
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreHarness]:
    with harness_of(request, tmp_path) as harness:
        yield harness


class TestNumbering:
    async def test_each_room_counts_from_1_without_gaps(self, harness: StoreHarness) -> None:
        await harness.say(draft(room="a"), draft(room="b"), draft(room="a"))
        await harness.say(draft(room="b"), draft(room="a"))
        places = [(event.room, event.seq) for event in harness.recorder.published]
        assert places == [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 3)]

    async def test_an_event_has_the_time_of_its_commit_and_all_that_was_said(
        self, harness: StoreHarness
    ) -> None:
        harness.time = 1_700_000_000.1239
        said = draft("waves", "ops", 7, "luis", Kind.ACTION)
        await harness.say(said)
        event = Event("ops", 1, 1_700_000_000_123, 7, "luis", Kind.ACTION, "waves")
        assert harness.recorder.published == [event]
        assert await harness.store.read("ops", 0, 1) == [event]

    async def test_rooms_whose_names_differ_in_case_are_two_rooms(
        self, harness: StoreHarness
    ) -> None:
        await harness.say(draft(room="Ops"), draft(room="ops"))
        assert [event.seq for event in await harness.everything("Ops")] == [1]

    async def test_there_are_no_rooms_before_anything_is_said(self, harness: StoreHarness) -> None:
        assert list(harness.store.rooms()) == []

    async def test_it_describes_where_the_history_is(self, harness: StoreHarness) -> None:
        assert harness.store.describe(Language.ENGLISH).startswith("history in ")


async def stored_room(harness: StoreHarness) -> RoomRecord:
    """Return the only room, as the store has it when it is opened again."""
    if harness.store.lasting:
        await harness.reopen()
    (record,) = harness.store.rooms()
    return record


class TestOrigins:
    async def test_a_room_has_that_of_its_first_line(self, harness: StoreHarness) -> None:
        made = Origin("luis", 5)
        for origin in made, Origin("eva", 6), UNKNOWN:
            await harness.say(draft()._replace(made=origin))
            assert (await stored_room(harness)).made == made

    async def test_a_room_of_which_no_origin_is_said_has_the_time_of_its_first_line(
        self, harness: StoreHarness
    ) -> None:
        await harness.say(draft(), draft()._replace(made=Origin("eva", 5)))
        harness.time += 1
        await harness.say(draft())
        assert (await stored_room(harness)).made == Origin("", 1_000_000)

    async def test_a_room_without_a_topic_has_none_of_a_topic(self, harness: StoreHarness) -> None:
        await harness.say(draft())
        assert (await stored_room(harness)).topic_set == UNKNOWN

    async def test_a_topic_has_its_author_and_its_time(self, harness: StoreHarness) -> None:
        await harness.say(draft("tea", author="luis", kind=Kind.TOPIC))
        for later in 1, 2:
            harness.time += 1
            await harness.say(draft(), draft("coffee", author="eva", kind=Kind.TOPIC), draft())
            record = await stored_room(harness)
            expected = ("coffee", Origin("eva", 1_000_000 + 1_000 * later))
            assert (record.topic, record.topic_set) == expected

    async def test_who_took_a_topic_away_is_stored(self, harness: StoreHarness) -> None:
        await harness.say(draft("tea", kind=Kind.TOPIC), draft("", author="eva", kind=Kind.TOPIC))
        record = await stored_room(harness)
        assert (record.topic, record.topic_set) == ("", Origin("eva", 1_000_000))

    async def test_both_stay_when_all_lines_are_forgotten(self, harness: StoreHarness) -> None:
        made = Origin("eva", 5)
        await harness.say(draft("tea", author="luis", kind=Kind.TOPIC)._replace(made=made))
        assert await harness.store.forget("lobby", 1) == 1
        harness.time += 1
        await harness.say(draft())
        record = await stored_room(harness)
        assert (record.topic_set, record.made) == (Origin("luis", 1_000_000), made)


class TestRead:
    async def test_a_room_without_lines_is_empty(self, harness: StoreHarness) -> None:
        assert await harness.store.read("nowhere", 0, 10) == []

    async def test_a_page_is_between_its_bounds(self, harness: StoreHarness) -> None:
        await harness.say(*(draft(str(number)) for number in range(1, 10)))
        assert texts(await harness.store.read("lobby", 2, 5)) == ["3", "4", "5"]

    async def test_a_page_between_equal_bounds_is_empty(self, harness: StoreHarness) -> None:
        await harness.say(draft(), draft())
        assert await harness.store.read("lobby", 1, 1) == []
        assert await harness.store.read("lobby", 2, 2) == []

    async def test_a_read_does_not_wait_for_later_lines(self, harness: StoreHarness) -> None:
        await harness.say(draft("a"), draft("b"))
        assert texts(await harness.store.read("lobby", 1, 99)) == ["b"]
        assert await harness.store.read("lobby", 2, 99) == []

    async def test_a_page_has_events_of_one_room_alone(self, harness: StoreHarness) -> None:
        await harness.say(draft("a", "one"), draft("b", "two"), draft("c", "one"))
        assert texts(await harness.everything("one")) == ["a", "c"]
        assert texts(await harness.everything("two")) == ["b"]

    async def test_a_page_has_so_many_events_at_most(self, harness: StoreHarness) -> None:
        count = 2 * PAGE_EVENTS + 1
        await harness.say(*(draft() for _ in range(count)))
        page = await harness.store.read("lobby", 1, count)
        assert [event.seq for event in page] == list(range(2, PAGE_EVENTS + 2))

    async def test_a_page_ends_with_the_event_that_fills_it_with_text(
        self, harness: StoreHarness
    ) -> None:
        await harness.say(*(draft("x" * (PAGE_CHARACTERS // 4)) for _ in range(8)))
        assert [event.seq for event in await harness.store.read("lobby", 0, 8)] == [1, 2, 3, 4]

    async def test_a_page_has_room_for_an_event_while_a_character_is_missing(
        self, harness: StoreHarness
    ) -> None:
        count = PAGE_EVENTS // 2  # a short text and long ones that come to one less than a page
        long = PAGE_CHARACTERS // (count - 1)
        rest = PAGE_CHARACTERS - 1 - long * (count - 1)
        await harness.say(*(draft("x" * size) for size in [rest, *[long] * (count - 1), 1, 0]))
        page = await harness.store.read("lobby", 0, count + 2)
        assert [event.seq for event in page] == [*range(1, count + 2)]

    async def test_a_page_that_is_just_full_has_no_empty_line_after_it(
        self, harness: StoreHarness
    ) -> None:
        await harness.say(draft("x" * PAGE_CHARACTERS), draft(""))
        assert [event.seq for event in await harness.store.read("lobby", 0, 2)] == [1]

    async def test_an_event_that_is_larger_than_a_page_is_a_page(
        self, harness: StoreHarness
    ) -> None:
        await harness.say(draft("x" * (PAGE_CHARACTERS + 1)), draft("y"))
        assert [event.seq for event in await harness.store.read("lobby", 0, 2)] == [1]

    async def test_page_by_page_the_whole_log_is_read(self, harness: StoreHarness) -> None:
        count = PAGE_EVENTS + 7
        await harness.say(*(draft(str(number)) for number in range(count)))
        assert texts(await harness.everything()) == [str(number) for number in range(count)]


def parts(events: Sequence[Entry]) -> list[tuple[str, int | None]]:
    return [(each.text, each.part_of) for each in events if isinstance(each, Event)]


class TestMessages:
    async def test_each_line_has_a_seq_of_its_own_and_that_of_the_first(
        self, harness: StoreHarness
    ) -> None:
        await harness.say(draft("a"), message("b", "", "c"), draft("d"))
        expected = [("a", None), ("b", 2), ("", 2), ("c", 2), ("d", None)]
        assert parts(harness.recorder.published) == expected
        assert parts(await harness.everything()) == expected
        assert [event.seq for event in await harness.everything()] == [1, 2, 3, 4, 5]

    async def test_lines_said_at_once_are_no_message(self, harness: StoreHarness) -> None:
        await harness.say(Draft("lobby", 1, "ana", Kind.MESSAGE, ["a", "b"]))
        assert parts(await harness.everything()) == [("a", None), ("b", None)]

    async def test_a_line_of_one_is_found(self, harness: StoreHarness) -> None:
        await harness.say(draft("needle"), message("a", "needle"), draft("b"))
        found = await harness.store.search("lobby", Wanted(("needle",)), 9, 9)
        assert parts(found.events) == [("needle", 2), ("needle", None)]

    async def test_none_is_forgotten_in_part(self, harness: StoreHarness) -> None:
        await harness.say(draft("a"), message("b", "c"), message("d", "e"), draft("f"))
        assert await harness.store.forget("lobby", 2) == 1
        assert await harness.store.forget("lobby", 2) == 0
        assert await harness.store.forget("lobby", 4) == 2
        assert texts(await harness.everything()) == ["d", "e", "f"]
        assert await harness.store.forget("lobby", 5) == 2
        assert await harness.store.forget("lobby", 2**50) == 1

    async def test_none_is_forgotten_in_part_when_many_lines_are(
        self, harness: StoreHarness
    ) -> None:
        lines = ["x"] * (FORGOTTEN - 1)
        await harness.say(*map(draft, lines), message("a", "b"), draft("c"))
        forgotten = [await harness.store.forget("lobby", 2**50) for _ in range(3)]
        assert forgotten == [FORGOTTEN - 1, 3, 0]


class TestForget:
    async def test_forgets_the_events_up_to_a_seq_and_no_others(
        self, harness: StoreHarness
    ) -> None:
        for number in range(4):
            harness.time = 1000 + number
            await harness.say(draft(f"{number}"), draft(f"{number}", "ops"))
        assert await harness.store.forget("lobby", 2) == 2
        assert texts(await harness.everything()) == ["2", "3"]
        assert texts(await harness.everything("ops")) == ["0", "1", "2", "3"]
        assert await harness.store.forget("lobby", 2) == 0

    async def test_forgets_nothing_of_another_log_however_far_it_goes(
        self, harness: StoreHarness
    ) -> None:
        await harness.say(draft(), draft("stays", "ops"))
        assert await harness.store.forget("lobby", 2**50) == 1
        assert await harness.store.forget("lobby", 2**50) == 0
        assert texts(await harness.everything("ops")) == ["stays"]

    async def test_the_times_of_remaining_and_later_lines_are_known(
        self, harness: StoreHarness
    ) -> None:
        for time in 10, 20, 30:
            harness.time = time
            await harness.say(draft())
        assert await harness.store.forget("lobby", 1) == 1
        harness.time = 100
        seqs = [await harness.store.seq_before("lobby", time * 1000) for time in (15, 25, 35)]
        assert seqs == [1, 2, 3]
        assert await harness.store.forget("lobby", 3) == 2
        await harness.say(draft())
        seqs = [await harness.store.seq_before("lobby", time * 1000) for time in (99, 101)]
        assert seqs == [3, 4]

    async def test_forgets_nothing_of_an_unknown_room(self, harness: StoreHarness) -> None:
        assert await harness.store.forget("nowhere", 2**50) == 0

    async def test_seqs_continue_and_the_topic_stays(self, harness: StoreHarness) -> None:
        await harness.say(draft("tea", kind=Kind.TOPIC), draft("hola", session=9))
        assert await harness.store.forget("lobby", 2**50) == 2
        assert await harness.everything() == []
        await harness.say(draft("on it goes"))
        assert [event.seq for event in await harness.everything()] == [3]
        record = await stored_room(harness)
        assert (record.head, record.topic, record.session) == (3, "tea", 9)

    async def test_forgets_a_bounded_number_at_a_time(self, harness: StoreHarness) -> None:
        await harness.say(*(draft(str(number)) for number in range(2 * FORGOTTEN + 1)))
        forgotten = [await harness.store.forget("lobby", 2**50) for _ in range(4)]
        assert forgotten == [FORGOTTEN, FORGOTTEN, 1, 0]

    async def test_reading_passes_over_forgotten_events(self, harness: StoreHarness) -> None:
        await harness.say(draft("a"))
        harness.time += 1
        await harness.say(draft("b"))
        await harness.store.forget("lobby", 1)
        assert texts(await harness.store.read("lobby", 0, 1)) == []
        assert texts(await harness.store.read("lobby", 0, 2)) == ["b"]
        assert await harness.store.seq_before("lobby", 2**50) == 2

    async def test_the_names_of_rooms_with_a_log_are_known(self, harness: StoreHarness) -> None:
        assert await harness.store.names() == []
        await harness.say(draft(room="Ops"), draft())
        assert sorted(await harness.store.names()) == ["Ops", "lobby"]
        await harness.store.forget("lobby", 2**50)
        assert sorted(await harness.store.names()) == ["Ops", "lobby"]


def event(text: str) -> Event:
    return Event("lobby", 1, 0, 1, "ana", Kind.MESSAGE, text)


class TestPageOf:
    def test_a_page_has_so_many_events_at_most(self) -> None:
        assert len(page_of([event("a")] * (PAGE_EVENTS + 1))) == PAGE_EVENTS

    def test_a_page_ends_with_the_event_that_reaches_so_much_text(self) -> None:
        half = event("x" * (PAGE_CHARACTERS // 2))
        assert len(page_of([half] * 3)) == 2


def test_seqs_continue_in_a_file_and_not_in_memory() -> None:
    assert SqliteStore.lasting
    assert not MemoryStore.lasting


class TestNumbersOfSessions:
    async def test_begin_above_those_in_the_logs_and_do_not_end(
        self, harness: StoreHarness
    ) -> None:
        assert (await self.taken(harness))[:2] == range(1, 3)
        await harness.say(draft(session=7), draft(session=9, room="ops"), draft(session=8))
        await harness.reopen()
        numbers = await self.taken(harness)
        assert numbers[0] >= 10 or not harness.store.lasting
        assert harness.store.shared or len(numbers) > 10**15

    async def taken(self, harness: StoreHarness) -> range:
        """Return a block of numbers."""
        numbers = harness.store.take_numbers()
        await harness.settle()
        return await numbers


class TestRemarks:
    async def say_two_of_each(self, harness: StoreHarness) -> None:
        for kind in (*REMARKS, Kind.MESSAGE, *REMARKS):
            await harness.say(draft(f"{kind:d}", kind=kind), draft("9", "other", kind=kind))

    async def test_of_a_kind_are_given_the_newest_first(self, harness: StoreHarness) -> None:
        await self.say_two_of_each(harness)
        for place, kind in enumerate(REMARKS, 1):
            found = await harness.store.remarks("lobby", kind, 9, 9)
            assert [(event.seq, event.kind) for event in found] == [
                (place + 5, kind),
                (place, kind),
            ]
            assert texts(found) == [f"{kind:d}"] * 2

    async def test_are_bounded(self, harness: StoreHarness) -> None:
        await self.say_two_of_each(harness)
        store = harness.store
        assert [event.seq for event in await store.remarks("lobby", Kind.ACK, 9, 1)] == [8]
        assert [event.seq for event in await store.remarks("lobby", Kind.ACK, 7, 9)] == [3]
        assert await store.remarks("lobby", Kind.ACK, 2, 9) == []
        assert await store.remarks("nowhere", Kind.ACK, 9, 9) == []

    async def test_are_a_page_at_most(self, harness: StoreHarness) -> None:
        text = "x" * (PAGE_CHARACTERS // 2)
        await harness.say(*[draft(text, kind=Kind.DECISION)] * 3)
        found = await harness.store.remarks("lobby", Kind.DECISION, 9, 9)
        assert [event.seq for event in found] == [3, 2]

    async def test_go_with_the_other_lines_of_their_time(self, harness: StoreHarness) -> None:
        await self.say_two_of_each(harness)
        await harness.store.forget("lobby", 4)
        found = await harness.store.remarks("lobby", Kind.DECISION, 9, 9)
        assert [event.seq for event in found] == [9]
