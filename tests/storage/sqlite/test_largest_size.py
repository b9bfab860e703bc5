"""A store in a file with a largest size: what it refuses, and what makes room."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from chatd.event import Record
from chatd.storage.contract import FORGOTTEN, StoreError, Wanted
from chatd.storage.size_limit import SizeLimit
from chatd.storage.sqlite.maintenance_schedule import IDLE_SECONDS
from chatd.storage.sqlite.store import SqliteStore
from tests.support.logs import Expect, logged
from tests.support.stores import StoreHarness, draft

MOST, RESERVED = 600_000, 240_000


def limited(path: Path, most: int, reserved: int | None = None) -> StoreHarness:
    """Return a harness of a store with a limit."""
    return StoreHarness(
        lambda reactor, now: SqliteStore(
            cast(Any, reactor), path, now, SizeLimit(path, most, reserved)
        )
    )


@pytest.fixture
def harness(path: Path) -> Iterator[StoreHarness]:
    harness = limited(path, MOST, RESERVED)
    yield harness
    pytest_twisted.blockon(Deferred.fromCoroutine(harness.store.close()))


@pytest.fixture
def full(harness: StoreHarness, expected_errors: Expect) -> Iterator[StoreHarness]:
    """Return the same one, with so many lines that no more are taken."""
    pytest_twisted.blockon(Deferred.fromCoroutine(fill(harness)))
    yield harness
    expected_errors()


def on_disk(path: Path) -> int:
    """Return the bytes of the file and of its log."""
    return sum(each.stat().st_size for each in (path, Path(f"{path}-wal")) if each.exists())


def hold(path: Path) -> sqlite3.Connection:
    """Read the file as another program; until it is closed, the log cannot be truncated."""
    reading = sqlite3.connect(path, isolation_level=None)
    reading.execute("BEGIN")
    reading.execute("SELECT count(*) FROM rooms").fetchone()
    return reading


async def fill(harness: StoreHarness) -> None:
    """Say lines until no more are taken."""
    while harness.store.takes_lines:
        await harness.say(*(draft(f"{number} {'x' * 2000}") for number in range(20)))


def head(harness: StoreHarness) -> int:
    """Return the seq of the last line that was published."""
    return len(harness.recorder.published)


async def fill_up(harness: StoreHarness) -> None:
    """Write records into the reserved part until no more are written."""
    for number in range(1000):
        await harness.write_records(Record("mute", f"eve{number}", "x" * 20_000))


async def forget(harness: StoreHarness, upto: int) -> None:
    """Delete lines, as retention does."""
    while await harness.store.forget("lobby", upto):
        pass


async def test_lines_have_room_for_all_that_is_not_reserved(full: StoreHarness, path: Path) -> None:
    assert MOST - RESERVED - 150_000 < 2000 * head(full) < MOST - RESERVED
    assert on_disk(path) < MOST


async def test_the_log_is_folded_into_the_file_before_lines_are_refused(
    full: StoreHarness, path: Path
) -> None:
    assert Path(f"{path}-wal").stat().st_size == 0


async def test_what_is_there_can_be_read_and_searched(full: StoreHarness) -> None:
    lines = head(full)
    assert len(await full.everything()) == lines
    found = await full.store.search("lobby", Wanted(("9 xx",)), lines, 3)
    assert [event.seq for event in found.events] == [lines, lines - 10, lines - 20]


async def test_records_are_written(full: StoreHarness) -> None:
    await full.write_records(Record("mute", "eve", "{}"))
    assert full.store.saves


async def test_at_the_limit_nothing_is_written(full: StoreHarness, path: Path) -> None:
    with pytest.raises(StoreError, match="--max-store"):
        await fill_up(full)
    assert on_disk(path) < MOST + 100_000
    assert not full.store.saves


async def test_lines_on_their_way_are_refused_at_the_limit(full: StoreHarness) -> None:
    for _ in range(MOST // 20_000):
        await full.say(*(draft("x" * 2000) for _ in range(10)))
    assert "--max-store" in full.recorder.refused[-1][1]


async def test_deleting_lines_makes_room(full: StoreHarness, path: Path) -> None:
    lines = head(full)
    await forget(full, lines - 10)
    await full.catch_up()
    assert full.store.takes_lines
    size = on_disk(path)
    await full.say(draft("again"))
    assert (await full.everything())[-1].text == "again"
    assert on_disk(path) < size + 50_000  # free pages of the file are used


async def test_deleting_makes_room_at_the_limit_too(full: StoreHarness) -> None:
    lines = head(full)
    with pytest.raises(StoreError):
        await fill_up(full)
    await forget(full, lines)
    await full.catch_up()
    await full.write_records(Record("mute", "luis", "{}"))


async def test_it_is_full_when_it_is_opened_again(full: StoreHarness) -> None:
    with logged() as log:
        await full.reopen()
    assert not full.store.takes_lines
    assert len([line for line in log if "lines are refused: " in line]) == 1


async def test_the_index_does_not_grow_without_room(full: StoreHarness, path: Path) -> None:
    size = on_disk(path)
    await full.catch_up()
    assert on_disk(path) <= size
    with closing(sqlite3.connect(path)) as connection:
        ((indexed, last),) = connection.execute("SELECT indexed, head FROM rooms").fetchall()
    assert indexed < last


async def test_the_operator_is_told_once_before_and_once_when_lines_are_refused(
    harness: StoreHarness, expected_errors: Expect
) -> None:
    with logged() as log:
        await fill(harness)
        await harness.write_records(Record("mute", "eve", "{}"))
    assert [line.partition("] ")[2].partition(":")[0] for line in log] == [
        "soon lines will be refused",
        "lines are refused",
    ]
    expected_errors()


async def test_a_log_that_another_program_holds_counts_until_it_is_free(
    harness: StoreHarness, path: Path, expected_errors: Expect
) -> None:
    await harness.say(draft())
    with closing(hold(path)):
        await harness.say(draft())
        while harness.store.takes_lines:
            await harness.write_records(Record("mute", "eve", "x" * 20_000))
        assert on_disk(path) < MOST
        harness.reactor.advance(IDLE_SECONDS)
        await harness.wait_for(lambda: not cast(Any, harness.store)._schedule._working)
        assert not harness.store.takes_lines
    await harness.catch_up()
    assert harness.store.takes_lines
    expected_errors()


@pytest.mark.parametrize("most", [0, 100 << 30], ids=["none", "default"])
async def test_far_from_the_limit_free_pages_are_not_counted(
    path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    harness = limited(path, most)
    monkeypatch.setattr("chatd.storage.sqlite.file._free", None)
    await harness.say(draft())
    await forget(harness, FORGOTTEN)
    await harness.store.close()
