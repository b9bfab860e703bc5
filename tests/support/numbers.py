"""A store that gives blocks of numbers for sessions when the test says so."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.storage.contract import StoreError
from tests.support.world import HeldStore


class NumberStore(HeldStore):
    """A store in memory that is shared with other servers: its blocks of numbers take a while.

    ``asked`` are the answers that it owes.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.clock = clock
        self.holds = False
        self.asked: list[Deferred[range]] = []

    def take_numbers(self) -> Deferred[range]:
        self.asked.append(Deferred())
        return self.asked[-1]

    def give(self, *numbers: int) -> None:
        """Answer the oldest question with the block from the first to the last of two numbers."""
        first, last = numbers
        self.asked.pop(0).callback(range(first, last + 1))

    def refuse(self, error: Exception | None = None) -> None:
        """Answer the oldest question with an error."""
        self.asked.pop(0).errback(error or StoreError("it does not answer."))
