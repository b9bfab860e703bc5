"""Browsers: a delivery to a WebSocket, beside one to a line client.

The same talk in rooms of the same size: among line clients; among WebSockets, while line clients
talk; and among WebSockets that talk themselves. Each has a daemon of its own, in turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks.bench import Bench
from benchmarks.fanout import Shape, ratio_of, talk_at
from benchmarks.machine import Failed
from benchmarks.report import Bar, median, rounded, say, say_bars, say_table
from benchmarks.servers import CHATD, CHATD_WEB, LINES, Server, running

SHAPES = ("1000:1", "1000:64", "5000:1", "5000:64")
SENDERS = (20,)

LARGE = 5_000
"""The size of room that has a bar."""


class Talk(NamedTuple):
    """The kinds of clients in the room."""

    name: str
    server: Server
    lines_talk: bool = False
    """True if the clients that talk are line clients all the same."""


AMONG_LINES = Talk("lines", CHATD)
TO_BROWSERS = Talk("to browsers", CHATD_WEB, lines_talk=True)
AMONG_BROWSERS = Talk("by browsers", CHATD_WEB)
TALKS = AMONG_LINES, TO_BROWSERS, AMONG_BROWSERS


def run(bench: Bench, shapes: Sequence[Shape]) -> None:
    """Measure all shapes, and print each as soon as it is done."""
    for shape in shapes:
        rounds: list[dict[str, Any]] = []
        try:
            for _ in range(bench.rounds):
                rounds.append({talk.name: measure_at(bench, talk, shape) for talk in TALKS})
        except Failed as failure:
            bench.fail(f"browsers, {shape}", failure)
            continue
        bench.results.setdefault("web", []).append({**shape._asdict(), "rounds": rounds})
        bench.bars += _print(shape, rounds)


def measure_at(bench: Bench, talk: Talk, shape: Shape, **more: object) -> dict[str, Any]:
    """Run one talk at its server. ``more`` are arguments of ``talk.c``. Raise `Failed`."""
    with running(talk.server, bench.scratch, bench.cores.server) as started:
        lines = started.directory / LINES if talk.lines_talk else ""
        result = talk_at(bench, talk.server, started, shape, lines=lines, **more)
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
    for talk in TALKS:
        row = [talk.name]
        for figure, unit in columns.values():
            value = median(results[talk.name][figure] for results in rounds)
            row.append(f"{value:.0%}" if unit else rounded(value))
        rows.append(row)
    say_table(rows)
    where = str(shape)
    size = f"{shape.clients:,} clients"
    bars = []
    for talk, must in (
        (TO_BROWSERS, ("<=", 1.3) if shape.clients == LARGE else ()),
        (AMONG_BROWSERS, ()),
    ):
        if ratio := ratio_of(rounds, "cpu_us", talk.name, AMONG_LINES.name):
            bars.append(
                Bar(f"CPU per delivery, {talk.name} / lines, {size}", where, ratio, "", *must)
            )
    say_bars(bars)
    return bars
