"""Tests of `chatd.storage.sqlite.file`: the file, its lock, and files that are refused."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from twisted.logger import LogEvent, eventAsText, globalLogPublisher

from chatd.storage.contract import StoreError
from chatd.storage.paths import path_of
from chatd.storage.sqlite.lock import StoreLock
from chatd.storage.sqlite.schema import APPLICATION_ID, STEPS
from chatd.storage.sqlite.store import SqliteStore
from tests.support.store_files import (
    NOBODY,
    Opening,
    as_nobody,
    descriptors,
    refusal,
    sql,
)
from tests.support.stores import StoreHarness, StoreReactor, draft, texts

pytestmark = pytest.mark.quick


class TestFile:
    def test_is_its_owner_s_alone(self, harness: StoreHarness, path: Path) -> None:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    async def test_files_beside_it_are_its_owner_s_alone(
        self, harness: StoreHarness, path: Path
    ) -> None:
        await harness.say(draft())
        await harness.everything()
        beside = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
        assert beside == {
            "chat.sqlite": 0o600,
            "chat.sqlite-shm": 0o600,
            "chat.sqlite-wal": 0o600,
            "chat.sqlite.lock": 0o600,
        }

    def test_has_the_application_id_and_the_version(
        self, harness: StoreHarness, path: Path
    ) -> None:
        assert sql(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
        assert sql(path, "PRAGMA user_version") == [(len(STEPS),)]

    def test_has_a_write_ahead_log(self, harness: StoreHarness, path: Path) -> None:
        assert sql(path, "PRAGMA journal_mode") == [("wal",)]

    async def test_is_one_complete_file_when_it_is_closed(self, path: Path) -> None:
        harness = StoreHarness.in_file(path)
        await harness.say(draft())
        await harness.everything()
        await harness.store.close()
        assert sorted(each.name for each in path.parent.iterdir()) == [
            "chat.sqlite",
            "chat.sqlite.lock",
        ]
        assert sql(path, "SELECT text FROM events") == [("hola",)]

    async def test_is_written_to_disk_at_each_commit(
        self, opening: Opening, connections: list[sqlite3.Connection]
    ) -> None:
        writer = await opening.writer(connections)
        full = 2
        assert writer.execute("PRAGMA synchronous").fetchone() == (full,)
        # What macOS needs for that: elsewhere they are remembered, and do nothing.
        assert writer.execute("PRAGMA fullfsync").fetchone() == (1,)
        assert writer.execute("PRAGMA checkpoint_fullfsync").fetchone() == (1,)

    async def test_is_written_to_disk_also_if_sqlite_s_default_is_not_to(
        self, opening: Opening, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[sqlite3.Connection] = []
        connect = sqlite3.connect

        def careless(database: Path | str, **options: object) -> sqlite3.Connection:
            made.append(connect(database, **{**options, "check_same_thread": False}))
            made[-1].execute("PRAGMA synchronous = OFF")
            return made[-1]

        monkeypatch.setattr(sqlite3, "connect", careless)
        harness = opening.first()
        made.clear()
        await harness.say(draft())
        (writer,) = made
        full = 2
        assert writer.execute("PRAGMA synchronous").fetchone() == (full,)

    @pytest.mark.parametrize("beside", [(), ("", "-wal", "-shm", "-journal")])
    async def test_only_its_lock_is_open_before_the_store_starts(
        self, path: Path, beside: Sequence[str]
    ) -> None:
        for suffix in beside:
            path.with_name(f"{path.name}{suffix}").touch()
        before = descriptors()
        store = SqliteStore(StoreReactor(), path)
        assert descriptors() == before + 1
        store.start()
        await store.close()

    async def test_no_descriptor_and_no_thread_is_left_when_it_is_closed(self, path: Path) -> None:
        before = descriptors()
        threads = set(threading.enumerate())
        harness = StoreHarness.in_file(path)
        await harness.say(draft())
        await harness.everything()
        workers = set(threading.enumerate()) - threads
        assert len(workers) == 3
        await harness.store.close()
        for worker in workers:
            worker.join(5)
        assert not [worker for worker in workers if worker.is_alive()]
        assert descriptors() == before

    async def test_the_view_log_has_events_in_clear(
        self, harness: StoreHarness, path: Path
    ) -> None:
        harness.time = 86_400
        await harness.say(draft("hola"), draft("ya", "ops", 7, "eva"))
        assert sql(path, "SELECT * FROM log ORDER BY room") == [
            ("lobby", 1, "1970-01-02 00:00:00", 1, "ana", 1, "hola", None),
            ("ops", 1, "1970-01-02 00:00:00", 7, "eva", 1, "ya", None),
        ]

    @pytest.mark.parametrize("name", ["", ".lock", "-wal", "-shm", "-journal"])
    def test_permissions_of_other_users_are_revoked_with_a_warning(
        self, path: Path, opening: Opening, name: str
    ) -> None:
        sql(path, "SELECT 1")
        each = path.with_name(f"{path.name}{name}")
        each.touch()
        path.chmod(0o600)
        each.chmod(0o644)
        events: list[LogEvent] = []
        globalLogPublisher.addObserver(events.append)
        try:
            opening.first()
        finally:
            globalLogPublisher.removeObserver(events.append)
        assert [eventAsText(event, False, False, False) for event in events] == [
            f"others had rights to {each}. Now it is its owner's alone."
        ]
        assert stat.S_IMODE(each.stat().st_mode) == 0o600 if each.exists() else name != ""

    @pytest.mark.parametrize("bits", [0o770, 0o777, 0o1777])
    def test_a_directory_that_others_may_write_to_is_refused(self, path: Path, bits: int) -> None:
        path.parent.chmod(bits)
        if not os.geteuid():
            os.chown(path.parent, -1, NOBODY)
        assert refusal(path).startswith("others may write to the directory")
        assert list(path.parent.iterdir()) == []

    def test_a_hard_link_is_refused(self, path: Path) -> None:
        path.touch()
        path.with_name("other").hardlink_to(path)
        assert refusal(path) == (
            f"{path} has another name, a hard link. Remove one, or give another --store."
        )

    @pytest.mark.parametrize("name", ["", ".lock", "-wal", "-shm", "-journal"])
    def test_a_link_in_the_place_of_a_file_is_refused(self, path: Path, name: str) -> None:
        link = path.with_name(f"{path.name}{name}")
        link.symlink_to("elsewhere")
        assert refusal(path) == f"{link} is a link. Put that right, or give another --store."
        assert link.is_symlink()

    async def test_may_have_any_name(self, tmp_path: Path) -> None:
        path = tmp_path / "what? #1 100%41 ñ.sqlite"
        harness = StoreHarness.in_file(path)
        await harness.say(draft())
        assert texts(await harness.everything()) == ["hola"]
        await harness.store.close()


class TestBeginning:
    """Tests of files that are not a store yet, and become one."""

    def test_an_empty_file_with_an_empty_log(self, opening: Opening, path: Path) -> None:
        path.touch()
        Path(f"{path}-wal").touch()
        assert list(opening.first().store.rooms()) == []

    def test_an_empty_database_that_another_program_looks_at(
        self, opening: Opening, path: Path
    ) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("PRAGMA journal_mode = WAL")
            other.execute("SELECT * FROM sqlite_master")
            assert Path(f"{path}-wal").exists()
            assert list(opening.first().store.rooms()) == []

    def test_a_file_that_was_being_made_when_the_power_failed(
        self, opening: Opening, path: Path, tmp_path: Path
    ) -> None:
        with closing(sqlite3.connect(tmp_path / "made", isolation_level=None)) as making:
            making.executescript(f"BEGIN; {STEPS[0]} PRAGMA user_version = 1; COMMIT;")
            # Pages that do not fit into the cache are written before the commit, with a journal.
            making.execute("PRAGMA cache_size = 1")
            making.execute("BEGIN")
            making.executemany(
                "INSERT INTO events VALUES (?, 0, 0, '', 1, ?)",
                [(number, "x" * 1000) for number in range(100)],
            )
            shutil.copy(tmp_path / "made", path)
            shutil.copy(tmp_path / "made-journal", f"{path}-journal")
            Path(f"{path}-wal").touch()
        opening.first()
        assert sql(path, "SELECT count(*) FROM events") == [(0,)]


class TestLock:
    def test_a_second_daemon_is_refused(self, harness: StoreHarness, path: Path) -> None:
        assert refusal(path) == (
            f"{path} is in use by another chatd, process {os.getpid()}. Stop that one, or give"
            " another --store."
        )

    def test_a_second_daemon_is_refused_under_another_name_too(
        self, harness: StoreHarness, path: Path
    ) -> None:
        path.with_name("link").symlink_to(path)
        link = path_of("sqlite:link", path.parent)
        assert link is not None
        assert "is in use by another chatd" in refusal(link)

    def test_has_the_number_of_the_process_alone(self, opening: Opening, path: Path) -> None:
        lock = path.with_name(f"{path.name}.lock")
        lock.write_text("12345678901234567890\n")
        opening.first()
        assert lock.read_text() == f"{os.getpid()}\n"

    def test_has_no_number_after_a_clean_end(self, path: Path) -> None:
        first = StoreLock(path)
        first.write_pid()
        first.release()
        assert path.with_name(f"{path.name}.lock").read_bytes() == b""

    def test_has_no_number_of_a_process_that_is_gone(self, path: Path) -> None:
        lock = path.with_name(f"{path.name}.lock")
        lock.write_text("1\n")
        lock.chmod(0o600)
        first = StoreLock(path)
        assert refusal(path) == (
            f"{path} is in use by another chatd. Stop that one, or give another --store."
        )
        first.release()

    async def test_a_disk_without_space_for_that_number_stops_no_daemon(
        self, opening: Opening, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(os, "pwrite", full)
            harness = opening.first()
        await harness.say(draft())
        assert texts(await harness.everything()) == ["hola"]

    async def test_is_free_when_the_store_is_closed(self, opening: Opening) -> None:
        opening.first()
        await opening.close()
        opening.first()

    def test_is_free_when_opening_failed(self, opening: Opening, path: Path) -> None:
        path.write_bytes(b"no database, for which it would have to start in another way")
        refusal(path)
        path.unlink()
        opening.first()

    def test_a_refused_daemon_leaves_nothing_open(self, harness: StoreHarness, path: Path) -> None:
        before = descriptors()
        refusal(path)
        assert descriptors() == before

    @pytest.fixture
    def taken_away(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Delete the file of the first lock at the moment when the lock is taken."""
        flock = fcntl.flock

        def refused_elsewhere(descriptor: int, operation: int) -> None:
            monkeypatch.undo()
            path.with_name("chat.sqlite.lock").unlink()
            flock(descriptor, operation)

        monkeypatch.setattr(fcntl, "flock", refused_elsewhere)

    def test_a_lock_on_a_deleted_file_is_taken_again(
        self, path: Path, opening: Opening, taken_away: None
    ) -> None:
        opening.first()
        assert "is in use by another chatd" in refusal(path)

    def test_a_lock_on_a_deleted_file_is_closed(self, opening: Opening, taken_away: None) -> None:
        before = descriptors()
        opening.first()
        assert descriptors() == before + 1  # the lock


