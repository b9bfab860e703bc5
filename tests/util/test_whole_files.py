"""`chatd.util.whole_files`: which files are read, and what others raise."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chatd.util import whole_files
from chatd.util.whole_files import content_of, text_in


def error_of(path: Path) -> tuple[str | None, str]:
    """Return the words and the path of the error that a path causes."""
    with pytest.raises(OSError) as raised:  # noqa: PT011 - each number is right
        content_of(path)
    return raised.value.strerror, raised.value.filename


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a\r\n\xff")
    assert content_of(tmp_path / "file") == b"a\r\n\xff"


def test_a_file_of_the_largest_size_is_read_and_no_larger_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_files, "MAX_BYTES", 3)
    file = tmp_path / "file"
    file.write_bytes(b"123")
    assert content_of(file) == b"123"
    file.write_bytes(b"1234")
    assert error_of(file) == ("it has more than 3 bytes", str(file))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert error_of(tmp_path / "pipe") == ("it is not a file", str(tmp_path / "pipe"))


def test_a_folder_and_a_device_are_no_files(tmp_path: Path) -> None:
    assert error_of(tmp_path) == ("it is not a file", str(tmp_path))
    assert error_of(Path("/dev/zero")) == ("it is not a file", "/dev/zero")


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    before = len(os.listdir("/dev/fd"))
    error_of(tmp_path)
    (tmp_path / "file").touch()
    content_of(tmp_path / "file")
    assert len(os.listdir("/dev/fd")) == before


def test_a_byte_order_mark_is_no_part_of_a_text() -> None:
    assert text_in(b"\xef\xbb\xbfhola") == "hola"
