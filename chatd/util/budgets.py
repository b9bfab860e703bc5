"""Budgets: how much each owner may have, or use in a day, counted in a tree of owners.

Theory of operation. An owner is an account or a guest's address, and is a part of networks, and
they of all. So what is spent is counted at several levels (`owner_of`), whose limits rise: a spend
must fit at all of them, or is counted at none. One account is limited wherever it comes from, one
network however many accounts and guests it has.

There are two sorts of budgets. What is *held*, as a connection, counts while it exists. What is
*spent* comes back over a day: a limit of VALUE is the most in any 24 hours. Half of it may be
spent at once, and the other half comes back in the course of a day (`chatd.util.rate_limit.charged`
with a burst of a day). What is counted also if it does not fit is a debt, which is paid for after
two days at most. A key that has its whole budget is not stored.

`chatd.util.budget_table` has the kinds, the levels and the limits. This module only counts: it must
not know sessions, nor what is made of a refusal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from math import ceil, inf
from typing import NamedTuple, Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.text.networks import networks_of_origin
from chatd.util.budget_table import NO_LIMITS, TABLE, Budget, Kind, Level, Limits
from chatd.util.rate_limit import MOST_KEYS, charged

DAY = 86_400.0
"""Seconds over which what was spent comes back."""

PRECISION = 0.001
"""Seconds by which sums of times may be wrong."""

UNLIMITED = sys.maxsize

_NETWORKS = (Level.NETWORK, Level.HOME, Level.SITE)

Owner = Sequence[tuple[Level, str]]
"""An owner: the levels that it counts at, from the narrowest, each with the key there."""

SERVER: Owner = ((Level.ALL, ""),)
"""The owner of what no person made."""


def owner_of(account: str | None, host: str) -> Owner:
    """Return the owner of what is done by an account, given its key, from an IP address.

    The account is None, or "", for a guest. The address is "" for UNIX sockets, which count as one
    address; a network stands for all of its addresses. A user of the machine is an address, too.
    """
    networks = networks_of_origin(host.partition("/")[0])
    narrowest = (Level.ACCOUNT, account) if account else (Level.ADDRESS, host)
    return narrowest, *zip(_NETWORKS, networks, strict=False), *SERVER


class UsedUp(Exception):
    """A spend does not fit into a budget.

    ``limit`` is the limit of that budget. It fits in ``seconds``, or, if that is 0, when something
    is held no more.
    """

    def __init__(self, budget: Budget, limit: int, seconds: float) -> None:
        super().__init__(str(budget), limit, seconds)
        self.budget = budget
        self.limit = limit
        self.seconds = seconds


class Use(NamedTuple):
    """The use of one budget by one owner.

    ``used`` is what is held, or was spent and has not come back; it may be at most ``most``, 0 for
    no limit. ``limit`` is the limit of the budget.
    """

    budget: Budget
    key: str
    used: int
    most: int
    limit: int


class _Ledger(Protocol):
    """The count of one budget, by key."""

    limit: int

    @property
    def most(self) -> int: ...

    def wait(self, key: str, amount: int, now: float) -> float: ...

    def add(self, key: str, amount: int, now: float) -> None: ...

    def used(self, key: str, now: float) -> int: ...

    def __iter__(self) -> Iterator[str]: ...


class _Held:
    """The count of what is held."""

    def __init__(self, limit: int) -> None:
        self.limit = self.most = limit
        self._held: dict[str, int] = {}  # a Counter makes three calls of each

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def wait(self, key: str, amount: int, now: float) -> float:
        """Return the seconds until an amount fits: 0, or infinity."""
        return inf if self.limit and self._held.get(key, 0) + amount > self.limit else 0.0

    def add(self, key: str, amount: int, now: float) -> None:
        """Count an amount; a negative one is held no more."""
        held = self._held.get(key, 0) + amount
        if held:
            self._held[key] = held
        else:
            self._held.pop(key, None)

    def used(self, key: str, now: float) -> int:
        """Return what is held."""
        return self._held.get(key, 0)


class _Spent:
    """The count of what comes back over a day; at most `MOST_KEYS`, those that spent last."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.most = max(1, limit // 2)
        self._seconds = DAY / self.most  # in which one comes back
        # The times at which all that was spent is paid for, in the order of the last spends.
        self._paid: dict[str, float] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._paid)

    def wait(self, key: str, amount: int, now: float) -> float:
        """Return the seconds until an amount fits; 0 if it does now.

        One that is more than may be spent at once fits into the whole budget.
        """
        cost = min(amount * self._seconds, DAY)
        wait = charged(self._paid.get(key, -inf), now, DAY, cost) - now
        return wait if wait > PRECISION else 0.0

    def add(self, key: str, amount: int, now: float) -> None:
        """Count an amount; a negative one is given back."""
        paid = charged(self._paid.pop(key, -inf), now, DAY, amount * self._seconds)
        # One who is never refused must not have others wait for weeks.
        paid = min(paid, now + DAY)
        if paid > now - DAY:
            self._paid[key] = paid
        # Those that spent longest ago are likely to be whole, and are the ones to be forgotten.
        oldest = next(iter(self._paid), None)
        if oldest is not None and (self._paid[oldest] <= now - DAY or len(self._paid) > MOST_KEYS):
            del self._paid[oldest]

    def used(self, key: str, now: float) -> int:
        """Return what was spent and has not come back yet."""
        spent = self._paid.get(key, now - DAY) - (now - DAY)
        return max(0, ceil(round(spent / self._seconds, 6)))


