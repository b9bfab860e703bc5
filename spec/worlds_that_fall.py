"""Small worlds in which one rule is broken, or taken for more than it is, and which fall.

This module must not know how a world is searched.
"""

from __future__ import annotations

from spec.rules import GOOD, Rules
from spec.state import Faults
from spec.world import (
    CLAIM,
    MUTE_0,
    MUTE_1,
    REAP_0,
    RELEASE,
    RIGHTS,
    SAY,
    SAY_AS,
    VISIT,
    WRITE,
    World,
)

FALL = [
    World("show what can be read", [[SAY], []], Faults(), Rules(show="visible"), ("I1",)),
    World(
        "one disk, show what can be read",
        [[SAY], []],
        Faults(kill=1),
        Rules(show="visible"),
        ("I1",),
        one_disk=True,
    ),
    World("hints inside the transaction", [[SAY], []], Faults(), Rules(hint="inside"), ("I1",)),
    World(
        "hints by the next statement, the wait is cancelled",
        [[SAY], []],
        Faults(cancel=1),
        Rules(hint="pipeline"),
        ("I1",),
    ),
    World("hints on, and one is forged", [[SAY], []], Faults(forge=1), GOOD, ("I1",)),
    World(
        "a hint is kept past the next barrier",
        [[SAY], []],
        Faults(forge_early=1),
        Rules(drop_hint=False),
        ("I1",),
    ),
    World(
        "a WARNING is ignored", [[SAY], []], Faults(cancel=1), Rules(heed_warning=False), ("I3",)
    ),
    World(
        '"had been stored" without a seal',
        [[SAY], []],
        Faults(terminate=1),
        Rules(seal_stored=False),
        ("I3",),
    ),
    World(
        "a NO without a seal, from the old primary",
        [[SAY], [REAP_0]],
        Faults(cut=2, promote=1),
        Rules(seal_no=False, check_timeline=False),
        ("I3",),
    ),
    World(
        "the mark of what is safe is kept, and the timeline not looked at",
        [[SAY], [SAY]],
        Faults(cut=2, promote=1),
        Rules(drop_safe=False, check_timeline=False),
        ("I1", "I2"),
    ),
    World(
        "the refusal of a claim has no number",
        [[CLAIM], [CLAIM, RELEASE]],
        Faults(cut=1),
        Rules(store_refusals=False),
        ("I3",),
    ),
    World(
        "a conflict has no number",
        [[WRITE], [WRITE, WRITE]],
        Faults(cut=1),
        Rules(store_refusals=False),
        ("I3", "I8"),
    ),
    World(
        "the engine knows the last change of the rights alone",
        [[SAY, RIGHTS], [MUTE_0]],
        Faults(cut=1),
        Rules(exact_rights=False),
        ("I3", "I5"),
    ),
    World("a new id in a retry", [[SAY], []], Faults(cut=1), Rules(same_id=False), ("I2",)),
    World(
        "the barrier before the reading",
        [[SAY, SAY], []],
        Faults(),
        Rules(read_then_seal=False, hint="off"),
        ("I1",),
    ),
    World(
        "the buffer is kept over a connection",
        [[SAY], [SAY], []],
        Faults(promote=1, cut=1),
        Rules(drop_buffer=False),
        ("I1", "I2"),
    ),
    World(
        "own batches before their turn",
        [[SAY], [SAY]],
        Faults(),
        Rules(own_in_turn=False),
        ("I1", "I2"),
    ),
    World("no fence", [[SAY], [REAP_0]], Faults(cut=1), Rules(fence=False), ("I4",)),
    World(
        "a give-up without a new term, a mute",
        [[MUTE_0, SAY], []],
        Faults(cut=1, give_up=1),
        Rules(new_term=False),
        ("I5",),
    ),
    World(
        "a give-up without a new term, a record",
        [[WRITE, WRITE], []],
        Faults(cut=1, give_up=1),
        Rules(new_term=False),
        ("I8",),
    ),
    World(
        "a give-up without a new term, a name",
        [[CLAIM, RELEASE, CLAIM, SAY_AS], []],
        Faults(cut=1, give_up=1),
        Rules(new_term=False),
        ("I6",),
    ),
    World(
        "no check of the rights", [[SAY], [MUTE_0]], Faults(), Rules(check_rights=False), ("I5",)
    ),
    World(
        "a line is sent again without being asked for",
        [[SAY], [MUTE_0]],
        Faults(),
        Rules(ask_again=False),
        ("I5",),
    ),
    World(
        "a retry names the newest rights",
        [[SAY], [MUTE_0]],
        Faults(cut=1),
        Rules(first_known=False),
        ("I5",),
    ),
    World(
        "changes of the rights do not conflict",
        [[MUTE_1], [MUTE_0]],
        Faults(),
        Rules(check_rights_writes=False),
        ("I5",),
    ),
    World(
        "writes of a record do not conflict",
        [[WRITE], [WRITE]],
        Faults(),
        Rules(check_records=False),
        ("I8",),
    ),
    World(
        "claims without compare-and-set",
        [[CLAIM], [CLAIM]],
        Faults(),
        Rules(compare_claims=False),
        ("I6",),
    ),
    World(
        "the claims of an ended term stay",
        [[CLAIM], [REAP_0]],
        Faults(),
        Rules(free_claims=False),
        ("I9",),
    ),
    World(
        "a join takes what another node holds",
        [[CLAIM], [REAP_0, CLAIM]],
        Faults(),
        Rules(join_compares=False),
        ("I6",),
    ),
    World(
        "a node uses a name that it has lost",
        [[CLAIM, SAY_AS], [REAP_0, CLAIM]],
        Faults(),
        Rules(heed_loss=False),
        ("I6",),
    ),
    World(
        "the visits of an ended term stay",
        [[VISIT], [REAP_0]],
        Faults(),
        Rules(end_visits=False),
        ("I9",),
    ),
    World(
        "a line in doubt is refused because its term has ended",
        [[SAY], [REAP_0]],
        Faults(cut=1),
        Rules(answer_decides=False),
        ("I3",),
    ),
    World(
        "a join that comes late ends the term of a later one",
        [[], []],
        Faults(crash=2),
        Rules(join_names_term=False),
        ("I4",),
    ),
    World(
        "a standby that is out of the set is promoted",
        [[SAY], []],
        Faults(unsync=1, promote=1),
        Rules(discipline=False),
        ("I1", "I3"),
    ),
]
"""The worlds in which one rule is broken, or taken for more than it is."""
