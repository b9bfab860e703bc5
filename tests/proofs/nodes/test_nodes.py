"""The state machine in a short form, and the faults that it must find."""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.proofs.nodes.run import run
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
        run(sabotage.seed, FOUND_WITHIN)
    with suppress(pytest.fail.Exception):  # it may be found before anything is in doubt
        expected_errors()
