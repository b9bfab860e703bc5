"""A fake clock for a day: it goes from one call to the next, however many wait.

`Clock` of Twisted sorts all calls that wait whenever one is added, which took most of the time.
This module must not know what is called.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any

from twisted.internet.base import DelayedCall
from twisted.internet.task import Clock


class Agenda(Clock):
    """A clock with a heap of the calls that wait. Calls for one time are made in their order."""

    def __init__(self) -> None:
        super().__init__()
        self._heap: list[tuple[float, int, DelayedCall]] = []
        self._numbers = count()

    def callLater(
        self, delay: float, callable: Callable[..., object], *args: object, **kw: object
    ) -> DelayedCall:
        """See `twisted.internet.interfaces.IReactorTime`."""
        time = self.seconds() + delay
        call = DelayedCall(time, callable, args, kw, _ignore, self._push, self.seconds)
        self._push(call)
        return call

    def advance(self, amount: float) -> None:
        """Let so many seconds go by, and make the calls of that time when they are due."""
        self.run(self.seconds() + amount)

    def run(self, until: float) -> None:
        """Make all calls up to a time, each at its own."""
        while self._heap and self._heap[0][0] <= until:
            time, _, call = heappop(self._heap)
            if not call.active():
                continue
            if call.getTime() > time:  # it was put off
                self._push(call)
                continue
            self.rightNow = max(self.rightNow, time)
            call.called = 1
            call.func(*call.args, **call.kw)
        self.rightNow = max(self.rightNow, until)

    def _push(self, call: DelayedCall) -> None:
        heappush(self._heap, (call.getTime(), next(self._numbers), call))


def _ignore(call: Any) -> None:
    """Leave a cancelled call in the heap: it is dropped when its time comes."""
