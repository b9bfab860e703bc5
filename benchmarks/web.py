"""Browsers: a delivery to a WebSocket, beside one to a line client.

The same talk in rooms of the same size, once among line clients and once among WebSockets, in
turns. Each has a daemon of its own, as who wants lines or browsers starts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.bench import Bench
from benchmarks.fanout import ENTERING_SECONDS, LINE_BYTES, Shape, ratio_of
from benchmarks.machine import Failed, measure
from benchmarks.report import Bar, median, rounded, say, say_bars, say_table
from benchmarks.servers import CHATD, CHATD_WEB, Server, running

SHAPES = ("1000:1", "1000:64", "5000:1", "5000:64")
SENDERS = (20,)

LARGE = 5_000
"""The size of room that has a bar."""


def run(bench: Bench, shapes: Sequence[Shape]) -> None:
    """Measure all shapes, and print each as soon as it is done."""
    for shape in shapes:
        rounds: list[dict[str, Any]] = []
        try:
            for _ in range(bench.rounds):
                rounds.append(
                    {server.name: _measure(bench, server, shape) for server in (CHATD, CHATD_WEB)}
                )
        except Failed as failure:
            bench.fail(f"browsers, {shape}", failure)
            continue
        bench.results.setdefault("web", []).append({**shape._asdict(), "rounds": rounds})
        bench.bars += _print(shape, rounds)


def _measure(bench: Bench, server: Server, shape: Shape) -> dict[str, Any]:
    with running(server, bench.scratch, bench.cores.server) as started:
        arguments = {
            "port": started.port,
            "pid": started.pid,
            "protocol": server.protocol,
            "seconds": bench.seconds,
            "bytes": LINE_BYTES,
            "entering": ENTERING_SECONDS,
            **shape._asdict(),
        }
        limit = ENTERING_SECONDS + 2 * bench.seconds + 60
        result = measure(bench.programs["talk"], arguments, bench.cores.load, limit)
    result["kib_each"] = (result["memory"] - result["memory_before"]) / 1024 / shape.clients
    return result


def _print(shape: Shape, rounds: list[dict[str, Any]]) -> list[Bar]:
    say(f"\nBrowsers: {shape}")
    columns = {
        "us CPU": ("cpu_us", ""),
        "deliveries/s": ("per_second", ""),
        "p50 ms": ("p50_ms", ""),
        "p99 ms": ("p99_ms", ""),
        "bytes": ("line_bytes", ""),
        "KiB each": ("kib_each", ""),
        "server": ("server_busy", "%"),
        "load": ("load_busy", "%"),
    }
    rows = [["", *columns]]
    for server in CHATD, CHATD_WEB:
        row = [server.name]
        for figure, unit in columns.values():
            value = median(results[server.name][figure] for results in rounds)
            row.append(f"{value:.0%}" if unit else rounded(value))
        rows.append(row)
    say_table(rows)
    where = str(shape)
    must = ("<=", 1.3) if shape.clients == LARGE else ()
    size = f"{shape.clients:,} clients"
    bars = []
    if ratio := ratio_of(rounds, "cpu_us", CHATD_WEB.name, CHATD.name):
        bars.append(Bar(f"CPU per delivery, WebSocket / line, {size}", where, ratio, "", *must))
    if ratio := ratio_of(rounds, "p50_ms", CHATD_WEB.name, CHATD.name):
        bars.append(Bar(f"p50 of the latency, WebSocket / line, {size}", where, ratio))
    say_bars(bars)
    return bars
