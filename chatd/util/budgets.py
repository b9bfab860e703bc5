"""Budgets: how much each owner may have, or use in a day, counted in a tree of owners.

Theory of operation. An owner is an account or a guest's address, and is a part of networks, and
they of all. So what is spent is counted at several levels (`owner_of`), whose limits rise: a spend
must fit at all of them, or is counted at none. One account is limited wherever it comes from, one
network however many accounts and guests it has.

There are two sorts of budgets. What is *held*, as a connection, counts while it exists. What is
*spent* comes back over a day: a limit of VALUE is the most in any 24 hours. Half of it may be
spent at once, and the other half comes back in the course of a day (`chatd.util.rate_limit.charged`
with a burst of a day). A key that has its whole budget is not stored.

`TABLE` has all kinds of budgets with their limits, and the reason of each. This module only counts:
it must not know sessions, nor what is made of a refusal.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import NamedTuple, Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.text.validation import networks_of_host
from chatd.util.rate_limit import MOST_KEYS, charged

DAY = 86_400.0
"""Seconds over which what was spent comes back."""

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


class Level(enum.Enum):
    """A level of the tree of owners, by its name in options; the narrowest first."""

    ACCOUNT = "account"
    """All sessions of one account, wherever they come from."""

    ADDRESS = "address"
    """The guests of one exact address."""

    NETWORK = "64"
    """An IPv4 address, or a /64 of IPv6: its guests and accounts."""

    HOME = "56"
    """A /56 of IPv6."""

    SITE = "48"
    """A /48 of IPv6."""

    ALL = "all"
    """The whole server."""


_NETWORKS = (Level.NETWORK, Level.HOME, Level.SITE)

Owner = Sequence[tuple[Level, str]]
"""An owner: the levels that it counts at, from the narrowest, each with the key there."""

SERVER: Owner = ((Level.ALL, ""),)
"""The owner of what no person made."""


def owner_of(account: str, host: str) -> Owner:
    """Return the owner of what is done by an account, given its key, from an IP address.

    The account is "" for a guest. The address is "" for UNIX sockets, which count as one address; a
    network stands for all of its addresses.
    """
    networks = networks_of_host(host.partition("/")[0]) if host else ("",)
    narrowest = (Level.ACCOUNT, account) if account else (Level.ADDRESS, host)
    return narrowest, *zip(_NETWORKS, networks, strict=False), *SERVER


class Kind(enum.Enum):
    """A kind of budget, by its name in options."""

    CONNECTIONS = "connections"
    LINES = "lines"
    BYTES = "bytes"
    ABSENT = "absent"
    HOOKS = "hooks"
    ROOMS = "rooms"
    NAMES = "names"
    KEYS = "keys"
    BANS = "bans"
    TOKENS = "tokens"


class Budget(NamedTuple):
    """A budget: a kind at a level."""

    kind: Kind
    level: Level

    def __str__(self) -> str:
        return f"{self.kind.value}.{self.level.value}"

    @property
    def rule(self) -> Rule:
        """The row of the table for its kind."""
        return TABLE[self.kind]


class Rule(NamedTuple):
    """A row of the table of budgets.

    ``meaning`` says what is counted, ``attack`` what made the budget necessary; `tools.spanish` has
    the Spanish. ``limits`` are the default limits by level: 0 for none, and no level at which
    nothing of the kind is counted. ``held`` is true for what counts while it exists. The unit is a
    byte if ``in_bytes``, else one of what is counted.
    """

    meaning: str
    attack: str
    limits: Mapping[Level, int]
    held: bool = False
    in_bytes: bool = False


def _limits(*limits: int | None) -> Mapping[Level, int]:
    rows = zip(Level, limits, strict=True)
    return {level: limit for level, limit in rows if limit is not None}


TABLE: Mapping[Kind, Rule] = {
    Kind.CONNECTIONS: Rule(
        "Connections at a time",
        "1,120 silent connections of one /48 kept all others out",
        _limits(None, None, 1000, 2000, 4000, 10_000),
        held=True,
    ),
    Kind.LINES: Rule(
        "Lines that are stored in a day: in rooms, and private ones to accounts",
        "8 million short lines a day of one connection",
        _limits(200_000, 100_000, 500_000, 1_000_000, 2_000_000, 0),
    ),
    Kind.BYTES: Rule(
        "Bytes that are put on disk in a day: lines with their index, and all else that is stored",
        "12 GiB a day of one connection",
        _limits(GIB, 256 * MIB, 2 * GIB, 4 * GIB, 8 * GIB, 0),
        in_bytes=True,
    ),
    Kind.ABSENT: Rule(
        "Private lines in a day to accounts that are not connected",
        "a person who was away came back to a million lines of a stranger",
        _limits(2000, 500, 5000, 10_000, 20_000, 100_000),
    ),
    Kind.HOOKS: Rule(
        "Webhooks at a time",
        "199 webhooks of one account left one to all others",
        _limits(20, None, 50, 75, 100, 200),
        held=True,
    ),
    Kind.ROOMS: Rule(
        "Rooms that are made in a day",
        "a list of a million rooms, which each newcomer asks for",
        _limits(200, 200, 1000, 2000, 4000, 20_000),
    ),
    Kind.NAMES: Rule(
        "Names that are registered in a day",
        "all short names registered by one network",
        _limits(None, None, 500, 1000, 2000, 10_000),
    ),
    Kind.KEYS: Rule(
        "Idempotency keys in a day",
        "20,000 keys of one network had all others forgotten",
        _limits(200_000, 100_000, 500_000, 1_000_000, 2_000_000, 0),
    ),
    Kind.BANS: Rule(
        "Mutes and bans that are ordered in a day",
        "bans put and lifted in a loop: two lines in the log and a record each",
        _limits(500, 100, 1000, 2000, 4000, 20_000),
    ),
    Kind.TOKENS: Rule(
        "Tokens and sign-ins of browsers that are made in a day",
        "a sign-in made in a loop: a hash of a password and a record each",
        _limits(200, 200, 2000, 4000, 8000, 50_000),
    ),
}
"""All budgets. A class of 40 and an office of 200 behind one address stay below half of each limit
(issue 15): so none of them is refused if all of their day falls into one hour."""

BUDGETS: Mapping[str, Budget] = {
    str(budget): budget
    for kind, rule in TABLE.items()
    for budget in (Budget(kind, level) for level in rule.limits)
}
"""All budgets by their names in options: ``bytes.account``, say."""

Limits = Mapping[Budget, int]
"""The limits of budgets: 0 for none."""

NO_LIMITS: Limits = {}

SMALL = 100
"""Number that one network may hold also if all may hold little. A class with two connections each
may be all that a small server is for."""


def limits_with(given: Limits) -> Limits:
    """Return the limits of all budgets: those that were given, and otherwise the default ones.

    By default no network holds more than half of what all together may, or `SMALL` if that is more.
    """
    limits: dict[Budget, int] = {}
    for kind, rule in TABLE.items():
        every = given.get(Budget(kind, Level.ALL), rule.limits[Level.ALL])
        for level, limit in rule.limits.items():
            if rule.held and every and level is not Level.ALL:
                limit = min(limit, max(SMALL, every // 2))
            limits[Budget(kind, level)] = given.get(Budget(kind, level), limit)
    return limits


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
        self._held: Counter[str] = Counter()

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def wait(self, key: str, amount: int, now: float) -> float:
        """Return the seconds until an amount fits: 0, or infinity."""
        return inf if self.limit and self._held[key] + amount > self.limit else 0.0

    def add(self, key: str, amount: int, now: float) -> None:
        """Count an amount; a negative one is held no more."""
        self._held[key] += amount
        if not self._held[key]:
            del self._held[key]

    def used(self, key: str, now: float) -> int:
        """Return what is held."""
        return self._held[key]


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
        return max(0.0, charged(self._paid.get(key, -inf), now, DAY, cost) - now)

    def add(self, key: str, amount: int, now: float) -> None:
        """Count an amount; a negative one is given back."""
        paid = charged(self._paid.pop(key, -inf), now, DAY, amount * self._seconds)
        if paid > now - DAY:
            self._paid[key] = paid
        # Those that spent longest ago are likely to be whole, and are the ones to be forgotten.
        oldest = next(iter(self._paid), None)
        if oldest is not None and (self._paid[oldest] <= now - DAY or len(self._paid) > MOST_KEYS):
            del self._paid[oldest]

    def used(self, key: str, now: float) -> int:
        """Return what was spent and has not come back yet."""
        spent = self._paid.get(key, -inf) - (now - DAY)
        return max(0, round(spent / self._seconds)) if spent > 0 else 0


class Budgets:
    """The budgets of all owners, with these limits; `NO_LIMITS` counts what is held alone."""

    def __init__(self, clock: IReactorTime, limits: Limits = NO_LIMITS) -> None:
        self._clock = clock
        self._ledgers: dict[Kind, dict[Level, _Ledger]] = {kind: {} for kind in Kind}
        for kind, rule in TABLE.items():
            for level in rule.limits:
                limit = limits.get(Budget(kind, level), 0)
                if rule.held:
                    self._ledgers[kind][level] = _Held(limit)
                elif limit:
                    self._ledgers[kind][level] = _Spent(limit)

    def spend(self, owner: Owner, *costs: tuple[Kind, int]) -> None:
        """Count amounts of some kinds. Raise `UsedUp`, and count none, if one does not fit.

        The exception is of the budget that has the longest wait, of equal ones the narrowest.
        """
        now = self._clock.seconds()
        longest, over = 0.0, None
        for kind, amount in costs:
            for level, key in owner:
                ledger = self._ledgers[kind].get(level)
                if ledger is not None and (wait := ledger.wait(key, amount, now)) > longest:
                    longest, over = wait, Budget(kind, level)
        if over is not None:
            limit = self._ledgers[over.kind][over.level].limit
            raise UsedUp(over, limit, 0.0 if longest == inf else longest)
        self.count(owner, *costs)

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

    def heaviest(self, kind: Kind, level: Level, most: int) -> list[Use]:
        """Return the keys of a level that use most of a kind: at most ``most``, and none unused."""
        keys = self._ledgers[kind].get(level, ())
        uses = [self._use(kind, level, key) for key in keys]
        return sorted((use for use in uses if use.used), key=lambda use: -use.used)[:most]

    def _use(self, kind: Kind, level: Level, key: str) -> Use:
        ledger = self._ledgers[kind][level]
        used = ledger.used(key, self._clock.seconds())
        return Use(Budget(kind, level), key, used, ledger.most, ledger.limit)
