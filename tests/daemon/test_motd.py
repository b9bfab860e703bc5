"""The message of the day: read as text, and read again without harm when that fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from twisted.logger import LogEvent, formatEvent, globalLogPublisher

from chatd.daemon.motd import MotdError, read_motd, renew_motd
from tests.support.logs import Expect
from tests.support.service import refusal
from tests.support.world import World


def test_without_a_file_the_text_is_empty() -> None:
    assert read_motd(None) == ""


def test_a_byte_order_mark_and_line_ends_after_the_text_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "motd").write_text("Sé amable.\n\nY breve.\n\n", "utf-8-sig")
    assert read_motd(tmp_path / "motd") == "Sé amable.\n\nY breve."


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


def test_newcomers_are_shown_the_text_that_was_read_again(tmp_path: Path) -> None:
    world = World()
    (tmp_path / "motd").write_text("New news.")
    renew_motd(world.server, tmp_path / "motd")
    assert world.server.motd == "New news."


def test_a_file_that_cannot_be_read_again_leaves_the_text_and_is_logged(
    tmp_path: Path, expected_errors: Expect
) -> None:
    world = World()
    world.server.change_motd("Old news.")
    renew_motd(world.server, tmp_path / "no\n")
    assert world.server.motd == "Old news."
    (event,) = expected_errors()
    assert formatEvent(event) == (
        f"cannot read the motd {tmp_path}/no^J: No such file or directory. The old one stays."
    )


def test_without_a_file_nothing_is_read_again_and_nothing_logged() -> None:
    world = World()
    world.server.change_motd("Old news.")
    logged: list[LogEvent] = []
    globalLogPublisher.addObserver(logged.append)
    try:
        renew_motd(world.server, None)
    finally:
        globalLogPublisher.removeObserver(logged.append)
    assert (world.server.motd, logged) == ("Old news.", [])
