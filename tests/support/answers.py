"""The answers that a client of a `World` receives to its lines."""

from __future__ import annotations

from tests.support.world import Member


def ask(person: Member, *lines: str) -> list[str]:
    """Type lines, and return the lines that the client receives for them."""
    person.seen()
    person.type(*lines)
    return person.seen()


def only(lines: list[str]) -> str:
    """Return the only one of some lines. Fail if there are none or several."""
    (line,) = lines
    return line
