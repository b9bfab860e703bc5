"""The store: a room with a million events, and a client that is a million lines behind.

Run as a program, ``python3 -m benchmarks.history PATH``, it makes that store, through chatd's own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, quantiles
from benchmarks.machine import HERE, Failed
from benchmarks.report import Bar, median
from benchmarks.servers import CHATD, running

EVENTS = 1_000_000
LATEST = 100
"""So many events are of this minute; the others are days old."""

ASKED = 200
STARTS = 5

QUESTIONS = (
    # What is asked, what is done before it each time, and how many past lines it shows.
    ("/join lobby", "/join elsewhere", 10),
    ("/history 100", "", 100),
    ("/since 30m", "", LATEST),
)


def run(bench: Bench) -> None:
    """Make the store, then measure all of it."""
    store = bench.scratch / "million.sqlite"
    for what, measurement in (
        ("a store of a million events", _make),
        ("start-up", _start_up),
        ("questions", _questions),
        ("catching up", _catch_up),
    ):
        try:
            measurement(bench, store)
        except Failed as failure:
            bench.fail(what, failure)


def _make(bench: Bench, store: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.history", str(store)]
    done = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True)
    if done.returncode:
        raise Failed((done.stderr.strip() or "it was not made").splitlines()[-1])


def _start_up(bench: Bench, store: Path) -> None:
    taken: dict[str, list[float]] = {"new": [], "million": []}
    for _ in range(STARTS):
        for which, given in (("new", None), ("million", store)):
            began = time.monotonic()
            with running(CHATD, bench.scratch, bench.cores.server, store=given):
                taken[which].append(time.monotonic() - began)
    bench.results["start_up"] = taken
    bench.hold(
        f"Start-up, until a connection is accepted; median of {STARTS}",
        [
            Bar("start-up with a new store", "", median(taken["new"]), "s"),
            Bar("start-up with 1,000,000 events", "", median(taken["million"]), "s", "<=", 1),
        ],
    )


def _questions(bench: Bench, store: Path) -> None:
    for command, before, lines in QUESTIONS:
        result = bench.probe("ask", store, command=command, before=before, count=ASKED)
        if result["lines"] != lines:
            raise Failed(f"{command} showed {result['lines']} past lines, not {lines}")
        answer, meanwhile = result["answer"], result["meanwhile"]
        bench.hold(
            f"{command} in a room with 1,000,000 events, {ASKED} times",
            [
                Bar("p50 of an answer from the log", command, answer["p50_ms"], "ms"),
                Bar("p99 of an answer from the log", command, answer["p99_ms"], "ms", "<=", 5),
                Bar("the reactor held", command, meanwhile["greatest_ms"], "ms", "<=", 5),
            ],
            f"a probe alone: {quantiles(result['alone'])}",
        )


def _catch_up(bench: Bench, store: Path) -> None:
    result: dict[str, Any] = bench.probe("behind", lines=EVENTS)
    before, meanwhile = result["before"], result["meanwhile"]
    grown = (result["memory_most"] - result["memory_before"]) / 2**20
    later = meanwhile["p99_ms"] - before["p99_ms"]
    bench.hold(
        "A client 1,000,000 lines behind catches up, while another says 1,000 a second",
        [
            Bar("lines a second, catching up", "", result["per_second"], "", ">=", 200_000),
            Bar("others' p99 grows meanwhile", "", later, "ms", "<=", 5),
            Bar("memory grows meanwhile", "", grown, "MiB", "<=", 8),
        ],
        f"others before: {quantiles(before)}; meanwhile: {quantiles(meanwhile)}",
    )


def _batches() -> Iterator[tuple[float, int]]:
    """How old a batch is, in seconds, and how many events it has."""
    size = 1_000
    for index in range((EVENTS - LATEST) // size):
        yield 30 * 86_400 - index * 2_500, size
    yield 86_400, (EVENTS - LATEST) % size
    yield 0, LATEST


class _Past:
    """A clock that is ``age`` seconds slow."""

    age = 0.0

    def __call__(self) -> float:
        return time.time() - self.age


def _write(path: Path) -> None:
    from twisted.internet import reactor  # noqa: TID251 - this is a program of its own
    from twisted.internet.defer import Deferred
    from twisted.internet.task import react

    from chatd.event import Draft, Kind
    from chatd.stores.sqlite import SqliteStore

    past = _Past()
    store = SqliteStore(reactor, path, past)  # type: ignore[arg-type]

    async def work() -> None:
        store.start()
        for age, size in _batches():
            past.age = age
            draft = Draft("lobby", 1, "guest1", Kind.MESSAGE, ["x" * 80])
            await store.commit([draft] * size)
        await store.close()

    react(lambda _: Deferred.fromCoroutine(work()))


if __name__ == "__main__":
    _write(Path(sys.argv[1]))
