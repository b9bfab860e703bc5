"""The fan-out: many clients in a room, and the cost of one delivery of one line.

In every round the servers take turns at the same load, and each figure of chatd's is divided by
that of the floor, or of a peer, in the same round. The printed figures are medians over the rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks.bench import Bench
from benchmarks.machine import Failed, measure
from benchmarks.report import Bar, median, rounded, say, say_bars, say_table
from benchmarks.servers import CHATD, PEERS, Running, Server, floors, running

LINE_BYTES = 80
"""Bytes of a line, without its end."""

ENTERING_SECONDS = 150.0
"""Most seconds until all clients have entered. IRC servers announce everyone to everyone: 10,000
clients are 50 million announcements."""

SLOW_SECONDS = 20.0
"""Seconds until all have entered above which a peer has one round only."""

PEERS_SENDERS = 20
"""The number of senders with which the peers are measured, if it is asked for."""

OF_THE_FLOOR = {
    (100, 1): 1.65,
    (100, 256): 1.9,
    (1_000, 1): 1.15,
    (1_000, 256): 0.9,
    (10_000, 1): 1.15,
}
OF_THE_BEST_PEER = {
    (100, 256): 0.55,
    (1_000, 1): 1.0,
    (1_000, 256): 0.8,
    (10_000, 1): 0.8,
    (10_000, 64): 0.8,
}
"""Bars of the CPU per delivery, by clients and window, divided by that of the floor and of the best
peer (issue 16). They are for the C extension; without it those of (1,000, 1) and (10,000, 1) are
1.35 and 1.25 of the floor's."""

LATENCY_OF_FEW = 1.6
LATENCY_OF_MANY = 1.3
"""Bars of the median from said to seen, divided by the floor's: of 100 clients, and of more."""

Result = dict[str, Any]


class Shape(NamedTuple):
    """A load: clients, lines on their way, senders, rooms."""

    clients: int
    window: int
    senders: int
    rooms: int = 1

    def __str__(self) -> str:
        rooms = f" in {self.rooms} rooms" if self.rooms > 1 else ""
        senders = "1 sender" if self.senders == 1 else f"{self.senders} senders"
        return f"{self.clients:,} clients{rooms}, window {self.window}, {senders}"


SHAPES = (
    "2:1",
    "2:256",
    "100:1",
    "100:256",
    "1000:1",
    "1000:256",
    "5000:1:50",
    "10000:1",
    "10000:64",
)
SENDERS = (20, 1, 50)


