"""``python3 -m tests.proofs.cluster``: failovers, chaos, upgrades. Exits with 1 at a fault."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable

from tests.proofs.cluster.chaos import run_chaos
from tests.proofs.cluster.moments import SHOWN_WITHIN, run_kills, run_long_failover
from tests.proofs.cluster.result import Result
from tests.proofs.cluster.rounds import run_rounds
from tests.proofs.cluster.upgrades import lines_about, run_upgrades


def main() -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m tests.proofs.cluster",
        description="Do nodes keep their word while servers, nodes and the network fail?",
    )
    parser.add_argument("--rounds", type=int, default=100, help="failovers, 0 for none")
    parser.add_argument("--seconds", type=float, default=60.0, help="of chaos, 0 for none")
    parser.add_argument("--kills", type=int, default=5, help="of authors, before their seals")
    parser.add_argument("--away", type=float, default=12.0, help="seconds without a primary")
    parser.add_argument("--upgrades", type=int, default=6, help="of a node under talk")
    parser.add_argument("--each", type=int, default=20, help="clients of a kind at both nodes")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"--seed {options.seed}", flush=True)
    faults = 0
    if options.rounds:
        faults += _report(lambda: run_rounds(options.rounds, options.seed))
    if options.seconds:
        faults += _report(lambda: run_chaos(options.seconds, options.seed))
    if options.kills:
        took = run_kills(options.kills)
        print(f"{options.kills} authors killed: shown after {max(took):.3f} s at most", flush=True)
        faults += max(took) > SHOWN_WITHIN
    if options.away:
        free = run_long_failover(options.away)
        print(f"a failover of {options.away:g} s frees {', '.join(free) or 'no name'}", flush=True)
        faults += len(free)
    if options.upgrades:
        began = time.monotonic()
        upgrades = run_upgrades(options.upgrades, options.each, failing=True)
        print("\n".join(lines_about(upgrades, began)), flush=True)
        faults += len(upgrades.faults)
    return 1 if faults else 0


def _report(work: Callable[[], Result]) -> int:
    """Do the work, and print its result; return the number of faults."""
    began = time.monotonic()
    result = work()
    print(result.text())
    print(f"{time.monotonic() - began:.0f} s", flush=True)
    return len(result.faults)


if __name__ == "__main__":
    sys.exit(main())
