"""``python3 -m tests.proofs.nodes``: run the state machine from several seeds.

Print the first example that fails, made small, and exit with 1.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback

from tests.proofs.nodes.run import STEPS, run


def main() -> int:
    """Run the seeds, one after the other. Return 1 if one of them fails."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.proofs.nodes")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds")
    parser.add_argument("--examples", type=int, default=500, help="of each seed")
    parser.add_argument("--steps", type=int, default=STEPS, help="of each example")
    options = parser.parse_args()
    for number in range(options.seed, options.seed + options.seeds):
        began = time.perf_counter()
        try:
            run(number, options.examples, options.steps, shrinks=True)
        except Exception:
            traceback.print_exc()
            print(f"seed {number} fails")
            return 1
        print(f"seed {number}: {options.examples} examples, {time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
