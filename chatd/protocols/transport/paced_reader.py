"""The reading of one connection: in turns, and as fast as its rate allows.

The theory of operation is in `managed_connection`. This module must not know what is read, nor
what is done with it.
"""

from __future__ import annotations

from typing import Any, Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.protocols.transport.handler import Handler
from chatd.protocols.transport.lifecycle import ENDED, Lifecycle, State, guarded
from chatd.protocols.transport.origin import Origin
from chatd.protocols.transport.scheduler import TurnScheduler

SMALL_BYTES = 2048
"""Number of bytes that are handled as soon as they are read. More of them wait for a turn, because
all clients that sent as much may hold the reactor no longer than one (`TurnScheduler`)."""

ITEMS_A_TURN = 256
"""Number of items of one client that are handled before others have their turn."""

UNENDED_LINES = 4
"""Cost, in lines, of input in which no item ends: looking at one byte takes as long as at a
hundred. A person at a telnet that sends each key types 10 a second."""

LINE_SECONDS = 0.0001
"""Most seconds that a line takes: what takes longer counts for several. Most take a fifth of it."""

PAID_SECONDS = 0.05
"""Most seconds that one item counts for: the machine may have been busy with something else."""

DELAY_SECONDS = 0.1
"""Fewest seconds that a client over its rate is left alone, so that many of them wake up seldom."""


class Owner(Protocol):
    """The connection that is read."""

    lifecycle: Lifecycle
    origin: Origin

    @property
    def transport(self) -> Any: ...

    @property
    def finished(self) -> bool: ...

    @property
    def departed(self) -> bool: ...

    def end_writing(self) -> None: ...

    def end_of_input(self) -> None: ...

    def depart(self) -> None: ...

    def fail(self, what: str) -> None: ...


