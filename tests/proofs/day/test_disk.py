"""Each kind of thing that is stored takes no more bytes on disk than its owner is charged for."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatd.util.budget_table import Kind
from chatd.util.budgets import Budgets, Owner
from tests.proofs.day.disk import DEEDS, FACTOR, Disk, prepare, repeat


class Charges:
    """The bytes that any owner is charged for, from now on."""

    def __init__(self, budgets: Budgets) -> None:
        self.bytes = 0
        self._count = budgets.count
        budgets.count = self.count  # type: ignore[method-assign]

    def count(self, owner: Owner, *costs: tuple[Kind, int]) -> None:
        """Count as `Budgets` does, and note the bytes."""
        self.bytes += sum(amount for kind, amount in costs if kind is Kind.BYTES)
        self._count(owner, *costs)


@pytest.mark.parametrize("name", DEEDS)
def test_what_is_stored_is_charged_for(name: str, tmp_path: Path) -> None:
    deed = DEEDS[name]
    times = 10 if "long" in name else 60
    disk = Disk(tmp_path)
    attacker = prepare(disk, deed)
    before, charges = disk.used(), Charges(disk.daemon.server.budgets)
    repeat(disk, attacker, deed, range(times))
    grown = disk.used() - before
    disk.close()
    assert grown <= FACTOR * charges.bytes
