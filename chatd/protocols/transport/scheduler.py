"""Turns of clients that have more input than one turn allows, after all others were read.

This module must not know what is done in a turn.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from chatd.util.error_log import ErrorLog

TURN_SECONDS = 0.002
"""Seconds that all clients with more input than one turn allows may hold the reactor together."""


class TurnTaker(Protocol):
    """A client that awaits a turn."""

    def take_turn(self, share: float) -> None:
        """Handle input for about so many seconds."""


class _OneTurn:
    """A turn that is awaited once. ``given`` fires in it."""

    def __init__(self) -> None:
        self.given: Deferred[None] = Deferred()

    def take_turn(self, share: float) -> None:
        self.given.callback(None)


class TurnScheduler:
    """Gives clients their turns, in the order in which they asked.

    The time is shared: regardless of their number, all turns hold the reactor for about
    `TURN_SECONDS`.
    """

    def __init__(self, clock: IReactorTime, error_log: ErrorLog) -> None:
        self._clock = clock
        self._error_log = error_log
        self._waiting: dict[TurnTaker, None] = {}
        self._scheduled = False
        self.share = TURN_SECONDS
        """Seconds that a turn may take beside those of all clients that await one."""

    def await_one(self, client: TurnTaker) -> None:
        """Give a client a turn later."""
        self._waiting[client] = None
        self._share_out()
        self._schedule()

    def turn(self) -> Deferred[None]:
        """Return a Deferred that fires in a turn, for a slice of work."""
        one = _OneTurn()
        self.await_one(one)
        return one.given

    def forget(self, client: TurnTaker) -> None:
        """Give a client no turn."""
        if client in self._waiting:
            del self._waiting[client]
            self._share_out()

    def _share_out(self) -> None:
        self.share = TURN_SECONDS / (1 + len(self._waiting))

    def _schedule(self) -> None:
        if self._waiting and not self._scheduled:
            self._scheduled = True
            self._clock.callLater(0, self._take_turns)

    def _take_turns(self) -> None:
        self._scheduled = False
        count = len(self._waiting)
        end = self._clock.seconds() + TURN_SECONDS
        for client in tuple(self._waiting):
            if client not in self._waiting:
                continue  # it was forgotten in the turn of another one
            del self._waiting[client]
            self._share_out()
            try:
                client.take_turn(TURN_SECONDS / count)
            except Exception:
                self._error_log.tell("a client's turn failed")
            if self._clock.seconds() >= end:
                break  # the rest come first after the others were read again
        self._schedule()
