"""The claims of this node in the shared log, where each is an item of a batch.

This module must not know a link.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.storage.batches import BatchItem, ClaimRequest, Release
from chatd.storage.claims import Claim, Claims, claim_from, state_of_claim
from chatd.storage.contract import InDoubt
from chatd.storage.shared.attempt import is_in
from chatd.util.error_log import ErrorLog
from chatd.util.state import State


class SharedClaims(Claims):
    """Appends claims and releases, and knows which ones this node holds."""

    def __init__(self, append: Callable[[BatchItem], None], error_log: ErrorLog) -> None:
        self._held: dict[Claim, None] = {}
        self._append = append
        self._error_log = error_log
        self._lost: list[Callable[[Claim], None]] = []
        self._unreleased: dict[Claim, None] = {}
        self._asked: list[ClaimRequest] = []  # that have no answer yet
        self._taken: list[ClaimRequest] = []  # those of them that a new term took
        self._retaken: Collection[Claim] = ()  # by it, although they were given up before
        self._left: dict[Claim, None] = {}  # by another process, and nothing here needs them yet
        self.node = secrets.token_hex(16)

    def state(self) -> State:
        """Return all claims that may be in the log, for another process of this node."""
        asked = (request.claim for request in self._asked)
        claims = dict.fromkeys([*self._held, *asked, *self._unreleased, *self._left])
        return {"node": self.node, "claims": [state_of_claim(claim) for claim in claims]}

    def take_from(self, state: State) -> None:
        """Take over the claims of another process: `release_left` releases those not resumed."""
        self.node = state["node"]
        self._left = dict.fromkeys(map(claim_from, state["claims"]))

    def release_left(self) -> None:
        """Release the claims of another process that nothing here needs."""
        left, self._left = self._left, {}
        for claim in left:
            self._append(Release(claim))

    def claim(self, claim: Claim) -> Deferred[str | None]:
        if claim in self._left:
            del self._left[claim]
            self._unreleased[claim] = None  # unless it is answered that it is held
        request = ClaimRequest(claim)
        self._asked.append(request)
        request.done.addBoth(partial(self._answered, request))
        self._append(request)
        return request.done

    def resume(self, claim: Claim) -> None:
        self._left.pop(claim, None)
        self._held[claim] = None

    def release(self, claim: Claim) -> None:
        self._held.pop(claim, None)
        self._append(Release(claim))

    def not_committed(self, items: Sequence[BatchItem]) -> None:
        """Take note of items that may not be in the log: a name stays claimed until it is there."""
        releases = (item.claim for item in items if isinstance(item, Release))
        self._unreleased.update(dict.fromkeys(c for c in releases if c not in self._held))

    def release_again(self) -> None:
        """Append the releases again that may not be in the log, unless the name is wanted again."""
        for claim in [each for each in self._unreleased if not self._is_wanted(each)]:
            del self._unreleased[claim]
            self._append(Release(claim))

    def when_lost(self, lost: Callable[[Claim], None]) -> None:
        self._lost.append(lost)

    def take_over(
        self, unsent: Sequence[BatchItem], pending: Sequence[BatchItem] = ()
    ) -> Collection[Claim]:
        """Return the claims that a new term takes over: those that are held, and those in doubt.

        A claim that was sent may be in the log, so it is not to end with the old term. All
        ``unsent`` items come after the new one. Claims whose releases are ``pending`` are taken,
        too, and released once more: lines may wait that were said under such a name.
        """
        self._taken = [request for request in self._asked if not is_in(request, unsent)]
        self._retaken = self._given_up(pending)
        self._unreleased.update(self._retaken)
        taken = (request.claim for request in self._taken)
        return dict.fromkeys([*self._held, *taken, *self._retaken, *self._left])

    def lose(self, claims: Collection[Claim]) -> None:
        """Take note that other holders have looks of claims now."""
        for claim in claims:
            if claim in self._held or claim in self._retaken:
                self._held.pop(claim, None)
                self._tell_lost(claim)

    def _tell_lost(self, claim: Claim) -> None:
        for lost in self._lost:
            try:
                lost(claim)
            except Exception:
                self._error_log.tell("a name that was lost is not given up")

    def _answered(self, request: ClaimRequest, answer: str | Failure | None) -> Any:
        claim, is_taken = request.claim, is_in(request, self._taken)
        for requests in self._asked, self._taken:
            requests[:] = [each for each in requests if each is not request]
        if answer is None:
            self._held[claim] = None
            self._unreleased.pop(claim, None)
            return None
        if isinstance(answer, Failure) and answer.check(InDoubt):
            return answer  # who asked releases it
        if (is_taken or claim in self._unreleased) and not self._is_wanted(claim):
            self._unreleased.pop(claim, None)
            self._append(Release(claim))  # the new term has taken it, for the name was free then
        return answer

    def _given_up(self, items: Sequence[BatchItem]) -> dict[Claim, None]:
        releases = (item.claim for item in items if isinstance(item, Release))
        return dict.fromkeys(claim for claim in releases if not self._is_wanted(claim))

    def _is_wanted(self, claim: Claim) -> bool:
        return claim in self._held or any(request.claim == claim for request in self._asked)
