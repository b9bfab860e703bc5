"""Views: readers who are not shown all as it is, beside a room in which all are alike.

The same talk in rooms of the same size: half of the listeners have no echo, ignore a name, or have
a bell; and all have one of five formats, by turns. Those who talk are as all others. Each has a
daemon of its own, in turns.
"""

from __future__ import annotations

from typing import Any

from benchmarks.bench import Bench
from benchmarks.fanout import Shape, measure_at, ratio_of
from benchmarks.machine import Failed
from benchmarks.report import Bar, median, rounded, say, say_bars, say_table
from benchmarks.servers import CHATD

PLAIN = "plain"

HALF = {
    "no echo": ("", "/echo off"),
    "an ignored name": ("", "/ignore silent"),
    "a bell": ("", "/bell on"),
}
"""The commands that listeners say by turns; the name that is ignored says nothing."""

FORMATS = {"five formats": ("", "/times on", "/quiet on", "/language es", "/language es\r")}
"""The last one has the line ends of telnet."""

SETTINGS = {PLAIN: ("",), **HALF, **FORMATS}

SHAPES = Shape(1_000, 1, 20), Shape(1_000, 256, 20)


def run(bench: Bench) -> None:
    """Measure all of it."""
    for shape in SHAPES:
        rounds: list[dict[str, Any]] = []
        try:
            for _ in range(bench.rounds):
                rounds.append(
                    {
                        name: measure_at(bench, CHATD, shape, settings=",".join(commands))
                        for name, commands in SETTINGS.items()
                    }
                )
        except Failed as failure:
            bench.fail(f"views, {shape}", failure)
            continue
        bench.results.setdefault("views", []).append({**shape._asdict(), "rounds": rounds})
        bench.bars += _print(shape, rounds)


_FIGURES = "cpu_us", "p50_ms", "p99_ms"


def _print(shape: Shape, rounds: list[dict[str, Any]]) -> list[Bar]:
    say(f"\nViews: {shape}")
    rows = [["", "us CPU", "/ plain", "p50 ms", "p99 ms"]]
    bars = []
    for name in SETTINGS:
        ratio = ratio_of(rounds, "cpu_us", name, PLAIN) or 0.0
        figures = [median(results[name][figure] for results in rounds) for figure in _FIGURES]
        cpu, *latencies = map(rounded, figures)
        rows.append([name, cpu, rounded(ratio), *latencies])
        what = "CPU per delivery / plain, half of a room" if name in HALF else f"{name} / plain"
        if name != PLAIN:
            bars.append(Bar(what, f"{name}, {shape}", ratio, "", "<=", 1.1))
    say_table(rows)
    say_bars(bars)
    return bars
