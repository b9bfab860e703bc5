"""An owner who sends puts no more on disk than its budget: an hour, on a small scale."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proofs.day.attackers import MIB, Owner, Place, attack, ipv4, of_one_64
from tests.proofs.day.disk import FACTOR, Disk

OWNERS = {
    "address": Owner([Place(ipv4(0))], 2 * MIB),
    "account": Owner([Place(ipv4(number), "eve") for number in range(2)], 2 * MIB),
    "64": Owner([Place(of_one_64(0)), Place(of_one_64(1), "eve")], 2 * MIB),
}

HOUR_SHARE = 1 / 2 + 1 / 2 / 24
"""Part of a budget of a day that may be used within an hour."""


@pytest.mark.parametrize("level", OWNERS)
def test_an_owner_uses_its_budget_and_no_more(level: str, tmp_path: Path) -> None:
    owner = OWNERS[level]
    disk = Disk(tmp_path, "--budget", f"bytes.{level}={owner.most}")
    before = disk.used()
    attack(disk, owner._replace(connections=2), 3600.0)
    grown = disk.used() - before
    disk.close()
    assert owner.most / 4 < grown <= FACTOR * HOUR_SHARE * owner.most
