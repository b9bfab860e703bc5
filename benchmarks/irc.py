"""IRC clients: a delivery to one of them, beside one to a line client, and long lists.

The same talk in rooms of the same size: among line clients; among IRC clients that are sent their
own lines, and that are not; and among IRC clients with six sets of capabilities. Each has a daemon
of its own, in turns. Then an IRC client asks who is in a room with many, as a probe is answered.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from benchmarks.bench import Bench, quantiles
from benchmarks.fanout import Shape, ratio_of, talk_at
from benchmarks.machine import Failed, measure
from benchmarks.report import Bar, median, rounded, say, say_bars, say_table
from benchmarks.servers import CHATD, CHATD_IRC, LINES, Server, running

SHAPES = Shape(1_000, 1, 20), Shape(1_000, 64, 20)

ECHO = "echo-message"
IRSSI = "multi-prefix+extended-join+server-time"
WEECHAT = "server-time+message-tags+extended-join+multi-prefix+userhost-in-names+cap-notify"
MODERN = f"{WEECHAT}+account-notify+account-tag+away-notify+batch+labeled-response"
SIX = ("", IRSSI, WEECHAT, "server-time+account-tag", f"server-time+{ECHO}", f"{MODERN}+{ECHO}")
"""The sets that clients ask for by turns: those of a bot, of irssi 1.4 and WeeChat 3.8, two of
bouncers, and that of a client of today. Most have no echo."""

CROWD = 10_000
ASKED = 20
HELD = 50
LISTS = {"NAMES": ("NAMES #lobby", " 366 "), "WHO": ("WHO #lobby", " 315 ")}
"""The commands, and the numeric that ends each answer."""

LIST_SECONDS = 600.0


class Talk(NamedTuple):
    """The clients in the room, and the bar of their figure, divided by that of line clients."""

    name: str
    server: Server
    capabilities: tuple[str, ...] = ("",)
    most: float = 0.0


AMONG_LINES = Talk("lines", CHATD)
TALKS = (
    AMONG_LINES,
    Talk("irc, with echo", CHATD_IRC, (ECHO,), 1.15),
    Talk("irc, without echo", CHATD_IRC, ("",), 1.15),
    Talk("irc, six sets", CHATD_IRC, SIX, 1.25),
)

BARRED_WINDOW = 1
"""The window that has bars. With more lines under way, the kernel's copying of longer lines counts
most."""


def run(bench: Bench) -> None:
    """Measure all of it, and print each as soon as it is done."""
    for shape in SHAPES:
        rounds: list[dict[str, Any]] = []
        try:
            for _ in range(bench.rounds):
                rounds.append({talk.name: measure_at(bench, talk, shape) for talk in TALKS})
        except Failed as failure:
            bench.fail(f"irc, {shape}", failure)
            continue
        bench.results.setdefault("irc", []).append({**shape._asdict(), "rounds": rounds})
        bench.bars += _print(shape, rounds)
    for name, (command, end) in LISTS.items():
        try:
            _list(bench, name, command, end)
        except Failed as failure:
            bench.fail(f"irc, {name}", failure)


def measure_at(bench: Bench, talk: Talk, shape: Shape) -> dict[str, Any]:
    """Run one talk at its server. Raise `Failed`."""
    capabilities = ",".join(talk.capabilities)
    with running(talk.server, bench.scratch, bench.cores.server) as started:
        return talk_at(bench, talk.server, started, shape, capabilities=capabilities)


def _list(bench: Bench, name: str, command: str, end: str) -> None:
    with running(CHATD_IRC, bench.scratch, bench.cores.server) as started:
        asked = {
            "mode": "list",
            "port": started.port,
            "pid": started.pid,
            "lines": started.directory / LINES,
            "clients": CROWD,
            "command": command,
            "end": end,
            "count": ASKED,
            "held": HELD,
        }
        result = measure(bench.programs["probe"], asked, bench.cores.load, LIST_SECONDS)
    bench.results.setdefault("probes", []).append({**asked, **result, "lines": "", "build": name})
    bench.hold(
        f"{name} of a room of {CROWD:,}",
        [
            Bar(
                f"a probe's p99 while {name} is answered",
                f"a room of {CROWD:,}",
                result["meanwhile"]["p99_ms"],
                "ms",
                "<=",
                50,
            ),
            Bar(
                f"memory of an answer to {name} that is not read",
                f"a room of {CROWD:,}",
                result["held_each"] / 1024,
                "KiB",
                "<=",
                64,
            ),
            Bar(f"p50 of an answer to {name}", "", result["answer"]["p50_ms"], "ms"),
        ],
        f"the probe before it: {quantiles(result['alone'])}; an answer has"
        f" {result['bytes'] / 1024:.0f} KiB",
    )


def _print(shape: Shape, rounds: list[dict[str, Any]]) -> list[Bar]:
    say(f"\nIRC clients: {shape}")
    figures = ("cpu_us", "p50_ms", "p99_ms", "line_bytes")
    rows = [["", "us CPU", "/ lines", "p50 ms", "p99 ms", "bytes"]]
    bars = []
    for talk in TALKS:
        ratio = ratio_of(rounds, "cpu_us", talk.name, AMONG_LINES.name) or 0.0
        cpu, *others = (
            rounded(median(results[talk.name][figure] for results in rounds)) for figure in figures
        )
        rows.append([talk.name, cpu, rounded(ratio), *others])
        if talk.most:
            must = ("<=", talk.most) if shape.window == BARRED_WINDOW else ()
            bars.append(Bar(f"CPU per delivery, {talk.name} / lines", str(shape), ratio, "", *must))
    say_table(rows)
    say_bars(bars)
    return bars
