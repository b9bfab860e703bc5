"""Rate limits for passwords: tries for one name, and tries from one network.

This module must not know sessions, and checks no password itself.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.accounts import Account
from chatd.util.rate_limit import RateLimiter, RecentKeys

NAME_TRIES = (5, 5.0)
ADDRESS_TRIES = (40, 3.0)
"""Number of wrong passwords for one name, and from one network, that are checked without a wait,
and the seconds until one more is. A class behind one address logs in at once."""


class LoginLimits:
    """Counts the tries of passwords by name and by network.

    Tries from a network from which an account has logged in are counted apart from all others for
    its name. So guesses from elsewhere do not lock a member out.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self.name_tries = RateLimiter(clock, *NAME_TRIES)
        self.address_tries = RateLimiter(clock, *ADDRESS_TRIES)
        self._logins = RecentKeys()  # accounts with the networks of their logins: see `_key`

    def record_login(self, account: Account, network: str) -> None:
        """Record that a session from that network has logged in to an account."""
        self._logins.add(_key(account, network))

    def tries_of(self, account: Account, network: str) -> list[tuple[RateLimiter, str]]:
        """Return the rate limiters, and the keys in them, that a password attempt is charged to.

        It is an attempt at an account's password from a network.
        """
        key = _key(account, network)
        counts = [(self.name_tries, key if key in self._logins else account.key)]
        if network:
            counts.append((self.address_tries, network))
        return counts


def _key(account: Account, network: str) -> str:
    """Return the key of an account at a network. An earlier account of the name has another."""
    return f"{account.key} {account.created} {network}"
