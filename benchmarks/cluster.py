"""The cost of a log that nodes share, on PostgreSQL with a synchronous standby.

Run as a program, ``python3 -m benchmarks.cluster``, it makes both servers on this machine, measures
in turns, and prints JSON. Beside each figure is that of the same without what it pays for:

- a lone line to another node, and the same without the rule that what can be read is not what may
  be shown: one commit that waits for the standby, with the hint in it, and nodes that show what
  they read;
- the same with 1 ms each way to the standby, while seven others append: first seven that only call
  the functions of the database, as the writers of nodes do, then seven whole nodes, which read all
  that the others append;
- durable lines a second of two nodes, and of one store in a file.

Nodes are stores alone, without clients: those of this process, and one process for each busy one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from unittest import mock
from uuid import uuid4

import psycopg
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater, react

from benchmarks.report import median
from chatd.event import Draft, Event, Kind, Published, Record
from chatd.storage.contract import Store, StoreError, Subscriber
from chatd.storage.postgres import requests
from chatd.storage.postgres.address import address_of
from chatd.storage.postgres.channel import Channel
from chatd.storage.postgres.codec import AppendRow
from chatd.storage.postgres.parameters import APPEND, parameters_of
from chatd.storage.postgres.schema import upgrade
from chatd.storage.postgres.sessions import open_session
from chatd.storage.postgres.store import PostgresSettings, PostgresStore
from chatd.storage.shared.engine import JoinRequest, Request
from chatd.storage.shared.follower import Follower
from chatd.storage.shared.lease import BEAT_SECONDS
from chatd.storage.shared.settings import Durability, SharedSettings
from chatd.storage.sqlite.store import SqliteStore
from tests.support.postgres import cluster

TEXT = "x" * 80
PAUSE = 0.02
"""Seconds between two lone lines."""

LINES = 100
"""Lone lines of a turn."""

TURNS = 5
BATCH = 256
FULL_SECONDS = 3.0

BUSY_PAUSE = 0.01
BUSY_LINES = 16
"""A busy node, or an appender, appends so many lines after each pause."""

BUSY = 7
"""The number of busy nodes, or of appenders."""

_ONE_COMMIT = (
    "SELECT what, no, stamp, last, answer FROM (SELECT a.*, set_config('synchronous_commit', 'on',"
    " true), pg_notify('chatd', '0 ' || a.no) FROM ({}) a) b"
)


class Watch(Subscriber):
    """A subscriber that notes when it is shown what is waited for."""

    def __init__(self) -> None:
        self.lines = 0
        self._waiting: tuple[int, Deferred[float]] | None = None

    def shown(self, lines: int) -> Deferred[float]:
        """Return the time at which so many lines have been shown in all."""
        done: Deferred[float] = Deferred()
        self._waiting = lines, done
        self._look()
        return done

    def publish(self, entries: Sequence[Published]) -> None:
        self.lines += sum(isinstance(entry, Event) for entry in entries)
        self._look()

    def follow(self, entries: Sequence[Published], records: Sequence[Record]) -> None:
        self.publish(entries)

    def refuse(self, drafts: Sequence[Draft], why: StoreError) -> None:
        raise why

    def check_again(self, drafts: Sequence[Draft]) -> Sequence[Draft]:
        return ()

    def forgot(self, room: str, upto: int) -> None:
        raise NotImplementedError

    def _look(self) -> None:
        if self._waiting is not None and self.lines >= self._waiting[0]:
            (_, done), self._waiting = self._waiting, None
            done.callback(time.perf_counter())


class ShowsWhatItReads(Follower):
    """A follower without the rule: what it has read is shown."""

    def publish_safe(self) -> None:
        self.safe = max(self.safe, self.read.number)
        super().publish_safe()


def _append_in_one_commit(channel: Channel, parameters: Sequence[str | None]) -> AppendRow:
    """Append a batch without a seal, by a commit that waits, and tells the others itself."""
    ((what, number, *rest),) = [channel.pipeline.ask((_ONE_COMMIT.format(APPEND), parameters))[0]]
    return AppendRow(what, number, *rest)  # type: ignore[arg-type]


def node(reactor: Any, url: str, name: str) -> tuple[PostgresStore, Watch]:
    """Return a started store of a node, and who is shown what it publishes."""
    shared = SharedSettings(node=name, durability=Durability.REPLICATED)
    place = Path(tempfile.gettempdir(), f"bench-{name}")
    store = PostgresStore(reactor, address_of(url), PostgresSettings(shared, place, {}))
    return store, _watched(store)


def _watched(store: Store) -> Watch:
    watch = Watch()
    store.subscribe(watch)
    store.start()
    return watch


async def lone(reactor: Any, author: Store, watches: Sequence[Watch]) -> list[float]:
    """Say lone lines; return the median time in ms to be shown at the author, and at the other."""
    times: list[list[float]] = [[] for _ in watches]
    for _ in range(LINES):
        await deferLater(reactor, PAUSE)
        waited = [watch.shown(watch.lines + 1) for watch in watches]
        began = time.perf_counter()
        author.append(_draft("lone"))
        for taken, shown in zip(times, waited, strict=True):
            taken.append((await shown - began) * 1e3)
    return [median(taken) for taken in times]


async def full(reactor: Any, store: Store, watch: Watch, seconds: float) -> float:
    """Say full batches one after the other; return the lines a second."""
    began = time.perf_counter()
    said = 0
    while time.perf_counter() - began < seconds:
        for _ in range(BATCH):
            store.append(_draft("full"))
        said += BATCH
        await store.flush()
    return said / (time.perf_counter() - began)


def _draft(room: str) -> Draft:
    return Draft(room, 1, "ana", Kind.MESSAGE, [TEXT])


@contextmanager
def _without_the_rule(follower: Follower) -> Iterator[None]:
    """Have nodes of this process append and follow without the rule, while the block lasts."""
    follower.__class__ = ShowsWhatItReads
    try:
        with mock.patch.object(requests, "append", _append_in_one_commit):
            yield
    finally:
        follower.__class__ = Follower


async def measure_lone(reactor: Any, url: str) -> dict[str, Any]:
    """Measure lone lines with the rule and without it, in turns."""
    author, own = node(reactor, url, "author")
    reader, other = node(reactor, url, "reader")
    await deferLater(reactor, 1.0)
    with_rule, without = list[list[float]](), list[list[float]]()
    for _ in range(TURNS):
        with_rule.append(await lone(reactor, author, [own, other]))
        with _without_the_rule(reader.follower):
            without.append(await lone(reactor, author, [own, other]))
    await author.close()
    await reader.close()
    result = {
        "author_ms": median([each[0] for each in with_rule]),
        "other_ms": median([each[1] for each in with_rule]),
        "without_author_ms": median([each[0] for each in without]),
        "without_other_ms": median([each[1] for each in without]),
    }
    result["ratio"] = result["other_ms"] / result["without_other_ms"]
    return result


def measure_busy(url: str, what: str) -> dict[str, Any]:
    """Measure lone lines while others append, which are processes that do ``what``.

    The lone lines are those of another process, too: this one delays what comes to the standby.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        upgrade(connection)
    others = [_process(what, url, f"{what}{index}", "0") for index in range(BUSY)]
    try:
        for each in others:
            assert each.stdout is not None
            each.stdout.readline()  # it has begun
        measuring = _process("lone", url, f"lone {what}", "0")
        found: dict[str, Any] = json.loads(measuring.communicate()[0])
    finally:
        for each in others:
            each.kill()
            each.communicate()
    return found


