"""``python3 -m tests.proofs.upgrade``: upgrade a daemon under talk, and compare.

Some successors are ended, or stopped, at a step. Exit with 1 if a line was lost, doubled or out of
order, a client was disconnected, or waited for longer than `MOST_SECONDS`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.proofs.upgrade.rounds import STEPS, Rounds

MOST_SECONDS = 0.25
"""Most seconds that a client waits for a line of its own because of an upgrade."""


def main() -> int:
    """Upgrade, and print the outcome."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.proofs.upgrade", description=__doc__)
    parser.add_argument("--plain", type=int, default=1000, help="clients of lines (1000)")
    parser.add_argument("--web", type=int, default=200, help="WebSockets (200)")
    parser.add_argument("--irc", type=int, default=50, help="IRC clients (50)")
    parser.add_argument("--people", type=int, default=10, help="clients of a room (10)")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds between lines of one (2)")
    parser.add_argument("--upgrades", type=int, default=20)
    parser.add_argument("--rooms", type=int, default=1000, help="rooms in the store (1000)")
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--lines", type=int, default=100_000, help="lines in the store (100000)")
    parser.add_argument("--failing", action="store_true", help="end successors at each step, too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        rounds = Rounds(Path(directory), given.rooms, given.lines, given.accounts)
        with rounds:
            rounds.fill(given.plain, given.web, given.irc, given.people, given.pause)
            usual = rounds.talk()
            print(f"without an upgrade, the longest wait is {usual * 1000:.0f} ms", flush=True)
            worst = 0.0
            for number in range(given.upgrades):
                if given.failing:
                    print(rounds.fail(STEPS[number % len(STEPS)]), flush=True)
                outcome = rounds.upgrade()
                worst = max(worst, outcome.longest)
                print(f"{number + 1}: {outcome}", flush=True)
            faults = list(rounds.faults())
    print(f"{rounds.said} lines said; longest wait of a client {worst * 1000:.0f} ms")
    print(
        "\n".join(faults[:20]) or "no line was lost, doubled or out of order; all stayed connected"
    )
    return 1 if faults or worst > MOST_SECONDS else 0


if __name__ == "__main__":
    sys.exit(main())
