"""`chatd.storage.postgres.archive`: what the contract of stores does not say about reading."""

from __future__ import annotations

import pytest

from chatd.event import Record
from chatd.storage.contract import StoreError
from tests.support.postgres_log import LogInDatabase
from tests.support.stores import StoreHarness, draft


@pytest.mark.parametrize("change", ["kind = 99", "time = -1", "time = 253402300800000"])
async def test_an_event_that_could_not_be_shown_is_an_error(
    harness: StoreHarness, log: LogInDatabase, change: str
) -> None:
    await harness.say(draft())
    log.connection.execute(f"UPDATE events SET {change}".encode())
    with pytest.raises(StoreError, match="is not as chatd writes it"):
        await harness.store.read("lobby", 0, 1)


async def test_records_that_end_with_their_nodes_are_left_out(log: LogInDatabase) -> None:
    rows = [("account", "ana\x1a@", "{}", None), ("visit", "7", "{}", 1), ("role", "x", None, None)]
    for kind, key, value, node in rows:
        log.connection.execute(
            "INSERT INTO records VALUES (0, %s, %s, %s, 1, 1, %s)", (kind, key, value, node)
        )
    assert log.archive.records() == [Record("account", "ana\0", "{}")]


async def test_rooms_are_read_as_they_are_now(harness: StoreHarness, log: LogInDatabase) -> None:
    await harness.say(draft(room="b"), draft(room="a"), draft(room="a"))
    assert [(room.name, room.head) for room in log.archive.rooms()] == [("a", 2), ("b", 1)]
