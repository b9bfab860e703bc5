"""`chatd.storage.sqlite.checkpoints`: the log is emptied in time, and no line waits for it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import cast

import pytest
from twisted.internet.task import Clock
from twisted.logger import eventAsText

from chatd.storage.sqlite import checkpoints
from chatd.storage.sqlite.checkpoints import (
    AGAIN_SECONDS,
    MOST_FRAMES,
    MOST_LOG_BYTES,
    UNSEEN_CHANGES,
    WORTH_FRAMES,
    Checkpoints,
)
from chatd.storage.sqlite.file import StoreFile
from tests.support.logs import Expect
from tests.support.store_files import Opening, no_file_grows_beyond, sql
from tests.support.stores import StoreHarness, draft

pytestmark = pytest.mark.quick

FRAME = 4096 + 24


class FakeFile:
    """A file with a log; while it is ``held``, another program reads it."""

    def __init__(self) -> None:
        self.frames = 0
        self.changes = 0
        self.log_size = 0
        self.limit: int | None = None
        self.held = False
        self.taken: list[str] = []

    def log_has(self, frames: int) -> bool:
        return self.frames >= frames

    def checkpoint(self) -> bool:
        self.taken.append("checkpoint")
        return not self.held

    def limit_log(self, size: int) -> None:
        self.limit = size

    def truncate_log(self) -> bool:
        self.taken.append("truncate")
        return not self.held


class CheckpointsHarness:
    """The checkpoints of such a file."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.file = FakeFile()
        self.checkpoints = Checkpoints(cast(StoreFile, self.file), self.clock)

    def write(self, frames: int, changes: int = UNSEEN_CHANGES) -> None:
        """Write a transaction that changes rows, and with which the log has so many frames."""
        self.file.frames = frames
        self.file.changes += changes
        self.checkpoints.written()


@pytest.fixture
def taking() -> CheckpointsHarness:
    return CheckpointsHarness()


class TestTimes:
    def test_a_short_log_is_left_alone(self, taking: CheckpointsHarness) -> None:
        taking.write(WORTH_FRAMES - 1)
        assert not taking.checkpoints.are_worth_it

    def test_a_longer_one_is_worth_a_checkpoint_and_can_wait(
        self, taking: CheckpointsHarness
    ) -> None:
        taking.write(MOST_FRAMES - 1)
        assert taking.checkpoints.are_worth_it
        assert not taking.checkpoints.are_due

    def test_a_long_one_cannot_wait(self, taking: CheckpointsHarness) -> None:
        taking.write(MOST_FRAMES)
        assert taking.checkpoints.are_due

    def test_the_log_is_looked_at_once_for_some_rows(self, taking: CheckpointsHarness) -> None:
        taking.write(MOST_FRAMES, changes=UNSEEN_CHANGES - 1)
        assert not taking.checkpoints.are_due
        taking.write(MOST_FRAMES, changes=1)
        assert taking.checkpoints.are_due

    def test_one_is_enough_until_something_is_written(self, taking: CheckpointsHarness) -> None:
        taking.write(MOST_FRAMES)
        assert taking.checkpoints.take()
        assert not taking.checkpoints.are_worth_it
        assert not taking.checkpoints.are_due
        taking.write(MOST_FRAMES)
        assert taking.checkpoints.are_due

    def test_one_that_is_not_complete_is_tried_again_a_second_later(
        self, taking: CheckpointsHarness
    ) -> None:
        taking.file.held = True
        taking.write(MOST_FRAMES)
        assert not taking.checkpoints.take()
        assert taking.checkpoints.are_held
        taking.write(MOST_FRAMES)
        assert not taking.checkpoints.are_worth_it
        assert not taking.checkpoints.are_due
        taking.clock.advance(AGAIN_SECONDS)
        assert taking.checkpoints.are_worth_it
        taking.write(MOST_FRAMES)
        assert taking.checkpoints.are_due

    def test_once_it_is_complete_none_is_held(self, taking: CheckpointsHarness) -> None:
        taking.file.held = True
        taking.write(MOST_FRAMES)
        taking.checkpoints.take()
        taking.file.held = False
        assert taking.checkpoints.take()
        assert not taking.checkpoints.are_held

    @pytest.mark.parametrize(
        ("size", "taken"),
        [(MOST_LOG_BYTES, ["checkpoint"]), (MOST_LOG_BYTES + 1, ["checkpoint", "truncate"])],
    )
    def test_a_large_log_is_truncated_after_a_checkpoint(
        self, taking: CheckpointsHarness, size: int, taken: list[str]
    ) -> None:
        taking.file.log_size = size
        taking.write(MOST_FRAMES)
        while taking.checkpoints.are_worth_it:
            taking.checkpoints.take()
        assert taking.file.taken == taken

    def test_transactions_truncate_a_large_log_by_a_piece_each(
        self, taking: CheckpointsHarness
    ) -> None:
        taking.file.log_size = 3 * MOST_LOG_BYTES + 1
        taking.write(MOST_FRAMES)
        limits = []
        while taking.checkpoints.are_due:
            taking.checkpoints.take()
            limits.append(taking.file.limit)
            taking.file.log_size = taking.file.limit or 0
            taking.write(1, changes=1)
        assert limits == [2 * MOST_LOG_BYTES + 1, MOST_LOG_BYTES + 1, MOST_LOG_BYTES]
        assert set(taking.file.taken) == {"checkpoint"}

    def test_a_log_that_cannot_be_truncated_is_tried_again_a_second_later(
        self, taking: CheckpointsHarness
    ) -> None:
        taking.file.log_size = MOST_LOG_BYTES + 1
        taking.write(MOST_FRAMES)
        taking.checkpoints.take()
        taking.file.held = True
        assert not taking.checkpoints.take()
        assert not taking.checkpoints.are_worth_it
        taking.clock.advance(AGAIN_SECONDS)
        taking.file.held = False
        while taking.checkpoints.are_worth_it:
            taking.checkpoints.take()
        assert taking.file.taken == ["checkpoint", "truncate", "checkpoint", "truncate"]

    def test_a_large_log_is_due_also_if_little_of_it_is_used(
        self, taking: CheckpointsHarness
    ) -> None:
        taking.file.log_size = MOST_LOG_BYTES + 1
        taking.write(1)
        assert taking.checkpoints.are_due


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let logs be short."""
    monkeypatch.setattr(checkpoints, "WORTH_FRAMES", 20)
    monkeypatch.setattr(checkpoints, "MOST_FRAMES", 50)
    monkeypatch.setattr(checkpoints, "UNSEEN_CHANGES", 1)
    monkeypatch.setattr(checkpoints, "MOST_LOG_BYTES", 70 * FRAME)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Read the file as another program does."""
    with closing(sqlite3.connect(path, isolation_level=None)) as reading:
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM rooms").fetchone()
        yield


