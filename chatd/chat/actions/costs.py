"""The rate-limit costs of actions, in lines: a line that is said costs 1, as most actions do."""

from __future__ import annotations

READING_COST = 100
"""Cost of an action that reads the store: three at once, and then one a second."""

KEEPING_COST = 10
"""Cost of an action after which the server may have more to store for good: a room, or a right in
one."""

ENTERING_COST = KEEPING_COST
"""Cost of entering a room, which may be a new one."""

LISTING_COST = 5
"""Cost of an action that lists much and reads nothing from the store."""

PAGING_COST = READING_COST // 10
"""Cost of a page of the past that a client asks for while its user scrolls back."""

PASSWORD_COST = 20
"""Cost of an action that hashes or checks a password."""

PEOPLE_A_LINE = 8
"""Number of people of a room that count for a line where it is found out who has answered, or who
has a line: looking at one takes 12 us."""
