"""The networks from which each account usually logs in.

Failed tries from elsewhere do not delay a login from one of them (see `chatd.chat.login_limits`).
They are stored, so that this is so after a restart, too.

What is stored names no network: it is `_DIGITS` hexadecimal digits of a hash, which some 65,000
IPv4 addresses share, and the day. A stranger's network has them by chance in one of 4,000 cases at
most, and gains only that its tries are counted like the owner's. This module must not know sessions
or passwords.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from chatd.accounts.accounts import Account
from chatd.storage.contract import Store
from chatd.storage.records import Put, Table, change, ignore_store_error

MOST_NETWORKS = 16
"""Most networks that are stored for an account. The one that was used longest ago goes first."""

USUAL_DAYS = 90
"""Number of days for which a network is usual after a login."""

_DAY = 24 * 60 * 60
_DIGITS = 4


class UsedNetworks(NamedTuple):
    """The networks of an account, by digest: the last day of a login, in days since 1970."""

    days: dict[str, int] = {}


class LoginNetworks:
    """The networks of the logins to all accounts. ``now`` returns seconds since 1970."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now
        self._table: Table[UsedNetworks] = Table(store, "login_network", UsedNetworks)

    def is_usual(self, account: Account, network: str) -> bool:
        """Return True if a session from that network has logged in to an account recently."""
        return _digest(account, network) in self._usual(account)

    def record_login(self, account: Account, network: str) -> None:
        """Store that a session from that network has logged in to an account.

        It is stored at most once a day.
        """
        usual, digest, today = self._usual(account), _digest(account, network), self._today()
        if usual.pop(digest, None) == today:
            return
        newest = sorted(usual, key=lambda each: usual[each])[-MOST_NETWORKS + 1 :]
        days = {**{each: usual[each] for each in newest}, digest: today}
        put = self._table.put(account.key, UsedNetworks(days))
        # If it cannot be stored, the network is usual after the next login.
        change(self._store, put).addErrback(ignore_store_error)

    def account_gone(self, account: str) -> list[Put]:
        """Return the changes that delete the networks of an account, given its key."""
        return [self._table.put(account, None)] if account in self._table else []

    def _usual(self, account: Account) -> dict[str, int]:
        used = self._table.get(account.key, UsedNetworks()).days
        oldest = self._today() - USUAL_DAYS
        return {digest: day for digest, day in used.items() if day >= oldest}

    def _today(self) -> int:
        return int(self._now()) // _DAY


def _digest(account: Account, network: str) -> str:
    text = f"{account.key} {account.created} {network}"
    return sha256(text.encode()).hexdigest()[:_DIGITS]
