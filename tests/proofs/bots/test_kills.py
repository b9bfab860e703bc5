"""The proof in short: a bot that is killed answers each call once, and the check finds doubles."""

from __future__ import annotations

import random
from pathlib import Path

from tests.proofs.bots.kills import SABOTAGE, Kills, Outcome, Step, by_chance

NOTED: Step = (1, ("rename",))
"""The step after an answer and before the note that it was said."""

AROUND: list[Step] = [NOTED, (2, ("fork_exec",)), (60, ()), (20, ("send",)), (2, ("rename",))]
"""Steps before, between and after an answer and its note."""


def outcome_of(directory: Path, *steps: Step, sabotage: str = "") -> Outcome:
    killed = Kills(directory, random.Random(7), 0, sabotage)
    try:
        return killed.run(steps, print)
    finally:
        killed.close()


def test_each_call_is_answered_once(tmp_path: Path) -> None:
    outcome = outcome_of(tmp_path, *AROUND)
    assert not outcome.faults
    assert outcome.ran_twice
    assert outcome.ends["at its step"] == len(AROUND)


def test_the_daemon_may_be_killed_with_it(tmp_path: Path) -> None:
    chance = random.Random(5)
    killed = Kills(tmp_path, chance, 1)
    try:
        outcome = killed.run(by_chance(chance, 3), print)
    finally:
        killed.close()
    assert not outcome.faults
    assert outcome.ends["with the daemon"] == 3


def test_a_bot_that_forgets_its_keys_is_found(tmp_path: Path) -> None:
    outcome = outcome_of(tmp_path, NOTED, sabotage=SABOTAGE)
    assert outcome.faults  # chance says which of the calls were answered by then
    assert all(fault.endswith("was said 2 times") for fault in outcome.faults)
    assert any(fault.startswith("'a !") for fault in outcome.faults)
