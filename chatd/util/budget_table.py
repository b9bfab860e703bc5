"""The table of budgets: their kinds, the levels of owners, and the limits by default.

Each row has the attack that made it. `chatd.util.budgets` counts. This module must not know who an
owner is, nor what is counted.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import NamedTuple

MIB, GIB = 1 << 20, 1 << 30


class Level(str, enum.Enum):
    """A level of the tree of owners, by its name in options; the narrowest first.

    It is a string, which is hashed quickly.
    """

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


class Kind(str, enum.Enum):
    """A kind of budget, by its name in options. It is a string, which is hashed quickly."""

    CONNECTIONS = "connections"
    LINES = "lines"
    BYTES = "bytes"
    ABSENT = "absent"
    HOOKS = "hooks"
    PUSHES = "pushes"
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
        _limits(None, None, 2000, 3000, 4000, 10_000),
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
    Kind.PUSHES: Rule(
        "Accounts at a time that are notified while they are away",
        "each line is looked through for the names of all of them",
        _limits(None, None, 500, 600, 800, 2000),
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
