"""The time of day in one turn of the reactor."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime


class TurnTime:
    """The time of day, which stands still in a turn.

    So a line that is stored nowhere has one time for all who are sent it.
    """

    def __init__(self, now: Callable[[], float], clock: IReactorTime) -> None:
        self._real = now
        self._clock = clock
        self._now: float | None = None

    def now(self) -> float:
        """Return the time in seconds since 1970, as it was when it was asked for first."""
        if self._now is None:
            self._now = self._real()
            self._clock.callLater(0, self._go_on)
        return self._now

    def _go_on(self) -> None:
        self._now = None