def log_size(path: Path) -> int:
    return Path(f"{path}-wal").stat().st_size


def in_file(path: Path) -> int:
    """Return the number of events in the file, without its log."""
    alone = path.with_name("alone")
    shutil.copy(path, alone)
    ((count,),) = sql(alone, "SELECT count(*) FROM events")
    return cast(int, count)


async def talk(harness: StoreHarness, lines: int) -> None:
    """Say lines without a pause, each in a batch of its own."""
    for number in range(lines):
        await harness.say(draft(f"{number} {'x' * 300}"))


async def say_much(harness: StoreHarness) -> None:
    """Say 200 lines, which fill a page each, in one batch."""
    await harness.say(*(draft("x" * 4000) for _ in range(200)))


async def pass_a_second(harness: StoreHarness) -> None:
    """Let the steps of maintenance be taken that come in the next second."""
    harness.reactor.advance(AGAIN_SECONDS)
    await harness.wait_for(lambda: not harness.store._schedule._working)


@pytest.mark.usefixtures("small")
class TestLog:
    async def test_has_a_bound_where_lines_never_pause(
        self, harness: StoreHarness, path: Path
    ) -> None:
        largest = 0
        for _ in range(100):
            await talk(harness, 1)
            largest = max(largest, log_size(path))
        assert 50 * FRAME < largest < 60 * FRAME
        assert in_file(path) > 50

    async def test_is_emptied_into_the_file_when_no_line_is_committed(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await talk(harness, 8)
        assert in_file(path) == 0
        await harness.catch_up()
        assert in_file(path) == 8

    async def test_is_left_alone_if_it_is_short(self, harness: StoreHarness, path: Path) -> None:
        await talk(harness, 1)
        await harness.catch_up()
        assert in_file(path) == 0

    async def test_is_not_emptied_in_the_commit_of_a_line(
        self, opening: Opening, connections: list[sqlite3.Connection]
    ) -> None:
        writer = await opening.writer(connections)
        assert writer.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)

    async def test_has_a_bound_again_once_no_other_program_reads(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await talk(harness, 1)
        with held(path):
            await say_much(harness)
            assert log_size(path) > 200 * FRAME
        harness.reactor.advance(AGAIN_SECONDS)
        await talk(harness, 5)
        assert log_size(path) <= 70 * FRAME
        assert len(await harness.everything()) == 206

    async def test_is_truncated_also_if_no_line_is_said_by_then(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await talk(harness, 1)
        with held(path):
            await say_much(harness)
            await harness.wait_for(lambda: harness.store._schedule._call is not None)
            await pass_a_second(harness)
            assert log_size(path) > 200 * FRAME
        for _ in range(5):
            await pass_a_second(harness)
        assert log_size(path) < 100 * FRAME

    async def test_is_emptied_while_lines_are_deleted(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await harness.say(*(draft(f"{number} {'x' * 2000}") for number in range(900)))
        await harness.catch_up()
        while await harness.store.forget("lobby", 2**39):
            assert log_size(path) < 800 * FRAME

    async def test_a_file_that_cannot_take_it_is_reported_and_lines_are_saved(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await say_much(harness)
        await talk(harness, 1)
        with no_file_grows_beyond(path.stat().st_size):
            await talk(harness, 40)
        await talk(harness, 1)
        assert not harness.recorder.refused
        told = {eventAsText(event, includeTimestamp=False) for event in expected_errors()}
        assert told == {
            "[chatd.util.error_log.RecurringWarning#error] the log grows, it cannot be emptied:"
            f" {path}: disk I/O error."
        }
