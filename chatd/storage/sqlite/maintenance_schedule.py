"""The times of maintenance: when no line is committed, or after a while all the same.

Theory of operation. Maintenance is done in short steps, in the thread that also commits lines, so a
line that arrives waits for a step. Steps begin when no line was committed for `IDLE_SECONDS`, and
follow each other with a short pause. Where lines never pause, steps begin after `PATIENCE_SECONDS`
all the same, one every `IDLE_SECONDS`. That is enough for some 500 events a second; if more and
more of them wait, steps follow each other faster until none is left.

This module must not know the work, or the thread that does it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.python.failure import Failure

IDLE_SECONDS = 0.25
"""Seconds without a committed line after which a step is taken."""

ENOUGH_EVENTS = 500
"""New events that are worth a step."""

PATIENCE_SECONDS = 60.0
"""Seconds after which postponed work is done although lines are committed, with a step every
`IDLE_SECONDS`."""

MANY_EVENTS = 50_000
"""New events from which on a step is taken every `HASTE_SECONDS` although lines are committed."""

HASTE_SECONDS = 0.025
"""Seconds between two such steps: they take about a fifth of the time."""

PAUSE_SECONDS = 0.005
"""Seconds between two steps, in which a waiting line is committed."""

AGAIN_SECONDS = 60.0
"""Seconds without a step after one that failed."""


class MaintenanceSchedule:
    """A schedule of the steps of maintenance.

    ``step`` takes a step; its result is the number of seconds until the next one is due, None if
    nothing is left. ``ended`` receives the error of each step, None if it succeeded.
    """

    def __init__(
        self,
        clock: IReactorTime,
        step: Callable[[], Deferred[float | None]],
        ended: Callable[[Failure | None], None],
    ) -> None:
        self._clock = clock
        self._step = step
        self._ended = ended
        self._call: IDelayedCall | None = None
        self._working = False
        self._stopped = False
        self._events = 0
        self._last_event = -inf
        self._put_off_since: float | None = None

    @property
    def pending(self) -> int:
        """The number of events that were committed since nothing was left to do."""
        return self._events

    def committed(self, events: int) -> None:
        """Count events that were committed; request a step if there are enough."""
        self._events += events
        self._last_event = self._clock.seconds()
        if self._events >= ENOUGH_EVENTS and self._call is None:
            self.request()

    def request(self) -> None:
        """Take a step as soon as no line is committed."""
        if self._put_off_since is None:
            self._put_off_since = self._clock.seconds()
        if self._call is None and not self._working:
            self._schedule(IDLE_SECONDS)

    def put_off(self) -> None:
        """Put steps off as if a line had been committed now."""
        self._last_event = self._clock.seconds()

    def stop(self) -> None:
        """Take no further step."""
        self._stopped = True
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _schedule(self, seconds: float) -> None:
        if not self._stopped:
            self._call = self._clock.callLater(seconds, self._due)

    def _due(self) -> None:
        self._call = None
        now = self._clock.seconds()
        busy = now - self._last_event < IDLE_SECONDS
        since = now if self._put_off_since is None else self._put_off_since
        if busy and now - since < PATIENCE_SECONDS:
            self._schedule(IDLE_SECONDS)
            return
        self._working = True
        self._step().addCallbacks(self._done, self._failed, callbackArgs=(busy,))

    def _done(self, next_in: float | None, busy: bool) -> None:
        self._working = False
        self._ended(None)
        if next_in is None:
            self._events = 0
            self._put_off_since = None
            return
        if not busy:
            self._put_off_since = self._clock.seconds()
        elif self._events >= MANY_EVENTS:
            next_in = max(next_in, HASTE_SECONDS)
        else:
            next_in = max(next_in, IDLE_SECONDS)
        self._schedule(next_in)

    def _failed(self, failure: Failure) -> None:
        self._working = False
        self._ended(failure)
        self._put_off_since = self._clock.seconds()
        self._schedule(AGAIN_SECONDS)
