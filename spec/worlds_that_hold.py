"""Small worlds in which all invariants hold.

This module must not know how a world is searched.
"""

from __future__ import annotations

from spec.rules import Rules
from spec.state import Faults
from spec.world import (
    CLAIM,
    CLAIM_ALIKE,
    MUTE_0,
    MUTE_1,
    REAP_0,
    RELEASE,
    RIGHTS,
    SAY,
    SAY_AS,
    SAY_AS_ALIKE,
    VISIT,
    WRITE,
    World,
)

HOLD = [
    World("no faults, two lines each", [[SAY, SAY], [SAY, SAY]], Faults(), quick=True),
    World("no faults, three nodes", [[SAY], [SAY], []], Faults(), quick=True),
    World(
        "a terminated backend, a failover, two speak",
        [[SAY], [SAY]],
        Faults(terminate=1, promote=1),
    ),
    World(
        "terminated, cancelled, the primary restarts, a failover",
        [[SAY], []],
        Faults(terminate=1, cancel=1, kill=1, promote=1),
        quick=True,
    ),
    World(
        "cut off twice, the old primary lives on, the node gives up",
        [[SAY], []],
        Faults(cut=2, promote=1, give_up=1),
    ),
    World(
        "the standby leaves the set and comes back, a failover",
        [[SAY], [SAY]],
        Faults(unsync=1, promote=1),
    ),
    World(
        "the old primary follows, a second failover",
        [[SAY], []],
        Faults(promote=2, rejoin=1, terminate=1),
    ),
    World("a node crashes, a failover", [[SAY], []], Faults(crash=1, promote=1)),
    World(
        "one disk, and the server is killed",
        [[SAY], [SAY]],
        Faults(kill=1),
        quick=True,
        one_disk=True,
    ),
    World("a lease expires at any time", [[SAY], [REAP_0]], Faults(cut=1), quick=True),
    World("a mute, and lines under way", [[SAY, SAY], [MUTE_0]], Faults(terminate=1)),
    World("a mute, cut off, a failover", [[SAY], [MUTE_0]], Faults(promote=1, cut=1)),
    World("two mute each other", [[MUTE_1], [MUTE_0]], Faults(cut=1), quick=True),
    World(
        "a mute in doubt is given up, and then a line is said",
        [[MUTE_0, SAY], []],
        Faults(cut=1, give_up=1),
        quick=True,
    ),
    World(
        "a line that is refused after a mute, and another change of the rights",
        [[SAY, RIGHTS], [MUTE_0]],
        Faults(cut=1),
        quick=True,
    ),
    World("a claim that is refused, cut off", [[CLAIM], [CLAIM, RELEASE]], Faults(cut=1)),
    World("two write one record", [[WRITE], [WRITE]], Faults(cut=1), quick=True),
    World("two write one record, one of them twice", [[WRITE], [WRITE, WRITE]], Faults(cut=1)),
    World(
        "a write in doubt is given up, and the record is written again",
        [[WRITE, WRITE], []],
        Faults(cut=1, give_up=1),
        quick=True,
    ),
    World("two claim one name, a failover", [[CLAIM, SAY_AS], [CLAIM]], Faults(promote=1)),
    World(
        "names that look alike",
        [[CLAIM, SAY_AS], [CLAIM_ALIKE, SAY_AS_ALIKE]],
        Faults(),
        quick=True,
    ),
    World("the name of a reaped node", [[CLAIM, SAY_AS], [REAP_0, CLAIM]], Faults(), quick=True),
    World(
        "a release in doubt is given up, and the name is claimed again",
        [[CLAIM, RELEASE, CLAIM, SAY_AS], []],
        Faults(cut=1, give_up=1),
    ),
    World("a visit, and its node is reaped", [[VISIT], [REAP_0]], Faults(), quick=True),
    World("a visit, and its node is reaped, cut off", [[VISIT], [REAP_0]], Faults(cut=1)),
    World("a visit, and its node crashes", [[VISIT, SAY], []], Faults(crash=1), quick=True),
    World("a node crashes again as it joins", [[], []], Faults(crash=2), quick=True),
    World(
        "hints off",
        [[SAY], [SAY]],
        Faults(terminate=1, promote=1),
        Rules(hint="off"),
    ),
    World(
        "hints off, and one is forged",
        [[SAY], []],
        Faults(forge=1, promote=1, cancel=1),
        Rules(hint="off"),
        quick=True,
    ),
    World(
        "a hint is forged before there is anything to read",
        [[SAY], []],
        Faults(forge_early=1, promote=1),
        quick=True,
    ),
    # Holds without these, too
    World(
        "hints by the backend's next statement, no cancel",
        [[SAY], []],
        Faults(terminate=1, kill=1, promote=1),
        Rules(hint="pipeline"),
        quick=True,
    ),
    World(
        "the mark of what is safe is kept over a connection",
        [[SAY], []],
        Faults(kill=1, promote=1, terminate=1),
        Rules(drop_safe=False),
        quick=True,
    ),
    World(
        "the timeline and the last batch are not looked at",
        [[SAY], []],
        Faults(cut=2, promote=1),
        Rules(check_last=False, check_timeline=False),
    ),
    World(
        "lines in doubt are asked for again once a mute is published",
        [[SAY], [MUTE_0]],
        Faults(promote=1, cut=1),
        Rules(ask_in_doubt=True),
    ),
]
"""The worlds in which all invariants hold."""
