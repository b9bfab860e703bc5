"""Larger worlds, which take hours together, and in which all invariants hold, too.

This module must not know how a world is searched.
"""

from __future__ import annotations

from spec.rules import Rules
from spec.state import Faults
from spec.world import (
    CLAIM,
    CLAIM_ALIKE,
    MUTE_0,
    REAP_0,
    RELEASE,
    RIGHTS,
    SAY,
    SAY_AS,
    VISIT,
    WRITE,
    World,
)

DEEP = [
    World(
        "terminated and cancelled, a failover, two speak",
        [[SAY], [SAY]],
        Faults(terminate=1, cancel=1, promote=1),
    ),
    World(
        "all faults, one line",
        [[SAY], []],
        Faults(cut=1, terminate=1, cancel=1, kill=1, promote=1, crash=1, give_up=1),
    ),
    World(
        "the mark is kept, the timeline is looked at, two speak",
        [[SAY], [SAY]],
        Faults(cut=2, promote=1),
        Rules(drop_safe=False),
    ),
    World("three nodes, a failover", [[SAY], [SAY], []], Faults(terminate=1, promote=1)),
    World("two speak, cut off, a failover", [[SAY], [SAY]], Faults(cut=1, promote=1)),
    World("two lines each, a failover", [[SAY, SAY], [SAY]], Faults(terminate=1, promote=1)),
    World("a node crashes, two speak, a failover", [[SAY], [SAY]], Faults(crash=1, promote=1)),
    World(
        "a second failover, two lines",
        [[SAY, SAY], []],
        Faults(promote=2, rejoin=1, terminate=1),
    ),
    World(
        "out of the set, a second failover",
        [[SAY], []],
        Faults(promote=2, rejoin=1, unsync=1, kill=1),
    ),
    World("late lines of a reaped node", [[SAY, SAY], [REAP_0]], Faults(cut=1, promote=1)),
    World("a mute, a failover, two lines", [[SAY, SAY], [MUTE_0]], Faults(cut=1, promote=1)),
    World(
        "a mute is given up, a failover",
        [[MUTE_0, SAY], []],
        Faults(cut=2, give_up=1, promote=1),
    ),
    World(
        "a write in doubt is given up, two write",
        [[WRITE, WRITE], [WRITE]],
        Faults(cut=1, give_up=1),
    ),
    World(
        "a write is given up, a failover",
        [[WRITE, WRITE], [WRITE]],
        Faults(cut=1, give_up=1, promote=1),
    ),
    World(
        "a reaped node crashes as it joins",
        [[CLAIM, RELEASE], [REAP_0]],
        Faults(cut=1, crash=1),
    ),
    World(
        "a refusal in doubt, another change of the rights, a failover",
        [[SAY, RIGHTS], [MUTE_0]],
        Faults(cut=1, promote=1),
    ),
    World(
        "the name of a reaped node, a failover",
        [[CLAIM, SAY_AS], [REAP_0, CLAIM]],
        Faults(promote=1),
    ),
    World(
        "a release is given up, and another claims the name",
        [[CLAIM, RELEASE, CLAIM, SAY_AS], [CLAIM_ALIKE]],
        Faults(cut=1, give_up=1),
    ),
    World("visits, a reaped node, a failover", [[VISIT], [REAP_0]], Faults(cut=1, promote=1)),
    World("visits of three nodes", [[VISIT], [VISIT, REAP_0], [SAY]], Faults(cut=1)),
]
"""Larger worlds, in which all invariants hold, too."""
