"""Run the state machine, also with a fault that it has to find."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proofs.nodes.machine import Nodes

STEPS = 40
"""Steps of an example."""


def run(number: int, examples: int, steps: int = STEPS, *, shrinks: bool = False) -> None:
    """Run so many examples from a seed, and raise what the first one that fails raises.

    If it ``shrinks``, look for a small example, which may take minutes.
    """
    phases = [Phase.generate, *([Phase.shrink] if shrinks else [])]
    run_state_machine_as_test(
        seed(number)(type("Nodes", (Nodes,), {})),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=phases,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def take(steps: Callable[[Nodes], object]) -> None:
    """Take some steps of the state machine, and raise what a check raises."""
    machine = Nodes()
    try:
        steps(machine)
        machine.nothing_is_shown_that_is_lost()
    finally:
        machine.teardown()
