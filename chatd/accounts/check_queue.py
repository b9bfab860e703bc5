"""The queue of passwords that wait to be checked or hashed, in which their askers have turns.

This module must not know how passwords are checked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from chatd.errors import ErrorKind, Refusal
from chatd.util.fair_queue import Asker, FairQueue, QueueFull

WAITING = 500
"""Most passwords that wait: some 25 seconds' worth. An office logs in at once after a restart."""

T = TypeVar("T")


def client_stays() -> bool:
    """Return False: the client has not gone."""
    return False


class CheckQueue:
    """A queue for ``slots`` checks at a time, in which at most `WAITING` wait.

    Networks have turns, and so have names in a network: see `chatd.util.fair_queue`.
    """

    def __init__(self, clock: IReactorTime, slots: int) -> None:
        self._clock = clock
        self._queue = FairQueue(slots, WAITING)

    def __len__(self) -> int:
        """Return the number of checks that wait."""
        return len(self._queue)

    async def run(
        self,
        asker: Asker,
        has_gone: Callable[[], bool],
        check: Callable[[], Awaitable[T]],
        within: float | None = None,
    ) -> T:
        """Return the result of a check, once it is the turn of its asker.

        Raises `Refusal` if too many wait, or if ``has_gone`` returns True when the turn comes: a
        thousand clients that have gone would keep a core busy for a minute. Raises `TimeoutError`
        of Twisted if the turn does not come ``within`` that many seconds.
        """
        waiting = self._queue.turn(*asker.path)
        if within is not None:
            waiting.addTimeout(within, self._clock)
        try:
            turn = await waiting
        except QueueFull:
            raise _too_many_wait() from None
        try:
            if has_gone():
                # Hundreds may have gone: no two of them end in the same turn of the reactor.
                await deferLater(self._clock, 0)
                raise _too_many_wait()
            return await check()
        finally:
            turn.end()


def _too_many_wait() -> Refusal:
    return Refusal(ErrorKind.TOO_MANY_TRIES, "too_many_wait")
