"""``python3 -m tests.proofs.bots``: kill a bot at steps by chance, and count its answers.

Exit with 1 if a call was not answered once.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.proofs.bots.kills import Kills, by_chance


def main() -> int:
    """Kill, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.proofs.bots", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    arguments = parser.parse_args()
    print(f"{arguments.kills} kills, seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        chance = random.Random(arguments.seed)
        kills = Kills(Path(directory), chance)
        steps = by_chance(chance, arguments.kills)
        try:
            outcome = kills.run(steps, lambda told: print(told, flush=True))
        finally:
            kills.close()
    ends = ", ".join(f"{count} {how}" for how, count in sorted(outcome.ends.items()))
    print(f"{len(outcome.calls)} calls; killed: {ends}; {outcome.ran_twice} programs ran again")
    print("\n".join(outcome.faults) or "each answer was said once")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
