"""Tests of `chatd.storage.sqlite.backup`: one moment of a store, in a file of its own."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from chatd.event import Record
from chatd.storage.contract import StoreError
from chatd.storage.sqlite.backup import FLUSHED_BYTES, back_up, last_back_up
from chatd.storage.sqlite.store import SqliteStore
from tests.support.store_files import (
    SECRET,
    Opening,
    held,
    in_index,
    no_file_grows_beyond,
    of_version,
    sql,
)
from tests.support.stores import StoreHarness, StoreReactor, draft

pytestmark = pytest.mark.quick

ALL = "SELECT * FROM events ORDER BY id"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "copies").mkdir(mode=0o700)
    return tmp_path / "copies" / "copy.sqlite"


def refused(path: Path, target: Path) -> str:
    """Return the one line with which a back-up is refused."""
    with pytest.raises(StoreError) as caught:
        back_up(path, target)
    why = str(caught.value)
    assert "\n" not in why
    return why


class TestBackUp:
    async def test_has_the_lines_and_records_and_is_private(
        self, harness: StoreHarness, path: Path, target: Path
    ) -> None:
        await harness.say(draft("a"), draft("b", room="ops"), draft("c"))
        await harness.write_records(Record("account", "ana", "{}"))
        found = back_up(path, target)
        assert (found.lines, [room.name for room in found.rooms]) == (3, ["lobby", "ops"])
        assert sql(target, ALL) == sql(path, ALL)
        assert sql(target, "SELECT * FROM records") == [("account", "ana", "{}", None)]
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        assert list(target.parent.iterdir()) == [target]

    async def test_is_opened_by_a_daemon_which_indexes_it_again(
        self, harness: StoreHarness, path: Path, target: Path, opening: Opening
    ) -> None:
        await harness.say(draft("zebra"))
        await harness.catch_up()
        back_up(path, target)
        assert sql(target, "SELECT name FROM sqlite_master WHERE name GLOB 'search*'") == []
        restored = StoreHarness.in_file(target)
        await restored.catch_up()
        assert in_index(target, "zeb") == [1]
        await restored.say(draft("next"))
        assert [event.seq for event in await restored.everything()] == [1, 2]
        await restored.store.close()

    async def test_has_no_byte_of_deleted_lines(
        self, harness: StoreHarness, path: Path, target: Path
    ) -> None:
        await harness.say(draft(SECRET), draft("b"))
        await harness.catch_up()
        await harness.store.forget("lobby", 1)  # the index is not rewritten yet
        back_up(path, target)
        assert held(target) == set()
        assert b"zeb" not in target.read_bytes()
        assert sql(target, "SELECT head, indexed FROM rooms") == [(2, 0)]
        assert sql(target, "SELECT * FROM chores") == []

    async def test_is_written_to_the_disk_in_small_parts(
        self,
        harness: StoreHarness,
        path: Path,
        target: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """So no commit of the daemon waits until all of it is on the disk."""
        await harness.say(*(draft("x" * 4000) for _ in range(1500)))
        grown: list[int] = []
        fsync = os.fsync

        def watched(descriptor: int) -> None:
            grown.append(os.fstat(descriptor).st_size)
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", watched)
        back_up(path, target)
        parts = grown[: grown.index(target.stat().st_size) + 1]  # others are of other files
        steps = [after - before for before, after in zip([0, *parts], parts, strict=False)]
        assert len(steps) > 3
        assert min(steps[:-1]) >= FLUSHED_BYTES
        assert max(steps) < 4 * FLUSHED_BYTES  # SQLite itself keeps some pages

    async def test_has_its_time_stored_beside_the_store(
        self, harness: StoreHarness, path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert last_back_up(path) is None
        monkeypatch.setattr("time.time", lambda: 1_795_300_000.9)
        back_up(path, target)
        assert last_back_up(path) == 1_795_300_000
        monkeypatch.setattr("time.time", lambda: 1_795_400_000.0)
        refused(path, path)
        assert last_back_up(path) == 1_795_300_000
        path.with_name("chat.sqlite.last-backup").write_text("yesterday")
        assert last_back_up(path) is None

    async def test_succeeds_where_its_time_cannot_be_stored(
        self, harness: StoreHarness, path: Path, target: Path
    ) -> None:
        path.with_name("chat.sqlite.last-backup.part").mkdir()
        back_up(path, target)
        assert last_back_up(path) is None

    async def test_replaces_an_earlier_one(
        self, harness: StoreHarness, path: Path, target: Path
    ) -> None:
        await harness.say(draft("a"))
        back_up(path, target)
        await harness.say(draft("b"))
        back_up(path, target)
        assert sql(target, "SELECT text FROM events") == [("a",), ("b",)]

    @pytest.mark.parametrize("version", range(1, 6))
    def test_of_an_older_file_stays_of_its_version(
        self, version: int, path: Path, target: Path
    ) -> None:
        assert back_up(of_version(version, path), target).version == version
        store = SqliteStore(StoreReactor(), target)  # type: ignore[arg-type]
        assert sum(room.head for room in store.rooms()) == 5
        store._file.lock.release()

    @pytest.mark.parametrize(
        "suffix", ["", "-wal", "-shm", "-journal", ".lock", ".control", ".last-backup"]
    )
    async def test_is_never_a_file_of_the_store(
        self, harness: StoreHarness, path: Path, suffix: str
    ) -> None:
        await harness.say(draft("a"))
        target = path.with_name(path.name + suffix)
        assert (
            refused(path, target) == f"{target} is a file of the store itself. Give another FILE."
        )
        await harness.say(draft("b"))
        assert len(await harness.everything()) == 2

    async def test_does_not_replace_another_name_of_the_store(
        self, opening: Opening, path: Path, target: Path
    ) -> None:
        await opening.first().say(draft("a"))
        os.link(path, target)
        assert refused(path, target) == f"{target} is the store itself. Give another FILE."

    async def test_does_not_replace_another_store(
        self, harness: StoreHarness, path: Path, target: Path
    ) -> None:
        other = StoreHarness.in_file(target)
        await other.say(draft("other"))
        await other.store.close()
        why = f"{target} is a store that was used: copy.sqlite.lock is beside it."
        assert refused(path, target).startswith(why)
        assert sql(target, "SELECT text FROM events") == [("other",)]

    @pytest.mark.parametrize(
        "suffix", ["-wal", "-shm", "-journal", ".lock", ".control", ".last-backup"]
    )
    async def test_does_not_replace_a_file_that_another_program_has_used(
        self, harness: StoreHarness, path: Path, target: Path, suffix: str
    ) -> None:
        back_up(path, target)
        beside = target.with_name(target.name + suffix)
        beside.touch()
        why = f"{target} is a store that was used: {beside.name} is beside it. Give another FILE."
        assert refused(path, target) == why

    @pytest.mark.parametrize("content", [b"", b"a letter", b"SQLite format 3\0" + b"x" * 200])
    def test_does_not_replace_another_file(
        self, harness: StoreHarness, path: Path, target: Path, content: bytes
    ) -> None:
        target.write_bytes(content)
        why = f"{target} is there, and no back-up of chatd. Give another FILE."
        assert refused(path, target) == why
        assert target.read_bytes() == content

    def test_does_not_wait_for_a_pipe(
        self, harness: StoreHarness, path: Path, target: Path
    ) -> None:
        os.mkfifo(target)
        assert "no back-up of chatd" in refused(path, target)

    def test_is_refused_without_a_folder(self, harness: StoreHarness, path: Path) -> None:
        assert refused(path, path / "no" / "copy") == (
            f"there is no directory {path}/no. Make it first."
        )
        assert refused(path, path.parent) == f"{path.parent} is a directory. Name a file in it."

    async def test_on_a_full_disk_leaves_nothing_and_harms_nothing(
        self, harness: StoreHarness, path: Path, target: Path
    ) -> None:
        await harness.say(*(draft("x" * 1000) for _ in range(300)))
        with no_file_grows_beyond(100_000):
            assert refused(path, target).startswith(f"{target}: ")
        assert list(target.parent.iterdir()) == []
        await harness.say(draft("b"))
        assert len(await harness.everything()) == 301

    @pytest.mark.parametrize(
        "error", [OSError(errno.EIO, os.strerror(errno.EIO)), KeyboardInterrupt()]
    )
    async def test_ends_if_it_cannot_be_written_to_the_disk_or_is_interrupted(
        self,
        harness: StoreHarness,
        path: Path,
        target: Path,
        monkeypatch: pytest.MonkeyPatch,
        error: BaseException,
    ) -> None:
        await harness.say(*(draft("x" * 4000) for _ in range(1000)))

        errors = [error]

        def fsync(descriptor: int) -> None:
            if errors:
                raise errors.pop()

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", fsync)
            if isinstance(error, OSError):
                assert refused(path, target) == f"{target}: {os.strerror(errno.EIO)}."
            else:
                with pytest.raises(KeyboardInterrupt):
                    back_up(path, target)
        assert list(target.parent.iterdir()) == []

    async def test_keeps_the_earlier_one_if_the_store_has_a_fault(
        self, harness: StoreHarness, path: Path, target: Path
    ) -> None:
        await harness.say(draft("a"), draft("b"), draft("c"))
        back_up(path, target)
        sql(path, "DELETE FROM events WHERE text = 'b'")
        assert refused(path, target) == f"{path} has a fault: #lobby 3: the line before it is 1"
        assert len(sql(target, ALL)) == 3
        assert list(target.parent.iterdir()) == [target]

    async def test_of_a_damaged_store_is_one_line(
        self, opening: Opening, path: Path, target: Path
    ) -> None:
        await opening.first().say(*(draft("x" * 1000) for _ in range(300)))
        await opening.close()
        sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
        content = bytearray(path.read_bytes())
        content[8192:-4096] = b"\xaa" * len(content[8192:-4096])
        path.write_bytes(content)
        assert refused(path, target).startswith(f"{path} is damaged")
        assert list(target.parent.iterdir()) == []

    def test_of_nothing_is_refused(self, path: Path, target: Path) -> None:
        path.touch()
        assert refused(path, target) == f"{path}: it is empty."
