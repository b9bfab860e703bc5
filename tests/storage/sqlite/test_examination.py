"""Tests of `chatd.storage.sqlite.examination`: planted faults, and sound files."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from chatd.event import Kind, Record
from chatd.storage.contract import StoreError
from chatd.storage.sqlite import schema, search_index
from chatd.storage.sqlite.examination import MOST_FAULTS, examine_file
from tests.support.store_files import Opening, of_version, sql
from tests.support.stores import StoreHarness, draft

pytestmark = pytest.mark.quick


async def filled(harness: StoreHarness) -> None:
    """Say six lines in two logs, of which two are one message, and one was before the others."""
    await harness.say(draft("a"), draft("b"))
    harness.time -= 100
    await harness.say(draft("c"))
    harness.time += 200
    message = draft("d")._replace(texts=["d", "e"], as_one=True)
    await harness.say(message, draft("f", room="@luis")._replace(kind=Kind.PRIVATE))


class TestExamination:
    async def test_finds_no_fault_in_a_store_that_is_open(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await filled(harness)
        await harness.catch_up()
        found = examine_file(path)
        assert (found.faults, found.lines, found.is_older) == ((), 6, False)
        assert {room.name: room.head for room in found.rooms} == {"lobby": 5, "@luis": 1}
        await harness.write_records(Record("away", "ana", "{}"))
        assert examine_file(path).records == [Record("away", "ana", "{}")]

    def test_finds_no_fault_in_a_store_without_lines(
        self, harness: StoreHarness, path: Path
    ) -> None:
        assert examine_file(path)[:3] == ((), len(schema.STEPS), 0)

    async def test_finds_no_fault_after_deletions(self, harness: StoreHarness, path: Path) -> None:
        await filled(harness)
        await harness.catch_up()
        for upto in 1, 2, 5:
            await harness.store.forget("lobby", upto)
            assert examine_file(path).faults == ()

    @pytest.mark.parametrize("version", range(1, 6))
    def test_finds_no_fault_in_older_files(self, version: int, path: Path) -> None:
        found = examine_file(of_version(version, path))
        assert (found.faults, found.version, found.lines) == ((), version, 5)
        assert len(found.rooms) == 2
        assert found.is_older == (version < len(schema.STEPS))

    @pytest.mark.parametrize(
        ("statement", "fault"),
        [
            ("DELETE FROM events WHERE text = 'b'", "#lobby 3: the line before it is 1"),
            ("DELETE FROM events WHERE text = 'e'", "#lobby: its last line is 4, and its head 5"),
            (
                "UPDATE rooms SET head = 3 WHERE id = 1",
                "#lobby: its last line is 5, and its head 3",
            ),
            ("UPDATE rooms SET head = -1 WHERE id = 1", "#lobby: its head is -1"),
            ("UPDATE rooms SET head = 'x'", "it is damaged: a room or record in it is not as "),
            (
                "UPDATE rooms SET head = 1099511627776 WHERE id = 1",
                "#lobby: its head is 10995116277",
            ),
            (
                "UPDATE rooms SET head = 2 WHERE id = 2",
                "#@luis: its last line is 1, and its head 2",
            ),
            (
                "UPDATE rooms SET indexed = 1 WHERE id = 1",
                "#lobby: the search index is said to reac",
            ),
            (
                "UPDATE rooms SET indexed = -1 WHERE id = 1",
                "#lobby: the search index is said to rea",
            ),
            ("UPDATE events SET id = id - 1 WHERE text = 'f'", "#@luis 0: it has no number"),
            (
                "UPDATE events SET session = x'00' WHERE text = 'a'",
                "#lobby 1: its session is above ",
            ),
            ("UPDATE events SET session = -1 WHERE text = 'a'", "#lobby 1: its session is above "),
            (
                "UPDATE events SET part_of = 7 WHERE text = 'a'",
                "#lobby 1: the message that it is pa",
            ),
            ("UPDATE strands SET time = time + 1", "#lobby 1: it is not in the time index as it "),
            ("UPDATE strands SET strand = 0", "#lobby 3: it is not in the time index as it was"),
            ("UPDATE rooms SET session = 0", "#lobby 1: its session is above the highest one"),
            ("DELETE FROM rooms WHERE id = 1", "there are lines of a room that is not there, with"),
            ("UPDATE events SET kind = 5 WHERE text = 'a'", "#lobby 1: its kind is none of its "),
            ("UPDATE events SET kind = 1 WHERE text = 'f'", "#@luis 1: its kind is none of its "),
            ("UPDATE events SET kind = 99 WHERE text = 'a'", "#lobby 1: its kind is none of its "),
            ("UPDATE events SET text = x'00' WHERE text = 'a'", "#lobby 1: it is not as it was "),
            ("UPDATE events SET author = x'00' WHERE text = 'a'", "#lobby 1: it is not as it was "),
            ("UPDATE events SET time = 'x' WHERE text = 'a'", "#lobby 1: its time is none"),
            ("UPDATE events SET time = -1 WHERE text = 'a'", "#lobby 1: its time is none"),
            (
                "UPDATE events SET time = 9 WHERE text = 'b'",
                "#lobby 2: it is not in the time index",
            ),
            ("UPDATE events SET part_of = 1 WHERE text = 'e'", "#lobby 5: the message that it is "),
            ("UPDATE events SET author = 'x' WHERE text = 'e'", "#lobby 5: the message that it is"),
            ("DELETE FROM strands", "#lobby 1: it is not in the time index as it was written"),
            ("INSERT INTO strands VALUES (7, 0, 0)", "the time index has a stretch without its "),
            ("UPDATE events SET text = CAST(x'ff' AS TEXT)", "SQLite cannot read on: "),
            (
                "UPDATE records SET value = CAST('7' AS BLOB)",
                "it is damaged: a room or record in it is not as ",
            ),
        ],
    )
    async def test_finds(
        self, harness: StoreHarness, path: Path, statement: str, fault: str
    ) -> None:
        await filled(harness)
        await harness.write_records(Record("away", "ana", "{}"))
        assert examine_file(path).faults == ()
        sql(path, statement)
        faults = examine_file(path).faults
        assert faults[0].startswith(fault), faults

    @pytest.mark.parametrize("table", ["events", "strands"])
    async def test_finds_a_row_without_a_number(
        self, harness: StoreHarness, path: Path, table: str
    ) -> None:
        await filled(harness)
        for statement in (
            f"CREATE TABLE other AS SELECT * FROM {table}",
            f"DROP TABLE {table}",
            f"CREATE TABLE {table} AS SELECT * FROM other",
            f"UPDATE {table} SET id = NULL WHERE rowid = 1",
        ):
            sql(path, statement)
        (fault,) = examine_file(path).faults
        assert fault.startswith("it is damaged: a room or record in it is not as ")

    async def test_tells_once_of_a_room_that_is_not_there(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await filled(harness)
        sql(path, "DELETE FROM rooms WHERE id = 1")
        faults = examine_file(path).faults
        assert faults[0] == "there are lines of a room that is not there, with the id 1"
        assert faults[1:] == ["the time index has a stretch without its line, 1099511627777"]

    async def test_finds_an_index_that_is_less_than_it_is_said_to_be(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await filled(harness)
        await harness.catch_up()
        sql(path, "UPDATE rooms SET indexed = 6 WHERE id = 1")
        assert examine_file(path).faults == ["#lobby: the search index is said to reach 6"]
        sql(path, "UPDATE rooms SET indexed = 5 WHERE id = 1")
        sql(path, "DROP TABLE search")
        assert examine_file(path).faults[0] == "#lobby: the search index is said to reach 5"

    async def test_finds_what_sqlite_finds(self, opening: Opening, path: Path) -> None:
        await opening.first().say(draft("a"))
        await opening.close()
        sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
        ((root,),) = sql(path, "SELECT rootpage FROM sqlite_master WHERE name = 'strands_by_time'")
        content = bytearray(path.read_bytes())
        begin = (int(str(root)) - 1) * 4096
        # A page of an index without cells (https://www.sqlite.org/fileformat2.html#b_tree_pages).
        content[begin : begin + 8] = b"\x0a\0\0\0\0\x10\0\0"
        path.write_bytes(content)
        faults = examine_file(path).faults
        assert any("missing from index strands_by_time" in fault for fault in faults)

    async def test_sees_one_moment_while_lines_are_said(
        self, harness: StoreHarness, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await filled(harness)

        def exists(connection: sqlite3.Connection) -> bool:
            """Change the store when the file was read in part, as a daemon may."""
            sql(path, "UPDATE rooms SET head = 99")
            return False

        monkeypatch.setattr(search_index, "exists", exists)
        found = examine_file(path)
        assert (found.faults, found.lines) == ((), 6)
        assert [room.head for room in found.rooms] == [1, 5]

    async def test_takes_a_room_without_lines_and_the_longest_one(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await filled(harness)
        new = "INSERT INTO rooms (name, head, topic, session) VALUES"
        sql(path, f"{new} ('empty', 0, '', 0)")
        sql(path, f"{new} ('forgotten', {(1 << 40) - 1}, '', 0)")
        assert examine_file(path).faults == ()

    async def test_takes_the_first_and_the_last_time_and_a_deed(
        self, harness: StoreHarness, path: Path
    ) -> None:
        harness.time = 1e20
        await harness.say(draft("late", session=0), draft("late", room="ops"))
        harness.time = 0
        await harness.say(draft("early", room="tea"), draft("early"))
        assert examine_file(path).faults == ()

    def test_names_the_file_as_it_is_called(self, path: Path) -> None:
        path.touch()
        with pytest.raises(StoreError, match="copy: it is empty"):
            examine_file(path, called=Path("copy"))
        with pytest.raises(StoreError, match=f"{path}: it is empty"):
            examine_file(path)

    async def test_finds_a_damaged_page(self, opening: Opening, path: Path) -> None:
        await opening.first().say(*(draft("x" * 1000) for _ in range(100)))
        await opening.close()
        sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
        content = bytearray(path.read_bytes())
        content[-4096:] = b"\xaa" * 4096
        path.write_bytes(content)
        assert examine_file(path).faults

    async def test_tells_some_faults_of_many(self, harness: StoreHarness, path: Path) -> None:
        await harness.say(*(draft(str(number)) for number in range(100)))
        sql(path, "UPDATE events SET kind = 77")
        found = examine_file(path)
        assert (len(found.faults), found.lines) == (MOST_FAULTS, 0)

    @pytest.mark.parametrize(
        ("statement", "why"),
        [
            ("PRAGMA user_version = 99", "it was written by a newer chatd"),
            ("PRAGMA application_id = 7", "it is the database of another program"),
        ],
    )
    async def test_refuses_what_it_cannot_judge(
        self, opening: Opening, path: Path, statement: str, why: str
    ) -> None:
        opening.first()
        await opening.close()
        sql(path, statement)
        with pytest.raises(StoreError, match=why):
            examine_file(path)
