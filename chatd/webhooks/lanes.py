"""Turns of requests to targets: owners have turns, and slow targets stand apart.

Theory of operation. There are two lanes, each with a fair queue and an HTTP client of its own. A
request begins in the quick lane, and has a slot there for `SLOW_SECONDS` at most. If it takes
longer, it goes on as an extra turn of the slow lane, and its slot is free for others. Later
requests to that target wait for the slow lane, until it has answered quickly `QUICK_TO_RETURN`
times. So a quick target waits for others' slow ones once at most, for `SLOW_SECONDS`, and each
owner of hooks has the same part of both lanes.

Extra turns have no bound of their own: a hook or a push has one request under way at most, so their
budgets are the bound. This module must not know what is requested.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple, Protocol, TypeVar

from twisted.internet.interfaces import IReactorTime

from chatd.util.fair_queue import Asker, FairQueue, Turn
from chatd.webhooks.urls import Destination

QUICK_SLOTS = 20
SLOW_SLOTS = 20
"""Most requests that begin while others of their lane are under way."""

MOST_WAITING = 4400
"""Most requests that wait in a lane: those of all hooks and pushes, and as many challenges and
codes. So none is refused because of others'."""

SLOW_SECONDS = 0.5
"""Seconds after which a request stands apart. Most servers answer in a tenth of that, and a quick
target waits for a slot no longer than this."""

QUICK_TO_RETURN = 10
"""Number of quick answers in a row after which a slow target is quick again."""

T = TypeVar("T")


class Answer(NamedTuple):
    """The answer of a target that accepted a body: the beginning of its own body.

    It ``is_text`` if its status is 200 and its type text/plain: such a one may be shown.
    """

    body: bytes = b""
    is_text: bool = False


class Poster(Protocol):
    """The interface of the HTTP client."""

    async def post(self, to: Destination, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post a body; return the answer.

        Raise `chatd.webhooks.targets.NotDelivered` if the body was not accepted.
        """

    async def close(self) -> None:
        """Close all connections."""


class Pace:
    """The pace of one target: slow or quick, as its last answers were."""

    def __init__(self) -> None:
        self._missing = 0  # quick answers until it is quick again

    @property
    def is_slow(self) -> bool:
        """True if requests to the target belong in the slow lane."""
        return self._missing > 0

    def note(self, seconds: float) -> None:
        """Note that a request took so long."""
        if seconds >= SLOW_SECONDS:
            self._missing = QUICK_TO_RETURN
        elif self._missing:
            self._missing -= 1


class Caller(NamedTuple):
    """The owner of a request, and the pace of its target."""

    owner: Asker
    pace: Pace


class Lanes:
    """The two lanes. ``quick`` and ``slow`` are their HTTP clients."""

    def __init__(self, quick: Poster, slow: Poster, clock: IReactorTime) -> None:
        self.quick = quick
        self.slow = slow
        self._clock = clock
        self._quick_queue = FairQueue(QUICK_SLOTS, MOST_WAITING)
        self._slow_queue = FairQueue(SLOW_SLOTS, MOST_WAITING)

    async def run(self, caller: Caller, request: Callable[[Poster], Awaitable[T]]) -> T:
        """Wait for a turn, make a request with the client of the lane, and return its result.

        Raises what ``request`` raises, and `chatd.util.fair_queue.QueueFull`.
        """
        is_slow = caller.pace.is_slow
        queue = self._slow_queue if is_slow else self._quick_queue
        turn: Turn = await queue.turn(*caller.owner.path)
        begun = self._clock.seconds()

        def stand_apart() -> None:
            nonlocal turn
            quick, turn = turn, self._slow_queue.extra_turn()
            quick.end()

        timer = None if is_slow else self._clock.callLater(SLOW_SECONDS, stand_apart)
        try:
            return await request(self.slow if is_slow else self.quick)
        finally:
            if timer is not None and timer.active():
                timer.cancel()
            caller.pace.note(self._clock.seconds() - begun)
            turn.end()
