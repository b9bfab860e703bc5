"""``python3 -m spec.check``: search the worlds of the shared log. Exit with 1 if one surprises."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

from spec.deep_worlds import DEEP
from spec.report import Bounds, Case, run
from spec.world import World
from spec.worlds_that_fall import FALL
from spec.worlds_that_hold import HOLD

HOUR = 3600.0
"""Seconds after which the search of a deep world ends, if ``--seconds`` does not say otherwise."""

MOST_STATES = 3_000_000
"""States at which a search ends, if ``--states`` does not say otherwise: about 3 GB of memory."""


def cases(worlds: Iterable[World]) -> Iterable[Case]:
    """Return the worlds as models to search."""
    for world in worlds:
        yield Case(world.name, [world.model], world.falls)


def chosen(worlds: str, names: Sequence[str]) -> list[World]:
    """Return the worlds of "quick", "all" or "deep" with one of these words in their names."""
    if worlds == "deep":
        found = DEEP
    else:
        found = [*FALL, *(world for world in HOLD if worlds == "all" or world.quick)]
    return [world for world in found if not names or any(name in world.name for name in names)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Search the worlds that were asked for. Return 1 if one is not as it has to be."""
    parser = argparse.ArgumentParser(prog="python3 -m spec.check")
    parser.add_argument("name", nargs="*", help="a part of the name of a world; all without any")
    which = parser.add_mutually_exclusive_group()
    for name, meaning in (
        ("quick", "the worlds that take seconds together"),
        ("all", "these and the others that take less than a minute each (the default)"),
        ("deep", "larger ones, for hours; one that is not finished counts as held"),
    ):
        which.add_argument(
            f"--{name}", dest="worlds", action="store_const", const=name, help=meaning
        )
    parser.add_argument("--traces", action="store_true", help="print the shortest way to a fault")
    parser.add_argument("--states", type=int, default=MOST_STATES, help="most states of a world")
    parser.add_argument("--seconds", type=float, default=HOUR, help="most seconds for a world")
    parser.set_defaults(worlds="all")
    options = parser.parse_args(arguments)
    worlds = chosen(options.worlds, options.name)
    if not worlds:
        parser.error("no world has such a name")
    bounds = Bounds(options.states, options.seconds, partial=options.worlds == "deep")
    return 0 if run(cases(worlds), bounds, traces=options.traces) else 1


if __name__ == "__main__":
    sys.exit(main())
