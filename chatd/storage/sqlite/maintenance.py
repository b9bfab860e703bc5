"""When a store does what can wait: while nobody talks, or at last a little of it all the same.

It knows neither what is done nor in which thread, only that it is done in short steps.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.python.failure import Failure

IDLE_SECONDS = 0.25
"""For so long nobody must have said anything."""

ENOUGH_EVENTS = 500
"""So many new events are worth the trouble."""

PATIENCE_SECONDS = 60.0
"""What was put off for so long is done although there is talk, with a step every `IDLE_SECONDS`."""

PAUSE_SECONDS = 0.005
"""How long a step waits for the one before: whoever wants to say something comes in between."""

AGAIN_SECONDS = 60.0
"""How long it is left alone after it failed."""


class Chores:
    """``step`` takes one step, and gives in how many seconds the next one is due; None if nothing
    is left. ``ended`` is told after each whether it failed: its error, or None."""

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

    def said(self, events: int) -> None:
        """So many events were committed."""
        self._events += events
        self._last_event = self._clock.seconds()
        if self._events >= ENOUGH_EVENTS and self._call is None:
            self.want()

    def want(self) -> None:
        """There is something to do."""
        if self._put_off_since is None:
            self._put_off_since = self._clock.seconds()
        if self._call is None and not self._working:
            self._in(IDLE_SECONDS)

    def wait(self) -> None:
        """Something else is under way, which is as good as talk."""
        self._last_event = self._clock.seconds()

    def stop(self) -> None:
        """Take no step any more."""
        self._stopped = True
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _in(self, seconds: float) -> None:
        if not self._stopped:
            self._call = self._clock.callLater(seconds, self._due)

    def _due(self) -> None:
        self._call = None
        now = self._clock.seconds()
        talk = now - self._last_event < IDLE_SECONDS
        since = now if self._put_off_since is None else self._put_off_since
        if talk and now - since < PATIENCE_SECONDS:
            self._in(IDLE_SECONDS)
            return
        self._working = True
        self._step().addCallbacks(self._done, self._went_wrong, callbackArgs=(talk,))

    def _done(self, next_in: float | None, talk: bool) -> None:
        self._working = False
        self._ended(None)
        if next_in is None:
            self._events = 0
            self._put_off_since = None
            return
        if not talk:
            self._put_off_since = self._clock.seconds()
        self._in(max(next_in, IDLE_SECONDS) if talk else next_in)

    def _went_wrong(self, failure: Failure) -> None:
        self._working = False
        self._ended(failure)
        self._put_off_since = self._clock.seconds()
        self._in(AGAIN_SECONDS)
