"""Tests of `chatd.storage.sqlite.maintenance`: the index is updated, and events are deleted."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from twisted.logger import eventAsText

from chatd.storage.contract import FORGOTTEN, StoreError, Wanted
from chatd.storage.sqlite.maintenance import INDEXED_CHARACTERS, INDEXED_EVENTS
from chatd.storage.sqlite.maintenance_schedule import AGAIN_SECONDS, ENOUGH_EVENTS, IDLE_SECONDS
from tests.support.logs import Expect
from tests.support.store_files import (
    SECRET,
    VERSIONS,
    Opening,
    damage_index,
    held,
    in_index,
    indexed,
    no_file_grows_beyond,
    sql,
)
from tests.support.stores import StoreHarness, draft, texts

pytestmark = pytest.mark.quick


class TestIndex:
    async def test_is_written_when_no_line_is_committed(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await harness.say(*(draft(f"hola {number}") for number in range(ENOUGH_EVENTS)))
        assert indexed(path) == [("lobby", 0)]
        harness.reactor.advance(IDLE_SECONDS)
        await harness.wait_for(lambda: indexed(path) != [("lobby", 0)])
        assert indexed(path) == [("lobby", INDEXED_EVENTS)]
        await harness.catch_up()
        assert indexed(path) == [("lobby", ENOUGH_EVENTS)]
        assert len(in_index(path, "ola")) == ENOUGH_EVENTS

    async def test_takes_few_of_the_longest_lines_in_one_step(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await harness.say(*(draft("x" * INDEXED_CHARACTERS) for _ in range(3)))
        harness.store._schedule.request()
        harness.reactor.advance(IDLE_SECONDS)
        await harness.wait_for(lambda: indexed(path) != [("lobby", 0)])
        assert indexed(path) == [("lobby", 1)]
        await harness.catch_up()
        assert indexed(path) == [("lobby", 3)]

    async def test_continues_when_the_store_is_opened_again(
        self, opening: Opening, path: Path
    ) -> None:
        harness = opening.first()
        await harness.say(draft("hola a"), draft("hola", "ops"))
        await harness.catch_up()
        await harness.say(*(draft(f"hola {number}") for number in range(ENOUGH_EVENTS)))
        harness = await opening.again()
        assert indexed(path) == [("lobby", 1), ("ops", 1)]
        harness.reactor.advance(IDLE_SECONDS)
        await harness.wait_for(lambda: indexed(path) != [("lobby", 1), ("ops", 1)])
        await harness.catch_up()
        assert in_index(path, "ola") == [*range(1, ENOUGH_EVENTS + 2), 1]

    async def test_of_an_older_version_is_built_again(self, opening: Opening, path: Path) -> None:
        shutil.copy(VERSIONS / "version_2.db", path)
        harness = opening.first()
        assert indexed(path) == [("Ops", 0), ("lobby", 0)]
        assert in_index(path, "qué") == [2]
        await harness.catch_up()
        assert indexed(path) == [("Ops", 2), ("lobby", 3)]
        assert in_index(path, "qué") == []
        assert in_index(path, "que") == [2]

    def test_is_not_built_again_if_there_was_none(self, opening: Opening, path: Path) -> None:
        shutil.copy(VERSIONS / "version_1.db", path)
        opening.first()
        assert sql(path, "SELECT * FROM chores") == []

    async def test_no_step_reads_rooms_that_do_not_lag(
        self, connections: list[sqlite3.Connection], harness: StoreHarness
    ) -> None:
        await harness.say(draft(), draft(room="ops"))
        writer = connections[-1]
        await harness.catch_up()
        statements: list[str] = []
        writer.set_trace_callback(statements.append)
        await harness.say(draft(room="tea"))
        await harness.catch_up()
        read = [each for each in statements if each.startswith("SELECT indexed")]
        assert read == ["SELECT indexed, head FROM rooms WHERE id = 3"]
        assert not [each for each in statements if "indexed < head" in each]

    async def test_rooms_take_turns(
        self, harness: StoreHarness, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await harness.catch_up()
        await harness.say(*(draft(f"hola {number}") for number in range(3 * INDEXED_EVENTS)))
        await harness.say(draft("hola", "ops"))
        for _ in range(2):
            await harness.store.maintain()
        assert indexed(path) == [("lobby", 2 * INDEXED_EVENTS - 1), ("ops", 1)]

    async def test_lagging_rooms_are_known_again_after_a_failed_step(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await harness.catch_up()
        await harness.say(draft("hola"), draft("hola", "ops"))
        sql(path, "UPDATE events SET text = x'ff' WHERE id >> 40 = 2")
        for _ in range(2):
            with pytest.raises(StoreError):
                await harness.store.maintain()
        sql(path, "UPDATE events SET text = 'hola'")
        await harness.catch_up()
        assert indexed(path) == [("lobby", 1), ("ops", 1)]

    async def test_a_room_that_another_program_deleted_is_passed_over(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await harness.catch_up()
        await harness.say(draft("hola"), draft("hola", "ops"))
        sql(path, "DELETE FROM rooms WHERE name = 'lobby'")
        await harness.catch_up()
        assert indexed(path) == [("ops", 1)]

    async def test_an_old_store_is_indexed_step_by_step(self, opening: Opening, path: Path) -> None:
        shutil.copy(VERSIONS / "version_1.db", path)
        harness = opening.first()
        assert indexed(path) == [("Ops", 0), ("lobby", 0)]
        await harness.catch_up()
        assert indexed(path) == [("Ops", 2), ("lobby", 3)]
        found = await harness.store.search("lobby", Wanted(("TAL",)), 9, 9)
        assert texts(found.events) == ["¿qué tal?"]

    async def test_lines_are_saved_while_it_cannot_be_written_which_is_logged_once(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await harness.say(draft("a" * 9000))
        with no_file_grows_beyond(path.with_name("chat.sqlite-wal").stat().st_size + 9000):
            harness.store._schedule.request()
            for _ in range(3):
                harness.reactor.advance(AGAIN_SECONDS)
                await harness.wait_for(lambda: not harness.store._schedule._working)
            await harness.say(draft("b"))
        assert texts(harness.recorder.published) == ["a" * 9000, "b"]
        await harness.catch_up()
        assert indexed(path) == [("lobby", 2)]
        (told, *_) = expected_errors()
        assert eventAsText(told, includeTimestamp=False) == (
            "[chatd.util.error_log.RecurringWarning#error] searches look less far than they could:"
            f" {path}: disk I/O error."
        )

    @pytest.mark.parametrize("suffix", ["", "-wal"])
    async def test_nothing_is_written_to_a_file_that_is_not_there(
        self, harness: StoreHarness, path: Path, suffix: str, expected_errors: Expect
    ) -> None:
        await harness.say(draft("hola"))
        gone = Path(f"{path}{suffix}")
        gone.rename(gone.with_suffix(".away"))
        harness.store._schedule.request()
        harness.reactor.advance(IDLE_SECONDS)
        await harness.wait_for(lambda: not harness.store._schedule._working)
        gone.with_suffix(".away").rename(gone)
        assert indexed(path) == [("lobby", 0)]
        await harness.catch_up()
        assert indexed(path) == [("lobby", 1)]
        expected_errors()

    async def test_a_damaged_event_is_logged(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await harness.say(draft("a"))
        sql(path, "UPDATE events SET text = x'ff'")
        harness.store._schedule.request()
        harness.reactor.advance(IDLE_SECONDS)
        await harness.wait_for(lambda: not harness.store._schedule._working)
        (told,) = expected_errors()
        assert "an event in it is not as it was written" in eventAsText(told)


class TestDamagedIndex:
    async def test_a_search_reads_the_events_instead_and_the_damage_is_logged(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await damage_index(harness, path)
        found = await harness.store.search("lobby", Wanted(("hola 2",)), 999, 3)
        assert texts(found.events) == ["hola 299", "hola 298", "hola 297"]
        (told,) = expected_errors()
        assert eventAsText(told, includeTimestamp=False) == (
            "[chatd.util.error_log.RecurringWarning#error] searches look less far than they could:"
            f" {path}: database disk image is malformed."
        )
        await harness.wait_for(lambda: harness.store._schedule._call is not None)
        await harness.catch_up()
        found = await harness.store.search("lobby", Wanted(("hola 2",)), 999, 3)
        assert len(in_index(path, "ola")) == 300

    async def test_lines_are_saved_and_the_index_is_built_again(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await damage_index(harness, path)
        await harness.say(draft("hola again"))
        sql(path, "INSERT INTO chores VALUES ('purge')")
        await harness.catch_up()
        assert in_index(path, "ola") == [*range(1, 302)]
        assert sql(path, "SELECT * FROM chores") == []
        sql(path, "INSERT INTO search (search) VALUES ('integrity-check')")
        expected_errors()

    @pytest.mark.parametrize(
        "damage",
        [
            "UPDATE search_data SET block = x'ffff'",
            "DELETE FROM search_data",  # by a daemon that was stopped meanwhile
        ],
    )
    async def test_it_is_built_again_by_a_daemon_that_never_read_it(
        self, opening: Opening, path: Path, damage: str
    ) -> None:
        harness = opening.first()
        await harness.say(draft("hola"))
        await harness.catch_up()
        await opening.close()
        sql(path, "INSERT INTO chores VALUES ('renew')")
        sql(path, damage)
        await opening.first().catch_up()
        assert in_index(path, "ola") == [1]
        assert sql(path, "SELECT * FROM chores") == []

    async def test_events_are_forgotten(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await damage_index(harness, path)
        assert await harness.store.forget("lobby", 2**50) == 300
        assert await harness.everything() == []
        await harness.catch_up()
        assert in_index(path, "ola") == []
        expected_errors()

    async def test_events_are_forgotten_also_if_the_index_cannot_be_changed(
        self, opening: Opening, path: Path
    ) -> None:
        await damage_index(opening.first(), path)
        await opening.close()
        sql(path, "UPDATE search_data SET block = x'ffff'")
        harness = opening.first()
        assert await harness.store.forget("lobby", 2**50) == 300
        assert await harness.everything() == []
        assert sql(path, "SELECT * FROM chores") == [("renew",)]
        await harness.catch_up()
        assert in_index(path, "ola") == []


class TestForgetting:
    async def test_no_byte_of_a_forgotten_text_is_left_in_any_file(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await harness.say(*(draft(f"hola {number}") for number in range(400)))
        await harness.say(draft(SECRET))
        harness.time += 10
        await harness.say(*(draft(f"hola {number}") for number in range(400)))
        await harness.catch_up()
        assert in_index(path, "zeb")
        assert held(path)
        assert await harness.store.forget("lobby", 401) == 401
        await harness.catch_up()
        assert held(path) == set()
        assert in_index(path, "zeb") == []
        assert in_index(path, "ola") == [*range(402, 802)]
        assert b"zeb" not in path.read_bytes()
        assert Path(f"{path}-wal").stat().st_size == 0
        sql(path, "INSERT INTO search (search) VALUES ('integrity-check')")
        await harness.say(draft("on it goes"))
        assert len(await harness.everything()) == 401

    async def test_none_is_left_of_a_text_that_is_forgotten_during_a_purge(
        self, harness: StoreHarness, path: Path
    ) -> None:
        chance = random.Random(1)
        filling = ["".join(chance.choices("abcdefghij", k=2000)) for _ in range(200)]
        for text in "hola", SECRET, "kept":
            await harness.say(draft(text), *map(draft, filling))
            await harness.catch_up()
            harness.time += 10
        while await harness.store.forget("lobby", 201):
            pass
        harness.reactor.advance(IDLE_SECONDS)
        await harness.wait_for(lambda: not harness.store._schedule._working)
        assert harness.store._writer._maintenance._purging
        while await harness.store.forget("lobby", 402):
            pass
        await harness.catch_up()
        assert held(path) == set()
        assert b"zeb" not in path.read_bytes()
        assert sql(path, "SELECT * FROM chores") == []

    async def test_none_is_left_of_a_text_that_was_not_indexed(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await harness.say(draft(SECRET))
        await harness.store.forget("lobby", 2**50)
        await harness.catch_up()
        assert held(path) == set()
        assert sql(path, "SELECT * FROM chores") == []

    async def test_none_is_left_after_another_sqlite_could_not_use_the_index(
        self, harness: StoreHarness, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await harness.say(draft("hola"), draft(SECRET), draft("hola"))
        await harness.catch_up()
        monkeypatch.setattr("chatd.storage.sqlite.search_index.is_possible", lambda: False)
        await harness.store.forget("lobby", 2**50)
        await harness.catch_up()
        assert await harness.everything() == []
        assert sql(path, "SELECT * FROM chores") == [("renew",)]
        monkeypatch.undo()
        await harness.catch_up()
        assert held(path) == set()
        assert sql(path, "SELECT * FROM chores") == []

    async def test_the_log_is_truncated_later_if_another_program_reads(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await harness.say(draft(SECRET))
        await harness.store.forget("lobby", 2**50)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute("SELECT * FROM rooms").fetchall()
            harness.reactor.advance(IDLE_SECONDS)
            await harness.wait_for(lambda: not harness.store._schedule._working)
            assert "chat.sqlite-wal" in held(path)
            await harness.say(draft("chat goes on"))
            other.execute("COMMIT")
        await harness.catch_up()
        assert held(path) == set()

    async def test_a_purge_continues_when_the_store_is_opened_again(
        self, opening: Opening, path: Path
    ) -> None:
        harness = opening.first()
        await harness.say(*(draft(f"hola {number}") for number in range(FORGOTTEN)), draft(SECRET))
        await harness.catch_up()
        await harness.store.forget("lobby", 2**50)
        assert sql(path, "SELECT * FROM chores") == [("purge",)]
        harness = await opening.again()
        assert await harness.store.forget("lobby", 2**50) == 1
        harness = await opening.again()
        harness.reactor.advance(IDLE_SECONDS)
        await harness.catch_up()
        assert held(path) == set()
        assert sql(path, "SELECT * FROM chores") == []

    async def test_a_full_disk_forgets_nothing_and_raises(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await harness.say(*(draft("x" * 1000) for _ in range(300)))
        with (
            no_file_grows_beyond(path.with_name("chat.sqlite-wal").stat().st_size),
            pytest.raises(StoreError, match=str(path)),
        ):
            await harness.store.forget("lobby", 2**50)
        assert len(await harness.everything()) == 300
        await harness.say(draft("a"))
        assert texts(harness.recorder.published)[-1] == "a"

    async def test_the_writer_overwrites_what_it_deletes(
        self, opening: Opening, connections: list[sqlite3.Connection]
    ) -> None:
        writer = await opening.writer(connections)
        assert writer.execute("PRAGMA secure_delete").fetchone() == (1,)
