"""Tests of `chatd.storage.sqlite.archive`."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from chatd.event import Kind, Origin
from chatd.storage.contract import RoomRecord, StoreError
from chatd.storage.sqlite.archive import Archive
from tests.support.store_files import NOBODY, as_nobody, sql
from tests.support.stores import StoreHarness, draft, texts

pytestmark = pytest.mark.quick


class TestArchive:
    async def test_reads_while_the_store_writes(self, harness: StoreHarness, path: Path) -> None:
        archive = Archive(path)
        for number in 1, 2, 3:
            await harness.say(draft(str(number)))
            assert texts(archive.page("lobby", number - 1, 99)) == [str(number)]
            assert archive.rooms() == [
                RoomRecord("lobby", number, "", 1, made=Origin("", 1_000_000))
            ]
            assert archive.seq_before("lobby", 10**15) == number
        archive.close()

    async def test_knows_a_room_once_something_was_said_in_it(
        self, harness: StoreHarness, path: Path
    ) -> None:
        archive = Archive(path)
        assert archive.page("ops", 0, 99) == []
        await harness.say(draft(room="ops"))
        assert texts(archive.page("ops", 0, 99)) == ["hola"]
        archive.close()

    async def test_holds_no_transaction_between_reads(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await harness.say(*(draft("x" * 1000) for _ in range(200)))
        archive = Archive(path)
        assert len(archive.page("lobby", 0, 200)) < 200
        busy, _, _ = sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")[0]
        assert not busy
        archive.close()

    async def test_finds_remarks_in_a_long_log_by_their_index(
        self, harness: StoreHarness, path: Path, connections: list[sqlite3.Connection]
    ) -> None:
        await harness.say(draft())
        connections.clear()
        archive = Archive(path)
        archive.rooms()
        asked: list[str] = []
        connections[0].set_trace_callback(asked.append)
        archive.remarks("lobby", Kind.DECISION, 9, 9)
        archive.close()
        ((_, _, _, plan),) = sql(path, f"EXPLAIN QUERY PLAN {asked[-1]}")
        assert "USING INDEX remarks (kind=? AND id>? AND id<?)" in str(plan)

    async def test_cannot_write(
        self, harness: StoreHarness, path: Path, connections: list[sqlite3.Connection]
    ) -> None:
        await harness.say(draft())
        connections.clear()
        archive = Archive(path)
        archive.rooms()
        (reader,) = connections
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("DELETE FROM events")
        archive.close()

    async def test_reads_a_back_up_in_a_directory_that_may_not_be_written_to(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await harness.say(draft())
        with TemporaryDirectory() as name:  # not pytest's, which may be root's alone
            back_up = Path(name, "back-up.sqlite")
            sql(path, f"VACUUM INTO '{back_up}'")
            sql(back_up, "PRAGMA journal_mode = WAL")  # as a copy of the file has it
            if not os.geteuid():
                os.chown(back_up, NOBODY, -1)
            Path(name).chmod(0o555)
            with as_nobody(Path(name)):
                archive = Archive(back_up)
                assert [record.name for record in archive.rooms()] == ["lobby"]
                archive.close()
            assert list(Path(name).iterdir()) == [back_up]
            Path(name).chmod(0o700)

    def test_does_not_make_a_file_that_is_not_there(self, path: Path) -> None:
        with pytest.raises(StoreError, match=f"{path}: unable to open database file"):
            Archive(path).rooms()
        assert not path.exists()

    def test_refuses_what_is_empty(self, path: Path) -> None:
        path.touch()
        with pytest.raises(StoreError, match=f"{path}: it is empty."):
            Archive(path).rooms()

    def test_refuses_what_is_not_ours(self, path: Path) -> None:
        sql(path, "CREATE TABLE songs (name)")
        with pytest.raises(StoreError, match="the database of another program"):
            Archive(path).rooms()

    async def test_can_be_closed_unopened_and_opened_again_after(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await harness.say(draft())
        archive = Archive(path)
        for _ in range(2):
            archive.close()
            assert texts(archive.page("lobby", 0, 1)) == ["hola"]
        archive.close()
