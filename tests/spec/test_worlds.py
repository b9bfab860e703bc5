"""The worlds of the shared log: each rule has one that falls without it, and some are searched.

The session `spec` of nox searches all of them.
"""

from __future__ import annotations

import re

import pytest

from spec.deep_worlds import DEEP
from spec.report import Bounds, Case, judge
from spec.rules import GOOD, Rules
from spec.search import search
from spec.state import Faults
from spec.world import SAY, World
from spec.worlds_that_fall import FALL
from spec.worlds_that_hold import HOLD
from tests.support.documents import read

SOON = 300
"""States among which a fault is found that is looked for here."""

NOT_NEEDED = {"check_last", "ask_in_doubt"}
"""Rules without which all worlds hold."""


def changed(rules: Rules) -> set[str]:
    """Return the rules that are not as in the protocol."""
    return {name for name in Rules._fields if getattr(rules, name) != getattr(GOOD, name)}


def test_each_rule_has_a_world_that_falls_without_it() -> None:
    broken = {name for world in FALL for name in changed(world.rules)}
    assert broken == {*Rules._fields} - NOT_NEEDED


def test_a_rule_that_is_not_needed_has_a_world_that_holds_without_it() -> None:
    assert {name for world in HOLD for name in changed(world.rules)} >= NOT_NEEDED


def test_worlds_have_different_names() -> None:
    names = [world.name for world in (*HOLD, *FALL, *DEEP)]
    assert len(names) == len({*names})


def test_worlds_fall_that_have_to_and_no_others() -> None:
    assert all(world.falls for world in FALL)
    assert not any(world.falls for world in (*HOLD, *DEEP))


def test_faults_are_found_soon() -> None:
    found = [(world, search(world.model, SOON)) for world in FALL]
    wrong = [
        (world.name, result.fault)
        for world, result in found
        if result.fault and not result.fault.startswith(world.falls)
    ]
    assert wrong == []
    assert sum([bool(result.fault) for _, result in found]) > 20


@pytest.mark.parametrize("name", ["hints off, and one is forged", "names that look alike"])
def test_a_small_world_holds(name: str) -> None:
    (world,) = [each for each in HOLD if each.name == name]
    assert judge(Case(world.name, [world.model]), Bounds())[0] == "ok"


def test_a_trace_leads_to_the_fault() -> None:
    found = search(World("", [[SAY], []], Faults(), Rules(show="visible")).model)
    assert found.trace == [
        "node 0 sends 0.0 (say)",
        "server 0 carries out 0.0",
        found.trace[-1],
    ]
    assert re.fullmatch(r"node [01] publishes 0\.0", found.trace[-1])


def test_the_readme_names_each_rule_and_each_world_that_falls() -> None:
    text = read("spec/README.md")
    assert [name for name in Rules._fields if f"`{name}`" not in text] == []
    assert [world.name for world in FALL if f"| {world.name} |" not in text] == []
