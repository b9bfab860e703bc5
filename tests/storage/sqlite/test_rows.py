"""`chatd.storage.sqlite.rows`: rows as they are stored, and what is refused of them."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from chatd.event import UNKNOWN, Origin, Record
from chatd.storage.contract import RoomRecord, StoreError
from chatd.storage.sqlite.rows import (
    SEQ_BITS,
    SEQ_MASK,
    characters_in,
    checked,
    content_of,
    log_of,
    rooms_of,
    write_records,
)
from chatd.storage.timestamps import FIRST_WRITABLE, LAST_WRITABLE

TABLES = """
    CREATE TABLE rooms (
        id INTEGER PRIMARY KEY, name, head, topic, session, indexed INTEGER DEFAULT 0,
        topic_by DEFAULT '', topic_at INTEGER DEFAULT 0,
        made_by DEFAULT '', made_at INTEGER DEFAULT 0
    );
    CREATE TABLE events (id INTEGER PRIMARY KEY, time);
    CREATE TABLE records (kind, key, value, line, PRIMARY KEY (kind, key));
    CREATE TABLE chores (id INTEGER PRIMARY KEY);
    INSERT INTO rooms VALUES
        (1, 'ops', 2, 'tea', 7, 0, 'ana', 5, 'eva', 4), (2, 'lobby', 3, '', 8, 1, '', 0, '', 0);
    INSERT INTO records VALUES ('room', 'ops', '{}', NULL);
"""


@pytest.fixture
def connection() -> Any:
    connection = sqlite3.connect(":memory:")
    connection.executescript(TABLES)
    yield connection
    connection.close()


class TestIds:
    def test_a_log_goes_from_its_first_seq_to_its_last(self) -> None:
        assert log_of(3, 5) == ((3 << 40) + 1, (3 << 40) + 5)

    def test_a_log_without_events_is_empty(self) -> None:
        first, last = log_of(3, 0)
        assert first > last

    def test_the_mask_leaves_the_seq(self) -> None:
        assert [id & SEQ_MASK for id in log_of(3, (1 << SEQ_BITS) - 1)] == [1, (1 << SEQ_BITS) - 1]


class TestChecked:
    def test_a_row_of_the_right_types_is_as_it_was(self) -> None:
        assert checked(("ops", 1), str, int) == ("ops", 1)

    @pytest.mark.parametrize("row", [("ops", None), (b"ops", 1), ("ops",), ("ops", 1, 1)])
    def test_another_row_is_refused(self, row: tuple[Any, ...]) -> None:
        with pytest.raises(StoreError):
            checked(row, str, int)


def event(time: Any = 1, author: Any = "ana", text: Any = "hola", part_of: Any = None) -> Any:
    return (1, time, 1, author, 1, text, part_of)


class TestCharacters:
    def test_those_of_texts_are_counted(self) -> None:
        assert characters_in([event(), event(text="ñandú", part_of=1)]) == 9

    def test_no_rows_have_none(self) -> None:
        assert characters_in([]) == 0

    @pytest.mark.parametrize("time", [FIRST_WRITABLE, LAST_WRITABLE])
    def test_times_may_be_the_first_and_the_last(self, time: int) -> None:
        assert characters_in([event(time)]) == 4

    @pytest.mark.parametrize(
        "row",
        [
            event(FIRST_WRITABLE - 1),
            event(LAST_WRITABLE + 1),
            event(None),
            event(author=None),
            event(text=b"hola"),
            event(part_of=""),
            event(part_of=b"1"),
            event(part_of=1.5),
        ],
    )
    def test_what_cannot_be_shown_is_refused(self, row: Any) -> None:
        with pytest.raises(StoreError):
            characters_in([event(), row, event()])


class TestContent:
    def test_rooms_are_ordered_by_name(self, connection: sqlite3.Connection) -> None:
        assert rooms_of(connection) == [
            RoomRecord("lobby", 3, "", 8),
            RoomRecord("ops", 2, "tea", 7, Origin("ana", 5), Origin("eva", 4)),
        ]
        assert content_of(connection).rooms == rooms_of(connection)

    @pytest.mark.parametrize("time", [FIRST_WRITABLE - 1, LAST_WRITABLE + 1])
    def test_an_origin_with_a_time_that_cannot_be_shown_is_unknown(
        self, connection: sqlite3.Connection, time: int
    ) -> None:
        connection.execute("UPDATE rooms SET topic_at = ?, made_at = ?", (time, LAST_WRITABLE))
        _, room = rooms_of(connection)
        assert (room.topic_set, room.made) == (UNKNOWN, Origin("eva", LAST_WRITABLE))

    def test_records_are_read(self, connection: sqlite3.Connection) -> None:
        assert content_of(connection).records == [Record("room", "ops", "{}")]

    def test_the_time_of_a_log_is_that_of_its_last_event(
        self, connection: sqlite3.Connection
    ) -> None:
        events = [(log_of(1, 1)[1], 4), (log_of(1, 2)[1], 5), (log_of(2, 2)[1], 6)]
        connection.executemany("INSERT INTO events VALUES (?, ?)", events)
        assert content_of(connection).times == {"ops": 5}

    def test_events_that_are_not_indexed_are_counted(self, connection: sqlite3.Connection) -> None:
        assert content_of(connection).unindexed == 2 + 2

    def test_without_rooms_none_are(self, connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM rooms")
        assert content_of(connection).unindexed == 0

    @pytest.mark.parametrize("pending", [True, False])
    def test_chores_may_be_pending(self, connection: sqlite3.Connection, pending: bool) -> None:
        if pending:
            connection.execute("INSERT INTO chores VALUES (1)")
        assert content_of(connection).chores is pending

    @pytest.mark.parametrize(
        "damage",
        [
            "UPDATE rooms SET head = 'x'",
            "UPDATE rooms SET topic_by = 1",
            "UPDATE rooms SET topic_at = 'x'",
            "UPDATE rooms SET made_by = NULL",
            "UPDATE rooms SET made_at = NULL",
            "UPDATE records SET value = NULL",
            f"INSERT INTO events VALUES ((1 << {SEQ_BITS}) + 2, 'x')",
        ],
    )
    def test_rows_of_other_types_are_refused(
        self, connection: sqlite3.Connection, damage: str
    ) -> None:
        connection.execute(damage)
        with pytest.raises(StoreError):
            content_of(connection)


class TestRecords:
    def test_one_takes_the_place_of_that_with_its_key(self, connection: sqlite3.Connection) -> None:
        write_records(connection, [Record("room", "ops", "1"), Record("room", "tea", "2")])
        assert content_of(connection).records == [
            Record("room", "ops", "1"),
            Record("room", "tea", "2"),
        ]

    def test_one_without_a_value_is_deleted(self, connection: sqlite3.Connection) -> None:
        write_records(connection, [Record("role", "ops", "1"), Record("room", "ops", None)])
        assert content_of(connection).records == [Record("role", "ops", "1")]
