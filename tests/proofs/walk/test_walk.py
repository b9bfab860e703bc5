"""The walk of a line is the one in docs/architecture.md, and asks for its allowance once a turn."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.proofs.walk.walk import coming_in, visit, walk_of
from tests.support.checkout import ROOT
from tests.support.http import SiteWorld
from tests.support.world import World

ARCHITECTURE = ROOT / "docs" / "architecture.md"


def documented() -> list[str]:
    """Return the modules of the walk in the document: after the stage and a colon, line by line."""
    text = ARCHITECTURE.read_text("utf-8")
    found = re.search(r"^## The walk of one line\n.*?^```walk\n(.*?)^```$", text, re.M | re.S)
    assert found, f"{ARCHITECTURE} has no block ```walk in its section on the walk of one line"
    stages = [line.partition(":")[2] or line for line in found[1].splitlines()]
    return " ".join(stages).split()


def test_the_walk_is_the_one_in_the_document() -> None:
    taken = walk_of("hola").modules
    assert documented() == taken, f"the walk is now: {' '.join(taken)}"


def test_a_further_reader_costs_no_call() -> None:
    assert len(walk_of("hola", readers=3).calls) == len(walk_of("hola", readers=2).calls)


def test_the_allowance_is_asked_once_a_turn() -> None:
    calls = Counter(walk_of("hola").calls)
    assert {call: n for call, n in calls.items() if call.function == "allowance" and n > 1} == {}


def test_on_the_way_in_no_module_is_entered_again_after_it_called_another() -> None:
    assert walk_of("hola").entered_again == set()


@pytest.mark.parametrize(("line", "calls", "moves"), [("hola", 101, 64)])
def test_a_line_costs_no_more_than_it_did(line: str, calls: int, moves: int) -> None:
    """The figures of November 2026, before the code was regrouped (issue 13)."""
    walk = walk_of(line)
    assert len(walk.calls) <= calls
    assert walk.moves <= moves


def test_a_visit_costs_no_more_than_it_did() -> None:
    world = World()
    visit(world)  # what is made once
    assert len(visit(world).calls) <= 292


def test_a_visit_sets_no_timer() -> None:
    world = World()
    before = world.clock.getDelayedCalls()
    visit(world)
    assert world.clock.getDelayedCalls() == before


def test_a_browser_that_comes_in_costs_no_more_than_it_did() -> None:
    web = SiteWorld()
    coming_in(web)  # what is made once
    assert len(coming_in(web).calls) <= 415
