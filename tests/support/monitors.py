"""Monitors of worlds in memory, and what they tell."""

from __future__ import annotations

from chatd.accounts.check_counts import CheckCounts
from chatd.daemon.figure_row import Door, Parts, Value
from chatd.daemon.figures import Figures
from chatd.daemon.listener_settings import ListenerKind
from chatd.daemon.monitor import Monitor
from chatd.daemon.reactor_lag import ReactorLag
from chatd.daemon.readiness import Phase, Readiness
from tests.support.world import World


def monitor_of(world: World, *doors: Door) -> Monitor:
    """Return a monitor of a world that runs, with its addresses for lines and others."""
    readiness = Readiness(lambda: world.server.saves)
    readiness.phase = Phase.RUNNING
    here = [
        Door(ListenerKind.CHAT, world.chat, None),
        Door(ListenerKind.BARE, world.bare, None),
        *doors,
    ]
    passwords = world.server.logins.passwords
    counts = CheckCounts() if passwords is None else passwords.counts
    parts = Parts(world.server, counts, ReactorLag(world.clock), readiness, here)
    return Monitor(Figures(parts), readiness, world.hashing)


def figures_of(monitor: Monitor) -> dict[str, Value]:
    """Return all figures: the values by the name, and by name and labels where there are any."""
    return {
        " ".join((reading.row.name, *labels)): value
        for reading in monitor.figures.read()
        for labels, value in reading.samples
    }
