"""`chatd.storage.postgres.time_index`: times in a log that was imported, and goes on."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatd.storage.postgres.rows import room_of
from chatd.storage.postgres.time_index import Times
from chatd.storage.strands import Strands
from chatd.storage.timestamps import LATEST_STAMP, LEAST_STAMP
from tests.support.postgres_log import LogInDatabase

NUMBERS = count(1)

IMPORTED = st.lists(st.integers(0, 9) | st.integers(0, 20), max_size=30)
SAID = st.lists(st.integers(9, 14), max_size=10).map(sorted)
BOUNDS = st.integers(-1, 15) | st.sampled_from([LEAST_STAMP, LATEST_STAMP])


def make_room(log: LogInDatabase, imported: list[int], said: list[int], oldest: int) -> str:
    """Make a room of imported lines, and of others that were said, from a seq on."""
    name = f"room{next(NUMBERS)}"
    times = imported + said
    row = log.connection.execute(
        "INSERT INTO rooms (shard, name, head, oldest) VALUES (0, %s, %s, %s) RETURNING id",
        (name, len(times), oldest),
    ).fetchone()
    assert row is not None
    log.connection.execute(
        "INSERT INTO events SELECT 0, %s, n, time, 1, 'ana', 1, ''"
        " FROM unnest(%s::bigint[]) WITH ORDINALITY AS t (time, n) WHERE n >= %s",
        (row[0], times, oldest),
    )
    strands = Strands({})
    for seq, time in enumerate([*imported, 9], 1):  # no line that is said is below the last one
        strand = strands.add(time)
        if strand is not None:
            values = (row[0], seq, strand, time)
            log.connection.execute("INSERT INTO strands VALUES (0, %s, %s, %s, %s)", values)
    return name


def first_stamped(log: LogInDatabase, name: str, low: int, high: int) -> int | None:
    with log.connection.cursor() as cursor:
        room = room_of(cursor, name)
        assert room is not None
        return Times(cursor, room).first_stamped(low, high)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(IMPORTED, SAID, st.integers(1, 45), st.lists(st.tuples(BOUNDS, BOUNDS), min_size=20))
def test_agrees_with_looking_at_every_line(
    log: LogInDatabase,
    imported: list[int],
    said: list[int],
    oldest: int,
    bounds: list[tuple[int, int]],
) -> None:
    name = make_room(log, imported, said, oldest)
    lines = list(enumerate(imported + said, 1))[oldest - 1 :]
    for low, high in bounds:
        expected = next((seq for seq, time in lines if low <= time <= high), None)
        assert first_stamped(log, name, low, high) == expected


@pytest.mark.parametrize("oldest", [1, 3])
def test_a_log_that_was_not_imported_needs_no_row(log: LogInDatabase, oldest: int) -> None:
    name = make_room(log, [], [10, 10, 12, 13], oldest)
    log.connection.execute("DELETE FROM strands")
    assert first_stamped(log, name, 11, 20) == 3
    assert first_stamped(log, name, LEAST_STAMP, 20) == oldest
    assert first_stamped(log, name, 14, 20) is None
