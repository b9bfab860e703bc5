"""Turns of those who have more to be handled than one turn allows, after all others were read.

This module must not know what is done in a turn.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.util.error_log import ErrorLog

TURN_SECONDS = 0.002
"""For how long those who have more than a turn's lines may hold the reactor, all together."""


class TurnTaker(Protocol):
    """Who waits for a turn."""

    def take_turn(self, share: float) -> None:
        """Go on, for about so many seconds."""


class TurnScheduler:
    """Gives those who wait their turns, in the order in which they asked.

    The time is shared: however many wait, the reactor is theirs for about `TURN_SECONDS`.
    """

    def __init__(self, clock: IReactorTime, error_log: ErrorLog) -> None:
        self._clock = clock
        self._error_log = error_log
        self._waiting: dict[TurnTaker, None] = {}
        self._scheduled = False

    @property
    def share(self) -> float:
        """How many seconds a turn may take beside those of all who wait for one."""
        return TURN_SECONDS / (1 + len(self._waiting))

    def awaited_by(self, client: TurnTaker) -> bool:
        """Whether that client waits for its next turn."""
        return client in self._waiting

    def await_one(self, client: TurnTaker) -> None:
        """Give that client a turn later."""
        self._waiting[client] = None
        self._schedule()

    def forget(self, client: TurnTaker) -> None:
        """Give that client no turn."""
        self._waiting.pop(client, None)

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
                continue  # it has gone meanwhile
            del self._waiting[client]
            try:
                client.take_turn(TURN_SECONDS / count)
            except Exception:
                self._error_log.tell("a client's turn failed")
            if self._clock.seconds() >= end:
                break  # the rest go first when the others were read again
        self._schedule()
