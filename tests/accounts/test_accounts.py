"""`chatd.accounts.accounts`: the registered names."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.accounts.accounts import Account, Accounts
from chatd.event import Event, Kind
from chatd.storage.memory import MemoryStore
from chatd.storage.records import Table


def test_whether_there_is_an_administrator_is_known_without_looking_at_all_accounts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is asked by each client that comes, and accounts may be very many."""
    clock = Clock()
    accounts = Accounts(MemoryStore(clock))
    monkeypatch.setattr(Table, "__iter__", None)
    assert not accounts.has_administrator
    for name in "ana", "eva", "luis":
        accounts.store(Account(name, "", admin=name != "ana"))
    assert accounts.has_administrator
    accounts.store(Account("eva", ""))
    assert accounts.has_administrator
    accounts.store(Account("luis", ""))
    assert not accounts.has_administrator
    clock.advance(0)


@pytest.mark.parametrize(
    ("account", "author", "milliseconds", "wrote"),
    [
        ("ana", "Ana", 1_000_000_000_250, True),
        ("ana", "ana", 2_000_000_000_000, True),
        ("ana", "ana", 1_000_000_000_249, False),
        ("ana", "luis", 2_000_000_000_000, False),
        ("luis", "luis", 2_000_000_000_000, False),
    ],
)
def test_an_account_wrote_what_was_said_by_its_name_since_it_was_registered(
    account: str, author: str, milliseconds: int, wrote: bool
) -> None:
    accounts = Accounts(MemoryStore(Clock()))
    accounts.store(Account.made(1_000_000_000.25, "ana", ""))
    line = Event("lobby", 1, milliseconds, 7, author, Kind.MESSAGE, "hi")
    assert accounts.wrote(account, line) == wrote
