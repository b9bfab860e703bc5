"""Turns: of the nodes that share a store, one at a time does a work that needs to be done once.

The node whose turn it is holds a claim. The others ask for it now and then, so one of them goes on
when that node has stopped or died. A node that is alone has its turn at once, and a process that
goes on with a node has what that had when it asks. This module must not know a work.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from twisted.python.failure import Failure

from chatd.storage.claims import Claim, Claims
from chatd.storage.contract import StoreError


class Work(Enum):
    """The works that one node at a time does, with the names that are claimed for them.

    No person, room or account has a name with spaces.
    """

    DELIVERING = "turn to deliver"
    FORGETTING = "turn to forget"
    INDEXING = "turn to index"


class Turn:
    """The turn of this node to do a work, which `is_ours` once it holds the claim.

    ``lost`` is called if another node has the turn, because this one was cut off for long.
    """

    def __init__(self, claims: Claims, work: Work) -> None:
        self.is_ours = False
        self.lost: Callable[[], None] = _ignore
        self._claims = claims
        self._work = work
        self._asked = False
        self._ended = False
        claims.when_lost(self._was_lost)

    @property
    def _claim(self) -> Claim:
        return Claim(self._work.value, frozenset({self._work.value}), self._claims.node)

    def ask(self, begin: Callable[[], None]) -> None:
        """Ask for the turn, unless it is ours. Once it is, call ``begin``."""
        self._ended = False
        if self.is_ours or self._asked:
            return

        def answered(in_the_way: str | None) -> None:
            self._asked = False
            if in_the_way is None:
                self.is_ours = True
                if self._ended:
                    self.end()
                else:
                    begin()

        def failed(failure: Failure) -> None:
            failure.trap(StoreError)
            self._asked = False

        self._asked = True
        self._claims.claim(self._claim).addCallbacks(answered, failed)

    def end(self) -> None:
        """Leave the turn to another node, also if this node still waits for it."""
        self._ended = True
        if self.is_ours:
            self.is_ours = False
            self._claims.release(self._claim)

    def _was_lost(self, claim: Claim) -> None:
        if claim == self._claim and self.is_ours:
            self.is_ours = False
            self.lost()


def _ignore() -> None:
    """Do nothing: the work asks at each step if it is its turn."""
