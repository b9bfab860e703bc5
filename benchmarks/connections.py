"""Connections: the memory of an idle one, the cost of a visit and of a browser, and a storm."""

from __future__ import annotations

from typing import Any

from benchmarks.bench import Bench, quantiles
from benchmarks.machine import Failed
from benchmarks.report import Bar
from benchmarks.servers import OURS, Build, chatd_web

IDLE = (1_000, 10_000)
IDLE_SECONDS = 20.0
"""Seconds of idleness that are measured: four checks of all that is checked every five seconds."""

VISITS = 5_008
VISITED = f"{VISITS:,} visits"
BROWSERS = 1_600
CAME_IN = f"{BROWSERS:,} browsers that come in"
STORM = 10_000


def run(bench: Bench) -> None:
    """Measure all of it."""
    for measurement in (_idle, _visits, _browsers, _storm):
        try:
            measurement(bench)
        except Failed as failure:
            bench.fail(f"connections, {measurement.__name__.strip('_')}", failure)


def _idle(bench: Bench) -> None:
    for clients in IDLE:
        result = bench.probe("idle", clients=clients, seconds=IDLE_SECONDS)
        where = f"{clients:,} clients"
        memory = result["bytes_each"] / 1024
        cpu = result["idle_cpu_us_per_s"]
        must = ("<=", 4.0) if clients == max(IDLE) else ()
        cheap = ("<=", 200) if clients == max(IDLE) else ()
        bench.hold(
            f"{where} that do nothing",
            [
                Bar(f"memory of an idle connection, {where}", "", memory, "KiB", *must),
                Bar("CPU of all idle connections", where, cpu, "us/s", *cheap),
                Bar("CPU to come in and be answered once", where, result["enter_cpu_us"], "us"),
            ],
        )


def visit(bench: Bench, build: Build = OURS) -> dict[str, Any]:
    """Measure a visit to a build: a connection that is accepted, greeted and closed."""
    return bench.probe("visits", build=build, visits=VISITS)


def _visits(bench: Bench) -> None:
    what = "CPU of a connection accepted, greeted and closed"
    bench.hold(VISITED, [Bar(what, "", visit(bench)["cpu_us"], "us", "<=", 115)])


def come_in(bench: Bench, build: Build = OURS) -> dict[str, Any]:
    """Measure browsers that come in: each has its WebSocket opened, says hello, and stays."""
    return bench.probe("browsers", build=build, make=chatd_web, browsers=BROWSERS)


def _browsers(bench: Bench) -> None:
    what = "CPU of a browser that comes in and says hello"
    bench.hold(CAME_IN, [Bar(what, "", come_in(bench)["cpu_us"], "us", "<=", 300)])


def _storm(bench: Bench) -> None:
    result = bench.probe("storm", clients=STORM)
    bench.hold(
        f"A storm of {STORM:,} connections",
        [
            Bar("a storm of connections, all greeted", "", result["seconds"], "s", "<=", 2),
            Bar("a probe's p99 in the storm", "", result["meanwhile"]["p99_ms"], "ms", "<=", 100),
            Bar("CPU of a connection in the storm", "", result["cpu_us"], "us"),
        ],
        f"the probe before it: {quantiles(result['before'])}",
    )
