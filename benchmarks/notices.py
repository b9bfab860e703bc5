"""Notices: people who come into a room, of whom the others are told."""

from __future__ import annotations

from benchmarks.bench import Bench, quantiles
from benchmarks.machine import Failed
from benchmarks.report import Bar

CLIENTS = 1_000
COMERS = 1_000
COMING_SECONDS = 10


def run(bench: Bench) -> None:
    """Measure what it costs that others are told of people who come with a name."""
    try:
        result = bench.probe("notices", clients=CLIENTS, comers=COMERS, seconds=COMING_SECONDS)
    except Failed as failure:
        bench.fail("notices", failure)
        return
    bench.hold(
        f"{COMERS:,} people who come into a room of {CLIENTS:,} within {COMING_SECONDS} s",
        [
            Bar("CPU of all who come, and are told of", "", result["cpu_s"], "s", "<=", 2.5),
            Bar("a probe's p99 meanwhile", "", result["meanwhile"]["p99_ms"], "ms", "<=", 15),
        ],
        f"the probe before it: {quantiles(result['before'])}",
    )
