"""The store: a commit, a room with a million events, a client far behind, and searches.

Run as a program, ``python3 -m benchmarks.history PATH``, it makes that store, through chatd's own
code; with ``search`` after it, one of words in many rooms, and prints the cost of searching there.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, cast

from benchmarks.bench import Bench, quantiles
from benchmarks.machine import HERE, Failed
from benchmarks.report import Bar, median
from benchmarks.servers import CHATD, running

EVENTS = 1_000_000
LATEST = 100
"""Events that are of this minute; the others are days old."""

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
        ("a commit", _commit),
        ("a store of a million events", _make),
        ("start-up", _start_up),
        ("questions", _questions),
        ("catching up", _catch_up),
        ("searches", _searches),
    ):
        try:
            measurement(bench, store)
        except Failed as failure:
            bench.fail(what, failure)


def _commit(bench: Bench, store: Path) -> None:
    folder = bench.scratch / "commits"
    folder.mkdir(mode=0o700)
    result = bench.results["commit"] = _program("benchmarks.commits", str(folder))
    bench.hold(
        "A commit of one line: CPU time, compared with its SQL alone",
        [
            Bar("CPU of a commit", "the same SQL", result["sql_us"], "us"),
            Bar("CPU of a commit", "chatd", result["chatd_us"], "us"),
            Bar("CPU of a commit, of the same SQL", "", result["ratio"], "", "<=", 1.15),
        ],
    )


def _program(module: str, *arguments: str) -> Any:
    """Run a program of this package; return what it prints."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True)
    if done.returncode:
        raise Failed((done.stderr.strip() or f"{module} failed").splitlines()[-1])
    return json.loads(done.stdout)


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


def _searches(bench: Bench, store: Path) -> None:
    words = str(bench.scratch / "words")
    result = bench.results["search"] = _program("benchmarks.history", words, "search")
    bench.hold(
        f"Writing the index of 1,000,000 events in {ROOMS} rooms, {WORDS} words a line",
        [
            Bar("lines a second that are put into the index", "", result["per_second"], ""),
            Bar("a step, p50: what a line may wait for", "", result["step_p50_ms"], "ms"),
            Bar("a step, p99", "", result["step_p99_ms"], "ms", "<=", 10),
            Bar("size of the index, of the text", "", result["index_of_text"], ""),
        ],
    )
    bench.hold(
        f"Searches in a room with half of them, {SEARCHES} of each kind",
        [
            bar
            for what, (p50, p99) in result["searches"].items()
            for bar in (
                Bar("p50 of a search", what, p50, "ms"),
                Bar("p99 of a search", what, p99, "ms", "<=", 50),
            )
        ],
    )


def _batches() -> Iterator[tuple[float, int]]:
    """Yield the age of each batch, in seconds, and its number of events."""
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
    from chatd.storage.sqlite.store import SqliteStore

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


ROOMS = 201
WORDS = 12
SEARCHES = 200


def _search(path: Path) -> dict[str, Any]:
    """Make a store of words and its index, and search it; return the times."""
    from twisted.internet.defer import Deferred

    from chatd.event import Draft, Kind
    from chatd.storage.contract import Wanted
    from chatd.storage.sqlite.store import IStoreReactor, SqliteStore
    from tests.support.stores import QueueReactor

    chance = random.Random(1)
    syllables = [a + b for a in "bcdfghjklmnprstvz" for b in ("a", "e", "i", "o", "an", "er", "in")]
    words = [
        "".join(chance.choices(syllables, k=chance.choice((1, 2, 3, 4)))) for _ in range(20000)
    ]
    weights = list(accumulate(1 / place for place in range(1, len(words) + 1)))  # as Zipf has it
    signs = [chr(code) for code in range(0x4E00, 0x4E00 + 2500)]

    def line(number: int) -> str:
        if number % 20:
            return " ".join(chance.choices(words, cum_weights=weights, k=WORDS))
        return "".join(chance.choices(signs, k=25))

    turns = QueueReactor()
    store = SqliteStore(cast(IStoreReactor, turns), path)
    store.start()
    characters = 0
    for number in range(0, EVENTS, 500):
        drafts = []
        for place in range(500):
            room = f"room{chance.randrange(1, ROOMS)}" if chance.random() < 0.5 else "lobby"
            drafts.append(Draft(room, 1, "guest1", Kind.MESSAGE, [line(number + place)]))
            characters += len(drafts[-1].texts[0])
        turns.result(store.commit(drafts))
    size = path.stat().st_size
    steps = []
    began = time.monotonic()
    while True:
        step_began = time.monotonic()
        left = turns.result(store.maintain())
        steps.append(time.monotonic() - step_began)
        if left is None:
            break
    per_second = EVENTS / (time.monotonic() - began)
    steps.sort()
    long = [word for word in words if len(word) >= 5]
    asked: dict[str, Callable[[], tuple[str, ...]]] = {
        "a common word": lambda: (chance.choice(long[:20]),),
        "a rare word": lambda: (chance.choice(long[-5000:]),),
        "an absent word": lambda: ("".join(chance.choices("qxwy", k=6)),),
        "an absent word, all of its parts common": lambda: (
            chance.choice(long[:100]) + chance.choice(long[:100])[:3],
        ),
        "a phrase": lambda: (" ".join(chance.choices(long[:500], k=2)),),
        "two words": lambda: tuple(chance.choices(long[:500], k=2)),
        "a common word of two letters": lambda: ("ba",),
        "an absent word of two letters": lambda: ("qx",),
        "a word of one sign": lambda: (chance.choice(signs),),
        "a word of two signs": lambda: ("".join(chance.choices(signs, k=2)),),
    }
    searches = {}
    for what, ask in asked.items():
        taken = []
        for _ in range(SEARCHES):
            wanted = Wanted(ask())
            search_began = time.monotonic()
            turns.result(Deferred.fromCoroutine(store.search("lobby", wanted, EVENTS, 20)))
            taken.append(time.monotonic() - search_began)
        taken.sort()
        searches[what] = [taken[int(len(taken) * share)] * 1000 for share in (0.5, 0.99)]
    turns.result(Deferred.fromCoroutine(store.close()))
    return {
        "per_second": per_second,
        "step_p50_ms": steps[len(steps) // 2] * 1000,
        "step_p99_ms": steps[int(len(steps) * 0.99)] * 1000,
        "index_of_text": (path.stat().st_size - size) / characters,
        "searches": searches,
    }


if __name__ == "__main__":
    if sys.argv[2:] == ["search"]:
        sys.stdout.write(json.dumps(_search(Path(sys.argv[1]))))
    else:
        _write(Path(sys.argv[1]))
