"""Tests of `Store.write_records`, with a store of each kind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatd.event import Record
from chatd.storage.contract import (
    StoreError,
)
from chatd.storage.group_commit import WAITING_BYTES
from chatd.storage.memory import MemoryStore
from chatd.storage.sqlite.store import SqliteStore
from tests.support.stores import Gates, World, draft, texts

pytestmark = pytest.mark.quick


Expect = Callable[..., object]


ANA = Record("account", "ana", '{"admin": true}')


OPS = Record("room", "ops", '{"owner": "ana"}')


async def stored(world: World) -> set[Record]:
    """Return the records of a store that is opened after this one; in memory, of this one."""
    if isinstance(world.store, SqliteStore):
        await world.reopen()
    return set(world.store.records())


class TestWriteRecords:
    async def test_there_are_no_records_in_a_new_store(self, world: World) -> None:
        assert await stored(world) == set()

    async def test_a_record_is_there_when_the_store_is_opened_again(self, world: World) -> None:
        await world.write_records(ANA, OPS)
        assert await stored(world) == {ANA, OPS}

    async def test_a_record_replaces_the_one_with_its_kind_and_key(self, world: World) -> None:
        await world.write_records(ANA, OPS)
        other = ANA._replace(value="{}")
        namesake = ANA._replace(kind="room")
        await world.write_records(other, namesake)
        assert await stored(world) == {other, namesake, OPS}

    async def test_none_deletes_a_record(self, world: World) -> None:
        await world.write_records(ANA, OPS)
        await world.write_records(ANA._replace(value=None), OPS._replace(key="eva", value=None))
        assert await stored(world) == {OPS}

    async def test_the_last_of_several_with_one_key_is_stored(self, world: World) -> None:
        await world.write_records(ANA, ANA._replace(value=None), ANA._replace(value="2"))
        assert await stored(world) == {ANA._replace(value="2")}

    async def test_records_are_in_the_batch_of_the_lines_around_them(self, world: World) -> None:
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

    async def test_records_are_stored_only_with_the_lines_around_them(
        self, world: World, expected_errors: Expect
    ) -> None:
        """Fail the line: a file cannot store a surrogate."""
        if isinstance(world.store, MemoryStore):
            return  # a store in memory can store any text
        first = world.store.write_records(ANA)
        world.store.append(draft("\ud800"))
        last = world.store.write_records(OPS)
        failures = [first.addErrback(str), last.addErrback(str)]
        await world.settle()
        assert ["it failed" in await failure for failure in failures] == [True, True]
        assert await stored(world) == set()
        expected_errors(UnicodeEncodeError)

    async def test_lines_are_stored_only_with_the_records_around_them(
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
        assert await stored(world) == set()
        expected_errors(UnicodeEncodeError)

    async def test_it_fires_once_all_lines_before_were_published(self, world: World) -> None:
        heard: list[str] = []
        world.recorder.publish = lambda entries: heard.extend(texts(entries))
        world.store.append(draft("a"))
        world.store.write_records(ANA).addCallback(lambda _: heard.append("stored"))
        assert heard == []
        await world.settle()
        assert heard == ["a", "stored"]

    async def test_it_fires_without_lines(self, world: World) -> None:
        await world.write_records(ANA)
        assert world.recorder.published == []

    async def test_a_commit_that_fails_stores_nothing_and_gives_the_reason(
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

    async def test_an_unexpected_error_is_a_store_error_to_the_caller(
        self, world: World, expected_errors: Expect
    ) -> None:
        gates = Gates(world.store)
        done = world.store.write_records(ANA)
        world.end_turn()
        gates.fail(ZeroDivisionError("oh"))
        with pytest.raises(StoreError, match="it failed"):
            await done
        expected_errors(ZeroDivisionError)

    async def test_waiting_records_count_as_waiting(self, world: World) -> None:
        world.store.write_records(ANA._replace(value="x" * WAITING_BYTES))
        assert world.store.full
        await world.settle()
        assert not world.store.full
