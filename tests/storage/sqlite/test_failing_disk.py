"""Tests of `chatd.storage.sqlite.file`: files that vanish, change or cannot grow while in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred
from twisted.logger import eventAsText

from chatd.errors import ErrorKind
from chatd.formats.chat import ChatFormat
from chatd.rooms.replay import Replay
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.util.error_log import FIRST_SILENCE
from tests.support.logs import Expect
from tests.support.sentences import EN
from tests.support.store_files import Opening, locked, no_file_grows_beyond, sql
from tests.support.stores import StoreHarness, draft, joined, texts

pytestmark = pytest.mark.quick


def cut_short(path: Path) -> str:
    return f"{path}: it or its log was cut short while in use. Put back what was cut off."


async def goes_on(harness: StoreHarness) -> list[str]:
    """Say one more line, and return the whole log."""
    await harness.say(draft("b"))
    return texts(await harness.everything())


class TestFailingDisk:
    async def test_a_deleted_file_is_noticed_before_a_line_is_published(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await harness.say(draft("a"))
        path.unlink()
        await harness.say(draft("lost"))
        assert texts(harness.recorder.published) == ["a"]
        assert harness.recorder.refused == [
            (draft("lost"), f"{path}: No such file or directory. Put the file back.")
        ]
        expected_errors()

    async def test_commits_continue_when_the_file_is_put_back(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await harness.say(draft("a"))
        path.rename(path.with_suffix(".away"))
        await harness.say(draft("lost"))
        path.with_suffix(".away").rename(path)
        await harness.say(draft("b"))
        assert [(event.seq, event.text) for event in await harness.everything()] == [
            (1, "a"),
            (2, "b"),
        ]
        expected_errors()

    async def test_a_replaced_file_is_refused(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        path.rename(path.with_suffix(".away"))
        path.touch()
        await harness.say(draft("lost"))
        assert harness.why_refused() == f"{path} was replaced while in use. Put the old file back."
        assert path.read_bytes() == b""
        expected_errors()

    async def test_a_deleted_write_ahead_log_is_noticed_too(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        wal = path.with_name("chat.sqlite-wal")
        await harness.say(draft("a"))
        wal.unlink()
        await harness.say(draft("lost"))
        assert texts(harness.recorder.published) == ["a"]
        assert harness.recorder.refused == [
            (draft("lost"), f"{wal}: No such file or directory. Put the file back.")
        ]
        expected_errors()

    @pytest.mark.parametrize(("suffix", "size"), [("", 0), ("", 4096), ("-wal", 0), ("-wal", 9000)])
    async def test_a_truncated_file_is_noticed_and_not_written_to(
        self,
        opening: Opening,
        path: Path,
        suffix: str,
        size: int,
        expected_errors: Expect,
    ) -> None:
        await opening.first().say(draft("a"))
        harness = await opening.again()  # so that the file holds something
        await harness.say(*(draft(str(number)) for number in range(500)))
        cut = Path(f"{path}{suffix}")
        content = cut.read_bytes()
        os.truncate(cut, size)
        await harness.say(draft("lost"))
        assert cut.stat().st_size == size
        assert harness.why_refused() == cut_short(path)
        cut.write_bytes(content)
        await harness.say(draft("b"))
        assert [event.seq for event in await harness.everything()] == [*range(1, 503)]
        expected_errors()

    @pytest.mark.parametrize("size", [0, 100])
    async def test_a_truncated_log_is_noticed_also_if_the_file_has_its_content(
        self, harness: StoreHarness, path: Path, size: int, expected_errors: Expect
    ) -> None:
        log = Path(f"{path}-wal")
        await harness.say(draft("a"))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute("SELECT * FROM events").fetchall()
            sql(path, "PRAGMA wal_checkpoint")
            content = log.read_bytes()
            os.truncate(log, size)
            # While the other program reads, SQLite would write after the gap, and never find it.
            await harness.say(draft("lost"))
        assert log.stat().st_size == size
        assert harness.why_refused() == cut_short(path)
        log.write_bytes(content)
        assert await goes_on(harness) == ["a", "b"]
        expected_errors()

    async def test_an_emptied_file_is_noticed_also_if_its_log_is_empty(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await harness.say(draft("a"))
        sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
        content = path.read_bytes()
        os.truncate(path, 0)
        await harness.say(draft("lost"))
        assert path.read_bytes() == b""
        assert harness.why_refused() == cut_short(path)
        path.write_bytes(content)
        assert await goes_on(harness) == ["a", "b"]
        expected_errors()

    async def test_a_file_that_vanishes_in_a_commit_is_noticed_before_the_next_one(
        self,
        connections: list[sqlite3.Connection],
        harness: StoreHarness,
        path: Path,
        expected_errors: Expect,
    ) -> None:
        await harness.say(draft("a"))

        def move_away(statement: str) -> None:
            if statement == "COMMIT":
                path.rename(path.with_suffix(".away"))

        connections[-1].set_trace_callback(move_away)
        await harness.say(draft("b"))
        await harness.say(draft("lost"))
        connections[-1].set_trace_callback(None)
        path.with_suffix(".away").rename(path)
        await harness.say(draft("c"))
        assert texts(harness.recorder.published) == ["a", "b", "c"]
        assert [texts([each]) for each, _ in harness.recorder.refused] == [["lost"]]
        assert texts(await harness.everything()) == ["a", "b", "c"]
        expected_errors()

    @pytest.mark.parametrize("statement", ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"])
    async def test_a_file_that_another_program_shortens_with_sqlite_is_accepted(
        self, opening: Opening, path: Path, statement: str
    ) -> None:
        await opening.first().say(*(draft("x" * 1000) for _ in range(500)))
        harness = await opening.again()
        await harness.say(draft("a"))
        sql(path, "DELETE FROM events WHERE text LIKE 'xxx%'")
        await harness.say(draft("b"))
        before = path.stat().st_size + Path(f"{path}-wal").stat().st_size
        sql(path, statement)
        sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
        assert path.stat().st_size + Path(f"{path}-wal").stat().st_size < before
        await harness.say(draft("c"))
        assert texts(await harness.everything()) == ["a", "b", "c"]

    async def test_notices_need_no_disk(self, harness: StoreHarness, path: Path) -> None:
        path.unlink()
        await harness.say(joined("luis"))
        assert texts(harness.recorder.published) == ["+luis"]

    async def test_a_full_disk_refuses_the_line_and_leaves_no_gap(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await harness.say(draft("a"))
        with no_file_grows_beyond(path.with_name("chat.sqlite-wal").stat().st_size):
            await harness.say(draft("lost", session=9), draft("lost", "new room"))
        assert texts(harness.recorder.published) == ["a"]
        assert len(harness.recorder.refused) == 2
        assert str(path) in harness.recorder.refused[0][1]
        await harness.say(draft("b"), draft("c", "new room"))
        assert [event.seq for event in await harness.everything()] == [1, 2]
        assert [event.seq for event in await harness.everything("new room")] == [1]
        assert sql(path, "SELECT name, head, session FROM rooms ORDER BY name") == [
            ("lobby", 2, 1),
            ("new room", 1, 1),
        ]
        expected_errors()

    async def test_a_line_is_refused_while_another_program_has_locked_the_file(
        self,
        connections: list[sqlite3.Connection],
        harness: StoreHarness,
        path: Path,
        expected_errors: Expect,
    ) -> None:
        await harness.say(draft("a"))
        with locked(path):
            await harness.say(draft("lost"))
        assert harness.why_refused() == f"{path}: database is locked."
        await harness.say(draft("b"))
        assert [event.seq for event in await harness.everything()] == [1, 2]
        expected_errors()

    async def test_a_line_is_refused_if_the_file_cannot_be_opened_again(
        self, path: Path, expected_errors: Expect
    ) -> None:
        harness = StoreHarness.in_file(path)
        content = path.read_bytes()
        path.write_bytes(b"x" * len(content))
        await harness.say(draft("lost"))
        assert harness.why_refused() == f"{path}: file is not a database."
        path.write_bytes(content)
        await harness.say(draft("a"))
        assert texts(harness.recorder.published) == ["a"]
        await harness.store.close()
        expected_errors()

    async def test_a_read_that_fails_raises_and_is_logged_once(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        path.rename(path.with_suffix(".away"))
        for _ in range(3):
            with pytest.raises(StoreError, match="unable to open database file"):
                await harness.store.read("lobby", 0, 1)
        path.with_suffix(".away").rename(path)
        assert await harness.store.read("lobby", 0, 1) == []
        assert [eventAsText(event, includeTimestamp=False) for event in expected_errors()] == [
            f"[chatd.util.error_log.RecurringWarning#error] past lines cannot be read: {path}:"
            " unable to open database file."
        ]

    async def test_the_pauses_between_warnings_are_short_again_after_a_successful_read(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        async def fail_to_read() -> None:
            sql(path, "UPDATE events SET kind = 99")
            with pytest.raises(StoreError):
                await harness.store.read("lobby", 0, 1)
            sql(path, "UPDATE events SET kind = 1")

        await harness.say(draft())
        await fail_to_read()
        harness.reactor.advance(FIRST_SILENCE)
        await fail_to_read()  # the next pause would be twice as long
        await harness.everything()
        harness.reactor.advance(FIRST_SILENCE)
        await fail_to_read()
        assert len(expected_errors()) == 3

    async def test_an_event_of_an_unknown_kind_cannot_be_read(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await harness.say(draft("a"), draft("b"))
        sql(path, "UPDATE events SET kind = 99 WHERE text = 'a'")
        with pytest.raises(StoreError, match=f"^{path}: it holds an event of an unknown kind, 9"):
            await harness.store.read("lobby", 0, 2)
        assert texts(await harness.store.read("lobby", 1, 2)) == ["b"]
        expected_errors()

    async def test_the_error_quotes_the_beginning_of_a_long_kind(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await harness.say(draft())
        sql(path, f"UPDATE events SET kind = '{'x' * 1000}'")
        with pytest.raises(StoreError) as caught:
            await harness.store.read("lobby", 0, 1)
        assert str(caught.value) == (f"{path}: it holds an event of an unknown kind, '{'x' * 19}.")
        expected_errors()

    async def test_a_replay_has_an_error_in_place_of_unreadable_lines(
        self, harness: StoreHarness, path: Path, expected_errors: Expect
    ) -> None:
        await harness.say(draft("a"))
        sql(path, "UPDATE events SET kind = 99")
        woken: Deferred[None] = Deferred()
        room = Room("lobby", harness.store)
        room.publish(harness.recorder.published)
        replay = Replay(room, ChatFormat(), 0, 1, lambda: woken.callback(None))
        replay.take()
        await woken
        error = EN.error(ErrorKind.NOT_READABLE, "not_readable", first=1, last=1)
        assert replay.take().startswith(error.encode())
        assert replay.done
        expected_errors()

    async def test_after_a_failure_seqs_continue_from_the_disk(
        self,
        connections: list[sqlite3.Connection],
        harness: StoreHarness,
        path: Path,
        expected_errors: Expect,
    ) -> None:
        await harness.say(draft("a"))
        with locked(path) as other:
            await harness.say(draft("got an error, and yet was stored"))
            other.execute("UPDATE rooms SET head = 2, topic = 'hi', session = 7")
            other.execute("COMMIT")
        await harness.say(draft("c"))
        assert [event.seq for event in await harness.everything()] == [1, 3]
        assert sql(path, "SELECT head, topic, session FROM rooms") == [(3, "hi", 7)]
        expected_errors()