class Budgets:
    """The budgets of all owners, with these limits; `NO_LIMITS` counts what is held alone."""

    def __init__(self, clock: IReactorTime, limits: Limits = NO_LIMITS) -> None:
        self._clock = clock
        self._ledgers: dict[Kind, dict[Level, _Ledger]] = {kind: {} for kind in Kind}
        self.change_limits(limits)

    def change_limits(self, limits: Limits) -> None:
        """Have other limits from now on. What is held or was spent so far stays counted."""
        now = self._clock.seconds()
        for kind, rule in TABLE.items():
            ledgers = self._ledgers[kind]
            for level in rule.limits:
                limit, before = limits.get(Budget(kind, level), 0), ledgers.pop(level, None)
                if before is not None and before.limit == limit:
                    ledgers[level] = before
                elif limit or rule.held:
                    ledger = ledgers[level] = _Held(limit) if rule.held else _Spent(limit)
                    used = {} if before is None else {key: before.used(key, now) for key in before}
                    for key, amount in used.items():
                        ledger.add(key, amount, now)

    def state(self) -> list[tuple[str, str, dict[str, int]]]:
        """Return what was spent and has not come back: kinds, levels, and amounts by key.

        What is held is counted by those who hold it.
        """
        now = self._clock.seconds()
        return [
            (kind.value, level.value, {key: ledger.used(key, now) for key in ledger})
            for kind, ledgers in self._ledgers.items()
            if not TABLE[kind].held
            for level, ledger in ledgers.items()
        ]

    def resume(self, state: Iterable[tuple[str, str, dict[str, int]]]) -> None:
        """Count what was spent before another process went on: of the kinds that it knows."""
        now = self._clock.seconds()
        ledgers = {
            (kind.value, level.value): ledger
            for kind, levels in self._ledgers.items()
            for level, ledger in levels.items()
        }
        for kind, level, amounts in state:
            if (ledger := ledgers.get((kind, level))) is not None:
                for key, amount in amounts.items():
                    ledger.add(key, amount, now)

    def spend(self, owner: Owner, *costs: tuple[Kind, int]) -> None:
        """Count amounts of some kinds. Raise `UsedUp`, and count none, if one does not fit."""
        self.check(owner, *costs)
        self.count(owner, *costs)

    def check(self, owner: Owner, *costs: tuple[Kind, int]) -> None:
        """Raise `UsedUp` if amounts of some kinds do not fit all together. An amount of 0 does.

        The exception is of the budget that has the longest wait, of equal ones the narrowest.
        """
        now = self._clock.seconds()
        longest, over = 0.0, None
        for kind, amount in costs:
            for level, key in owner if amount else ():
                ledger = self._ledgers[kind].get(level)
                if ledger is not None and (wait := ledger.wait(key, amount, now)) > longest:
                    longest, over = wait, Budget(kind, level)
        if over is not None:
            limit = self._ledgers[over.kind][over.level].limit
            raise UsedUp(over, limit, 0.0 if longest == inf else longest)

    def left(self, owner: Owner, kind: Kind) -> int:
        """Return how much of a kind an owner may spend at once; `UNLIMITED` without a limit."""
        now = self._clock.seconds()
        return min(
            (
                max(0, ledger.most - ledger.used(key, now))
                for level, key in owner
                if (ledger := self._ledgers[kind].get(level)) is not None and ledger.limit
            ),
            default=UNLIMITED,
        )

    def count(self, owner: Owner, *costs: tuple[Kind, int]) -> None:
        """Count amounts also if they do not fit; negative ones are given back, or held no more."""
        now = self._clock.seconds()
        for kind, amount in costs:
            for level, key in owner:
                ledger = self._ledgers[kind].get(level)
                if ledger is not None:
                    ledger.add(key, amount, now)

    def uses(self, owner: Owner, kind: Kind) -> list[Use]:
        """Return the use of the budgets of a kind that an owner counts at, from the narrowest."""
        return [self._use(kind, level, key) for level, key in owner if level in self._ledgers[kind]]

    def total(self, kind: Kind) -> Use:
        """Return the use of a kind by all: of a kind without such a limit, of all networks."""
        ledgers = self._ledgers[kind]
        if Level.ALL in ledgers:
            return self._use(kind, Level.ALL, "")
        used = sum(use.used for use in self.heaviest(kind, Level.NETWORK, UNLIMITED))
        return Use(Budget(kind, Level.ALL), "", used, 0, 0)

    def heaviest(self, kind: Kind, level: Level, most: int) -> list[Use]:
        """Return the keys of a level that use most of a kind: at most ``most``, and none unused."""
        keys = self._ledgers[kind].get(level, ())
        uses = [self._use(kind, level, key) for key in keys]
        return sorted((use for use in uses if use.used), key=lambda use: -use.used)[:most]

    def _use(self, kind: Kind, level: Level, key: str) -> Use:
        ledger = self._ledgers[kind][level]
        used = ledger.used(key, self._clock.seconds())
        return Use(Budget(kind, level), key, used, ledger.most, ledger.limit)
