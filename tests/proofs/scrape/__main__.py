"""``python3 -m tests.proofs.scrape``: measure how long a scrape holds the reactor.

Exit with 1 if that is more than `MOST_SECONDS` of the processor with `CLIENTS` clients. The figures
of the process, which has as many open files, are read in a thread of their own, and do not count.
"""

from __future__ import annotations

import resource
import socket
import sys
import time
from statistics import median
from typing import Any

from twisted.internet.defer import Deferred

from chatd.daemon.monitor import missing_library
from tests.support.monitors import monitor_of
from tests.support.world import World

CLIENTS = 10_000
ROUNDS = 50

MOST_SECONDS = 0.005
"""Most seconds for which the reactor may be held, as the median of the rounds."""


class Timed:
    """A worker that works when it is told to, as a thread would; it notes for how long."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def start(self) -> None:
        """Do nothing: it has no thread."""

    stop = start

    def run(self, function: Any) -> Deferred[Any]:
        """Call a function."""
        began = time.thread_time()
        result = function()
        self.seconds = time.thread_time() - began
        done: Deferred[Any] = Deferred()
        done.callback(result)
        return done


def main() -> int:
    """Measure, print the results, and return the exit status."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    files = [socket.socket() for _ in range(min(CLIENTS, most - 200))]
    world = World()
    people = [world.person() for _ in range(CLIENTS)]
    worker = world.hashing = Timed()  # type: ignore[assignment]
    monitor = monitor_of(world)
    if monitor.exposition is None:  # the library is imported here, as at the start of a daemon
        sys.exit(missing_library())
    held, threads = [], []
    size = 0
    for _ in range(ROUNDS):
        began = time.thread_time()
        asked: list[Any] = []
        Deferred.fromCoroutine(monitor.expose()).addCallback(asked.append)
        size = len(asked[0][0])
        held.append(time.thread_time() - began - worker.seconds)
        threads.append(worker.seconds)
    print(f"a scrape of {size:,} bytes with {len(people):,} clients and {len(files):,} open files:")
    print(f"the reactor is held for {1000 * median(held):.1f} ms (at most {1000 * max(held):.1f})")
    print(
        f"a thread reads the figures of the process for {1000 * median(threads):.1f} ms meanwhile"
    )
    return 0 if median(held) <= MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
