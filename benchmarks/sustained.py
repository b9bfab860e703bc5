"""Talk that goes on: lines that never pause, and a day's mix of people.

While the lines are said, another program reads the store: it looks how far the search index lags
and how large the write-ahead log is, and for a while it keeps a state of the file in use.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import web
from benchmarks.bench import Bench
from benchmarks.fanout import Shape, talk_at
from benchmarks.machine import Failed
from benchmarks.report import Bar
from benchmarks.servers import CHATD, running

LINES_PER_SECOND = 2_000
SHAPE = Shape(clients=25, window=256, senders=20)

SECONDS = 120.0
HELD_FROM, HELD_UNTIL = 0.25, 0.45
"""The part of the time in which the other program keeps a state in use: 24 of 120 seconds."""

LET_GO_SECONDS = 5.0
"""Seconds after that until the log is to be small again."""

LOOK_SECONDS = 0.5

MIX = Shape(clients=100, window=256, senders=80, rooms=10)
"""80 line clients talk, and 20 browsers read."""

MIX_PER_SECOND = 500
MIX_SECONDS = 30.0


class Look(NamedTuple):
    """A look at the store: seconds since the first, events not in the index, bytes of the log."""

    seconds: float
    lag: int
    log: int


def run(bench: Bench) -> None:
    """Measure both."""
    for what, measurement in (("lines that never pause", _never_pause), ("a mix", _mix)):
        try:
            measurement(bench)
        except Failed as failure:
            bench.fail(what, failure)


def _never_pause(bench: Bench) -> None:
    with (
        running(CHATD, bench.scratch, bench.cores.server) as started,
        ThreadPoolExecutor(1) as pool,
    ):
        talk = pool.submit(
            talk_at, bench, CHATD, started, SHAPE, seconds=SECONDS, rate=LINES_PER_SECOND
        )
        looks = list(_looks(started.directory / "chatd.sqlite", talk))
        result: dict[str, Any] = talk.result()
    bench.results["sustained"] = {**result, "looks": looks}
    let_go = looks[0].seconds + SECONDS * HELD_UNTIL + LET_GO_SECONDS
    small = next((look.log for look in looks if look.seconds >= let_go), looks[-1].log)
    middle, end = (_lag_about(looks, part) for part in (0.5, 1.0))
    bench.hold(
        f"{LINES_PER_SECOND:,} lines/s for {SECONDS:.0f} s that never pause",
        [
            Bar("lines a second, never pausing", "", result["lines"] / result["seconds"]),
            Bar("CPU of the daemon, never pausing", "", 100 * result["server_busy"], "%"),
            Bar("p99, never pausing", "", result["p99_ms"], "ms"),
            Bar("the index lags, in the middle", "", middle, "lines"),
            Bar("the index lags, at the end", "", end, "lines", "<=", max(middle, 1)),
            Bar("the greatest log", "", max(look.log for look in looks) / 2**20, "MiB"),
            Bar(
                f"the log {LET_GO_SECONDS:.0f} s after a reader let go",
                "",
                small / 2**20,
                "MiB",
                "<=",
                16,
            ),
        ],
    )


def _looks(path: Path, talk: Future[Any]) -> Iterator[Look]:
    """Look at a store until a talk ends, and keep a state of it in use for a while."""
    log = path.with_name(f"{path.name}-wal")
    file = f"{path.as_uri()}?mode=ro"
    looking, holding = (sqlite3.connect(file, uri=True, isolation_level=None) for _ in range(2))
    began, holds = time.monotonic(), False
    while not talk.done():
        seconds = time.monotonic() - began
        if holds is not (HELD_FROM <= seconds / SECONDS < HELD_UNTIL):
            holds = not holds
            holding.execute("BEGIN" if holds else "COMMIT")
            holding.execute("SELECT count(*) FROM rooms").fetchall()
        ((lag,),) = looking.execute("SELECT total(head - indexed) FROM rooms")
        yield Look(seconds, int(lag), log.stat().st_size)
        time.sleep(LOOK_SECONDS)
    looking.close()
    holding.close()


def _lag_about(looks: list[Look], part: float) -> float:
    """Return the mean of the lag in the sixth of the time that ends at a part of it."""
    end = looks[-1].seconds * part
    lags = [look.lag for look in looks if end - looks[-1].seconds / 6 <= look.seconds <= end]
    return sum(lags) / len(lags)


def _mix(bench: Bench) -> None:
    talk = web.TO_BROWSERS
    result = web.measure_at(bench, talk, MIX, seconds=MIX_SECONDS, rate=MIX_PER_SECOND)
    bench.results["mix"] = result
    what = f"{MIX_PER_SECOND} lines/s of {MIX.senders} people, {MIX.clients - MIX.senders} browsers"
    bench.hold(
        f"{what}, {MIX.rooms} rooms",
        [
            Bar("CPU of the daemon in a mix", "", 100 * result["server_busy"], "%"),
            Bar("p50 in a mix", "", result["p50_ms"], "ms", "<=", 0.9),
            Bar("p99 in a mix", "", result["p99_ms"], "ms", "<=", 2.5),
            Bar("p999 in a mix", "", result["p999_ms"], "ms", "<=", 5),
        ],
    )
