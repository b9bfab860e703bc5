"""Tests of `Store.write_records`, with a store of each kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatd.event import Draft, Kind, Record, Seqs
from chatd.storage.batches import RecordWrite
from chatd.storage.contract import StoreError
from chatd.storage.group_commit import WAITING_BYTES
from chatd.storage.sqlite.store import SqliteStore
from tests.support.logs import Expect
from tests.support.store_kinds import STORES, harness_of
from tests.support.stores import Gates, StoreHarness, draft, texts

pytestmark = pytest.mark.quick


@pytest.fixture(params=STORES)
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreHarness]:
    with harness_of(request, tmp_path) as harness:
        yield harness


ANA = Record("account", "ana", '{"admin": true}')


OPS = Record("room", "ops", '{"owner": "ana"}')


async def stored(harness: StoreHarness) -> set[Record]:
    """Return the records of a store that is opened after this one; in memory, of this one."""
    if harness.store.lasting:
        await harness.reopen()
    return set(harness.store.records())


class TestWriteRecords:
    async def test_there_are_no_records_in_a_new_store(self, harness: StoreHarness) -> None:
        assert await stored(harness) == set()

    async def test_a_record_is_there_when_the_store_is_opened_again(
        self, harness: StoreHarness
    ) -> None:
        await harness.write_records(ANA, OPS)
        assert await stored(harness) == {ANA, OPS}

    async def test_a_record_replaces_the_one_with_its_kind_and_key(
        self, harness: StoreHarness
    ) -> None:
        await harness.write_records(ANA, OPS)
        other = ANA._replace(value="{}")
        namesake = ANA._replace(kind="room")
        await harness.write_records(other, namesake)
        assert await stored(harness) == {other, namesake, OPS}

    async def test_none_deletes_a_record(self, harness: StoreHarness) -> None:
        await harness.write_records(ANA, OPS)
        await harness.write_records(ANA._replace(value=None), OPS._replace(key="eva", value=None))
        assert await stored(harness) == {OPS}

    async def test_the_last_of_several_with_one_key_is_stored(self, harness: StoreHarness) -> None:
        await harness.write_records(ANA, ANA._replace(value=None), ANA._replace(value="2"))
        assert await stored(harness) == {ANA._replace(value="2")}

    async def test_a_record_of_a_line_is_forgotten_with_it(self, harness: StoreHarness) -> None:
        if harness.store.shared:
            return  # those who wrote it delete it then
        lines = [("lobby", 1), ("lobby", 2), ("ops", 1)]
        await harness.say(draft(), draft(), draft(room="ops"))
        records = [
            Record("answer", f"{room}/{seq}", json.dumps({"room": room, "seq": seq}), of_line=True)
            for room, seq in lines
        ]
        await harness.write_records(ANA, *records)
        assert await harness.store.forget("lobby", 1) == 1
        assert await stored(harness) == {ANA, *records[1:]}
        assert await harness.store.forget("lobby", 2) == 1
        assert await stored(harness) == {ANA, records[2]}

    async def test_a_record_is_of_the_line_that_is_stored_with_it(
        self, harness: StoreHarness
    ) -> None:
        if harness.store.shared:
            return
        await harness.say(draft())
        value = json.dumps({"room": "ops", "seq": 0})
        with harness.store.together():
            harness.store.append(draft("q", room="ops"))
            written = harness.store.write_records(
                Record("question", "ops/1", value, Seqs(last="seq"), of_line=True)
            )
        await harness.settle()
        (record,) = await written
        assert record.value is not None
        assert json.loads(record.value) == {"room": "ops", "seq": 1}
        assert await harness.store.forget("lobby", 9) == 1
        assert [each.key for each in await stored(harness)] == ["ops/1"]
        assert await harness.store.forget("ops", 9) == 1
        assert await stored(harness) == set()

    async def test_records_are_in_the_batch_of_the_lines_around_them(
        self, harness: StoreHarness
    ) -> None:
        gates = Gates(harness.store)
        harness.store.append(draft("a"))
        done = harness.store.write_records(ANA)
        harness.begin(draft("b"))
        assert gates.batches == [["a", "ana", "b"]]
        gates.open()
        await harness.settle()
        await done
        assert texts(harness.recorder.published) == ["a", "b"]

    async def test_records_are_stored_only_with_the_lines_around_them(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        """Fail the line: a file cannot store a surrogate."""
        if not isinstance(harness.store, SqliteStore):
            return  # others can store any text, or send it again until they are given up
        first = harness.store.write_records(ANA)
        harness.store.append(draft("\ud800"))
        last = harness.store.write_records(OPS)
        failures = [first.addErrback(str), last.addErrback(str)]
        await harness.settle()
        assert ["it failed" in await failure for failure in failures] == [True, True]
        assert await stored(harness) == set()
        expected_errors(UnicodeEncodeError)

    async def test_lines_are_stored_only_with_the_records_around_them(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        if not isinstance(harness.store, SqliteStore):
            return
        harness.store.append(draft("lost"))
        failed = harness.store.write_records(ANA, OPS._replace(value="\ud800"))
        failed.addErrback(lambda _: None)
        await harness.settle()
        assert texts(await harness.everything()) == []
        assert [why for _, why in harness.recorder.refused] == ["an error in the server"]
        assert await stored(harness) == set()
        expected_errors(UnicodeEncodeError)

    async def test_it_fires_once_all_lines_before_were_published(
        self, harness: StoreHarness
    ) -> None:
        heard: list[str] = []
        harness.recorder.publish = lambda entries: heard.extend(texts(entries))
        harness.store.append(draft("a"))
        harness.store.write_records(ANA).addCallback(lambda _: heard.append("stored"))
        assert heard == []
        await harness.settle()
        assert heard == ["a", "stored"]

    async def test_it_fires_without_lines(self, harness: StoreHarness) -> None:
        await harness.write_records(ANA)
        assert harness.recorder.published == []

    async def test_a_commit_that_fails_stores_nothing_and_gives_the_reason(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        gates = Gates(harness.store)
        done = harness.store.write_records(ANA)
        harness.end_turn()
        gates.fail(StoreError("no disk"))
        with pytest.raises(StoreError, match="no disk"):
            await done
        await harness.settle()
        assert set(harness.store.records()) == set()
        expected_errors()

    async def test_an_unexpected_error_is_a_store_error_to_the_caller(
        self, harness: StoreHarness, expected_errors: Expect
    ) -> None:
        gates = Gates(harness.store)
        done = harness.store.write_records(ANA)
        harness.end_turn()
        gates.fail(ZeroDivisionError("oh"))
        with pytest.raises(StoreError, match="it failed"):
            await done
        expected_errors(ZeroDivisionError)

    async def test_waiting_records_count_as_waiting(self, harness: StoreHarness) -> None:
        harness.store.write_records(ANA._replace(value="x" * WAITING_BYTES))
        assert harness.store.full
        await harness.settle()
        assert not harness.store.full


class TestTogether:
    """Lines and records that are stored all or none, and the seqs that the store writes."""

    async def written(self, harness: StoreHarness, seqs: Seqs) -> dict[str, int]:
        """Say three lines together with a record after two others, and return its value."""
        await harness.say(draft("before", room="ops"))
        harness.store.append(draft("waits", room="ops"))
        with harness.store.together():
            harness.store.append(Draft("ops", 1, "ana", Kind.MESSAGE, ["a", "b", "c"]))
            done = harness.store.write_records(Record("said", "key", '{"x": 1}', seqs))
        harness.store.append(draft("after", room="ops"))
        await harness.settle()
        (record,) = await done
        assert await stored(harness) == {record}
        value: dict[str, int] = json.loads(record.value or "")
        return value

    async def test_a_record_has_the_seqs_of_its_lines(self, harness: StoreHarness) -> None:
        value = await self.written(harness, Seqs("after", "upto"))
        assert value == {"x": 1, "after": 2, "upto": 5}

    async def test_it_may_have_one_of_them(self, harness: StoreHarness) -> None:
        assert await self.written(harness, Seqs(before="seq")) == {"x": 1, "seq": 2}

    async def test_a_record_alone_is_written_as_it_is(self, harness: StoreHarness) -> None:
        await harness.write_records(Record("said", "key", '{"seq": 7}', Seqs(before="seq")))
        assert await stored(harness) == {Record("said", "key", '{"seq": 7}')}

    async def test_a_context_in_another_is_part_of_it(self, harness: StoreHarness) -> None:
        first, second = draft("a"), draft("b")
        with harness.store.together():
            harness.store.append(first)
            with harness.store.together():
                harness.store.append(second)
            write = RecordWrite([ANA])
            harness.store.append(write)
        assert write.drafts == [first, second]
        await harness.settle()

    async def test_what_comes_after_an_error_in_it_is_not_part_of_it(
        self, harness: StoreHarness
    ) -> None:
        with pytest.raises(ZeroDivisionError), harness.store.together():
            raise ZeroDivisionError
        write = RecordWrite([ANA])
        harness.store.append(draft())
        harness.store.append(write)
        assert write.drafts == ()
        await harness.settle()
