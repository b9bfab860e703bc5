"""Tests of `chatd.storage.group_commit`, with a store of each kind."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.event import Draft, Event, Kind, Record
from chatd.storage.contract import (
    StoreError,
)
from chatd.storage.group_commit import WAITING_BYTES
from chatd.storage.memory import MemoryStore
from chatd.storage.publication import PUBLISHED_WORK
from chatd.text.work import MOST_WORK
from tests.support.logs import Expect
from tests.support.stores import Gates, Recorder, StoreHarness, came, draft, joined, texts

pytestmark = pytest.mark.quick


class TestBatches:
    async def test_what_is_said_in_one_turn_is_one_batch(self, harness: StoreHarness) -> None:
        gates = Gates(harness.store)
        for text in "abc":
            harness.store.append(draft(text))
        assert gates.batches == []
        harness.end_turn()
        assert gates.batches == [["a", "b", "c"]]
        gates.open()
        await harness.settle()

    async def test_while_one_batch_is_committed_the_next_one_fills(
        self, harness: StoreHarness
    ) -> None:
        gates = Gates(harness.store)
        harness.begin(draft("a"))
        harness.begin(draft("b"))
        harness.begin(draft("c"))
        assert gates.batches == [["a"]]
        gates.open()
        await harness.wait_for(lambda: gates.held)
        assert gates.batches == [["a"], ["b", "c"]]
        gates.open()
        await harness.settle()
        assert texts(harness.recorder.published) == ["a", "b", "c"]

    async def test_the_time_of_a_commit_ends_with_it(self, harness: StoreHarness) -> None:
        gates = Gates(harness.store)
        harness.reactor.advance(5)
        assert harness.store.commit_seconds == 0
        harness.begin(draft("a"))
        harness.reactor.advance(3)
        assert harness.store.commit_seconds == 3
        gates.open()
        await harness.settle()
        assert harness.store.commit_seconds == 0

    async def test_the_time_of_a_failed_commit_ends_with_it(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        gates = Gates(harness.store)
        harness.begin(draft("a"))
        harness.reactor.advance(3)
        gates.fail(StoreError("it is full."))
        await harness.settle()
        assert harness.store.commit_seconds == 0
        expected_errors()

    async def test_the_next_batch_waits_until_all_clients_were_read(
        self, harness: StoreHarness
    ) -> None:
        """Leave a turn to read all clients: two half batches would cost more."""
        gates = Gates(harness.store)
        harness.begin(draft("a"))
        harness.store.append(draft("b"))
        gates.open()
        await harness.wait_for(lambda: bool(harness.recorder.published))
        assert gates.batches == [["a"]]
        harness.store.append(draft("an answer to a"))
        await harness.wait_for(lambda: gates.held)
        assert gates.batches == [["a"], ["b", "an answer to a"]]
        gates.open()
        await harness.settle()

    async def test_nothing_is_published_before_it_is_committed(self, harness: StoreHarness) -> None:
        gates = Gates(harness.store)
        harness.begin(draft())
        assert harness.recorder.calls == []
        gates.open()
        await harness.settle()
        assert harness.recorder.calls == [("published", ["hola"])]

    async def test_what_is_published_can_be_read(self, harness: StoreHarness) -> None:
        reads: list[Deferred[list[Event]]] = []
        harness.recorder.publish = lambda entries: reads.append(
            Deferred.fromCoroutine(harness.store.read("lobby", 0, len(entries)))
        )
        await harness.say(draft("a"), draft("b"))
        assert texts(await reads[0]) == ["a", "b"]

    async def test_what_is_appended_while_publishing_is_committed_next(
        self, harness: StoreHarness
    ) -> None:
        publish = harness.recorder.publish

        def answer_back(entries: list[Event]) -> None:
            publish(entries)
            if entries[-1].text == "a":
                harness.store.append(draft("b"))

        harness.recorder.publish = answer_back
        harness.begin(draft("a"))
        await harness.wait_for(lambda: bool(harness.recorder.published))
        await harness.settle()
        assert texts(harness.recorder.published) == ["a", "b"]

    async def test_a_subscriber_that_fails_does_not_stop_the_store(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        def fail(entries: object) -> None:
            raise ZeroDivisionError

        publish = harness.recorder.publish
        harness.recorder.publish = fail
        await harness.say(draft("a"))
        harness.recorder.publish = publish
        await harness.say(draft("b"))
        assert texts(harness.recorder.published) == ["b"]
        expected_errors(ZeroDivisionError)

    async def test_a_store_without_a_subscriber_works(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        harness.store.subscribe(None)
        gates = Gates(harness.store)
        for _ in range(2):
            harness.begin(draft())
            harness.store.append(draft())
        gates.fail(StoreError("no"))
        await harness.wait_for(lambda: gates.held)
        gates.open()
        await harness.settle()
        assert len(await harness.everything()) == 3
        expected_errors()

    async def test_a_subscriber_receives_nothing_that_was_published_before(
        self, harness: StoreHarness
    ) -> None:
        await harness.say(draft("a"))
        late = Recorder()
        harness.store.subscribe(late)
        await harness.say(draft("b"))
        assert texts(late.published) == ["b"]


class TestParts:
    """A batch with much text is published in parts."""

    LONG = "x" * (PUBLISHED_WORK // 4)
    FOLDS = "\u3300" * (PUBLISHED_WORK // MOST_WORK // 4 + 1)
    GROWS = "\x1b" * (PUBLISHED_WORK // MOST_WORK // 4 + 1)

    def sizes(self, harness: StoreHarness) -> list[int]:
        return [len(texts) for _, texts in harness.recorder.calls]

    @pytest.mark.parametrize("text", [LONG, GROWS, FOLDS], ids=["long", "escaped", "folded"])
    async def test_of_bounded_length(self, text: str, harness: StoreHarness) -> None:
        await harness.say(*(draft(text, session=1 + number % 2) for number in range(10)))
        assert self.sizes(harness) == [4, 4, 2]
        assert [event.seq for event in harness.recorder.published] == list(range(1, 11))

    async def test_ordinary_lines_are_one_part(self, harness: StoreHarness) -> None:
        await harness.say(*(draft("hola", session=1 + number % 2) for number in range(512)))
        assert self.sizes(harness) == [512]

    async def test_clients_are_read_between_parts(self, harness: StoreHarness) -> None:
        publish = harness.recorder.publish
        between: list[list[int]] = []

        def publish_and_read(entries: list[Event]) -> None:
            publish(entries)
            harness.reactor.callLater(0, lambda: between.append(self.sizes(harness)))

        harness.recorder.publish = publish_and_read
        await harness.say(*(draft(self.LONG, session=number) for number in range(10)))
        await harness.wait_for(lambda: len(between) >= 3)
        assert between == [[4], [4, 4], [4, 4, 2]]

    async def test_lines_of_a_session_in_a_room_stay_together(self, harness: StoreHarness) -> None:
        lines = Draft("lobby", 1, "ana", Kind.MESSAGE, [self.LONG] * 6)
        await harness.say(lines, draft(self.LONG), draft(self.LONG, room="ops"), joined("eva"))
        assert self.sizes(harness) == [7, 2]

    async def test_records_are_written_once_all_are_published(self, harness: StoreHarness) -> None:
        for number in range(6):
            harness.store.append(draft(self.LONG, session=number))
        done: list[list[int]] = []
        written = harness.store.write_records(Record("kind", "key", "value"))
        written.addCallback(lambda _: done.append(self.sizes(harness)))
        await harness.settle()
        assert done == [[4, 2]]

    async def test_a_part_that_fails_costs_the_next_one_nothing(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        publish = harness.recorder.publish

        def fail_with_four(entries: list[Event]) -> None:
            if len(entries) == 4:
                raise ZeroDivisionError
            publish(entries)

        harness.recorder.publish = fail_with_four
        await harness.say(*(draft(self.LONG, session=number) for number in range(6)))
        assert self.sizes(harness) == [2]
        expected_errors(ZeroDivisionError)


class TestPresences:
    async def test_are_published_in_their_places_and_not_stored(
        self, harness: StoreHarness
    ) -> None:
        await harness.say(came("luis"), draft("a"), joined("luis"), came("eva"), draft("b"))
        published = texts(harness.recorder.published)
        assert published == ["joined luis", "a", "+luis", "joined eva", "b"]
        assert [event.seq for event in await harness.everything()] == [1, 2]

    async def test_are_published_in_a_batch_of_their_own(self, harness: StoreHarness) -> None:
        await harness.say(came("luis"))
        assert texts(harness.recorder.published) == ["joined luis"]
        assert harness.store.counts.events == 0

    async def test_are_published_if_lines_are_refused(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        gates = Gates(harness.store)
        harness.begin(draft("a"), came("luis"))
        gates.fail(StoreError("no disk"))
        assert texts(harness.recorder.published) == ["joined luis"]
        expected_errors()

    def test_weigh_what_they_hold_in_memory(self) -> None:
        store = MemoryStore(Clock())
        for reason in "", "x" * WAITING_BYTES:
            assert not store.full
            store.append(came("luis")._replace(reason=reason))
        assert store.full


class TestNotices:
    async def test_are_published_in_their_places(self, harness: StoreHarness) -> None:
        await harness.say(joined("luis"), draft("a"), joined("eva"), draft("b"), joined("ana"))
        assert texts(harness.recorder.published) == ["+luis", "a", "+eva", "b", "+ana"]

    async def test_are_published_in_a_batch_of_their_own(self, harness: StoreHarness) -> None:
        await harness.say(joined("luis"), joined("eva"))
        assert texts(harness.recorder.published) == ["+luis", "+eva"]

    async def test_are_neither_numbered_nor_stored(self, harness: StoreHarness) -> None:
        await harness.say(draft("a"), joined("luis"), draft("b"), joined("luis", room="ops"))
        assert [event.seq for event in await harness.everything()] == [1, 2]
        assert await harness.everything("ops") == []

    async def test_come_after_the_batch_that_is_being_committed(
        self, harness: StoreHarness
    ) -> None:
        harness.begin(draft("a"))
        harness.store.append(joined("luis"))
        await harness.settle()
        assert texts(harness.recorder.published) == ["a", "+luis"]

    async def test_come_after_a_batch_that_took_long(self, harness: StoreHarness) -> None:
        gates = Gates(harness.store)
        harness.begin(draft("a"))
        harness.store.append(joined("luis"))
        gates.open()
        await harness.wait_for(lambda: gates.held)
        gates.open()
        await harness.settle()
        assert harness.recorder.calls == [("published", ["a"]), ("published", ["+luis"])]


class TestFlush:
    async def test_is_done_at_once_when_nothing_waits(self, harness: StoreHarness) -> None:
        assert harness.store.flush().called

    async def test_waits_for_the_batch_that_is_not_begun(self, harness: StoreHarness) -> None:
        harness.store.append(draft())
        flushed = harness.store.flush()
        assert not flushed.called
        harness.end_turn()
        await harness.wait_for(lambda: flushed.called)
        assert texts(harness.recorder.published) == ["hola"]

    async def test_waits_for_the_batch_after_the_one_being_committed(
        self, harness: StoreHarness
    ) -> None:
        gates = Gates(harness.store)
        harness.begin(draft("a"))
        harness.store.append(draft("b"))
        flushed = harness.store.flush()
        gates.open()
        await harness.wait_for(lambda: gates.held)
        assert not flushed.called
        gates.open()
        await harness.wait_for(lambda: flushed.called)
        assert texts(harness.recorder.published) == ["a", "b"]

    async def test_waits_for_what_is_refused(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        gates = Gates(harness.store)
        harness.begin(draft())
        flushed = harness.store.flush()
        gates.fail(StoreError("no disk"))
        await harness.wait_for(lambda: flushed.called)
        assert harness.recorder.calls[0] == ("refused", ["hola"])
        expected_errors()


class TestWhenPublished:
    async def test_is_at_once_when_nothing_waits(self, harness: StoreHarness) -> None:
        assert harness.store.when_published().called

    async def test_waits_for_the_batch_that_is_not_begun(self, harness: StoreHarness) -> None:
        harness.store.append(joined("luis"))
        published = harness.store.when_published()
        assert not published.called
        harness.end_turn()
        await harness.wait_for(lambda: published.called)
        assert texts(harness.recorder.published) == ["+luis"]

    async def test_waits_for_no_later_batch(self, harness: StoreHarness) -> None:
        gates = Gates(harness.store)
        harness.begin(draft("a"))
        first = harness.store.when_published()
        harness.store.append(draft("b"))
        second = harness.store.when_published()
        gates.open()
        await harness.wait_for(lambda: gates.held)
        assert (first.called, second.called) == (True, False)
        assert texts(harness.recorder.published) == ["a"]
        gates.open()
        await harness.wait_for(lambda: second.called)
        assert texts(harness.recorder.published) == ["a", "b"]

    async def test_waits_for_what_is_refused(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        gates = Gates(harness.store)
        harness.begin(draft())
        published = harness.store.when_published()
        gates.fail(StoreError("no disk"))
        await harness.wait_for(lambda: published.called)
        assert harness.recorder.calls[0] == ("refused", ["hola"])
        expected_errors()


class TestFull:
    async def test_is_not_full_when_nothing_waits(self, harness: StoreHarness) -> None:
        assert not harness.store.full

    async def test_is_full_when_too_much_text_waits_until_it_is_committed(
        self, harness: StoreHarness
    ) -> None:
        harness.store.append(draft("x" * (WAITING_BYTES - 1000)))
        assert not harness.store.full
        harness.store.append(draft("x" * 1000))
        assert harness.store.full
        await harness.settle()
        assert not harness.store.full

    async def test_what_is_being_committed_counts(self, harness: StoreHarness) -> None:
        gates = Gates(harness.store)
        harness.begin(draft("x" * WAITING_BYTES))
        assert harness.store.full
        gates.open()
        await harness.settle()
        assert not harness.store.full

    async def test_short_lines_and_notices_count_with_their_memory(
        self, harness: StoreHarness
    ) -> None:
        harness.store.append(draft(""))
        appended = 1
        while not harness.store.full:
            harness.store.append(joined("luis"))
            appended += 1
        assert appended < 50_000
        await harness.settle()
        assert not harness.store.full

    async def test_a_refused_batch_no_longer_counts(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        gates = Gates(harness.store)
        harness.begin(draft("x" * WAITING_BYTES))
        gates.fail(StoreError("no disk"))
        assert not harness.store.full
        expected_errors()
