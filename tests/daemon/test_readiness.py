"""`chatd.daemon.readiness`: healthy is a store that saves, ready a daemon that serves."""

from __future__ import annotations

import pytest

from chatd.daemon.readiness import LONG_SECONDS, Phase, Readiness


@pytest.mark.parametrize(
    ("phase", "saves", "health", "readiness"),
    [
        (Phase.STARTING, True, "ok", "starting"),
        (Phase.RUNNING, True, "ok", "ok"),
        (Phase.RUNNING, False, "not saving", "not saving"),
        (Phase.STOPPING, True, "ok", "stopping"),
        (Phase.STOPPING, False, "not saving", "stopping"),
    ],
)
def test_the_state_is_told_in_a_word(
    phase: Phase, saves: bool, health: str, readiness: str
) -> None:
    state = Readiness(lambda: saves)
    state.phase = phase
    assert (state.health, state.readiness) == (health, readiness)


@pytest.mark.parametrize(
    ("seconds", "saves", "readiness"),
    [
        (LONG_SECONDS - 1, True, "ok"),
        (LONG_SECONDS, True, "cut off"),
        (LONG_SECONDS, False, "not saving"),
    ],
)
def test_a_node_that_is_cut_off_for_long_is_not_ready(
    seconds: float, saves: bool, readiness: str
) -> None:
    state = Readiness(lambda: saves, lambda: seconds)
    state.phase = Phase.RUNNING
    assert state.readiness == readiness
    state.phase = Phase.STOPPING
    assert state.readiness == "stopping"
