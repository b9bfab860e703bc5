"""The outcome of an upgrade, in a line for operators.

This module must not know how a handover is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

OVER_TLS = "over TLS"

BUSY = "in the middle of something"

_MOST_WHY = 500
"""Most characters of a reason: another process may give it."""


def in_one_line(refusals: str) -> str:
    """Return the lines with which a daemon refuses to start as one, without the program's name."""
    lines = (line.strip().removeprefix("chatd: ") for line in refusals.splitlines())
    return " ".join(filter(None, lines))[:_MOST_WHY]


class CannotUpgrade(Exception):
    """There is no handover, and the daemon goes on. The text says why: one line, for operators."""

    def __init__(self, why: str) -> None:
        super().__init__(in_one_line(why))


class Outcome(NamedTuple):
    """A handover that was done: the successor, its clients, and the time without service."""

    number: int
    """The number of the process."""

    version: str

    stayed: int
    """The number of clients who were handed over."""

    left: Mapping[str, int]
    """The numbers of clients who have to come back, by the reason why."""

    seconds: float

    def __str__(self) -> str:
        return (
            f"process {self.number} goes on with chatd {self.version}: {_clients(self.stayed)}"
            f" stayed, {self._left()}. The pause was {self.seconds * 1000:.0f} ms."
        )

    def _left(self) -> str:
        whole = sum(self.left.values())
        if not whole:
            return "nobody has to come back"
        reasons = ", ".join(f"{count} {why}" for why, count in self.left.items() if count)
        return f"{whole} {'has' if whole == 1 else 'have'} to come back ({reasons})"


def _clients(count: int) -> str:
    return f"{count} client{'s' * (count != 1)}"
