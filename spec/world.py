"""A world: what the people of each node ask for, and how many of each fault may happen.

This module must not know which worlds there are, nor how one is searched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from spec.log import Item
from spec.model import LogModel
from spec.rules import GOOD, Rules
from spec.state import Faults


class World(NamedTuple):
    """A world. ``falls`` are the invariants of which one breaks in it; none if it holds.

    With ``one_disk`` there is no standby. A world that is ``quick`` takes at most a second or two.
    """

    name: str
    plans: Sequence[Sequence[Item]]
    faults: Faults
    rules: Rules = GOOD
    falls: tuple[str, ...] = ()
    quick: bool = False
    one_disk: bool = False

    @property
    def model(self) -> LogModel:
        """The model of this world, to be searched."""
        return LogModel(self.rules, self.plans, self.faults, one_disk=self.one_disk)


SAY = Item("say")
MUTE_0, MUTE_1 = Item("mute", who=0), Item("mute", who=1)
RIGHTS = Item("rights")
WRITE = Item("write", ("a record",))
CLAIM, SAY_AS, RELEASE = Item("claim", ("a",)), Item("say_as", ("a",)), Item("release", ("a",))
CLAIM_ALIKE, SAY_AS_ALIKE = Item("claim", ("a", "b")), Item("say_as", ("a", "b"))
VISIT = Item("visit")
REAP_0 = Item("reap", who=0)
