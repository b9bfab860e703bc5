"""The state machine in a short form, and the faults that it must find."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.proofs.nodes.machine import Nodes
from tests.proofs.nodes.run import run, take
from tests.proofs.nodes.sabotage import SABOTAGES, Sabotage
from tests.support.logs import Expect

EXAMPLES = 40
"""Examples of a short run."""

FOUND_WITHIN = 150
"""Examples within which each fault is found."""


def test_nodes_show_one_order_and_agree(expected_errors: Expect) -> None:
    run(1, EXAMPLES)
    expected_errors()  # lines and changes that were in doubt


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda each: each.name)
def test_a_fault_is_found(sabotage: Sabotage, expected_errors: Expect) -> None:
    with sabotage.fault(), pytest.raises(AssertionError):
        take(sabotage.steps) if sabotage.steps else run(sabotage.seed, FOUND_WITHIN)
    with suppress(pytest.fail.Exception):  # it may be found before anything is in doubt
        expected_errors()


@pytest.mark.parametrize(
    "steps",
    dict.fromkeys(each.steps for each in SABOTAGES if each.steps),
    ids=lambda steps: steps.__name__,
)
def test_the_steps_that_find_faults_find_none_without_them(
    steps: Callable[[Nodes], None], expected_errors: Expect
) -> None:
    take(steps)
    with suppress(pytest.fail.Exception):
        expected_errors()
