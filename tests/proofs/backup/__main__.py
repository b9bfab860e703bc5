"""``python3 -m tests.proofs.backup``: back up a large store while a client talks.

Print the figures of each turn, with and without a back-up, and exit with 1 if a bar is missed: the
back-up ends, equals a prefix of each log, and no receipt takes longer than `MOST_SECONDS`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.proofs.backup.busy import OPTIONS, Talker, Turn, back_up, faults_of_prefix, fill, quiet
from tests.support.live_server import LiveServer

MOST_SECONDS = 0.1
"""Longest time to a receipt."""


def shown(what: str, turn: Turn) -> str:
    """Return a row of figures."""
    return (
        f"{what:<16} {turn.seconds:6.2f} s {turn.receipts:6} receipts,"
        f" p99 {turn.most * 1000:6.1f} ms, longest {turn.longest * 1000:6.1f} ms"
    )


def main() -> int:
    """Take the turns. Return 1 if a bar is missed."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.proofs.backup")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    faults = []
    with tempfile.TemporaryDirectory(prefix="chatd-backup.") as name:
        directory = Path(name).resolve()
        path, copy = directory / "store", directory / "copy"
        began = time.perf_counter()
        fill(path, options.lines)
        size = path.stat().st_size / 2**20
        print(
            f"{options.lines:,} lines, {size:,.0f} MiB, made in {time.perf_counter() - began:.0f} s"
        )
        with LiveServer(directory, *OPTIONS) as server, Talker(server, options.rate) as talker:
            seconds = 0.0
            for _ in range(options.turns):
                turns = {"without": quiet(talker, seconds)}
                turns["with a back-up"], found = back_up(server, talker, copy)
                seconds = turns["with a back-up"].seconds
                faults += found or faults_of_prefix(copy, path)
                for what, turn in turns.items():
                    print(shown(what, turn), flush=True)
                    if turn.longest > MOST_SECONDS:
                        faults.append(f"{what}: a receipt took {turn.longest * 1000:.0f} ms")
            print(f"the copy has {copy.stat().st_size / 2**20:,.0f} MiB")
            server.stop()
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
