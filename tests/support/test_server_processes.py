"""`tests.support.server_processes`: folders that are gone in the end, and ports that are free."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
from pathlib import Path

import pytest

from tests.support import server_processes
from tests.support.server_processes import (
    LOCKED_SECONDS,
    PREFIX,
    free_ports,
    temporary_folder,
    wait_until,
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have temporary folders made in a place of the test."""
    monkeypatch.setattr(server_processes, "IN_MEMORY", tmp_path)
    return tmp_path


class TestTemporaryFolder:
    def test_is_for_its_user_alone_and_gone_in_the_end(self, place: Path) -> None:
        with temporary_folder(None) as folder:
            assert folder.parent == place
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            (folder / "file").touch()
        assert list(place.iterdir()) == []

    def test_of_a_killed_process_is_removed_by_the_next(self, place: Path) -> None:
        left = place / f"{PREFIX}left"
        left.mkdir()
        os.utime(left, (0, left.stat().st_mtime - 2 * LOCKED_SECONDS))
        with temporary_folder(None):
            assert not left.exists()

    def test_that_is_in_use_is_left(self, place: Path) -> None:
        with temporary_folder(None) as used:
            os.utime(used, (0, used.stat().st_mtime - 2 * LOCKED_SECONDS))
            with temporary_folder(None):
                assert used.exists()

    def test_is_on_the_disk_without_room_in_memory(
        self, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        disk = place / "disk"
        disk.mkdir()
        monkeypatch.setattr(server_processes, "ROOM", 2**80)
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        with temporary_folder(None) as folder:
            assert folder.parent == disk


def test_ports_in_a_row_are_free() -> None:
    first = free_ports(3)
    for port in range(first, first + 3):
        socket.create_server(("127.0.0.1", port)).close()


def test_waiting_in_vain_fails() -> None:
    with pytest.raises(AssertionError, match="it is late"):
        wait_until(lambda: False, "it is late", 0.01)