async def _be_lone(reactor: Any, url: str, name: str, _: float) -> None:
    """Say lone lines, among those of others, and print when they were shown at another node."""
    author, _own = node(reactor, url, f"author of {name}")
    reader, other = node(reactor, url, f"reader of {name}")
    await deferLater(reactor, 1.0)
    begin, first = time.perf_counter(), other.lines
    times = []
    for _ in range(LINES):
        await deferLater(reactor, PAUSE)
        other_shown = _shown_of("lone", other)
        began = time.perf_counter()
        author.append(_draft("lone"))
        times.append((await other_shown - began) * 1e3)
    rate = (other.lines - first) / (time.perf_counter() - begin)
    await author.close()
    await reader.close()
    times.sort()
    found = {"other_ms": median(times), "p99_ms": times[int(len(times) * 0.99)], "lines_s": rate}
    sys.stdout.write(json.dumps(found) + "\n")


def _shown_of(room: str, watch: Watch) -> Deferred[float]:
    """Return when a line of a room is shown, among those of other rooms."""
    done: Deferred[float] = Deferred()
    follow = watch.follow

    def look(entries: Sequence[Published], records: Sequence[Record]) -> None:
        follow(entries, records)
        if not done.called and any(isinstance(e, Event) and e.room == room for e in entries):
            watch.follow = follow  # type: ignore[method-assign]
            done.callback(time.perf_counter())

    watch.follow = look  # type: ignore[method-assign]
    return done


