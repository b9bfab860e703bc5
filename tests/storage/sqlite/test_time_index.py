"""Tests of `chatd.storage.sqlite.time_index`: times in a file whose clock was set back."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.storage.contract import StoreError
from chatd.storage.sqlite import time_index
from chatd.storage.sqlite.rows import SEQ_BITS
from chatd.storage.sqlite.schema import FILLS, STEPS
from chatd.storage.sqlite.time_index import first_stamped
from chatd.storage.timestamps import LATEST_STAMP

LOG = 1 << SEQ_BITS


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for step in STEPS[:3]:
            connection.executescript(step)
        yield connection


def fill(connection: sqlite3.Connection, *logs: Sequence[int]) -> None:
    """Fill the file as `make` does, and upgrade it."""
    make(connection, *logs)
    upgrade(connection)


def upgrade(connection: sqlite3.Connection) -> None:
    connection.executescript(STEPS[3])
    FILLS[4](connection)


def make(connection: sqlite3.Connection, *logs: Sequence[int]) -> None:
    """Fill the file, of an older version, with logs whose lines have these times."""
    for table in "rooms", "events":
        connection.execute(f"DELETE FROM {table}")
    connection.execute("DROP TABLE IF EXISTS strands")
    for room, times in enumerate(logs, 1):
        connection.execute(
            "INSERT INTO rooms VALUES (?, ?, ?, '', 0, 0)", (room, f"room{room}", len(times))
        )
        connection.executemany(
            "INSERT INTO events VALUES (?, ?, 1, 'ana', 1, 'hola')",
            [(room << SEQ_BITS | seq, at) for seq, at in enumerate(times, 1)],
        )


def first(connection: sqlite3.Connection, times: Sequence[int], low: int, high: int) -> int | None:
    found = first_stamped(connection, (LOG + 1, LOG + len(times)), low, high)
    return None if found is None else found - LOG


TIMES = st.lists(st.integers(0, 9), max_size=40)


@given(log=TIMES, other=TIMES, low=st.integers(-1, 10), high=st.integers(-1, 10))
def test_an_upgraded_file_agrees_with_looking_at_every_line(
    log: list[int], other: list[int], low: int, high: int
) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for step in STEPS[:3]:
            connection.executescript(step)
        fill(connection, log, other)
        for room, times in enumerate((log, other), 1):
            bounds = (room << SEQ_BITS) + 1, (room << SEQ_BITS) + len(times)
            expected = next(
                (bounds[0] + place for place, at in enumerate(times) if low <= at <= high), None
            )
            assert first_stamped(connection, bounds, low, high) == expected


def test_a_clock_that_is_right_makes_one_stretch(connection: sqlite3.Connection) -> None:
    fill(connection, [1, 1, 2, 5, 5, 9], [3], [])
    assert connection.execute("SELECT id, strand, time FROM strands").fetchall() == [
        (LOG + 1, 0, 1),
        (2 * LOG + 1, 0, 3),
    ]


def test_a_clock_that_jumps_between_two_times_makes_two_strands(
    connection: sqlite3.Connection,
) -> None:
    times = [at + 1000 * (at % 2) for at in range(500)]
    fill(connection, times)
    assert connection.execute("SELECT max(strand) FROM strands").fetchone() == (1,)


def test_a_clock_that_is_set_back_by_a_little_now_and_then_makes_two_strands(
    connection: sqlite3.Connection,
) -> None:
    times = [at - 2 * (at % 50 == 0) for at in range(1000)]
    fill(connection, times)
    assert connection.execute("SELECT max(strand) FROM strands").fetchone() == (1,)


def test_the_writer_goes_on_where_the_file_ends(connection: sqlite3.Connection) -> None:
    fill(connection, [10, 20, 5, 6, 30])
    writer = time_index.of_log(connection, (LOG + 1, LOG + 5))
    assert writer.add(30) is None
    assert writer.add(7) == 1
    assert writer.add(2) == 2


def test_a_log_without_lines_has_no_strand(connection: sqlite3.Connection) -> None:
    fill(connection, [])
    assert time_index.of_log(connection, (LOG + 1, LOG)).add(0) == 0


def test_the_writer_goes_on_where_a_whole_strand_was_forgotten(
    connection: sqlite3.Connection,
) -> None:
    fill(connection, [10, 20, 5, 6])
    connection.execute(f"DELETE FROM events WHERE id <= {LOG + 2}")
    time_index.cut(connection, (LOG + 1, LOG + 4), LOG + 2)
    writer = time_index.of_log(connection, (LOG + 1, LOG + 4))
    assert writer.add(7) is None
    assert writer.add(3) == 2


def test_a_new_stretch_is_found(connection: sqlite3.Connection) -> None:
    fill(connection, [10])
    connection.execute("INSERT INTO events VALUES (?, 5, 1, 'ana', 1, 'hola')", (LOG + 2,))
    time_index.begin(connection, [(LOG + 2, 1, 5)])
    assert first(connection, [10, 5], 0, 9) == 2


@pytest.mark.parametrize("upto", range(6))
def test_a_stretch_is_deleted_with_its_lines(connection: sqlite3.Connection, upto: int) -> None:
    times = [10, 20, 5, 6, 30]
    fill(connection, times)
    connection.execute("DELETE FROM events WHERE id <= ?", (LOG + upto,))
    time_index.cut(connection, (LOG + 1, LOG + 5), LOG + upto)
    (begins,) = connection.execute("SELECT min(id) FROM strands").fetchone()
    assert begins == (LOG + upto + 1 if upto < 5 else None)
    for low in range(40):
        left = [seq for seq, at in enumerate(times, 1) if at >= low and seq > upto]
        assert first(connection, times, low, LATEST_STAMP) == (left[0] if left else None)


def test_lines_that_another_program_deleted_are_passed_over(connection: sqlite3.Connection) -> None:
    times = list(range(100))
    fill(connection, times)
    connection.execute(f"DELETE FROM events WHERE id BETWEEN {LOG + 20} AND {LOG + 90}")
    assert first(connection, times, 30, 99) == 91
    connection.execute(f"DELETE FROM events WHERE id > {LOG + 2}")
    assert first(connection, times[:6], 1, 99) == 2
    connection.execute("DELETE FROM events")
    assert first(connection, times, 30, 99) is None
    assert time_index.of_log(connection, (LOG + 1, LOG + 100)).add(0) is None


def test_a_clock_that_was_set_back_beside_deleted_lines_is_found(
    connection: sqlite3.Connection,
) -> None:
    make(connection, [1, 50, 60, 9, 2, 3])
    connection.execute(f"DELETE FROM events WHERE id IN ({LOG + 3}, {LOG + 4})")
    upgrade(connection)
    assert first(connection, range(6), 2, 3) == 5


@pytest.mark.parametrize("gone", [(3,), (3, 4), (3, 4, 5), (5, 6)])
@pytest.mark.parametrize("upto", [1, 2])
def test_lines_after_those_that_another_program_deleted_are_found(
    connection: sqlite3.Connection, gone: Sequence[int], upto: int
) -> None:
    times = [10, 20, 21, 22, 5, 6, 30]
    fill(connection, times)
    gone = [*range(1, upto + 1), *gone]
    connection.execute(f"DELETE FROM events WHERE id & {LOG - 1} IN ({', '.join(map(str, gone))})")
    time_index.cut(connection, (LOG + 1, LOG + 7), LOG + upto)
    for low in range(8, 40):
        left = [seq for seq, at in enumerate(times, 1) if at >= low and seq not in gone]
        assert first(connection, times, low, LATEST_STAMP) == (left[0] if left else None)


@pytest.mark.parametrize("time", ["x", b"x", 1.5])
@pytest.mark.parametrize("place", range(4))
def test_a_time_that_is_not_a_number_does_not_stop_an_upgrade(
    connection: sqlite3.Connection, time: object, place: int
) -> None:
    times = [10, 20, 5, 30]
    make(connection, times)
    number = LOG + place + 1
    connection.execute("UPDATE events SET time = ? WHERE id = ?", (time, number))
    upgrade(connection)
    assert {type(time) for (time,) in connection.execute("SELECT time FROM strands")} == {int}
    log = LOG + 1, LOG + 4
    time_index.cut(connection, log, number - 1)
    assert {type(time) for (time,) in connection.execute("SELECT time FROM strands")} <= {int}


def test_damaged_times_are_errors(connection: sqlite3.Connection) -> None:
    fill(connection, [1, 2, 3])
    connection.execute("UPDATE events SET time = 'x'")
    with pytest.raises(StoreError, match="it is damaged"):
        first(connection, [1, 2, 3], 2, 3)
    with pytest.raises(StoreError, match="it is damaged"):
        time_index.of_log(connection, (LOG + 1, LOG + 3))


def test_damaged_strands_are_errors(connection: sqlite3.Connection) -> None:
    fill(connection, [1, 2, 3])
    connection.execute("UPDATE strands SET time = 'x'")
    with pytest.raises(StoreError, match="it is damaged"):
        first(connection, [1, 2, 3], 2, 3)
    connection.execute("UPDATE strands SET strand = 'x'")
    with pytest.raises(StoreError, match="it is damaged"):
        time_index.of_log(connection, (LOG + 1, LOG + 3))


def test_no_log_is_read_line_by_line(connection: sqlite3.Connection) -> None:
    """Count the steps of SQLite, with a clock that is set at random."""
    times = random.Random(7).choices(range(10_000), k=20_000)
    fill(connection, [*range(100_000)], times)
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    connection.set_progress_handler(count, 1)
    assert first(connection, [*range(100_000)], 99_000, 99_999) == 99_001
    assert steps < 2_000
