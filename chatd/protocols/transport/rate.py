"""The rate of one client: what it is charged for, and when it is left alone.

This module must not know what is charged for.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.protocols.transport.client_address import ClientAddress
from chatd.protocols.transport.scheduler import TurnScheduler
from chatd.util.meter import Meter

LINE_SECONDS = 0.0001
"""Most seconds that a line takes: what takes longer counts for several. Most take a fifth of it."""

PAID_SECONDS = 0.05
"""Most seconds that one item counts for: the machine may have been busy with something else."""

DELAY_SECONDS = 0.1
"""Fewest seconds that a client over its rate is left alone, so that many of them wake up seldom."""


class Delayed(Protocol):
    """The one that reads the client."""

    def await_turn(self) -> None:
        """Have a turn: a delay has ended."""


class ClientRate(Meter):
    """Charges one client by the pace of its address."""

    __slots__ = ("_clock", "_delay", "address", "delayed", "owes", "turns")

    def __init__(self, address: ClientAddress, clock: IReactorTime, turns: TurnScheduler) -> None:
        self.owes = False
        """True if the client must pay for an item before the next one is handled, also if that is
        decoded already."""
        self.delayed = False
        """True while the client is left alone."""
        self.address = address
        self._clock = clock
        self.turns = turns
        """The scheduler of the turns of all clients."""
        self._delay: IDelayedCall | None = None

    def is_over(self, now: float) -> bool:
        """Return True if the client owes for what it has sent, at this time in seconds."""
        pace = self.address.pace
        return pace is not None and pace.wait(now) > 0

    def charge(self, lines: float) -> None:
        """Charge for so many lines more. No other item is handled until the client has paid."""
        self.spend(lines, 0)
        self.owes = self.is_over(self._clock.seconds())

    def turn(self) -> Deferred[None]:
        return self.turns.turn()

    def spend(self, lines: float, length: int) -> None:
        """Charge for so many lines and bytes."""
        pace = self.address.pace
        if pace is not None:
            pace.spend(self._clock.seconds(), lines, length)

    def spend_time(self, began: float, now: float) -> None:
        """Charge for time that was taken for the client, counted in lines."""
        self.spend(min(now - began, PAID_SECONDS) / LINE_SECONDS, 0)

    def slow_down(self, reader: Delayed, *, paid: bool) -> None:
        """Leave the client alone for a while if it is over its rate; ``reader`` has a turn then.

        If items are left that are ``paid`` for, do so only if it owes for another one.
        """
        if paid and not self.owes:
            return
        pace = self.address.pace
        if pace is not None and self._delay is None:
            wait = pace.wait(self._clock.seconds())
            if wait:
                delay = max(wait, DELAY_SECONDS)
                self._delay = self._clock.callLater(delay, self._end_delay, reader)
                self.delayed = True
        self.owes = self.owes and self.delayed

    def forget(self) -> None:
        """End the delay, without a turn after it."""
        if self._delay is not None:
            self._delay.cancel()
            self._delay = None
            self.delayed = False

    def _end_delay(self, reader: Delayed) -> None:
        self._delay = None
        self.delayed = self.owes = False
        reader.await_turn()
