"""The pauses between attempts to connect again. This module must not know how that is done."""

from __future__ import annotations

import random

LONGEST_PAUSE = 30.0
"""Most seconds between two attempts to connect."""


def pause_after(failures: int) -> float:
    """Return the seconds until the next attempt: a half of them, or more by chance.

    So clients that lost the same server do not all come back at once.
    """
    return min(LONGEST_PAUSE, 2.0**failures) * random.uniform(0.5, 1)
