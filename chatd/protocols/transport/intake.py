"""The input of one connection that is not handled yet: bytes, and then items.

This module must not know when they are handled.
"""

from __future__ import annotations

from math import inf
from typing import Any

from twisted.internet.interfaces import IReactorTime

from chatd.protocols.transport.handler import Handler
from chatd.protocols.transport.lifecycle import ENDED, Lifecycle
from chatd.protocols.transport.rate import ClientRate
from chatd.util.state import State

UNENDED_LINES = 4
"""Cost, in lines, of input in which no item ends: looking at one byte takes as long as at a
hundred. A person at a telnet that sends each key types 10 a second."""


class Intake:
    """Holds bytes until they are decoded, and items until they are handled."""

    __slots__ = (
        "_broken",
        "_clock",
        "_decoder",
        "_handler",
        "_lifecycle",
        "_rate",
        "heard",
        "items",
        "since",
        "unread",
    )

    def __init__(
        self, lifecycle: Lifecycle, rate: ClientRate, clock: IReactorTime, handler: Handler[Any]
    ) -> None:
        self.items: list[Any] = []
        """The items that were decoded and are not handled yet, the next one last."""
        self.heard = self.since = clock.seconds()
        """The time at which the item began that has not ended; or the last one ended. ``heard`` is
        the time of the last bytes, if the handler is `timed`."""
        self._clock = clock
        self._lifecycle = lifecycle
        self._rate = rate
        self._handler = handler
        self._decoder = handler.decoder
        self.unread = b""
        """The bytes that were read and are not decoded yet."""
        self._broken = False  # the client did not mean its last item to be whole

    @property
    def held(self) -> int:
        """Size of what the decoder stores of an item that has not ended."""
        return self._decoder.held

    @property
    def unfinished(self) -> bool:
        """True if an item has begun and has not ended."""
        return self._decoder.unfinished

    def due(self, seconds: float) -> float:
        """Return the time at which the item that has begun has taken that long; inf for none."""
        return self.since + seconds if self._decoder.unfinished else inf

    def add(self, data: bytes) -> None:
        """Take bytes that were read."""
        self.unread += data
        if self._handler.timed:
            self.heard = self._clock.seconds()

    def give_to(self, handler: Handler[Any]) -> None:
        """Have the bytes that are not decoded yet decoded for another handler.

        They are dropped if it takes no input.
        """
        self._handler, self._decoder = handler, handler.decoder
        if not handler.takes_input:
            self.forget()

    def break_off(self) -> None:
        """Take note that the client has gone without ending its input.

        An item that has not ended is to be dropped.
        """
        self._broken = True

    def state(self) -> State:
        """Return what another process needs to go on."""
        return {
            "unread": self.unread,
            "items": [self._decoder.state_of(item) for item in self.items],
            "since": self.since,
            "heard": self.heard,
        }

    def resume(self, state: State) -> None:
        """Go on from a state."""
        self.unread = state["unread"]
        self.items[:] = map(self._decoder.item_from, state["items"])
        self.since, self.heard = state["since"], state["heard"]

    def drop_item(self, now: float) -> None:
        """Drop the item that has begun, with all of it that still comes."""
        self._decoder.drop()
        self.since = now

    def forget(self) -> None:
        """Drop everything that is not handled."""
        self.unread = b""
        self.items.clear()

    def decode(self, now: float) -> bool:
        """Make items of a piece of what was read. Return False if there is none, or not yet."""
        handler, decoder, pace = self._handler, self._decoder, self._rate.address.pace
        if self.unread:
            if pace is not None and pace.wait(now):
                return False
            if not decoder.unfinished:
                self.since = now
            before = len(self.unread)
            found, self.unread = decoder.feed(self.unread)
            items = handler.accept(found)
            if items:
                self.since = now
            if pace is not None:
                cost = len(items) * handler.item_cost or UNENDED_LINES
                self._rate.spend(cost + decoder.overhead, before - len(self.unread))
        elif self._lifecycle.state in ENDED and decoder.unfinished:
            if self._broken:
                decoder.drop()
            items = handler.accept(decoder.finish())
        else:
            return False
        self.items[:] = reversed(items)
        return True
