"""`python3 -m tests.proofs.connect`: kill the daemon again and again under one `chatd connect`."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.proofs.connect.kills import kill_daemons


def main() -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m tests.proofs.connect",
        description="Is each line that a person types said once, and shown once, although the"
        " daemon is killed meanwhile?",
    )
    parser.add_argument("--kills", type=int, default=50, help="kill -9, so many times")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"--seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="chatd-connect-") as directory:
        result = kill_daemons(Path(directory), options.kills, options.seed)
    print(result.text())
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main())
