"""Times of lines: how they are stored, and the time at which a line counts as said.

Theory of operation. The clock may be wrong when a line is stored, so stored times need not follow
the order of a log. For every question by time (retention, search, "since"), a line counts as said
at the latest stored time, not later than now, among its own and those of the lines before it. If a
log begins with lines that were all stored with times later than now, they count as said with the
first line after them that was not; without such a line, now. So the order of a log is the order in
which its lines count as said. `said_before` is the one definition of that.

All times are milliseconds since 1970, unless a name says otherwise. This module must not know how a
log is stored.
"""

from __future__ import annotations

from collections.abc import Callable

FIRST_WRITABLE = 0
LAST_WRITABLE = 253_402_300_799_999
"""The first and the last time of a line: the end of the year 9999, because later ones cannot be
written as dates."""

LEAST_STAMP, LATEST_STAMP = -(1 << 62), 1 << 62
"""Bounds that include any time that a file may hold."""

FirstStamped = Callable[[int, int], "int | None"]
"""Return the least seq of a log with a stored time within two bounds, both included; None if there
is none."""


def stamp(now: float) -> int:
    """Return the stored time of lines that are committed at ``now``, in seconds since 1970.

    It is within the range that can be read back, for any clock.
    """
    milliseconds = now * 1000
    if milliseconds < FIRST_WRITABLE:
        return FIRST_WRITABLE
    return LAST_WRITABLE if milliseconds > LAST_WRITABLE else int(milliseconds)


def said_before(first: FirstStamped, head: int, time: int, now: int) -> int:
    """Return the seq of the last event of a log that counts as said before ``time``.

    Without such an event, return the seq in front of the oldest event; 0 for an empty log.
    ``first`` looks into the log, ``head`` is its last seq.
    """
    if time > now:
        return head
    oldest, trusted = first(LEAST_STAMP, LATEST_STAMP), first(LEAST_STAMP, now)
    if oldest is None:
        return 0
    if trusted is None:
        return oldest - 1
    since = first(max(time, LEAST_STAMP), now)
    if since is None:
        return head
    return oldest - 1 if since == trusted else since - 1
