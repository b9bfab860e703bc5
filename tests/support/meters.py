"""A meter that notes what a client is charged, and gives turns when a test says so."""

from __future__ import annotations

from twisted.internet.defer import Deferred, succeed

from chatd.util.meter import Meter


class NotingMeter(Meter):
    """Notes each charge, in lines. If it ``holds``, turns wait in ``turns``."""

    def __init__(self, *, holds: bool = False) -> None:
        self.charged: list[float] = []
        self.turns: list[Deferred[None]] = []
        self.holds = holds

    def charge(self, lines: float) -> None:
        self.charged.append(lines)

    def turn(self) -> Deferred[None]:
        if not self.holds:
            return succeed(None)
        self.turns.append(Deferred())
        return self.turns[-1]

    def give_turn(self) -> None:
        """Give the turn that was asked for first."""
        self.turns.pop(0).callback(None)
