"""Tests of `chatd.storage.sqlite.importing`: all of an import, or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatd.event import UNKNOWN, Event, Kind, Origin, Record
from chatd.storage.contract import RoomRecord, StoreError
from chatd.storage.sqlite.examination import examine_file
from chatd.storage.sqlite.importing import import_file
from tests.support.store_files import Opening, in_index, no_file_grows_beyond, refusal, sql
from tests.support.stores import draft

pytestmark = pytest.mark.quick


def event(seq: int, time: int = 0, room: str = "ops", kind: Kind = Kind.MESSAGE) -> Event:
    return Event(room, seq, time, seq, "ana", kind, f"zebra {seq}")


class TestImportFile:
    async def test_a_daemon_goes_on_after_the_imported_lines_and_finds_them(
        self, opening: Opening, path: Path
    ) -> None:
        events = [event(5, 3000), event(6, 1000), event(7, 2000, kind=Kind.TOPIC)]
        with import_file(path) as file:
            assert file.is_new
            file.write([*events, event(1, room="tea")])
        found = examine_file(path)
        assert (found.faults, found.lines) == ((), 4)
        assert found.rooms == [
            RoomRecord("ops", 7, "zebra 7", 7, Origin("ana", 2000)),
            RoomRecord("tea", 1, "", 1),
        ]
        harness = opening.first()
        assert await harness.everything("ops") == events
        await harness.catch_up()
        assert in_index(path, "zeb") == [5, 6, 7, 1]
        await harness.say(draft("next", "ops"))
        assert (await harness.everything("ops"))[-1].seq == 8
        assert await harness.store.seq_before("ops", 500) == 4
        assert examine_file(path).faults == ()

    async def test_a_failure_leaves_the_store_as_it_was(self, opening: Opening, path: Path) -> None:
        await opening.first().say(draft("hola"))
        await opening.close()

        def failing() -> Iterator[Event]:
            yield from (event(number) for number in range(1, 5000))
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError), import_file(path) as file:
            file.write(failing())
        assert sql(path, "SELECT name, head FROM rooms") == [("lobby", 1)]
        assert sql(path, "SELECT text FROM events") == [("hola",)]
        assert [each.name for each in path.parent.iterdir()] == [path.name]

    def test_a_failure_leaves_no_new_store(self, path: Path) -> None:
        with pytest.raises(ZeroDivisionError), import_file(path) as file:
            file.write(1 // 0 for _ in [1])  # type: ignore[misc]
        assert list(path.parent.iterdir()) == []

    async def test_a_full_disk_leaves_the_store_as_it_was(
        self, opening: Opening, path: Path
    ) -> None:
        await opening.first().say(draft("hola"))
        await opening.close()
        with (
            no_file_grows_beyond(200_000),
            pytest.raises(StoreError, match=str(path)),
            import_file(path) as file,
        ):
            file.write(event(number) for number in range(1, 50_000))
        assert examine_file(path).lines == 1

    async def test_is_refused_while_a_daemon_runs(self, opening: Opening, path: Path) -> None:
        opening.first()
        with (
            pytest.raises(StoreError, match=f"another chatd, process {os.getpid()}"),
            import_file(path),
        ):
            pass

    def test_holds_the_lock_of_the_store(self, path: Path) -> None:
        with import_file(path):
            assert f"another chatd, process {os.getpid()}" in refusal(path)

    def test_a_room_has_the_highest_session(self, path: Path) -> None:
        with import_file(path) as file:
            file.write(
                [event(1, room=room)._replace(session=0) for room in ("a", "b")]
                + [event(2, room="b")._replace(session=9), event(3, room="b")]
            )
        assert sql(path, "SELECT name, session FROM rooms ORDER BY name") == [("a", 0), ("b", 9)]

    def test_a_room_was_made_with_its_first_line_if_that_is_there(self, path: Path) -> None:
        with import_file(path) as file:
            file.write([event(1, 3000), event(2, 4000), event(2, 5000, room="tea")])
        made = [room.made for room in examine_file(path).rooms]
        assert made == [Origin("", 3000), UNKNOWN]

    def test_a_room_is_written_once(self, path: Path) -> None:
        with import_file(path) as file:
            file.write([event(1)])
        with pytest.raises(StoreError, match="UNIQUE"), import_file(path) as file:
            file.write([event(1)])


class TestWholeStore:
    async def test_what_was_read_makes_the_same_store(self, opening: Opening, path: Path) -> None:
        harness = opening.first()
        made = Origin("eva", 5)
        await harness.say(draft("tea", kind=Kind.TOPIC)._replace(made=made), draft("hola"))
        await harness.say(draft("all of it is forgotten", "ops", session=9))
        await harness.store.forget("ops", 1)
        await harness.write_records(Record("account", "ana", "{}"), Record("role", "eva", "{}"))
        await opening.close()
        copy = path.with_name("copy.sqlite")
        with import_file(path) as source, import_file(copy) as target:
            rooms, records, events = source.whole()
            target.write(events, rooms, records)
        assert examine_file(copy) == examine_file(path)
        assert [room.made for room in examine_file(copy).rooms] == [made, Origin("", 1_000_000)]
        with import_file(path) as source, import_file(copy) as target:
            assert list(source.whole().events) == list(target.whole().events)
