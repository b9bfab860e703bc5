"""``python3 -m tests.proofs.people``: compare the lists of three tabs with ``/who`` at each step.

Exit with 1 if a list does not equal it within five seconds.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.browser.chromium import Chromium, missing
from tests.proofs.people.walk import PeopleWalk, tabs
from tests.support.live_server import NO_BUDGETS, LiveServer


def main() -> int:
    """Walk, and print what was done and how soon the lists were equal."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.proofs.people", description=__doc__)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    arguments = parser.parse_args()
    if reason := missing():
        sys.exit(reason)
    print(f"{arguments.steps} steps, seed {arguments.seed}", flush=True)
    taken: Counter[str] = Counter()
    seconds: list[float] = []
    with tempfile.TemporaryDirectory() as directory:
        chromium = Chromium()
        try:
            with LiveServer(Path(directory), *NO_BUDGETS, web=0) as daemon:
                walk = PeopleWalk(daemon, tabs(chromium, daemon), arguments.seed)
                walk.seconds_until_equal()
                for number in range(1, arguments.steps + 1):
                    name = walk.step()
                    taken[name] += 1
                    try:
                        seconds.append(walk.seconds_until_equal())
                    except AssertionError as unequal:
                        print(f"step {number}, {name}: {unequal}")
                        return 1
                walk.close()
        finally:
            chromium.quit()
    seconds.sort()
    print(", ".join(f"{count} {name.strip('_')}" for name, count in sorted(taken.items())))
    print(f"equal after {seconds[len(seconds) // 2]:.2f} s (median), {seconds[-1]:.2f} s at most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