async def measure_full(reactor: Any, url: str, folder: Path) -> dict[str, Any]:
    """Measure the durable lines a second of two nodes, and of a file, in turns."""
    both, file = list[float](), list[float]()
    for turn in range(TURNS):
        arguments = str(FULL_SECONDS)
        nodes = [_process("full", url, f"full{turn}{which}", arguments) for which in "ab"]
        both.append(sum(float(each.communicate()[0]) for each in nodes))
        path = folder / f"{turn}.sqlite"
        store = SqliteStore(cast(Any, reactor), path)
        file.append(await full(reactor, store, _watched(store), FULL_SECONDS))
        await store.close()
    return {
        "nodes_lines_s": median(both),
        "file_lines_s": median(file),
        "ratio": median([one / other for one, other in zip(both, file, strict=True)]),
    }


def _process(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.cluster", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def _be_busy(reactor: Any, url: str, name: str, _: float) -> None:
    """Append as a whole node, until this is killed."""
    store, _watch = node(reactor, url, name)
    _say_begun()
    while True:
        for _ in range(BUSY_LINES):
            store.append(_draft(name))
        await store.flush()
        await deferLater(reactor, BUSY_PAUSE)


async def _be_appender(reactor: Any, url: str, name: str, _: float) -> None:
    """Append as the writer of a node does, and renew a lease, until this is killed."""
    channel = Channel(open_session(address_of(url).parameters, name, steady=True))
    term, number, *_rest = requests.join(channel, name, JoinRequest(uuid4(), 0))
    _say_begun()
    beat_due = 0.0
    while True:
        began = time.monotonic()
        if began >= beat_due:
            requests.beat(channel, term, number)
            beat_due = began + BEAT_SECONDS
        request = Request(uuid4(), [_draft(name)] * BUSY_LINES, number)
        requests.append(channel, parameters_of(request, term))
        time.sleep(max(0.0, began + BUSY_PAUSE - time.monotonic()))


def _say_begun() -> None:
    sys.stdout.write("begun\n")
    sys.stdout.flush()


async def _be_full(reactor: Any, url: str, name: str, seconds: float) -> None:
    store, watch = node(reactor, url, name)
    await deferLater(reactor, 1.0)  # until both are there
    rate = await full(reactor, store, watch, seconds)
    sys.stdout.write(f"{rate}\n")
    await store.close()


ROLES = {"busy": _be_busy, "appender": _be_appender, "full": _be_full, "lone": _be_lone}
"""What other processes do, by the word that tells them."""


def main(reactor: Any, what: str = "", *arguments: str) -> Deferred[None]:
    """Measure, or be one of the nodes of a measurement."""
    if what in ROLES:
        url, name, seconds = arguments
        return Deferred.fromCoroutine(ROLES[what](reactor, url, name, float(seconds)))
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.cluster", description=__doc__)
    parser.add_argument("--directory", type=Path, default="/var/tmp", help="for the file")
    options = parser.parse_args([what, *arguments] if what else [])
    return Deferred.fromCoroutine(_measure(reactor, options.directory))


async def _measure(reactor: Any, directory: Path) -> None:
    results: dict[str, Any] = {}
    with cluster() as servers:
        results["lone"] = await measure_lone(reactor, servers.url())
        with tempfile.TemporaryDirectory(dir=directory) as folder:
            results["full"] = await measure_full(reactor, servers.url(), Path(folder))
    for what in ("appender", "busy"):
        with cluster(delay=0.001) as servers:
            results[f"{BUSY} x {what}, 1 ms each way"] = measure_busy(servers.url(), what)
    sys.stdout.write(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    react(cast(Callable[..., Deferred[None]], main), sys.argv[1:])
