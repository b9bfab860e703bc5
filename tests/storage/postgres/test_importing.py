"""`chatd.storage.postgres.importing`: all of an import, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import psycopg
import pytest

from chatd.event import UNKNOWN, Event, Kind, Origin, Record
from chatd.storage.contract import RoomRecord, StoreError
from chatd.storage.postgres.archive import Archive
from chatd.storage.postgres.importing import ImportDatabase, import_database
from chatd.storage.postgres.rows import content_of
from tests.support.postgres_log import connect

PLACE = "postgresql:///chatd"

FUTURE = 253_402_300_799_999


def event(
    seq: int, time: int = 0, room: str = "ops", kind: Kind = Kind.MESSAGE, part_of: int = 0
) -> Event:
    return Event(room, seq, time, seq, "ana", kind, f"zebra \0\x1a {seq}", part_of or None)


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection[Any]]:
    with connect(database) as connection:
        yield connection


@pytest.fixture
def archive(database: str) -> Iterator[Archive]:
    archive = Archive(partial(connect, database))
    yield archive
    archive.close()


def write(database: str, *events: Event, **state: Any) -> None:
    with import_database(PLACE, partial(connect, database)) as opened:
        opened.write(events, **state)


def everything(archive: Archive, room: str = "ops") -> list[Event]:
    return archive.page(room, 0, 2**40)


class TestEvents:
    def test_they_are_read_as_they_were(self, database: str, archive: Archive) -> None:
        events = [event(5, 3000, part_of=5), event(6, 3000, part_of=5), event(7, kind=Kind.TOPIC)]
        write(database, *events, event(1, room="tea"))
        assert everything(archive) == events
        assert everything(archive, "tea") == [event(1, room="tea")]

    def test_rooms_are_as_their_events_say(self, database: str, archive: Archive) -> None:
        write(database, event(5, 3000), event(6, 2000, kind=Kind.TOPIC), event(1, 9, room="tea"))
        assert archive.rooms() == [
            RoomRecord("ops", 6, "zebra \0\x1a 6", 6, Origin("ana", 2000)),
            RoomRecord("tea", 1, "", 1, UNKNOWN, Origin("", 9)),
        ]

    def test_what_is_known_of_rooms_is_stored(self, database: str, archive: Archive) -> None:
        known = RoomRecord("ops", 9, "tea\0", 70, Origin("eva", 3), Origin("luis", 2))
        write(database, event(9), rooms=[known, RoomRecord("forgotten", 5)])
        assert archive.rooms() == [RoomRecord("forgotten", 5), known]
        assert everything(archive, "forgotten") == []

    def test_times_of_logs_that_went_back_are_found(
        self, database: str, archive: Archive, connection: psycopg.Connection[Any]
    ) -> None:
        write(database, *(event(seq, time) for seq, time in enumerate([20, 10, 30, FUTURE], 3)))
        found = [archive.seq_before("ops", time) for time in (5, 15, 25, 31, 2000)]
        assert found == [2, 2, 4, 6, 6]
        stamp = connection.execute("SELECT time FROM clock").fetchone()
        connection.execute("UPDATE rooms SET head = 7")
        connection.execute("INSERT INTO events SELECT 0, id, 7, %s, 1, '', 1, '' FROM rooms", stamp)
        assert stamp is not None
        assert archive.seq_before("ops", stamp[0]) == 6
        assert archive.seq_before("ops", stamp[0] + 1) == 7

    def test_logs_in_order_need_no_index_of_times(
        self, database: str, connection: psycopg.Connection[Any]
    ) -> None:
        write(database, event(1, 1), event(2, 2), event(3, 2))
        assert connection.execute("SELECT FROM strands").fetchall() == []

    def test_numbers_of_sessions_go_on_after_theirs(
        self, database: str, connection: psycopg.Connection[Any]
    ) -> None:
        write(database, event(1), event(2))
        write(database, event(7, room="b"), event(1, room="a"))
        assert connection.execute("SELECT session FROM clock").fetchone() == (7,)

    def test_many_are_written_and_read(self, database: str) -> None:
        events = [event(seq) for seq in range(1, 2500)]
        write(database, *events)
        with import_database(PLACE, partial(connect, database)) as opened:
            assert list(opened.whole().events) == events


class TestRecords:
    RECORDS = (Record("account", "ana", "{}"), Record("role", "\x1aeva", '{"a": 1}'))

    def test_they_are_stored(self, database: str, archive: Archive) -> None:
        write(database, records=self.RECORDS)
        assert archive.records() == [*self.RECORDS]

    def test_all_of_a_store_are_read(self, database: str) -> None:
        write(database, event(1), records=self.RECORDS)
        with import_database(PLACE, partial(connect, database)) as opened:
            rooms, records, events = opened.whole()
            assert (rooms, records, list(events)) == (opened.rooms, [*self.RECORDS], [event(1)])


class TestAllOrNothing:
    def test_a_failure_leaves_nothing(self, database: str, archive: Archive) -> None:
        write(database, event(1, room="before"))

        def failing() -> Iterator[Event]:
            yield from (event(number) for number in range(1, 2500))
            raise ZeroDivisionError

        with (
            pytest.raises(ZeroDivisionError),
            import_database(PLACE, partial(connect, database)) as opened,
        ):
            opened.write(failing(), records=TestRecords.RECORDS)
        assert [room.name for room in archive.rooms()] == ["before"]
        assert everything(archive) == []
        assert archive.records() == []

    def test_an_error_of_the_server_leaves_nothing(self, database: str, archive: Archive) -> None:
        with pytest.raises(StoreError, match="duplicate key"):
            write(database, event(1), event(1))
        assert archive.rooms() == []

    def test_a_room_that_is_there_is_refused(self, database: str, archive: Archive) -> None:
        write(database, event(1))
        with pytest.raises(StoreError, match="duplicate key"):
            write(database, event(2))
        assert everything(archive) == [event(1)]


class TestNodes:
    @pytest.fixture(autouse=True)
    def node(self, database: str, connection: psycopg.Connection[Any]) -> None:
        """Have a node begin a term, with a claim and a record that ends with it."""
        write(database)
        connection.execute("SELECT chatd_join_1(0, gen_random_uuid(), 'a', 0, 1, '[]')")
        connection.execute("INSERT INTO claims VALUES (0, 'ana', 'ana', 'h', 1)")
        connection.execute("INSERT INTO records VALUES (0, 'visit', '1', '{}', 1, 1, 1)")

    def test_while_one_renews_its_lease_nothing_is_imported(
        self, connection: psycopg.Connection[Any]
    ) -> None:
        def beat(seconds: float) -> None:
            connection.execute("UPDATE nodes SET beat = beat + 1")

        with pytest.raises(StoreError, match=r"daemons use it \(a\)\. Stop all of them first\."):
            ImportDatabase(PLACE, connection, beat)

    def test_the_term_of_one_that_is_dead_is_ended(
        self, connection: psycopg.Connection[Any]
    ) -> None:
        waits: list[float] = []
        opened = ImportDatabase(PLACE, connection, waits.append)
        assert sum(waits) > 3
        assert opened.records == []
        opened.write([event(1)])
        assert connection.execute("SELECT live FROM nodes").fetchall() == [(False,)]
        assert connection.execute("SELECT FROM claims").fetchall() == []
        with connection.cursor() as cursor:
            content = content_of(cursor)
        assert content.records == []
        assert content.position.number == 2  # other nodes hear of the end


def test_a_role_that_chatd_does_not_take_is_refused(postgres: Any) -> None:
    with (
        postgres.fresh_database() as url,
        pytest.raises(StoreError, match="superuser"),
        import_database(PLACE, partial(connect, url.replace("chatd@", "postgres@"))),
    ):
        pass
