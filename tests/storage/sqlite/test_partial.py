"""Tests of `chatd.storage.sqlite.partial`: a file that is whole or not there."""

from __future__ import annotations

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
        with partial_file(target) as partial:
            partial.write_bytes(b"first")
            with (
                pytest.raises(StoreError, match=f"another process is writing {target} now."),
                partial_file(target),
            ):
                pass
        assert target.read_bytes() == b"first"

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
