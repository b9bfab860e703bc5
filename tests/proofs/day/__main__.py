"""``python3 -m tests.proofs.day``: let days go by, and print what was refused and what was stored.

Exit with 1 if people were refused anything, or attackers had more stored than they may.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.proofs.day.attackers import MIB, OWNERS, Owner, attack
from tests.proofs.day.daemon import Daemon
from tests.proofs.day.disk import Disk
from tests.proofs.day.groups import ADDRESSES, HOUR, Addresses, Class, Office
from tests.proofs.day.people import AtBrowser, Guest

GROUPS: dict[str, Class | Office] = {
    "a class of 40": Class(),
    "a class of 40 guests": Class(kinds=(Guest,)),
    "an office of 200": Office(),
    "an office of 200 at browsers": Office(kinds=(AtBrowser,)),
}

SHOWN = 20
"""Most refusals that are printed of one group."""


def live(group: Class | Office, address: Addresses) -> tuple[bool, str]:
    """Let a group live through a day. Return True if it was refused nothing, and the figures."""
    daemon = Daemon()
    people = group.begin(daemon, address)
    daemon.run(24 * HOUR)
    said = sum(each.said for each in people) + daemon.posted
    faults = daemon.faults
    lines = [
        f"{len(faults)} refused; {said:,} of {group.all_lines:,} lines said,"
        f" {daemon.receiver.posted:,} sent to hooks",
        *map(str, faults[:SHOWN]),
    ]
    return not faults and said == group.all_lines, "\n  ".join(lines)


def send(owner: Owner) -> tuple[bool, str]:
    """Let an owner send for a day. Return True if it is within its bar, and the figures."""
    with tempfile.TemporaryDirectory(prefix="chatd-day.") as name:
        disk = Disk(Path(name).resolve(), *owner.options)
        size = attack(disk, owner)
        disk.close()
    return size <= owner.most, f"{size / MIB:,.0f} MiB of {owner.most // MIB:,} on disk"


def main() -> int:
    """Run all days. Return 1 if a bar is missed."""
    days: dict[str, Callable[[], tuple[bool, str]]] = {
        f"{name} behind {place}": partial(live, group, address)
        for name, group in GROUPS.items()
        for place, address in ADDRESSES.items()
    }
    days |= {f"{name} that attacks": partial(send, owner) for name, owner in OWNERS.items()}
    parser = argparse.ArgumentParser(prog="python3 -m tests.proofs.day")
    parser.add_argument("--only", default="", help="a part of the names of days")
    only = parser.parse_args().only
    missed = 0
    for name, day in days.items():
        if only in name:
            began = time.monotonic()
            good, figures = day()
            missed += not good
            seconds = time.monotonic() - began
            print(f"{'met' if good else 'MISSED'}: {name}: {figures} ({seconds:.0f} s)", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
