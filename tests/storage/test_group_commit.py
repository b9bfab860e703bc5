"""Tests of `chatd.storage.group_commit`, with a store of each kind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twisted.internet.defer import Deferred

from chatd.event import Event
from chatd.storage.contract import (
    StoreError,
)
from chatd.storage.group_commit import WAITING_BYTES
from tests.support.stores import Gates, Recorder, World, draft, joined, texts

pytestmark = pytest.mark.quick


Expect = Callable[..., object]


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

    async def test_the_next_batch_waits_until_all_clients_were_read(self, world: World) -> None:
        """Leave a turn to read all clients: two half batches would cost more."""
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
        assert world.recorder.calls == []
        gates.open()
        await world.settle()
        assert world.recorder.calls == [("published", ["hola"])]

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

    async def test_a_subscriber_that_fails_does_not_stop_the_store(
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

    async def test_a_store_without_a_subscriber_works(
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

    async def test_a_subscriber_receives_nothing_that_was_published_before(
        self, world: World
    ) -> None:
        await world.say(draft("a"))
        late = Recorder()
        world.store.subscribe(late)
        await world.say(draft("b"))
        assert texts(late.published) == ["b"]


class TestNotices:
    async def test_are_published_in_their_places(self, world: World) -> None:
        await world.say(joined("luis"), draft("a"), joined("eva"), draft("b"), joined("ana"))
        assert texts(world.recorder.published) == ["+luis", "a", "+eva", "b", "+ana"]

    async def test_are_published_in_a_batch_of_their_own(self, world: World) -> None:
        await world.say(joined("luis"), joined("eva"))
        assert texts(world.recorder.published) == ["+luis", "+eva"]

    async def test_are_neither_numbered_nor_stored(self, world: World) -> None:
        await world.say(draft("a"), joined("luis"), draft("b"), joined("luis", room="ops"))
        assert [event.seq for event in await world.everything()] == [1, 2]
        assert await world.everything("ops") == []

    async def test_come_after_the_batch_that_is_being_committed(self, world: World) -> None:
        world.store.append(draft("a"))
        world.end_turn()
        world.store.append(joined("luis"))
        await world.settle()
        assert texts(world.recorder.published) == ["a", "+luis"]

    async def test_come_after_a_batch_that_took_long(self, world: World) -> None:
        gates = Gates(world.store)
        world.store.append(draft("a"))
        world.end_turn()
        world.store.append(joined("luis"))
        gates.open()
        await world.wait_for(lambda: gates.held)
        gates.open()
        await world.settle()
        assert world.recorder.calls == [("published", ["a"]), ("published", ["+luis"])]


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

    async def test_waits_for_the_batch_after_the_one_being_committed(self, world: World) -> None:
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
        assert world.recorder.calls[0] == ("refused", ["hola"])
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

    async def test_short_lines_and_notices_count_with_their_memory(self, world: World) -> None:
        world.store.append(draft(""))
        appended = 1
        while not world.store.full:
            world.store.append(joined("luis"))
            appended += 1
        assert appended < 50_000
        await world.settle()
        assert not world.store.full

    async def test_a_refused_batch_no_longer_counts(
        self, world: World, expected_errors: Expect
    ) -> None:
        gates = Gates(world.store)
        world.store.append(draft("x" * WAITING_BYTES))
        world.end_turn()
        gates.fail(StoreError("no disk"))
        assert not world.store.full
        expected_errors()
