"""Requests to one target: one at a time, in order, tried again after pauses, in the owner's turns.

`Attempts` is the base of the deliveries of hooks and of pushes, and `UnderWay` has those of all
targets of one kind. A request that fails is tried again
after a pause; the pauses double. A target that accepted nothing for `GIVE_UP_SECONDS` is given up.
This module must not know what is requested: subclasses say what is next, and how it is posted.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.storage.contract import StoreError
from chatd.util.error_log import ErrorLog
from chatd.util.fair_queue import QueueFull
from chatd.webhooks.lanes import Caller, Lanes, Poster
from chatd.webhooks.targets import GIVE_UP_SECONDS, DeliveryFailure, NotDelivered, Target

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 3600.0
"""Back-off between tries, in seconds. Pauses double, and each is up to a quarter longer at random,
so that requests that failed together are not tried together."""

T = TypeVar("T")


class Means:
    """The means of all attempts. ``chance`` returns numbers from 0 to 1 for the pauses.

    Once it is ``stopped``, no attempt begins anything.
    """

    def __init__(
        self,
        lanes: Lanes,
        clock: IReactorTime,
        error_log: ErrorLog,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.lanes = lanes
        self.clock = clock
        self.error_log = error_log
        self.chance = chance
        self.stopped = False

    async def run(self, caller: Caller, request: Callable[[Poster], Awaitable[T]]) -> T:
        """Make a request in its turn: see `Lanes.run`. Raises `NotDelivered` if too many wait."""
        try:
            return await self.lanes.run(caller, request)
        except QueueFull:
            raise NotDelivered(DeliveryFailure.BUSY) from None

    def stop(self) -> None:
        """Begin no more requests. Those on their way may arrive until `close`."""
        self.stopped = True

    async def close(self) -> None:
        """Close all connections."""
        await self.lanes.quick.close()
        await self.lanes.slow.close()


class Attempts(ABC, Generic[T]):
    """The requests to one target. ``T`` is what one of them is about."""

    def __init__(self, means: Means, target: Target) -> None:
        self._means = means
        self._target = target
        self._later: IDelayedCall | None = None  # the next start: soon, or after a pause
        self._work: Deferred[None] | None = None
        self._busy = False
        self._pause = FIRST_PAUSE
        self._failed_at: float | None = None  # by the clock; None after a success or a rest
        self._ended = False

    @property
    def is_busy(self) -> bool:
        """True while a request is on its way, or waits for its turn."""
        return self._busy

    @property
    def goes_on(self) -> bool:
        """True while requests may be sent."""
        return not (self._ended or self._means.stopped)

    @abstractmethod
    async def next(self) -> T | None:
        """Return what the next request is about, None if there is nothing to request now."""

    @abstractmethod
    async def post(self, poster: Poster, item: T) -> None:
        """Send a request. Raise `NotDelivered` if it is not accepted."""

    @abstractmethod
    def accepted(self, item: T) -> None:
        """Take note that a request was accepted."""

    @abstractmethod
    def give_up(self) -> None:
        """End the target, which accepted nothing for too long."""

    def failed(self) -> None:
        """Take note that a request was not accepted, before it is tried again."""

    def rested(self) -> None:
        """Take note that there is nothing to request for now, or no right to."""

    @property
    def delay(self) -> float:
        """The seconds until the next request may begin, when there is something new."""
        return 0.0

    def wake(self) -> None:
        """Begin to send, after the delay, unless a pause after a failure is not over yet."""
        if self._later is None and not self._busy and not self._ended:
            # Later, because the caller is a room that is publishing.
            self._later = self._means.clock.callLater(self.delay, self._begin)

    def end(self) -> None:
        """Begin nothing more, and cancel the request on its way."""
        self._ended = True
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if self._work is not None:
            self._work.cancel()

    def _begin(self) -> None:
        self._later = None
        self._busy = True
        self._work = Deferred.fromCoroutine(self._run())

    async def _run(self) -> None:
        error = None
        try:
            while (item := await self.next()) is not None:
                if not await self._post_in_turn(item):
                    break
                self.accepted(item)
                self._target.went_well()
                self._pause = FIRST_PAUSE
                self._failed_at = None
        except CancelledError:
            pass
        except NotDelivered as why:
            error = why
        except StoreError:
            error = NotDelivered(DeliveryFailure.NOT_READABLE)
        except Exception:
            # The message may quote the URL, which may be a secret.
            self._means.error_log.tell("a line could not be posted to a URL", words=False)
            error = NotDelivered(DeliveryFailure.BROKE)
        self._busy = False
        if error is None:
            self._failed_at = None  # nothing is tried meanwhile, which is no failing
            self.rested()
        else:
            self._fail(error)

    async def _post_in_turn(self, item: T) -> bool:
        """Send a request; return False if its right ended while it waited for its turn."""

        async def post(poster: Poster) -> bool:
            if not self.goes_on:
                return False
            await self.post(poster, item)
            return True

        return await self._means.run(self._target.caller, post)

    def _fail(self, error: NotDelivered) -> None:
        self.failed()
        now = self._means.clock.seconds()
        self._target.failed(error, 0.0 if self._failed_at is None else now - self._failed_at)
        self._failed_at = now
        if self._target.failed_for >= GIVE_UP_SECONDS:
            self.give_up()
        if not (self._ended or self._means.stopped):
            pause = self._pause * (1 + self._means.chance() / 4)
            self._later = self._means.clock.callLater(pause, self._begin)
            self._pause = min(2 * self._pause, LONGEST_PAUSE)


H = TypeVar("H", bound=Target)
A = TypeVar("A", bound=Attempts[Any])


class UnderWay(Generic[H, A]):
    """The attempts of all targets of a kind. ``make`` makes those of one that had none yet."""

    def __init__(self, make: Callable[[H], A]) -> None:
        self._make = make
        self._of: dict[H, A] = {}

    def of(self, target: H) -> A:
        """Return the attempts of a target."""
        attempts = self._of.get(target)
        if attempts is None:
            attempts = self._of[target] = self._make(target)
        return attempts

    def end(self, target: H) -> None:
        """End the attempts of a target that has gone."""
        attempts = self._of.pop(target, None)
        if attempts is not None:
            attempts.end()

    @property
    def is_busy(self) -> bool:
        """True while a request is on its way."""
        return any(attempts.is_busy for attempts in self._of.values())

    def end_all(self) -> None:
        """End the attempts of all targets, which stay, and may have new ones."""
        ended, self._of = self._of, {}
        for attempts in ended.values():
            attempts.end()
