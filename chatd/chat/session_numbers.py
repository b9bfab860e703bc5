"""The numbers of sessions, in blocks that the store gives.

Several nodes may share a store, and no two sessions have one number. So a node takes numbers in
blocks, and asks for the next block when half of the one before is used up: a session that connects
waits for no answer. Numbers that are left when the node stops are not used any more.

This module must not know a session.
"""

from __future__ import annotations

from twisted.python.failure import Failure

from chatd.errors import ErrorKind, Refusal
from chatd.storage.contract import Store, StoreError

NO_NUMBERS = range(0)


class SessionNumbers:
    """The numbers that a node has for sessions to come.

    ``left`` are those of the block that is being used. While it is empty, there are none.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.left = self._next = NO_NUMBERS
        self._half = 0  # of the numbers of the block that is being used
        self._asked = False
        self._ask()

    def take(self) -> int:
        """Return a number that no session has had. Raises `Refusal` if there is none left."""
        if not self.left:
            self.check()
        number, self.left = self.left[0], self.left[1:]
        if len(self.left) <= self._half and not self._next:
            self._ask()
        if not self.left:
            self._begin_next()
        return number

    def state(self) -> list[list[int]]:
        """Return the numbers that are left, as pairs of the first one and the end of a block."""
        return [[block.start, block.stop] for block in (self.left, self._next)]

    def resume(self, state: list[list[int]]) -> None:
        """Go on with the numbers that are left from another process."""
        self._next, self.left = NO_NUMBERS, range(*state[0])
        self._half = len(self.left) // 2
        if state[1][0] < state[1][1]:
            self._next = range(*state[1])

    def check(self) -> None:
        """Raise `Refusal` if there is no number left, and ask the store again."""
        if not self.left:
            self._ask()
        if not self.left:
            raise Refusal(ErrorKind.FULL, "no_numbers")

    def _ask(self) -> None:
        """Ask the store for a block, unless it still has to answer."""
        if not self._asked:
            self._asked = True
            self._store.take_numbers().addCallbacks(self._given, self._refused)

    def _given(self, block: range) -> None:
        self._asked, self._next = False, block
        if not self.left:
            self._begin_next()

    def _begin_next(self) -> None:
        self.left, self._next = self._next, NO_NUMBERS
        self._half = len(self.left) // 2

    def _refused(self, failure: Failure) -> None:
        """Take note that there is no block: the next session asks again."""
        self._asked = False
        if failure.check(StoreError) is None:
            self._store.error_log.tell("there are no numbers for sessions", failure)
