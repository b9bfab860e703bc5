"""The claims of this node in the shared log, where each is an item of a batch.

This module must not know a link.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from twisted.internet.defer import Deferred

from chatd.storage.batches import BatchItem, ClaimRequest, Release
from chatd.storage.claims import Claim, Claims


class SharedClaims(Claims):
    """Appends claims and releases, and knows which ones this node holds.

    ``held`` are those that a new term of this node takes over.
    """

    def __init__(self, append: Callable[[BatchItem], None]) -> None:
        self.held: dict[Claim, None] = {}
        self._append = append
        self._lost: Callable[[Claim], None] = _ignore

    def claim(self, claim: Claim) -> Deferred[str | None]:
        request = ClaimRequest(claim)
        request.done.addCallback(partial(self._answered, claim))
        self._append(request)
        return request.done

    def release(self, claim: Claim) -> None:
        self.held.pop(claim, None)
        self._append(Release(claim))

    def when_lost(self, lost: Callable[[Claim], None]) -> None:
        self._lost = lost

    def lose(self, claims: Collection[Claim]) -> None:
        """Take note that other holders have looks of claims now."""
        for claim in claims:
            if claim in self.held:
                del self.held[claim]
                self._lost(claim)

    def _answered(self, claim: Claim, in_the_way: str | None) -> str | None:
        if in_the_way is None:
            self.held[claim] = None
        return in_the_way


def _ignore(claim: Claim) -> None:
    """Do nothing before `SharedClaims.when_lost`."""