class PacedReader:
    """Reads one connection, decodes what it reads, and has a handler handle it."""

    __slots__ = (
        "_awaits_turn",
        "_broken",
        "_clock",
        "_decoder",
        "_delayed",
        "_handler",
        "_items",
        "_lifecycle",
        "_owes",
        "_owner",
        "_turns",
        "_unread",
        "handling",
        "paused",
        "since",
    )

    def __init__(
        self, owner: Owner, clock: IReactorTime, turns: TurnScheduler, handler: Handler[Any]
    ) -> None:
        self.handling = False
        """True during a turn."""
        self.paused = False
        """True if nothing is read from the transport."""
        self.since = clock.seconds()
        """The time at which the item began that has not ended; or the last one ended."""
        self._owner = owner
        self._lifecycle = owner.lifecycle
        self._clock = clock
        self._turns = turns
        self._handler = handler
        self._decoder = handler.decoder
        self._unread = b""  # was read and is not decoded yet
        self._items: list[Any] = []  # were decoded and are not handled yet, the next one last
        self._awaits_turn = False
        self._delayed: IDelayedCall | None = None  # it is left alone until then
        self._owes = False  # for an item: also items that were decoded wait until it is paid
        self._broken = False  # the client did not mean its last item to be whole

    @property
    def fail(self) -> Any:
        """Let go of the client: see `ManagedConnection.fail`."""
        return self._owner.fail

    @property
    def unfinished(self) -> bool:
        """True if an item has begun that has not ended yet."""
        return self._decoder.unfinished

    @property
    def idle(self) -> bool:
        """True if no bytes wait to be decoded, and the client is not over its rate."""
        return not self._unread and self._delayed is None

    def add(self, data: bytes) -> None:
        """Take bytes that were read."""
        self._unread += data
        self.go_on()

    def give_to(self, handler: Handler[Any]) -> None:
        """Have the bytes that are not decoded yet handled by another handler, in a turn."""
        self.forget_turns()
        self._handler, self._decoder = handler, handler.decoder
        if self.paused:
            self.resume()
        if handler.takes_input and (self._unread or self._lifecycle.state is State.HALF_CLOSED):
            self.await_turn()

    def wake(self) -> None:
        """Go on with what waits here, if anything does: the handler may be ready for it."""
        if self._items or self._unread or self.paused or self._lifecycle.state is not State.OPEN:
            self.go_on()

    def end(self, *, broken: bool) -> None:
        """Handle what was read of a client that has gone. If ``broken``, it did not end its input,
        so an item that has not ended is dropped."""
        self._broken = broken
        self.go_on()

    def drop_item(self, now: float) -> None:
        """Drop the item that has begun, with all of it that still comes."""
        self._decoder.drop()
        self.since = now

    def forget_input(self) -> None:
        """Drop what was read and is not handled."""
        self._unread = b""
        self._items.clear()

    # Pausing and turns

    def pause(self) -> None:
        """Read nothing from the transport."""
        if not self.paused:
            self.paused = True
            self._owner.transport.pauseProducing()

    def resume(self) -> None:
        """Read from the transport again."""
        self.paused = False
        self._owner.transport.resumeProducing()

    def await_turn(self) -> None:
        """Have a turn after all others were read."""
        self._awaits_turn = True
        self._turns.await_one(self)

    def forget_turns(self) -> None:
        """Have no turn any more."""
        if self._delayed is not None:
            self._delayed.cancel()
            self._delayed = None
        self._awaits_turn = False
        self._turns.forget(self)

    def go_on(self) -> None:
        """Have a turn now, unless this client awaits one as others do, or has sent much."""
        if self.handling or self._awaits_turn:
            return
        state = self._lifecycle.state
        try:
            held = self._decoder.held if state in ENDED else 0
            if len(self._unread) + held > SMALL_BYTES:
                self._slow_down()
                if self._delayed is None:
                    self.await_turn()
                if state is State.OPEN:
                    self.pause()
            elif self._handler.at_once or not (self._unread or self._items):
                self._turn(self._turns.share)
            elif self._delayed is None:
                self.await_turn()
        except Exception:
            self.fail("a client could not be served")

    @guarded
    def take_turn(self, share: float) -> None:
        """Handle what was read, for about so many seconds and at most `ITEMS_A_TURN` items."""
        self._turn(share)

    def _turn(self, share: float) -> None:
        self._awaits_turn = False
        handler, state = self._handler, self._lifecycle.state
        if self.handling or state is State.DRAINING or not handler.takes_input:
            return
        self.handling = True
        try:
            if state is State.HALF_CLOSED:
                self._owner.end_writing()
            taken, left, ready = self._take_items(handler, share)
        finally:
            self.handling = False
        if self._handler is handler and not self._owner.departed:
            self._read_on(taken, left, ready)

    def _take_items(self, handler: Handler[Any], share: float) -> tuple[int, int, bool]:
        """Handle items until the time is over, or the handler must not go on.

        Return how many were handled, how many more the handler might have been given, and whether
        it was ready for the next one at the end.
        """
        seconds, items = self._clock.seconds, self._items
        began = now = seconds()
        end, taken = now + share, 0
        left = min(handler.begin_turn(), ITEMS_A_TURN)
        ready = left > 0
        try:
            while ready and left and not self._owes and now < end:
                if not (items or self._decode(handler, now)):
                    break
                while items and left and now < end:
                    left -= 1
                    taken += 1
                    try:
                        handler.handle(items.pop())
                    except Exception:
                        handler.item_failed()
                    now = seconds()
                    if handler.interrupted:
                        break
                ready = handler.settle(bool(items))
                if not items:
                    now = seconds()  # decoding takes time, also if no item comes of it
            self.spend_time(began, now)
        finally:
            handler.end_turn()
        return taken, left, ready

    def _decode(self, handler: Handler[Any], now: float) -> bool:
        """Make items of a piece of what was read. Return False if there is none, or not yet."""
        decoder, pace = self._decoder, self._owner.origin.pace
        if self._unread:
            if pace is not None and pace.wait(now):
                return False
            if not decoder.unfinished:
                self.since = now
            before = len(self._unread)
            found, self._unread = decoder.feed(self._unread)
            items = handler.accept(found)
            if items:
                self.since = now
            cost = len(items) * handler.item_cost or UNENDED_LINES
            self.spend(cost + decoder.overhead, before - len(self._unread))
        elif self._lifecycle.state in ENDED and decoder.unfinished:
            if self._broken:
                decoder.drop()
            items = handler.accept(decoder.finish())
        else:
            return False
        self._items[:] = reversed(items)
        return True

    def _read_on(self, taken: int, left: int, ready: bool) -> None:
        """Go on as soon as this client may, and do not read it until then."""
        owner, state = self._owner, self._lifecycle.state
        if owner.finished:
            self.forget_input()
            owner.depart() if state is State.LOST else self._lifecycle.advance(State.DRAINING)
            return
        if self._owes or not self._items:  # else there are items that it has paid for
            self._slow_down()
            self._owes = self._owes and self._delayed is not None
        ended = state in ENDED
        more = bool(self._items or self._unread or (ended and self._decoder.unfinished))
        # The handler wakes only a client that it has refused a turn: so one that has used up its
        # allowance awaits a turn, if only to be refused.
        used_up = ready and not left
        if self._delayed is None and ((more and (ready or taken)) or used_up):
            # Also if it may not go on now, but may when its answers are taken, which is perhaps at
            # once: its next turn comes after those of all others.
            self.await_turn()
        if ended:
            if not (more or self._handler.busy):
                owner.end_of_input()
        elif more or not ready or used_up or self._delayed is not None:
            self.pause()
        elif self.paused:
            self.resume()

    # The rate

    def charge(self, lines: float) -> None:
        """Charge the client for so many lines more. It is handled no further until it has paid."""
        self.spend(lines, 0)
        pace = self._owner.origin.pace
        self._owes = pace is not None and pace.wait(self._clock.seconds()) > 0

    def spend(self, lines: float, length: int) -> None:
        """Charge the client for so many lines and bytes."""
        pace = self._owner.origin.pace
        if pace is not None:
            pace.spend(self._clock.seconds(), lines, length)

    def spend_time(self, began: float, now: float) -> None:
        """Charge the client for time that was taken for it, counted in lines."""
        self.spend(min(now - began, PAID_SECONDS) / LINE_SECONDS, 0)

    def _slow_down(self) -> None:
        """Leave this client alone for a while if it is over its rate; then give it a turn."""
        pace = self._owner.origin.pace
        if pace is None or self._delayed is not None:
            return
        wait = pace.wait(self._clock.seconds())
        if wait:
            self._delayed = self._clock.callLater(max(wait, DELAY_SECONDS), self._end_delay)

    def _end_delay(self) -> None:
        self._delayed = None
        self._owes = False
        self.await_turn()  # clients that owe the same time wake up together