def shapes_of(written: Sequence[str], senders: Sequence[int]) -> list[Shape]:
    """Return the shapes that ``CLIENTS:WINDOW[:ROOMS]`` describe. Raise `ValueError`.

    Two clients are one sender and one listener. Rooms have a sender each, or more.
    """
    shapes = []
    for one in written:
        clients, window, rooms = map(int, (one if one.count(":") == 2 else f"{one}:1").split(":"))
        if rooms > 1:
            counts = [max(rooms, *senders) // rooms * rooms]
        elif clients == 2:
            counts = [1]
        else:
            counts = [count for count in senders if count < clients]
        if min(clients - 1, window, rooms, *senders) < 1 or not counts:
            raise ValueError(one)
        shapes += [Shape(clients, window, count, rooms) for count in counts]
    return shapes


def run(bench: Bench, shapes: Sequence[Shape]) -> None:
    """Measure all shapes, and print each as soon as it is done."""
    durable, bare = floors(bench.programs["floor"])
    present = [peer for peer in PEERS if bench.peers and not peer.absent]
    for peer in PEERS:
        if bench.peers and peer.absent:
            say(f"{peer.name} is absent: not installed here.")
    unable: dict[tuple[str, int, int], str] = {}
    all_results = bench.results.setdefault("fanout", [])
    with_peers = {shape.senders for shape in shapes if shape.clients > 2}
    chosen = PEERS_SENDERS if PEERS_SENDERS in with_peers else max(with_peers, default=1)
    for shape in shapes:
        servers = [CHATD, durable]
        if shape.senders == chosen or shape.clients == 2 or shape.rooms > 1:
            servers += [bare, *present]
        rounds: list[dict[str, Result]] = []
        slow: set[str] = set()
        for _ in range(bench.rounds):
            results: dict[str, Result] = {}
            rounds.append(results)
            for server in servers:
                key = server.name, shape.clients, shape.rooms
                if key in unable or server.name in slow:
                    continue
                try:
                    done = results[server.name] = _measure(bench, server, shape, results)
                    if server in present and done["entering_seconds"] > SLOW_SECONDS:
                        slow.add(server.name)
                except Failed as failure:
                    unable[key] = str(failure)
                    if server not in present:
                        bench.failures.append(f"{server.name}, {shape}: {failure}")
        why = {name: reason for (name, *at), reason in unable.items() if at == [*shape[::3]]}
        bench.bars += _print(shape, servers, rounds, why)
        all_results.append({**shape._asdict(), "rounds": rounds, "unable": why})


def _measure(bench: Bench, server: Server, shape: Shape, before: dict[str, Result]) -> Result:
    line_bytes = LINE_BYTES
    if server.protocol == "bare" and CHATD.name in before:
        # As long as chatd's lines, which begin with a name.
        line_bytes = round(before[CHATD.name]["line_bytes"]) - 1
    return measure_at(bench, server, shape, bytes=line_bytes)


def measure_at(bench: Bench, server: Server, shape: Shape, **more: object) -> Result:
    """Run one talk at one server, just started. Raise `Failed`."""
    with running(server, bench.scratch, bench.cores.server, shape.rooms) as started:
        return talk_at(bench, server, started, shape, **more)


def talk_at(bench: Bench, server: Server, started: Running, shape: Shape, **more: object) -> Result:
    """Run one talk at a server that runs. ``more`` are arguments of ``talk.c``. Raise `Failed`."""
    arguments = {
        "port": started.port,
        "pid": started.pid,
        "protocol": server.protocol,
        "seconds": bench.seconds,
        "bytes": LINE_BYTES,
        "at_once": server.at_once,
        "entering": ENTERING_SECONDS,
        **shape._asdict(),
        **more,
    }
    limit = ENTERING_SECONDS + 2 * float(str(arguments["seconds"])) + 60
    return measure(bench.programs["talk"], arguments, bench.cores.load, limit)


def _print(
    shape: Shape, servers: Sequence[Server], rounds: list[dict[str, Result]], why: dict[str, str]
) -> list[Bar]:
    say(f"\n{shape}")
    floor = servers[1].name
    rows = [
        ["", "us CPU", "/ floor", "deliveries/s", "p50 ms", "/ floor", "p99 ms", "server", "load"]
    ]
    for server in servers:
        done = [results[server.name] for results in rounds if server.name in results]
        if not done:
            continue
        rows.append(
            [
                server.name,
                rounded(_of(done, "cpu_us")),
                _ratio_cell(rounds, "cpu_us", server.name, floor),
                rounded(_of(done, "per_second")),
                rounded(_of(done, "p50_ms")),
                _ratio_cell(rounds, "p50_ms", server.name, floor),
                rounded(_of(done, "p99_ms")),
                f"{_of(done, 'server_busy'):.0%}",
                f"{_of(done, 'load_busy'):.0%}",
            ]
        )
    say_table(rows)
    for name, reason in why.items():
        say(f"  {name} cannot: {reason}")
    bars = _bars(shape, servers, rounds)
    say_bars(bars)
    return bars


def _bars(shape: Shape, servers: Sequence[Server], rounds: list[dict[str, Result]]) -> list[Bar]:
    floor, peers = servers[1].name, [server.name for server in servers[3:]]
    load = str(shape)
    if shape.clients < 100:
        ratio = ratio_of(rounds, "cpu_us", CHATD.name, "nats-server")
        return [Bar(f"CPU per line / nats-server, {load}", "", ratio)] if ratio else []
    bars = []
    if ratio := ratio_of(rounds, "cpu_us", CHATD.name, floor):
        must = _most(OF_THE_FLOOR.get(shape[:2]))
        bars.append(Bar(f"CPU per delivery / floor, {load}", "", ratio, "", *must))
    if ratio := ratio_of(rounds, "p50_ms", CHATD.name, floor):
        must = _most(LATENCY_OF_FEW if shape.clients == 100 else LATENCY_OF_MANY)
        bars.append(Bar(f"p50 / floor, {load}", "", ratio, "", *must))
    against = [ratio_of(rounds, "cpu_us", CHATD.name, peer) for peer in peers]
    if found := [ratio for ratio in against if ratio]:
        must = _most(OF_THE_BEST_PEER.get(shape[:2]))
        bars.append(Bar(f"CPU per delivery / best peer, {load}", "", max(found), "", *must))
    return bars


def _most(limit: float | None) -> tuple[()] | tuple[str, float]:
    return () if limit is None else ("<=", limit)


def _of(done: Sequence[Result], figure: str) -> float:
    return median(result[figure] for result in done)


def ratio_of(
    rounds: Sequence[dict[str, Result]], figure: str, name: str, base: str
) -> float | None:
    """Return the median of the ratios of two servers' figures, over the rounds that have both."""
    ratios = [
        results[name][figure] / results[base][figure]
        for results in rounds
        if name in results and base in results and results[base][figure]
    ]
    return median(ratios) if ratios else None


def _ratio_cell(rounds: Sequence[dict[str, Result]], figure: str, name: str, base: str) -> str:
    ratio = ratio_of(rounds, figure, name, base)
    return "" if ratio is None else rounded(ratio)
