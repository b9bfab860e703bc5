"""The lag of the reactor: how late a call is made, because others take long.

This module must not know what takes long.
"""

from __future__ import annotations

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.util.counts import Histogram

LOOK_SECONDS = 0.25
"""Seconds from one call to the next. The calls take 0.4 ms of the processor in a second (measured),
more than all else of an idle daemon."""


class ReactorLag:
    """Measures the lag between `start` and `stop`. ``times`` are in seconds, one for each call."""

    def __init__(self, clock: IReactorTime) -> None:
        self.times = Histogram()
        self._clock = clock
        self._call: IDelayedCall | None = None

    def start(self) -> None:
        """Begin to measure."""
        due = self._clock.seconds() + LOOK_SECONDS
        self._call = self._clock.callLater(LOOK_SECONDS, self._look, due)

    def stop(self) -> None:
        """Measure no more."""
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _look(self, due: float) -> None:
        self.times.add(max(self._clock.seconds() - due, 0.0))
        self.start()
