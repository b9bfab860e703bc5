"""Registered names, and the values that are stored with each.

This module must not know sessions, rooms or connections.
"""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred

from chatd.event import Event
from chatd.storage.contract import Store
from chatd.storage.records import Groups, Table, WatchedGroups, change
from chatd.text.folding import fold
from chatd.text.validation import InvalidName, check_new_name, looks

NO_UID = -1
"""The uid of an account that belongs to no user of the machine."""

_ADMINISTRATOR = "administrator"


class Account(NamedTuple):
    """A registered name.

    ``hash`` is of its password, as `chatd.accounts.passwords` makes it; ``created`` is in seconds
    since 1970, and ``created_ms`` the milliseconds after that, 0 if they are not known;
    ``settings`` are those that the owner changed (see `chatd.rooms.view.Settings`).

    ``epoch`` changes with the owner and with the password: a grant of another epoch is not valid
    (see `chatd.accounts.credentials`). Accounts stored before there were epochs have epoch 0.

    ``uid`` is the user of the machine who it belongs to, or `NO_UID`. The account of a user may
    have no password: then ``hash`` is "". An account that has no password and belongs to no user is
    that of a person of an organisation, which says who that is (see `chatd.accounts.sign_in`). One
    that is ``closed`` was removed by the operator: it admits no login, and its name is not free.
    """

    name: str
    hash: str
    admin: bool = False
    created: int = 0
    settings: dict[str, Any] = {}
    epoch: int = 0
    uid: int = NO_UID
    closed: bool = False
    created_ms: int = 0

    @classmethod
    def made(cls, now: float, name: str, hash: str, uid: int = NO_UID) -> Account:
        """Return a new account, given the time in seconds since 1970."""
        created, created_ms = divmod(int(now * 1000), 1000)
        return cls(name, hash, created=created, uid=uid, created_ms=created_ms)

    def existed_at(self, time: int) -> bool:
        """Return True if it was registered by a time in milliseconds since 1970."""
        return time >= self.created * 1000 + self.created_ms

    @property
    def is_outside(self) -> bool:
        """True if it has no password here, because an organisation tells who may use it."""
        return not self.hash and self.uid == NO_UID

    @property
    def key(self) -> str:
        """The key under which the account is stored: the folded name."""
        return fold(self.name)


def new_epoch() -> int:
    """Return an epoch that no account had before: a random number of 62 bits, never 0.

    A counter would begin again when a name is given up and registered anew.
    """
    return 1 + secrets.randbits(62)


class Accounts:
    """All accounts of a store, by `Account.key`."""

    def __init__(self, store: Store) -> None:
        self._looks: WatchedGroups[Account] = WatchedGroups(
            lambda key, account: looks(account.name), lambda key, account: key
        )
        self._roles: Groups[Account] = Groups(
            lambda key, account: [_ADMINISTRATOR] if account.admin else []
        )
        self._users: Groups[Account] = Groups(
            lambda key, account: [] if account.uid == NO_UID else [str(account.uid)]
        )
        self.table: Table[Account] = Table(
            store, "account", Account, self._looks, self._roles, self._users, rights=True
        )
        self._store = store

    def called(self, name: str) -> Account | None:
        """Return the account of that name; None if it is not registered."""
        return self.table.get(fold(name))

    def of_user(self, uid: int) -> Account | None:
        """Return the account that belongs to a user of the machine; None if there is none."""
        return next((self.table[key] for key in self._users[str(uid)]), None)

    def name_of(self, account: str) -> str:
        """Return the name of an account, given its key."""
        found = self.table.get(account)
        return account if found is None else found.name

    def alike(self, name: str) -> list[Account]:
        """Return the accounts whose names look like this one, or are this one."""
        keys = (key for look in sorted(looks(name)) for key in self._looks[look])
        return [self.table[key] for key in dict.fromkeys(keys)]

    def changed(self) -> set[str]:
        """Return the keys of the accounts that were changed or removed since the last call."""
        return self._looks.changed()

    def refused_today(self) -> list[str]:
        """Return the names of accounts that could not be registered today, sorted."""
        return sorted(account.name for account in self.table.values() if _is_refused(account.name))

    def wrote(self, account: str, event: Event) -> bool:
        """Return whether an account, given its key, said a line of the log, on any connection.

        Lines said under that name before it was registered are taken for another person's.
        """
        found = self.table.get(account)
        return found is not None and fold(event.author) == account and found.existed_at(event.time)

    def name_at(self, name: str, time: int) -> str:
        """Return the name of the account that the person of a name had at a time; "" for none.

        The time is in milliseconds since 1970. Who had the name before it was registered is taken
        for another person.
        """
        found = self.called(name)
        return found.name if found is not None and found.existed_at(time) else ""

    def store(self, account: Account) -> Deferred[None]:
        """Store an account in place of the one with its key. Fails with `StoreError`."""
        return change(self._store, self.table.put(account.key, account))

    @property
    def has_administrator(self) -> bool:
        """True if an account is an administrator's."""
        return bool(self._roles[_ADMINISTRATOR])


def _is_refused(name: str) -> bool:
    try:
        check_new_name(name)
    except InvalidName:
        return True
    return False
