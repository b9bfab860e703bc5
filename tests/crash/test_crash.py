"""No line that anybody saw is lost, in short: some kills, some power cuts. See `tests.crash`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatd.stores.sqlite import STEPS
from tests.crash import disk

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.skipif(bool(disk.why_not()), reason=disk.why_not())


@pytest.fixture
def memory() -> Iterator[Path]:
    """A directory in memory, where there is one: for what needs no real disk."""
    fast = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="chatd-", dir=fast) as directory:
        yield Path(directory)


def crash(directory: Path, *arguments: str, sabotage: str = "") -> tuple[int, str]:
    """Run the command; gives its status and output. ``sabotage`` is done to its daemons first."""
    library = disk.build(directory)
    code = "import sys; from tests.crash.__main__ import main; sys.exit(main())"
    if sabotage:
        code = f"from tests.crash import sabotage; sabotage.{sabotage}(); {code}"
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={
            **{key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")},
            "LD_PRELOAD": str(library),
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(directory),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return run.returncode, run.stdout


def test_25_kills_lose_nothing(tmp_path: Path) -> None:
    status, said = crash(tmp_path, "--kills", "25")
    assert status == 0, said
    assert "25 kills:" in said
    assert " 0 of them private" not in said
    assert " 0 faults" in said
    assert " 0 changes answered" not in said
    assert " 0 of them again" not in said
    assert " 0 times somebody went on" not in said


def test_a_daemon_in_a_new_interpreter_loses_nothing_either(tmp_path: Path) -> None:
    status, said = crash(tmp_path, "--kills", "2", "--fresh")
    assert status == 0, said


def test_a_daemon_that_shows_lines_before_they_are_committed_is_found_out(tmp_path: Path) -> None:
    status, said = crash(tmp_path, "--kills", "25", sabotage="show_before_commit")
    assert status == 1, said
    assert "what is not stored" in said


def test_a_daemon_that_keeps_keys_in_another_transaction_than_their_lines_is_found_out(
    memory: Path,
) -> None:
    status, said = crash(memory, "--kills", "25", sabotage="keep_keys_later")
    assert status == 1, said
    assert "stored twice" in said
    status, said = crash(memory, "--kills", "25", sabotage="keep_keys_first")
    assert status == 1, said
    assert "their key is kept as" in said


def test_a_daemon_that_leaves_out_a_line_for_those_who_come_back_is_found_out(memory: Path) -> None:
    status, said = crash(memory, "--kills", "5", sabotage="pass_one_over")
    assert status == 1, said
    assert " right after " in said


def test_a_daemon_that_answers_changes_before_they_are_committed_is_found_out(
    memory: Path,
) -> None:
    status, said = crash(memory, "--kills", "100", sabotage="answer_before_commit")
    assert status == 1, said
    assert "was answered to be" in said


def test_a_daemon_that_keeps_what_a_deed_changes_without_the_deed_is_found_out(
    memory: Path,
) -> None:
    status, said = crash(memory, "--commits", "6", sabotage="log_deeds_later")
    assert status == 1, said
    assert "by the deeds in the log" in said


@pytest.mark.deadline(150)
def test_power_cuts_lose_nothing(memory: Path) -> None:
    status, said = crash(memory, "--commits", "8")
    assert status == 0, said
    assert " 0 faults" in said


def test_a_daemon_that_does_not_sync_each_commit_is_found_out(memory: Path) -> None:
    status, said = crash(memory, "--commits", "6", sabotage="sync_seldom")
    assert status == 1, said
    # Of what is lost, a line or a change is what is looked at first, as chance has it.
    assert "had been shown" in said or "was answered to be" in said


def test_an_upgrade_that_is_killed_leaves_the_old_version_whole_or_the_new_one(
    memory: Path,
) -> None:
    status, said = crash(memory, "--upgrade")
    assert status == 0, said
    assert f"left version {len(STEPS)}, " in said
    assert f"left version {len(STEPS) + 1};" in said


def test_forgetting_that_is_killed_leaves_what_is_kept_and_in_the_end_nothing_else(
    memory: Path,
) -> None:
    status, said = crash(memory, "--forget", "20")
    assert status == 0, said
    assert " 0 faults" in said
    assert "\n0 kills" not in said