class TestRefusals:
    def test_a_directory(self, tmp_path: Path) -> None:
        path = tmp_path / "chat"
        path.mkdir()
        assert refusal(path) == (
            f"{path}: Is a directory. Put that right, or give another --store."
        )

    def test_a_pipe(self, path: Path) -> None:
        os.mkfifo(path)
        assert refusal(path) == (f"{path} is not a file. Put that right, or give another --store.")

    def test_a_directory_that_is_not_there(self, tmp_path: Path) -> None:
        path = tmp_path / "nowhere" / "chat.sqlite"
        assert refusal(path) == (
            f"there is no directory {path.parent}. Make it first, or give another --store."
        )

    def test_a_file_that_may_not_be_read(self, path: Path) -> None:
        path.touch()
        for each in path.parent, *path.parent.parents[:2]:
            each.chmod(0o755)
        path.chmod(0)
        if not os.geteuid():
            os.chown(path.parent, NOBODY, -1)
        with as_nobody(path.parent):
            why = refusal(path)
        assert why == f"{path}: Permission denied. Put that right, or give another --store."

    def test_a_directory_that_may_not_be_written_to(self, path: Path) -> None:
        path.parent.chmod(0o500)
        with as_nobody(path.parent):
            why = refusal(path)
        path.parent.chmod(0o700)
        assert why == (
            f"the directory {path.parent} cannot be written: Permission denied. Put that right, or"
            " give another --store."
        )

    @pytest.mark.parametrize("content", [b"x" * 20, b"x" * 5000], ids=["short", "long"])
    def test_a_file_that_is_no_database(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        assert refusal(path) == (
            f"{path}: file is not a database. Put that right, or give another --store."
        )
        assert path.read_bytes() == content

    def test_the_database_of_another_program(self, path: Path) -> None:
        sql(path, "CREATE TABLE songs (name)")
        assert refusal(path) == (
            f"{path}: it is the database of another program. Give another file."
        )

    def test_nothing_is_left_beside_the_file_of_another_program(self, path: Path) -> None:
        sql(path, "CREATE TABLE songs (name)")
        refusal(path)
        assert list(path.parent.iterdir()) == [path]

    def test_another_program_s_database_that_is_still_empty(self, path: Path) -> None:
        sql(path, "PRAGMA application_id = 1")
        assert "another program" in refusal(path)
        assert sql(path, "SELECT * FROM sqlite_master") == []

    async def test_a_newer_version(self, opening: Opening, path: Path) -> None:
        opening.first()
        await opening.close()
        newer = len(STEPS) + 1
        sql(path, f"PRAGMA user_version = {newer}")
        assert refusal(path) == (
            f"{path}: it was written by a newer chatd (version {newer} of the file; this one"
            f" knows {len(STEPS)}). Upgrade chatd, or give another file."
        )

    async def test_nothing_is_left_beside_a_file_that_is_refused(
        self, opening: Opening, path: Path
    ) -> None:
        opening.first()
        await opening.close()
        sql(path, f"PRAGMA user_version = {len(STEPS) + 1}")
        refusal(path)
        assert list(path.parent.iterdir()) == [path]

    def test_a_refused_file_is_closed(self, path: Path) -> None:
        path.write_bytes(b"x" * 5000)
        before = descriptors()
        with pytest.raises(StoreError) as caught:
            SqliteStore(StoreReactor(), path)
        assert descriptors() == before, caught  # the error holds no reference to an open file

    async def test_a_file_of_ours_that_is_damaged(self, opening: Opening, path: Path) -> None:
        opening.first()
        await opening.close()
        sql(path, "DROP VIEW log")
        sql(path, "DROP TABLE rooms")
        assert refusal(path) == (
            f"{path}: no such table: rooms. Put that right, or give another --store."
        )
