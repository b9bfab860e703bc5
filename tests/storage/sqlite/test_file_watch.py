"""`chatd.storage.sqlite.file_watch`: what other programs did to the files of a store."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from chatd.storage.contract import StoreError
from chatd.storage.sqlite.file_watch import ROUNDED_NS, FileWatch, identity_of
from tests.support.store_files import descriptors

pytestmark = pytest.mark.quick


class WatchHarness:
    """A file and its log, and their watch. ``later`` is the age of their directory, in ns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "chat.sqlite"
        self.log = folder / "chat.sqlite-wal"
        self.later = 0
        self.path.write_bytes(b"x" * 100)
        self.watch = FileWatch(
            self.path, identity_of(os.stat(self.path)), lambda: time.time_ns() + self.later
        )
        self.log.write_bytes(b"y" * 50)

    def settle(self) -> None:
        """Let so much time pass that the directory is trusted, and look at it."""
        # Set, because a kernel may give a change that follows at once the same time.
        os.utime(self.folder, (0, 0))
        self.later = 2 * ROUNDED_NS
        self.watch.compare()


@pytest.fixture(params=["just changed", "settled"])
def harness(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[WatchHarness]:
    (tmp_path / "store").mkdir()
    harness = WatchHarness(tmp_path / "store")
    harness.watch.remember()
    if request.param == "settled":
        harness.settle()
    yield harness
    harness.watch.close()


def replace(path: Path) -> None:
    path.rename(path.with_suffix(".away"))
    path.write_bytes(b"x" * 1000)


class TestNames:
    def test_files_that_nothing_happened_to(self, harness: WatchHarness) -> None:
        assert not harness.watch.compare()

    @pytest.mark.parametrize("name", ["path", "log"])
    def test_a_deleted_file(self, harness: WatchHarness, name: str) -> None:
        path: Path = getattr(harness, name)
        path.unlink()
        with pytest.raises(StoreError) as why:
            harness.watch.compare()
        assert str(why.value) == f"{path}: No such file or directory. Put the file back."

    @pytest.mark.parametrize("name", ["path", "log"])
    def test_a_replaced_file(self, harness: WatchHarness, name: str) -> None:
        path: Path = getattr(harness, name)
        replace(path)
        with pytest.raises(StoreError) as why:
            harness.watch.compare()
        assert str(why.value) == f"{path} was replaced while in use. Put the old file back."

    @pytest.mark.parametrize("do", [Path.unlink, replace])
    def test_it_is_reported_until_the_file_is_put_back(
        self, harness: WatchHarness, do: Callable[[Path], None]
    ) -> None:
        kept = harness.folder / "kept"
        kept.hardlink_to(harness.path)
        do(harness.path)
        for _ in range(2):
            with pytest.raises(StoreError):
                harness.watch.compare()
        kept.replace(harness.path)
        assert not harness.watch.compare()

    @pytest.mark.parametrize("again", [False, True])
    def test_a_directory_that_is_gone_or_is_another_one(
        self, harness: WatchHarness, again: bool
    ) -> None:
        harness.folder.rename(harness.folder.with_suffix(".away"))
        if again:
            harness.folder.mkdir()
            os.utime(harness.folder, (0, 0))
        with pytest.raises(StoreError, match="No such file or directory"):
            harness.watch.compare()

    def test_a_log_that_came_later_is_known_from_then_on(self, harness: WatchHarness) -> None:
        watch = FileWatch(harness.path, identity_of(os.stat(harness.path)))
        harness.log.unlink()
        watch.compare()
        watch.remember()
        harness.log.write_bytes(b"y")
        watch.remember()
        harness.log.unlink()
        with pytest.raises(StoreError):
            watch.compare()
        watch.close()


class TestDirectory:
    @pytest.fixture
    def looked_up(self, harness: WatchHarness, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Return the paths that are looked up after this."""
        paths: list[str] = []
        stat = os.stat

        def spy(path: str) -> os.stat_result:
            paths.append(path)
            return stat(path)

        monkeypatch.setattr(os, "stat", spy)
        return paths

    @pytest.mark.parametrize("harness", ["settled"], indirect=True)
    def test_no_name_is_looked_up_while_it_is_unchanged(
        self, harness: WatchHarness, looked_up: list[str]
    ) -> None:
        harness.watch.compare()
        assert looked_up == [str(harness.folder)]

    @pytest.mark.parametrize("harness", ["just changed"], indirect=True)
    def test_names_are_looked_up_while_a_further_change_may_get_the_same_time(
        self, harness: WatchHarness, looked_up: list[str]
    ) -> None:
        for _ in range(2):
            harness.watch.compare()
        assert looked_up == 2 * [str(harness.folder), str(harness.path), str(harness.log)]

    @pytest.mark.parametrize("harness", ["settled"], indirect=True)
    def test_names_are_looked_up_once_after_a_change(
        self, harness: WatchHarness, looked_up: list[str]
    ) -> None:
        harness.folder.joinpath("other").touch()
        for _ in range(2):
            harness.watch.compare()
        assert looked_up.count(str(harness.path)) == 1


class TestSizes:
    @pytest.mark.parametrize("name", ["path", "log"])
    def test_a_file_that_got_shorter(self, harness: WatchHarness, name: str) -> None:
        os.truncate(getattr(harness, name), 49)
        assert harness.watch.compare()

    def test_a_file_that_grew(self, harness: WatchHarness) -> None:
        os.truncate(harness.path, 1000)
        assert not harness.watch.compare()

    def test_a_shorter_size_is_compared_with_once_it_is_accepted(
        self, harness: WatchHarness
    ) -> None:
        os.truncate(harness.path, 49)
        harness.watch.remember()
        assert not harness.watch.compare()
        os.truncate(harness.path, 48)
        assert harness.watch.compare()

    def test_are_those_of_the_file_and_its_log(self, harness: WatchHarness) -> None:
        assert (harness.watch.size, harness.watch.log_size) == (150, 50)

    def test_a_part_of_the_log_is_read(self, harness: WatchHarness) -> None:
        harness.log.write_bytes(b"0123456789")
        assert harness.watch.read_log(3, 5) == b"567"

    def test_nothing_is_read_of_a_log_that_is_not_there(self, harness: WatchHarness) -> None:
        watch = FileWatch(harness.path, identity_of(os.stat(harness.path)))
        assert watch.read_log(3, 5) == b""


class TestDescriptors:
    def test_there_is_none_before_the_first_transaction(self, harness: WatchHarness) -> None:
        before = descriptors()
        FileWatch(harness.path, identity_of(os.stat(harness.path))).compare()
        assert descriptors() == before

    def test_none_is_left_when_it_is_closed(self, harness: WatchHarness) -> None:
        before = descriptors()
        watch = FileWatch(harness.path, identity_of(os.stat(harness.path)))
        watch.remember()
        assert descriptors() == before + 2
        watch.close()
        assert descriptors() == before

    def test_a_file_that_was_replaced_before_is_not_kept_open(self, harness: WatchHarness) -> None:
        before = descriptors()
        watch = FileWatch(harness.path, identity_of(os.stat(harness.path)))
        replace(harness.path)
        watch.remember()
        assert descriptors() == before + 1  # the log
        with suppress(StoreError):
            watch.compare()
        watch.close()
