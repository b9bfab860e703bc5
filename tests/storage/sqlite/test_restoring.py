"""Tests of `chatd.storage.sqlite.restoring`: the back-up or the old store is there, and whole."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import closing
from pathlib import Path

import pytest

from chatd.storage.contract import StoreError
from chatd.storage.sqlite import restoring
from chatd.storage.sqlite.archive import Archive
from chatd.storage.sqlite.backup import back_up
from chatd.storage.sqlite.examination import Examination
from chatd.storage.sqlite.restoring import Restored, open_back_up, restore
from tests.support.store_files import (
    Opening,
    descriptors,
    no_file_grows_beyond,
    of_version,
    refusal,
    sql,
)
from tests.support.stores import StoreHarness, draft, texts

pytestmark = pytest.mark.quick


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "copies").mkdir(mode=0o700)
    return tmp_path / "copies" / "copy.sqlite"


async def saved(opening: Opening, path: Path, copy: Path) -> None:
    """Say a line, back it up, and say another one."""
    harness = await opening.again()
    await harness.say(draft("saved"))
    back_up(path, copy)
    await harness.say(draft("later"))


def restored(copy: Path, path: Path) -> Restored:
    return restore(open_back_up(copy), copy, path)


def refused(copy: Path, path: Path) -> str:
    """Return the one line with which a back-up is not restored."""
    with pytest.raises(StoreError) as caught:
        restored(copy, path)
    why = str(caught.value)
    assert "\n" not in why
    return why


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if each.is_file()}


async def said(harness: StoreHarness) -> list[str]:
    return texts(await harness.everything())


class TestRestore:
    async def test_puts_the_back_up_in_place_and_the_store_aside(
        self, opening: Opening, path: Path, copy: Path
    ) -> None:
        await saved(opening, path, copy)
        await opening.close()
        found, aside = restored(copy, path)
        assert (found.lines, aside) == (1, path.with_name("chat.sqlite.old-1"))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert copy.exists()
        assert aside is not None
        assert sql(aside, "SELECT text FROM events") == [("saved",), ("later",)]
        harness = opening.first()
        await harness.say(draft("next"))
        assert [(each.seq, each.text) for each in await harness.everything()] == [
            (1, "saved"),
            (2, "next"),
        ]

    async def test_keeps_each_store_that_was_there(
        self, opening: Opening, path: Path, copy: Path
    ) -> None:
        await saved(opening, path, copy)
        await opening.close()
        for number in 1, 2:
            assert restored(copy, path).aside == path.with_name(f"chat.sqlite.old-{number}")

    async def test_takes_no_name_of_another_file(
        self, opening: Opening, path: Path, copy: Path
    ) -> None:
        await saved(opening, path, copy)
        await opening.close()
        path.with_name("chat.sqlite-wal").touch()
        path.with_name("chat.sqlite.old-1-wal").write_text("another one")
        assert restored(copy, path).aside == path.with_name("chat.sqlite.old-2")
        assert path.with_name("chat.sqlite.old-1-wal").read_text() == "another one"

    async def test_keeps_lines_that_are_only_in_the_log_of_the_store(
        self, opening: Opening, path: Path, copy: Path, tmp_path: Path
    ) -> None:
        await saved(opening, path, copy)
        crashed = tmp_path / "crashed.sqlite"
        for suffix in "", "-wal":
            shutil.copy(f"{path}{suffix}", f"{crashed}{suffix}")
        aside = restored(copy, crashed).aside
        assert aside is not None
        assert sql(aside, "SELECT text FROM events") == [("saved",), ("later",)]
        assert sql(crashed, "SELECT text FROM events") == [("saved",)]

    async def test_makes_a_store_where_none_is(
        self, opening: Opening, path: Path, copy: Path, tmp_path: Path
    ) -> None:
        await saved(opening, path, copy)
        assert restored(copy, tmp_path / "new.sqlite").aside is None
        assert sql(tmp_path / "new.sqlite", "SELECT text FROM events") == [("saved",)]
        assert not {"new.sqlite.lock", "new.sqlite.restored"} & names(tmp_path)

    async def test_takes_a_copy_of_a_stopped_store_that_was_read(
        self, opening: Opening, path: Path, copy: Path, tmp_path: Path
    ) -> None:
        """SQLite makes an empty log and an index of it beside such a file."""
        await saved(opening, path, copy)
        await opening.close()
        copy.write_bytes(path.read_bytes())
        with closing(Archive(copy)) as archive:
            archive.rooms()
        assert copy.with_name("copy.sqlite-shm").stat().st_size
        assert restored(copy, tmp_path / "new.sqlite").found.lines == 2
        assert names(tmp_path) == {"chat.sqlite", "chat.sqlite.last-backup", "new.sqlite"} | {
            "chat.sqlite.lock"
        }

    async def test_has_its_names_on_the_disk_at_each_step(
        self, opening: Opening, path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await saved(opening, path, copy)
        await opening.close()
        steps: list[set[str]] = []
        sync = restoring.sync_folder

        def sync_folder(folder: Path) -> None:
            steps.append(names(folder))
            sync(folder)

        monkeypatch.setattr(restoring, "sync_folder", sync_folder)
        restored(copy, path)
        always = {"chat.sqlite.old-1", "chat.sqlite.last-backup", "chat.sqlite.lock"}
        assert steps == [always | {"chat.sqlite.restored"}, always | {"chat.sqlite"}]

    async def test_holds_the_lock_of_the_store(
        self, opening: Opening, path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await saved(opening, path, copy)
        await opening.close()
        told: list[str] = []
        examine = restoring.examine_file

        def examine_file(file: Path, called: Path | None = None) -> Examination:
            told.append(refusal(path))
            return examine(file, called)

        monkeypatch.setattr(restoring, "examine_file", examine_file)
        restored(copy, path)
        assert f"is in use by another chatd, process {os.getpid()}." in told[0]

    async def test_is_refused_while_a_daemon_runs(
        self, opening: Opening, path: Path, copy: Path
    ) -> None:
        await saved(opening, path, copy)
        assert refused(copy, path).startswith(
            f"{path} is in use by another chatd, process {os.getpid()}. Stop that one, or "
        )
        await opening.close()

    @pytest.mark.parametrize("version", range(1, 6))
    async def test_takes_an_older_file_which_is_upgraded_when_it_is_opened(
        self, opening: Opening, path: Path, copy: Path, version: int
    ) -> None:
        assert restored(of_version(version, copy), path).found.version == version
        assert names(path.parent) == {"chat.sqlite"}
        assert sum(room.head for room in opening.first().store.rooms()) == 5

    @pytest.mark.parametrize(
        ("statement", "why"),
        [
            ("PRAGMA user_version = 99", ": it was written by a newer chatd (version 99 of the "),
            ("PRAGMA application_id = 7", ": it is the database of another program."),
            ("DELETE FROM events", ""),
        ],
    )
    async def test_refuses_what_is_no_sound_back_up(
        self, opening: Opening, path: Path, copy: Path, statement: str, why: str
    ) -> None:
        await saved(opening, path, copy)
        await opening.close()
        sql(copy, statement)
        if not why:
            sql(copy, "INSERT INTO strands VALUES (1, 0, 0)")
            why = " has a fault: the time index has a stretch without its line, 1"
        before = names(path.parent)
        assert refused(copy, path).startswith(f"{copy}{why}")
        assert names(path.parent) == before - {"chat.sqlite.lock"}
        assert await said(opening.first()) == ["saved", "later"]

    @pytest.mark.parametrize("content", [b"", b"a letter, and no back-up" * 99])
    async def test_refuses_another_file(
        self, opening: Opening, path: Path, copy: Path, content: bytes
    ) -> None:
        copy.write_bytes(content)
        assert refused(copy, path).startswith(f"{copy}: ")
        assert names(path.parent) == set()

    async def test_puts_no_folder_aside(self, opening: Opening, path: Path, copy: Path) -> None:
        await saved(opening, path, copy)
        folder = path.with_name("folder")
        folder.mkdir()
        assert refused(copy, folder) == f"{folder} is not a file. Name the store of the daemon."
        assert folder.is_dir()

    async def test_refuses_the_store_itself(self, opening: Opening, path: Path, copy: Path) -> None:
        await saved(opening, path, copy)
        await opening.close()
        assert refused(path, path) == f"{path} is the store itself. Give another FILE."

    async def test_refuses_a_store_that_a_daemon_writes(
        self, opening: Opening, path: Path, copy: Path, tmp_path: Path
    ) -> None:
        await saved(opening, path, copy)
        why = f"{path} is no back-up: lines of it are in chat.sqlite-wal. "
        assert refused(path, tmp_path / "new.sqlite").startswith(why)

    def test_refuses_what_is_no_file(self, path: Path, copy: Path) -> None:
        before = descriptors()
        os.mkfifo(copy)
        assert refused(copy, path) == f"{copy} is not a file."
        assert refused(copy.parent, path) == f"{copy.parent} is not a file."
        assert refused(copy / "no", path) == f"{copy}/no: {os.strerror(20)}."
        assert descriptors() == before

    async def test_on_a_full_disk_leaves_the_store_alone(
        self, opening: Opening, path: Path, copy: Path
    ) -> None:
        await saved(opening, path, copy)
        await opening.close()
        before = names(path.parent)
        with no_file_grows_beyond(10_000):
            assert refused(copy, path) == f"{path}.restored: {os.strerror(27)}."
        assert names(path.parent) == before - {"chat.sqlite.lock"}
        assert await said(opening.first()) == ["saved", "later"]

    @pytest.mark.parametrize("done", range(1, 5))
    async def test_that_is_interrupted_is_told_and_can_be_ended(
        self,
        opening: Opening,
        path: Path,
        copy: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        done: int,
    ) -> None:
        await saved(opening, path, copy)
        crashed = tmp_path / "crashed.sqlite"
        for suffix in "", "-wal", "-shm":
            shutil.copy(f"{path}{suffix}", f"{crashed}{suffix}")
        renames = 0
        rename = os.rename

        def interrupted(old: Path, new: Path) -> None:
            nonlocal renames
            if renames == done:
                raise KeyboardInterrupt
            renames += 1
            rename(old, new)

        with monkeypatch.context() as patched:
            patched.setattr(os, "rename", interrupted)
            with pytest.raises(KeyboardInterrupt):
                restored(copy, crashed)
        told = f"a restore of {crashed} was interrupted. Run chatd restore again."
        assert refusal(crashed) == told
        with pytest.raises(StoreError, match=told):
            Archive(crashed).rooms()
        restored(copy, crashed)
        aside = tmp_path / "crashed.sqlite.old-1"
        assert not aside.with_name("crashed.sqlite.old-2").exists()
        assert sql(aside, "SELECT text FROM events") == [("saved",), ("later",)]
        assert sql(crashed, "SELECT text FROM events") == [("saved",)]

    async def test_that_is_interrupted_before_it_is_whole_changes_nothing(
        self, opening: Opening, path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await saved(opening, path, copy)
        await opening.close()
        with monkeypatch.context() as patched:
            patched.setattr(os, "rename", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                restored(copy, path)
        assert await said(opening.first()) == ["saved", "later"]
