"""`tests.proofs.cluster` in short: nodes keep their word, and those that do not are found out."""

from __future__ import annotations

import pytest

from tests.proofs.cluster.chaos import run_chaos
from tests.proofs.cluster.moments import run_kills
from tests.proofs.cluster.rounds import run_rounds
from tests.proofs.cluster.upgrades import run_upgrades

pytestmark = [pytest.mark.deadline(300), pytest.mark.usefixtures("postgres_programs")]

ROUNDS = 3
SECONDS = 8.0
SEED = 1


def test_what_was_shown_survives_failovers() -> None:
    result = run_rounds(ROUNDS, SEED)
    assert result.faults == [], result.text()
    assert result.did["lines that could be read, and are lost"], result.text()
    assert result.did["batches read and dropped unshown"], result.text()


def test_no_fault_of_anything_makes_a_node_break_its_word() -> None:
    result = run_chaos(SECONDS, SEED)
    assert result.faults == [], result.text()
    assert result.lines["acknowledged"], result.text()
    assert result.did["batches read and dropped unshown"], result.text()


def test_a_line_whose_author_died_before_the_seal_is_shown() -> None:
    assert len(run_kills(1)) == 1


def test_nobody_notices_that_a_node_is_upgraded() -> None:
    upgrades = run_upgrades(5, each=2, failing=True)
    assert upgrades.faults == []
    assert len(upgrades.pauses) == 5


@pytest.mark.parametrize("sabotage", ["show_what_is_read", "take_warnings_for_yes"])
def test_a_faulty_node_is_found_out(sabotage: str) -> None:
    result = run_rounds(20, SEED, sabotage=sabotage, patience=5.0)
    assert any("not stored" in fault for fault in result.faults), result.text()
