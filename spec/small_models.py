"""``python3 -m spec.small_models``: search the models beside that of the log.

They are about leases, blocks of numbers, and turns of hooks. Exit with 1 if one surprises.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from spec.blocks import BlockModel
from spec.hook_turns import HookModel, HookRules
from spec.leases import RIGHT, LeaseModel, LeaseRules, OutageModel
from spec.report import Bounds, Case, run

GOOD = LeaseRules()
"""The rules of leases."""

OUTAGE = 12
"""Seconds for which the engine is away: longer than a lease."""


def clocks(drift: int, rules: LeaseRules = GOOD) -> Iterator[LeaseModel]:
    """Return a holder and an observer whose clocks are right, or wrong by so many per cent."""
    rates = [RIGHT] if not drift else [RIGHT - drift, RIGHT, RIGHT + drift]
    for holder in rates:
        for observer in rates:
            yield LeaseModel(rules, holder, observer)


CASES = [
    Case("a lease, clocks right within 10 %", [*clocks(10)]),
    Case("a lease, clocks wrong by 25 %", [*clocks(25)], ("ended",)),
    Case("a lease, a clock that stops", [LeaseModel(LeaseRules(), 0, RIGHT)], ("ended",)),
    Case(
        "a lease, counted from the answer",
        [*clocks(0, LeaseRules(from_sending=False))],
        ("ended",),
    ),
    Case(
        "a lease, the beat is not compared once more",
        [*clocks(0, LeaseRules(compare=False))],
        ("ended",),
    ),
    Case(
        "a lease, renewals are not sealed",
        [*clocks(0, LeaseRules(sealed=False))],
        ("ended",),
    ),
    Case("an outage, contact is counted", [OutageModel(OUTAGE, count_contact=True)]),
    Case(
        "an outage, all time is counted",
        [OutageModel(OUTAGE, count_contact=False)],
        ("a node in good health",),
    ),
    Case("blocks of numbers, used once sealed", [BlockModel()]),
    Case("blocks of numbers, used at once", [BlockModel(sealed=False)], ("a block",)),
    Case("hooks", [HookModel(HookRules())]),
    Case(
        "hooks, the last cursor that is stored counts",
        [HookModel(HookRules(grows=False))],
        ("the cursor goes back",),
    ),
    Case(
        "hooks, the cursor is stored before the post",
        [HookModel(HookRules(post_first=False))],
        ("the cursor is",),
    ),
    Case(
        "hooks, lines that are not safe",
        [HookModel(HookRules(safe_lines=False))],
        ("line",),
    ),
]
"""The worlds of the small models."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Search all of them. Return 1 if one is not as it has to be."""
    parser = argparse.ArgumentParser(prog="python3 -m spec.small_models")
    parser.add_argument("--traces", action="store_true", help="print the shortest way to a fault")
    options = parser.parse_args(arguments)
    return 0 if run(CASES, Bounds(), traces=options.traces) else 1


if __name__ == "__main__":
    sys.exit(main())
