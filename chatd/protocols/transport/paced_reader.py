"""The reading of one connection: in turns, and as fast as its rate allows.

The theory of operation is in `managed_connection`. This module must not know what is read, nor
what is done with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.protocols.transport.check_schedule import CheckSchedule
from chatd.protocols.transport.client_address import ClientAddress
from chatd.protocols.transport.handler import Handler
from chatd.protocols.transport.intake import Intake
from chatd.protocols.transport.lifecycle import ENDED, Lifecycle, State, guarded
from chatd.protocols.transport.output import Output
from chatd.protocols.transport.rate import ClientRate
from chatd.protocols.transport.scheduler import TurnScheduler
from chatd.protocols.transport.traffic import Traffic

SMALL_BYTES = 2048
"""Number of bytes that are handled as soon as they are read. More of them wait for a turn, because
all clients that sent as much may hold the reactor no longer than one (`TurnScheduler`)."""

ITEMS_A_TURN = 256
"""Number of items of one client that are handled before others have their turn."""


class Scheduling(Protocol):
    """The factory of the connection."""

    @property
    def checks(self) -> CheckSchedule: ...

    @property
    def traffic(self) -> Traffic: ...


class Owner(Protocol):
    """The connection that is read."""

    lifecycle: Lifecycle
    address: ClientAddress
    output: Output

    @property
    def transport(self) -> Any: ...

    @property
    def factory(self) -> Scheduling: ...

    def check(self, now: float) -> float: ...

    def depart(self) -> None: ...

    def fail(self, what: str) -> None: ...


class PacedReader:
    """Reads one connection, and has a handler handle what is read."""

    __slots__ = (
        "_awaits_turn",
        "_clock",
        "_handler",
        "_lifecycle",
        "_owner",
        "_woken",
        "handling",
        "intake",
        "paused",
        "rate",
    )

    def __init__(
        self, owner: Owner, clock: IReactorTime, turns: TurnScheduler, handler: Handler[Any]
    ) -> None:
        self.rate = ClientRate(owner.address, clock, turns)
        self.intake = Intake(owner.lifecycle, self.rate, clock, handler)
        self.handling = False
        """True during a turn."""
        self.paused = False
        """True if nothing is read from the transport."""
        self._owner = owner
        self._lifecycle = owner.lifecycle
        self._clock = clock
        self._handler = handler
        self._awaits_turn, self._woken = False, False  # woken since its turn began

    @property
    def fail(self) -> Callable[[str], None]:
        """Let go of the client: see `ManagedConnection.fail`."""
        return self._owner.fail

    def give_to(self, handler: Handler[Any]) -> None:
        """Have the bytes that are not decoded yet handled by another handler, in a turn."""
        self.forget_turns()
        self._handler = handler
        self.intake.give_to(handler)
        state = self._lifecycle.state
        if self.paused and state is not State.LOST:
            self.resume()
        if state is State.HALF_CLOSED and handler.takes_input:
            self._owner.output.end()
        if self.intake.unread or state in ENDED:
            self.await_turn()

    def hold_turns(self) -> None:
        """Have no turn until `await_turn` is called."""
        self.forget_turns()
        self._awaits_turn = True  # one that does not come: see `go_on`

    def wake(self) -> None:
        """Go on with what waits here, if anything does: the handler may be ready for it."""
        if self.intake.unread or self.paused or self._lifecycle.state is not State.OPEN:
            self.go_on()

    def half_close(self) -> None:
        """Handle the rest, in a turn: a thousand clients may half-close at once."""
        self.paused = False  # there is nothing to be read any more
        self.await_turn()

    def finish(self) -> None:
        """End: the client sends nothing more, and all that it sent was handled."""
        self._handler.end_of_input()
        if self._lifecycle.state is State.LOST:
            self._owner.depart()

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
        self.rate.turns.await_one(self)

    def forget_turns(self) -> None:
        """Have no turn any more."""
        self.rate.forget()
        self._awaits_turn = False
        self.rate.turns.forget(self)

    def go_on(self) -> None:
        """Have a turn now, unless this client awaits one as others do, or has sent much."""
        if self.handling or self._awaits_turn:
            self._woken = True  # perhaps by what its turn sends at its end
            return
        intake, state = self.intake, self._lifecycle.state
        try:
            if len(intake.unread) + (intake.held if state in ENDED else 0) > SMALL_BYTES:
                self.rate.slow_down(self, paid=bool(intake.items))
                if not self.rate.delayed:
                    self.await_turn()
                if state is State.OPEN:
                    self.pause()
            elif self._handler.at_once or not (intake.unread or intake.items):
                self._turn(self.rate.turns.share)
            elif not self.rate.delayed:
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
        if state is State.DRAINING or not handler.takes_input:
            return
        self.handling, self._woken = True, False
        held = self._owner.output.writer if handler.in_one_piece else None
        try:
            if held is not None:
                held.hold()
            taken, left, ready = self._take_items(handler, share)
        finally:
            if held is not None:
                held.release()
            self.handling = False
        self._owner.factory.traffic.items += taken
        if self._handler is handler and self._lifecycle.state is not State.DEPARTED:
            if handler.decoder.unfinished:
                self._owner.factory.checks.schedule(self._owner)
            self._read_on(taken, left, ready)

    def _take_items(self, handler: Handler[Any], share: float) -> tuple[int, int, bool]:
        """Handle items until the time is over, or the handler must not go on.

        Return how many were handled, how many more the handler might have been given, and whether
        it was ready for the next one at the end.
        """
        seconds, rate, intake = self._clock.seconds, self.rate, self.intake
        items = intake.items
        began = now = seconds()
        end, taken = now + share, 0
        left = min(handler.allowance(), ITEMS_A_TURN)
        ready = left > 0
        while ready and left and not rate.owes and now < end:
            if not items:
                if not (intake.unread or self._lifecycle.state in ENDED):
                    break
                if not intake.decode(now):
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
        if rate.address.pace is not None:
            rate.spend_time(began, now)
        return taken, left, ready

    def _read_on(self, taken: int, left: int, ready: bool) -> None:
        """Go on as soon as this client may, and do not read it until then."""
        owner, rate, intake = self._owner, self.rate, self.intake
        state = self._lifecycle.state
        if owner.output.supply.finished:
            intake.forget()
            owner.depart() if state is State.LOST else self._lifecycle.advance(State.DRAINING)
            return
        rate.slow_down(self, paid=bool(intake.items))
        ended = state in ENDED
        more = bool(intake.items or intake.unread or (ended and intake.unfinished))
        # The handler wakes only a client that it has refused a turn: so one that has used up its
        # allowance awaits a turn, if only to be refused.
        used_up = ready and not left
        # What the turn put out at its end may have made room for more answers: see `go_on`.
        relieved = self._woken and not ready
        if not rate.delayed and ((more and (ready or taken)) or used_up or relieved):
            # Also if it may not go on now, but may when its answers are taken, which is perhaps at
            # once: its next turn comes after those of all others.
            self.await_turn()
        if ended:
            if not (more or self._handler.busy):
                self.finish()
        elif more or not ready or used_up or rate.delayed:
            self.pause()
        elif self.paused:
            self.resume()
