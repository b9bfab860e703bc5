"""`tests.proofs.crash` in short: some kills, some power cuts, and no line that was seen is lost."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import SystemRandom

import pytest

from chatd.storage.sqlite.schema import STEPS
from tests.proofs.crash import disk
from tests.support import forks, preload
from tests.support.checkout import ROOT

Crash = Callable[..., tuple[int, str]]

pytestmark = [
    pytest.mark.skipif(bool(preload.why_not()), reason=preload.why_not()),
    pytest.mark.deadline(300),  # tens of daemons each; on a machine that does other things, too
]


@pytest.fixture
def memory() -> Iterator[Path]:
    """Yield a directory in memory, if there is one, for tests that need no real disk."""
    fast = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="chatd-", dir=fast) as directory:
        yield Path(directory)


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[forks.Interpreter]:
    library = preload.build(disk.SOURCE, tmp_path_factory.mktemp("shim"))
    modules = (f"tests.proofs.crash.{name}" for name in ("cuts", "forgets", "kills", "upgrades"))
    with forks.interpreter(*modules, variables={"LD_PRELOAD": str(library)}) as interpreter:
        yield interpreter


@pytest.fixture
def crash(interpreter: forks.Interpreter) -> Crash:
    """Run the command with sabotaged daemons; return its status and output."""

    def crash(directory: Path, *arguments: str, sabotage: str = "") -> tuple[int, str]:
        code = "import sys; from tests.proofs.crash.__main__ import main; sys.exit(main())"
        if sabotage:
            code = f"from tests.proofs.crash import sabotage; sabotage.{sabotage}(); {code}"
        status, output, errors = forks.run(
            interpreter,
            code,
            *arguments,
            directory=ROOT,
            environment={**interpreter.environment, "TMPDIR": str(directory)},
            timeout=SABOTAGED_SECONDS if sabotage else 240,
        )
        return status, (output + errors).decode()

    return crash


TRIES = 20
"""Most runs until one meets the subject of a test, which is random."""

SABOTAGED_SECONDS = 45
"""Seconds of a run with sabotaged daemons, whose clients may wait for ever for an answer."""

KILLS = ("--kills", "100", "--lives", "5")
"""Sabotaged daemons are found out by the first few kills."""


def tries() -> Iterator[str]:
    """Yield seeds to try one after the other; print them, and fail after the last."""
    first = SystemRandom().randrange(10**6)
    for seed in range(first, first + TRIES):
        print(f"seed {seed}" if seed == first else f"not met by chance; seed {seed}")
        yield str(seed)
    pytest.fail(f"not met in {TRIES} runs with the seeds from {first} on")


def assert_found(
    crash: Crash, directory: Path, *arguments: str, sabotage: str, fault: Sequence[str]
) -> None:
    """Fail unless one of these faults is found in a run with daemons that are sabotaged.

    A run ends at the first round with any fault, which need not be one of these.
    """
    for seed in tries():
        try:
            status, said = crash(directory, *arguments, "--seed", seed, sabotage=sabotage)
        except subprocess.TimeoutExpired:
            print("it did not end")
            continue
        assert status in (0, 1), said
        print(said)
        if any(each in said for each in fault):
            assert status == 1
            return


NOTHING = (
    " 0 of them private",
    " 0 changes answered",
    " 0 of them again",
    " 0 times somebody went on",
)
"""Parts of the summary of a run that missed a kind of event that it is to try."""


def test_25_kills_lose_nothing(crash: Crash, tmp_path: Path) -> None:
    for seed in tries():
        status, said = crash(tmp_path, "--kills", "25", "--seed", seed)
        assert status == 0, said
        assert "25 kills:" in said
        assert " 0 faults" in said
        print(said)
        if not any(each in said for each in NOTHING):
            return


def test_a_daemon_in_a_new_interpreter_loses_nothing_either(crash: Crash, tmp_path: Path) -> None:
    status, said = crash(tmp_path, "--kills", "2", "--fresh")
    assert status == 0, said


def test_a_daemon_that_shows_lines_before_they_are_committed_is_found_out(
    crash: Crash, tmp_path: Path
) -> None:
    assert_found(
        crash,
        tmp_path,
        *KILLS,
        sabotage="show_before_commit",
        fault=["what is not stored"],
    )


@pytest.mark.parametrize(
    ("sabotage", "fault"),
    [("keep_keys_later", "stored twice"), ("keep_keys_first", "their key is kept as")],
)
def test_a_daemon_that_keeps_keys_in_another_transaction_than_their_lines_is_found_out(
    crash: Crash, memory: Path, sabotage: str, fault: str
) -> None:
    assert_found(crash, memory, *KILLS, sabotage=sabotage, fault=[fault])


def test_a_daemon_that_leaves_out_a_line_for_those_who_come_back_is_found_out(
    crash: Crash, memory: Path
) -> None:
    assert_found(crash, memory, *KILLS, sabotage="pass_one_over", fault=[" right after "])


def test_a_daemon_that_answers_changes_before_they_are_committed_is_found_out(
    crash: Crash,
    memory: Path,
) -> None:
    fault = ["was answered to be"]
    assert_found(crash, memory, *KILLS, sabotage="answer_before_commit", fault=fault)


def test_a_daemon_that_keeps_what_a_deed_changes_without_the_deed_is_found_out(
    crash: Crash,
    memory: Path,
) -> None:
    fault = ["by the deeds in the log"]
    assert_found(crash, memory, "--commits", "6", sabotage="log_deeds_later", fault=fault)


def test_a_daemon_that_commits_a_message_in_parts_is_found_out(crash: Crash, memory: Path) -> None:
    fault = ["is not whole"]
    assert_found(crash, memory, "--commits", "6", sabotage="divide_messages", fault=fault)


def test_power_cuts_lose_nothing(crash: Crash, memory: Path) -> None:
    status, said = crash(memory, "--commits", "8")
    assert status == 0, said
    assert " 0 faults" in said


def test_a_daemon_that_does_not_sync_each_commit_is_found_out(crash: Crash, memory: Path) -> None:
    # A lost line or a lost change is found first, at random.
    fault = ["had been shown", "was answered to be"]
    assert_found(crash, memory, "--commits", "6", sabotage="sync_seldom", fault=fault)


def test_an_upgrade_that_is_killed_leaves_the_old_version_whole_or_the_new_one(
    crash: Crash,
    memory: Path,
) -> None:
    status, said = crash(memory, "--upgrade")
    assert status == 0, said
    for old in range(1, len(STEPS) + 1):
        for left in range(old, len(STEPS) + 1 + (old == len(STEPS))):
            assert f" of version {old} left version {left}" in said


def test_an_upgrade_that_fills_a_table_after_its_step_is_found_out(
    crash: Crash, memory: Path
) -> None:
    status, said = crash(memory, "--upgrade", sabotage="fill_later")
    assert status == 1
    assert "it is not the same as without a kill" in said


def test_forgetting_that_is_killed_leaves_what_is_kept_and_in_the_end_nothing_else(
    crash: Crash,
    memory: Path,
) -> None:
    status, said = crash(memory, "--forget", "20")
    assert status == 0, said
    assert " 0 faults" in said
    assert "\n0 kills" not in said
