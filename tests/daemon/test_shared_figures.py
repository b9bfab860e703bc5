"""`chatd.daemon.shared_figures`: the state of a log that nodes share, as one of them exposes it."""

from __future__ import annotations

import pytest

from chatd.daemon.figure_row import Value
from chatd.daemon.shared_figures import SHARED_FIGURES
from chatd.storage.shared.lease import BEAT_SECONDS, CURRENT_SECONDS
from tests.support.monitors import figures_of, monitor_of
from tests.support.world import World

NAMES = {row.name for row in SHARED_FIGURES}


@pytest.fixture
def world() -> World:
    world = World(nodes=2)
    world.wait(BEAT_SECONDS)
    return world


def figures(world: World) -> dict[str, Value]:
    return {name: value for name, value in figures_of(monitor_of(world)).items() if name in NAMES}


def test_a_daemon_that_is_alone_has_none() -> None:
    assert figures(World(nodes=1)) == {}


def test_a_node_tells_what_it_has_read_and_shown(world: World) -> None:
    before = figures(world)
    world.say("hola")
    after = figures(world)
    assert after.keys() == NAMES
    assert after["log_published_number"] == len(world.shared_log.batches)
    assert after["log_published_number"] > before["log_published_number"]  # type: ignore[operator]
    assert (after["log_lag_batches"], after["nodes_live"], after["node_cut_off"]) == (0, 2, 0)


def test_what_is_not_safe_is_a_lag_and_is_dropped_with_the_link(world: World) -> None:
    world.shared_log.hold()
    world.person().type("hola")  # at the second node
    world.wait(1)
    held = figures(world)
    assert held["log_lag_batches"] > 0  # type: ignore[operator]
    assert held["log_read_number"] > held["log_published_number"]  # type: ignore[operator]
    world.shared_log.lose()
    lost = figures(world)
    assert (lost["log_dropped_total"], lost["links_lost_total"]) == (held["log_lag_batches"], 1)


def test_one_that_is_cut_off_says_so(world: World) -> None:
    world.store.cut = True
    world.wait(CURRENT_SECONDS)
    assert (figures(world)["node_cut_off"], figures(world)["links_lost_total"]) == (1, 1)


def test_a_node_that_was_reaped_is_not_live(world: World) -> None:
    world.shared_log.reap(world.nodes[1].store)
    world.nodes[1].store.crash()
    world.wait(BEAT_SECONDS)
    assert figures(world)["nodes_live"] == 1
