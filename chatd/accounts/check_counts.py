"""Counts of the passwords that were hashed or checked, by the outcome, and the times that took.

This module must not know who checks them.
"""

from __future__ import annotations

import enum
from collections import Counter

from chatd.util.counts import Histogram


class Outcome(enum.Enum):
    """The end of a request to hash or check a password."""

    HASHED = "hashed"
    RIGHT = "right"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    """The account is none of those that the helper of an organisation knows."""

    REFUSED = "refused"
    FAILED = "failed"


class CheckCounts:
    """Counts of all passwords, checked here or by a helper.

    ``outcomes`` counts the ends of all requests, and ``times`` has the seconds that those took
    which were neither refused nor failed, with the wait for their turn.
    """

    def __init__(self) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.times = Histogram()
