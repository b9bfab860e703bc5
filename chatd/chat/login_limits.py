"""Waits after failed tries of passwords, and after registrations.

Theory of operation. A failed try delays those that come from the same network for the same name,
longer after each failure. It never delays the owner where the owner usually logs in from (see
`chatd.chat.login_networks`): tries from such a network are limited for each session, and very
widely for the network, and by nothing else.

All other tries are also limited for a network, against guesses at many names, and for a name,
against guesses from many networks. The first try of a network for a name has a wider limit than
those that follow, so guesses from few networks do not delay an owner who is somewhere new.
Registrations have a limit of their own, so that they delay no login.

The failures are stored, so a restart forgives none. Stored is a hash of the name and the network,
with the name if the failure is of one; it is deleted when it counts no more, after some hours.

This module must not know sessions, and checks no password itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from math import ceil
from typing import NamedTuple

from chatd.accounts.accounts import Account
from chatd.chat.login_networks import LoginNetworks
from chatd.storage.contract import Store
from chatd.storage.records import Put, Table, change, ignore_store_error
from chatd.util.rate_limit import MOST_KEYS, BackOff, Failures

STRANGER_TRIES = "stranger"
SESSION_TRIES = "session"
USUAL_TRIES = "usual"
FIRST_TRIES = "first"
NAME_TRIES = "name"
NETWORK_TRIES = "network"
REGISTRATIONS = "registration"

LIMITS = {
    STRANGER_TRIES: BackOff(5, 5.0, 900.0, forgets=3600.0),
    SESSION_TRIES: BackOff(5, 5.0, 900.0, forgets=3600.0),
    USUAL_TRIES: BackOff(200, 60.0, 60.0, forgets=60.0),
    FIRST_TRIES: BackOff(1000, 10.0, 10.0, forgets=10.0),
    NAME_TRIES: BackOff(100, 30.0, 30.0, forgets=30.0),
    NETWORK_TRIES: BackOff(200, 10.0, 10.0, forgets=10.0),
    REGISTRATIONS: BackOff(60, 10.0, 10.0, forgets=10.0),
}
"""The limits: of one name from one network elsewhere; of one name in one session and from one
network, where its owner usually logs in from; of one name from all networks elsewhere, for the
first try of a network and for others; of all names from one network; and of registrations from one
network. A class behind one address registers and logs in at once."""


class LoginFailures(NamedTuple):
    """Failures as they are stored: see `Failures`. ``account`` is a key, or "" for all accounts."""

    account: str
    number: float
    last: float


class Counted(NamedTuple):
    """A key of a count of failures: a limit, and what it is counted for."""

    limit: str
    account: str
    origin: str = ""

    @property
    def key(self) -> str:
        """The key of the record, which does not name the network."""
        return f"{self.limit} {sha256(f'{self.account} {self.origin}'.encode()).hexdigest()[:16]}"


class LoginLimits:
    """Counts failed tries. ``now`` returns the time in seconds since 1970."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self.networks = LoginNetworks(store, now)
        self._store = store
        self._now = now
        self._table: Table[LoginFailures] = Table(store, "login_failure", LoginFailures)
        # Not the table's, which takes a count back if it cannot be stored. The oldest comes first.
        stored = sorted(self._table.items(), key=lambda each: each[1].last)
        # A later version of chatd may have other limits.
        self._failures = {key: each for key, each in stored if _limit_of(key) in LIMITS}
        self._running: Counter[str] = Counter()

    def tries_of(self, account: Account, network: str, session: int) -> list[Counted]:
        """Return what a try of an account's password is counted for.

        The session of that number, from that network, makes it.
        """
        owner = f"{account.key} {account.created}"  # an earlier account of the name has another
        if self.networks.is_usual(account, network):
            return [
                Counted(USUAL_TRIES, owner, network),
                Counted(SESSION_TRIES, owner, str(session)),
            ]
        stranger = Counted(STRANGER_TRIES, owner, network)
        limit = NAME_TRIES if self.failures_of(stranger) else FIRST_TRIES
        counted = [stranger, Counted(limit, owner)]
        if network:
            counted.append(Counted(NETWORK_TRIES, "", network))
        return counted

    def registrations_of(self, network: str) -> list[Counted]:
        """Return what a registration from a network is counted for."""
        return [Counted(REGISTRATIONS, "", network)] if network else []

    def failures_of(self, counted: Counted) -> float:
        """Return the number of failures that count now."""
        return LIMITS[counted.limit].remaining(self._of(counted.key), self._now())

    def wait(self, tries: Sequence[Counted]) -> float:
        """Return the seconds until a try is allowed; 0 if it is allowed now."""
        now = self._now()
        return max(
            (
                LIMITS[each.limit].wait(self._of(each.key), now, self._running[each.key])
                for each in tries
            ),
            default=0.0,
        )

    def begin(self, tries: Sequence[Counted]) -> None:
        """Count a try as a failure until `end`, so that many at once count."""
        self._running.update(each.key for each in tries)

    def end(self, tries: Sequence[Counted], *, failed: bool) -> None:
        """End a try; count it, and store that, if it ``failed``."""
        for each in tries:
            self._running[each.key] -= 1
            if not self._running[each.key]:
                del self._running[each.key]
        if failed:
            self.count(tries)

    def count(self, tries: Sequence[Counted]) -> None:
        """Count a failure, and store it."""
        now = self._now()
        puts = []
        for each in tries:
            number, last = LIMITS[each.limit].failed(self._of(each.key), now)
            failures = LoginFailures(each.account.partition(" ")[0], number, last)
            self._failures.pop(each.key, None)
            self._failures[each.key] = failures
            if each.limit != SESSION_TRIES:  # sessions end with the process
                puts.append(self._table.put(each.key, failures))
        if len(self._failures) > MOST_KEYS:
            puts += self._drop(list(self._failures)[: len(self._failures) - MOST_KEYS])
        self._change(puts)

    def check(self) -> None:
        """Delete failures that do not count any more. To be called every few seconds."""
        now, expired = self._now(), []
        for key, failures in self._failures.items():
            if LIMITS[_limit_of(key)].remaining(_failures(failures), now):
                break  # those after it are newer
            expired.append(key)
        self._change(self._drop(expired))

    def failures_by_account(self) -> Mapping[str, int]:
        """Return the numbers of failures that count now, by the keys of the accounts.

        Of those from one network no more are counted than have the longest wait.
        """
        now, failed = self._now(), Counter[str]()
        for key, each in self._table.items():
            if (limit := _limit_of(key)) in (STRANGER_TRIES, USUAL_TRIES):
                failed[each.account] += ceil(LIMITS[limit].remaining(_failures(each), now))
        return failed

    def forget(self, account: str) -> None:
        """Delete the failures of an account, given its key: its password is a new one."""
        keys = [key for key, each in self._failures.items() if each.account == account]
        self._change(self._drop(keys))

    def account_gone(self, account: str) -> list[Put]:
        """Return the changes that delete what is stored for an account, given its key."""
        failed = [key for key, each in self._table.items() if each.account == account]
        return [*self.networks.account_gone(account), *(self._table.put(k, None) for k in failed)]

    def _of(self, key: str) -> Failures:
        found = self._failures.get(key)
        return Failures() if found is None else _failures(found)

    def _drop(self, keys: Sequence[str]) -> list[Put]:
        for key in keys:
            del self._failures[key]
        return [self._table.put(key, None) for key in keys if key in self._table]

    def _change(self, puts: Sequence[Put]) -> None:
        if puts:
            change(self._store, *puts).addErrback(ignore_store_error)


def _failures(stored: LoginFailures) -> Failures:
    return Failures(stored.number, stored.last)


def _limit_of(key: str) -> str:
    return key.partition(" ")[0]
