"""The model of the shared log: servers and nodes together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spec import invariants
from spec.answers import Answers, doubt
from spec.engine import Engine
from spec.log import Item, Log
from spec.nodes import Nodes
from spec.rules import Rules
from spec.state import Faults, State, Step, first_state


class LogModel:
    """A world of the model: its rules, what the people of each node ask for, and its faults.

    With ``one_disk`` there is no standby.
    """

    def __init__(
        self,
        rules: Rules,
        plans: Sequence[Sequence[Item]],
        faults: Faults,
        *,
        one_disk: bool = False,
    ) -> None:
        self._first = first_state(Log(rules, len(plans)), plans, faults, one_disk=one_disk)
        answers = Answers(rules)
        self._engine = Engine(rules, answers.answer, doubt)
        self._nodes = Nodes(rules, plans, answers)

    def first(self) -> State:
        """Return the first state."""
        return self._first

    def steps(self, state: State) -> Iterator[Step]:
        """Return all that may happen next."""
        yield from self._engine.steps(state)
        yield from self._nodes.steps(state)

    def fault(self, state: State) -> str:
        """Return the invariant that a state breaks, or an empty string."""
        return invariants.fault_of(state)

    def fault_at_the_end(self, state: State) -> str:
        """Return the invariant that a last state breaks, or an empty string."""
        return invariants.unfinished(state)
