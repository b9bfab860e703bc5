"""Tests of `chatd.storage.sqlite.partial`: a file that is whole or not there."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path

import pytest

from chatd.storage.contract import StoreError
from chatd.storage.sqlite.partial import partial_file
from tests.support.store_files import descriptors

pytestmark = pytest.mark.quick


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "copy"


class TestPartialFile:
    def test_gets_its_name_when_it_is_whole(self, target: Path) -> None:
        with partial_file(target) as partial:
            assert (partial.read_bytes(), stat.S_IMODE(partial.stat().st_mode)) == (b"", 0o600)
            partial.write_bytes(b"whole")
            assert not target.exists()
        assert target.read_bytes() == b"whole"
        assert list(target.parent.iterdir()) == [target]

    def test_is_removed_after_an_error(self, target: Path) -> None:
        before = descriptors()
        target.write_bytes(b"earlier")
        with pytest.raises(ZeroDivisionError), partial_file(target):
            raise ZeroDivisionError
        assert target.read_bytes() == b"earlier"
        assert list(target.parent.iterdir()) == [target]
        assert descriptors() == before

    def test_of_a_process_that_was_killed_is_replaced(self, target: Path) -> None:
        target.with_name("copy.part").write_bytes(b"half of it, and more")
        with partial_file(target) as partial:
            assert partial.read_bytes() == b""
        assert target.read_bytes() == b""

    def test_is_not_written_by_two_at_once(self, target: Path) -> None:
        before = descriptors()
        with partial_file(target) as partial:
            partial.write_bytes(b"first")
            with (
                pytest.raises(StoreError, match=f"another process is writing {target} now."),
                partial_file(target),
            ):
                pass
        assert target.read_bytes() == b"first"
        assert descriptors() == before

    def test_is_on_the_disk_before_it_gets_its_name_and_the_name_after_it(
        self, target: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        steps: list[str] = []
        before = descriptors()

        def fsync(descriptor: int) -> None:
            mode = os.fstat(descriptor).st_mode
            steps.append("folder" if stat.S_ISDIR(mode) else "file")

        def rename(old: Path, new: Path) -> None:
            steps.append("name")
            os.replace(old, new)

        monkeypatch.setattr(os, "fsync", fsync)
        monkeypatch.setattr(os, "rename", rename)
        with partial_file(target):
            pass
        assert steps == ["file", "name", "folder"]
        assert descriptors() == before

    @pytest.mark.parametrize("others", [b"of another process", None])
    def test_of_another_process_is_not_removed(self, target: Path, others: bytes | None) -> None:
        def replace(partial: Path) -> None:
            partial.unlink()
            if others is not None:
                partial.write_bytes(others)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError), partial_file(target) as partial:
            replace(partial)
        assert [each.read_bytes() for each in target.parent.iterdir()] == [others] * bool(others)

    @pytest.mark.parametrize("again", [False, True])
    def test_that_got_its_name_meanwhile_is_left_alone(
        self, target: Path, monkeypatch: pytest.MonkeyPatch, again: bool
    ) -> None:
        before = descriptors()
        partial = target.with_name("copy.part")
        partial.write_bytes(b"whole")
        flock = fcntl.flock

        def late(descriptor: int, operation: int) -> None:
            """Lock the file when the process that had the lock is done."""
            monkeypatch.setattr(fcntl, "flock", flock)
            flock(descriptor, operation)
            partial.rename(target)
            if again:  # a third process has begun, and was killed
                partial.write_bytes(b"half")

        monkeypatch.setattr(fcntl, "flock", late)
        with partial_file(target):
            assert target.read_bytes() == b"whole"
            assert partial.read_bytes() == b""
        assert descriptors() == before

    def test_that_cannot_be_locked_is_one_line(
        self, target: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def flock(descriptor: int, operation: int) -> None:
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        before = descriptors()
        monkeypatch.setattr(fcntl, "flock", flock)
        why = f"{target}.part: {os.strerror(errno.ENOLCK)}."
        with pytest.raises(StoreError, match=why), partial_file(target):
            pass
        assert descriptors() == before

    def test_that_is_a_link_is_not_followed(self, target: Path, tmp_path: Path) -> None:
        (tmp_path / "other").write_bytes(b"other")
        target.with_name("copy.part").symlink_to("other")
        with pytest.raises(StoreError, match="is a link"), partial_file(target):
            pass
        assert (tmp_path / "other").read_bytes() == b"other"

    def test_in_no_folder_is_one_line(self, tmp_path: Path) -> None:
        why = f"{tmp_path}/no/copy.part: {os.strerror(2)}."
        with pytest.raises(StoreError, match=why), partial_file(tmp_path / "no" / "copy"):
            pass
