"""The names that are somebody's own: who is registered, and what is kept with that.

It knows no session, no room, and no connection.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from chatd.records import Table
from chatd.store import Store
from chatd.validation import fold


class Account(NamedTuple):
    """A registered name. ``hash`` is of its password, as `chatd.passwords` makes it; ``created`` is
    in seconds since 1970; ``settings`` is what its owner set (see `chatd.session.Settings`)."""

    name: str
    hash: str
    admin: bool = False
    created: int = 0
    settings: dict[str, Any] = {}

    @property
    def key(self) -> str:
        """What it is found by."""
        return fold(self.name)


class Accounts:
    """All accounts of a store, by `Account.key`."""

    def __init__(self, store: Store) -> None:
        self.table: Table[Account] = Table(store, "account", Account)

    def called(self, name: str) -> Account | None:
        """Whose that name is; None if nobody's."""
        return self.table.get(fold(name))

    @property
    def has_administrator(self) -> bool:
        """Whether there is anybody who runs the server."""
        return any(account.admin for account in self.table.values())
