"""`chatd.accounts`: who is registered."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.accounts import Account, Accounts
from chatd.records import Table
from chatd.stores.memory import MemoryStore


def test_whether_there_is_an_administrator_is_known_without_looking_at_all_accounts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    accounts = Accounts(MemoryStore(clock))
    assert not accounts.has_administrator
    for name in "ana", "eva", "luis":
        accounts.keep(Account(name, "", admin=name != "ana"))
    assert accounts.has_administrator
    with monkeypatch.context() as patched:
        patched.setattr(Table, "__iter__", None)
        assert accounts.has_administrator
    accounts.keep(Account("eva", ""))
    assert accounts.has_administrator
    accounts.keep(Account("luis", ""))
    assert not accounts.has_administrator
    clock.advance(0)
