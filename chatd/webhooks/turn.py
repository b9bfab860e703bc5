"""The turn to deliver: of the nodes that share a store, one at a time delivers.

It holds a claim. The others ask for it now and then, so one of them goes on when that node has
stopped or died. A node that is alone has its turn at once. This module must not know what is
delivered.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from twisted.python.failure import Failure

from chatd.storage.claims import Claim, Claims
from chatd.storage.contract import StoreError

_NAME = "turn to deliver"  # no person, room or account has a name with spaces


class Turn:
    """The turn of this node, which `is_ours` once it holds the claim."""

    def __init__(self, claims: Claims) -> None:
        self.is_ours = False
        self._claims = claims
        self._claim = Claim(_NAME, frozenset({_NAME}), secrets.token_hex(16))
        self._asked = False

    def ask(self, begin: Callable[[], None]) -> None:
        """Ask for the turn, unless it is ours. Once it is, call ``begin``."""
        if self.is_ours or self._asked:
            return

        def answered(in_the_way: str | None) -> None:
            self._asked = False
            if in_the_way is None:
                self.is_ours = True
                begin()

        def failed(failure: Failure) -> None:
            failure.trap(StoreError)
            self._asked = False

        self._asked = True
        self._claims.claim(self._claim).addCallbacks(answered, failed)

    def end(self) -> None:
        """Leave the turn to another node."""
        if self.is_ours:
            self.is_ours = False
            self._claims.release(self._claim)
