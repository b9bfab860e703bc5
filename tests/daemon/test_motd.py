"""The message of the day: read as text, or refused in one line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chatd.daemon.motd import MotdError, read_motd
from tests.support.service import refusal


def test_without_a_file_the_text_is_empty() -> None:
    assert read_motd(None) == ""


def test_a_byte_order_mark_and_line_ends_after_the_text_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "motd").write_text("Sé amable.\n\nY breve.\n\n", "utf-8-sig")
    assert read_motd(tmp_path / "motd") == "Sé amable.\n\nY breve."


def test_line_ends_of_other_systems_are_line_ends(tmp_path: Path) -> None:
    (tmp_path / "motd").write_bytes(b"one\r\ntwo\rthree\r\n")
    assert read_motd(tmp_path / "motd") == "one\ntwo\nthree"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "motd")
    with pytest.raises(MotdError, match=r"/motd: it is not a file\.$"):
        read_motd(tmp_path / "motd")


@pytest.mark.parametrize(
    ("content", "why"), [(None, "No such file or directory"), (b"\xff", "it is not UTF-8")]
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    if content is not None:
        (tmp_path / "motd").write_bytes(content)
    with pytest.raises(MotdError) as raised:
        read_motd(tmp_path / "motd")
    assert str(raised.value) == f"cannot read the motd {tmp_path}/motd: {why}."
    assert refusal(tmp_path, "--motd", "motd") == str(raised.value)
