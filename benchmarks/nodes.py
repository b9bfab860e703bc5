"""Two nodes with many clients each, and the CPU of a delivery at each of them.

Run as a program, ``python3 -m benchmarks.nodes``, it makes a primary and a synchronous standby on
this machine and starts two daemons on them. ``talk.c`` talks at one; as many clients are at the
other, and only listen. The figures of both are divided by that of one daemon on a file, measured in
turns with them, and by that of one on a file beside another one: two daemons with 5,000 clients
each find less of their data in the caches of a core that they share, whatever they store it in.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.fanout import Shape, talk_at
from benchmarks.machine import Cores, Programs, allow_files
from benchmarks.report import median, say
from benchmarks.servers import CHATD, OURS, TWISTD, Server, no_limits, running
from tests.support.postgres import cluster

CLIENTS = 5_000
SENDERS = 20
WINDOWS = (1, 64)
ROUNDS = 3
SECONDS = 5.0

SAMPLE_SECONDS = 0.1
READ = 1 << 18

TICKS = os.sysconf("SC_CLK_TCK")


def node(url: str, name: str) -> Server:
    """Return a daemon on a database."""

    def command(_: Path, port: int, rooms: int) -> list[str]:
        store = ["--store", url, "--node", name]
        listen = f"tcp:{port}:interface=127.0.0.1"
        return [str(TWISTD), "-n", "chat", "--listen", listen, *store, *no_limits(OURS)]

    return Server(name, "chat", command)


@contextmanager
def listening(port: int, pid: int, count: int) -> Iterator[Path]:
    """Have clients listen at a daemon while the block lasts; yield the file of samples."""
    with tempfile.TemporaryDirectory() as folder:
        samples = Path(folder, "samples")
        command = [sys.executable, "-m", "benchmarks.nodes", "listen"]
        arguments = [str(port), str(pid), str(count), str(samples)]
        process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()  # all are there
        try:
            yield samples
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def _listen(port: int, pid: int, count: int, samples: Path) -> None:
    """Connect clients, read all that they are sent, and write samples until this is killed."""
    allow_files()
    selector = selectors.DefaultSelector()
    for _ in range(count):
        client = socket.create_connection(("127.0.0.1", port))
        client.setblocking(False)
        selector.register(client, selectors.EVENT_READ)
    read, due = 0, 0.0
    is_there = False
    with samples.open("w") as file:
        while True:
            events = selector.select(SAMPLE_SECONDS)
            for key, _ in events:
                read += len(key.fileobj.recv(READ))  # type: ignore[union-attr]
            now = time.monotonic()
            if now >= due:
                due = now + SAMPLE_SECONDS
                file.write(f"{_processor_seconds(pid)} {read}\n")
                file.flush()
                if not events and not is_there:
                    is_there = True
                    sys.stdout.write("all are there\n")
                    sys.stdout.flush()


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def cost_of(samples: Path, line_bytes: float) -> float:
    """Return the CPU of a delivery, in us, while lines were sent: more than 2 / 5 of the peak."""
    rows = [line.split() for line in samples.read_text().splitlines()]
    points = [(float(used), int(read)) for used, read in rows]
    steps = [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(points)]
    peak = max(read for _, read in steps)
    busy = [(used, read) for used, read in steps if read >= 0.4 * peak]
    used, read = sum(each[0] for each in busy), sum(each[1] for each in busy)
    return used / (read / line_bytes) * 1e6


def two_files(bench: Bench, shape: Shape) -> float:
    """Return the CPU of a delivery, in us, of two daemons on files that are talked at at a time."""
    core = bench.cores.server
    with (
        running(CHATD, bench.scratch, core) as one,
        running(CHATD, bench.scratch, core) as other,
        ThreadPoolExecutor() as talks,
    ):
        both = talks.map(lambda each: talk_at(bench, CHATD, each, shape), (one, other))
        return sum(float(each["cpu_us"]) for each in both) / 2


def measure(bench: Bench, window: int) -> dict[str, float]:
    """Return the CPU of a delivery at both nodes, divided by that of one daemon on a file."""
    shape = Shape(CLIENTS, window, SENDERS)
    figures = list[tuple[float, float, float, float]]()
    for _ in range(bench.rounds):
        with running(CHATD, bench.scratch, bench.cores.server) as alone:
            file = talk_at(bench, CHATD, alone, shape)
        beside = two_files(bench, shape)
        with cluster() as servers:
            one, two = node(servers.url(), "one"), node(servers.url(), "two")
            core = bench.cores.server
            with (
                running(one, bench.scratch, core) as talking,
                running(two, bench.scratch, core) as other,
                listening(other.port, other.pid, CLIENTS) as samples,
            ):
                talk = talk_at(bench, one, talking, shape)
                heard = cost_of(samples, talk["line_bytes"])
        figures.append((file["cpu_us"], beside, talk["cpu_us"], heard))
        say(f"window {window}: " + ", ".join(f"{each:.2f} us" for each in figures[-1]))
    return {
        "file_us": median([each[0] for each in figures]),
        "file_beside_us": median([each[1] for each in figures]),
        "talking_us": median([each[2] for each in figures]),
        "listening_us": median([each[3] for each in figures]),
        "talking_ratio": median([each[2] / each[0] for each in figures]),
        "listening_ratio": median([each[3] / each[0] for each in figures]),
        "talking_ratio_beside": median([each[2] / each[1] for each in figures]),
        "listening_ratio_beside": median([each[3] / each[1] for each in figures]),
    }


def main() -> None:
    """Measure, or be the clients that listen."""
    if sys.argv[1:2] == ["listen"]:
        port, pid, count, samples = sys.argv[2:]
        _listen(int(port), int(pid), int(count), Path(samples))
        return
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.nodes", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--directory", default="/var/tmp", help="where stores are put")
    options = parser.parse_args()
    allow_files()
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="chatd-bench.", dir=options.directory) as name:
        scratch = Path(name)
        bench = Bench(Cores(), scratch, Programs(scratch), SECONDS, options.rounds, peers=False)
        for window in WINDOWS:
            results[f"{CLIENTS} clients at each of two, window {window}"] = measure(bench, window)
    sys.stdout.write(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
