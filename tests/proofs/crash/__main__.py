"""`python3 -m tests.proofs.crash`: kills and power cuts, as many as there is time for."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from tests.proofs.crash import disk
from tests.support import preload


class Result(Protocol):
    """The result of a proof."""

    faults: list[str]

    def text(self) -> str:
        """Return the result as text."""


def main() -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m tests.proofs.crash",
        description="Is every line that anybody saw on disk? Needs Linux and a C compiler (cc).",
        epilog="Everything is kept in $TMPDIR, and removed unless something was lost."
        " Power cuts are quickest with TMPDIR=/dev/shm: they need no real disk.",
    )
    parser.add_argument("--kills", type=int, default=0, help="kill -9 under load, so many times")
    parser.add_argument(
        "--lives", type=int, help="look for faults after so many kills (default: 25)"
    )
    parser.add_argument(
        "--commits",
        type=int,
        default=0,
        help="cut the power after each call of a run of about so many commits",
    )
    parser.add_argument(
        "--upgrade", action="store_true", help="kill an upgrade of the file at each of its calls"
    )
    parser.add_argument(
        "--forget",
        type=int,
        nargs="?",
        const=1,
        default=0,
        metavar="N",
        help="kill forgetting at each of its calls, or at every Nth",
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument(
        "--fresh", action="store_true", help="start a new interpreter each time (slow)"
    )
    options = parser.parse_args()
    if why_not := preload.why_not():
        parser.error(why_not)
    if disk.SHIM not in os.environ.get("LD_PRELOAD", ""):
        return _again_with_the_shim()
    from tests.proofs.crash.cuts import cut_power
    from tests.proofs.crash.forgets import kill_forgetting
    from tests.proofs.crash.kills import LIVES, kill_daemons
    from tests.proofs.crash.upgrades import kill_upgrades

    print(f"--seed {options.seed}", flush=True)
    faults = 0
    if options.kills:
        faults += _report(
            lambda: kill_daemons(
                options.kills, options.seed, lives=options.lives or LIVES, fresh=options.fresh
            )
        )
    if options.commits:
        faults += _report(lambda: cut_power(options.commits, options.seed))
    if options.upgrade:
        faults += _report(kill_upgrades)
    if options.forget:
        faults += _report(lambda: kill_forgetting(options.forget))
    return 1 if faults else 0


def _report(work: Callable[[], Result]) -> int:
    """Do the work, and print its result; return the number of faults."""
    began = time.monotonic()
    result = work()
    print(result.text())
    print(f"{time.monotonic() - began:.0f} s", flush=True)
    return len(result.faults)


def _again_with_the_shim() -> int:
    with tempfile.TemporaryDirectory(prefix="chatd-crash-") as directory:
        library = preload.build(disk.SOURCE, Path(directory))
        environment = {**os.environ, "LD_PRELOAD": str(library)}
        command = [sys.executable, *sys.orig_argv[1:]]
        return os.spawnve(os.P_WAIT, sys.executable, command, environment)


if __name__ == "__main__":
    sys.exit(main())
