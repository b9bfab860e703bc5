"""Notices: people who come into a room, of whom the others are told.

They come to the daemon and take names; or they are there under names, and join the room: a storm.
"""

from __future__ import annotations

from benchmarks.bench import Bench, quantiles
from benchmarks.machine import Failed
from benchmarks.report import Bar

CLIENTS = 1_000
COMERS = 1_000
COMING_SECONDS = 10
ALONE_SECONDS = 1
"""How long the probe speaks before they come."""


def run(bench: Bench) -> None:
    """Measure what it costs that others are told of people who come with a name."""
    _measure(bench, "notices", "people who come into", "a probe's p99 meanwhile", named=0)


def storm(bench: Bench) -> None:
    """Measure a storm of joins of people with names, and a line that is said meanwhile."""
    _measure(bench, "storm", "named people who join", "p99 of a line in a storm", named=1)


def _measure(bench: Bench, part: str, who: str, latency: str, *, named: int) -> None:
    try:
        result = bench.probe(
            "notices",
            clients=CLIENTS,
            comers=COMERS,
            seconds=COMING_SECONDS,
            alone=ALONE_SECONDS,
            named=named,
        )
    except Failed as failure:
        bench.fail(part, failure)
        return
    bench.hold(
        f"{COMERS:,} {who} a room of {CLIENTS:,} within {COMING_SECONDS} s",
        [
            Bar(f"CPU of all {who}, and are told of", "", result["cpu_s"], "s", "<=", 2.5),
            Bar(latency, "", result["meanwhile"]["p99_ms"], "ms", "<=", 15),
        ],
        f"the probe before it: {quantiles(result['before'])}",
    )
