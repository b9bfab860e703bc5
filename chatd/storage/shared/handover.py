"""The handover of a node: a successor goes on under its term, from its place in the log.

Theory of operation. The successor reads the log by itself, so it may read more than the node has
published. It says up to where, and the node publishes exactly so much: all that its clients are to
be shown beyond that, the successor shows them. Nothing of this node is under way then. The
successor writes under the same term, with the same claims and the rest of the lease, so for other
nodes nothing has happened. Claims that it takes over and does not need are released.

If the node cannot reach the engine, or begins another term, it is not handed over: what becomes of
a batch in doubt, only the process that has sent it can tell its author.

This module must not know clients, nor how a successor is started.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from chatd.storage.contract import StoreError
from chatd.storage.handing_over import StoreHandover
from chatd.storage.publication import Publication
from chatd.storage.shared.claims import SharedClaims
from chatd.storage.shared.engine import Engine, Position
from chatd.storage.shared.follower import Follower
from chatd.storage.shared.links import Links
from chatd.storage.shared.membership import Membership
from chatd.util.state import State

LOOK_SECONDS = 0.002
"""Seconds between two looks if what a successor has read is published."""


def state_of_position(position: Position) -> State:
    """Return a place in the log, for another process."""
    return {"number": position.number, "id": str(position.id)}


class NodeHandover(StoreHandover):
    """The handover of the node with these parts.

    ``flush`` waits for all that was ``appended``, of which that returns the number.
    """

    def __init__(
        self,
        clock: IReactorTime,
        engine: Engine,
        links: Links,
        membership: Membership,
        follower: Follower,
        publication: Publication,
        claims: SharedClaims,
        flush: Callable[[], Deferred[None]],
        appended: Callable[[], int],
    ) -> None:
        super().__init__(appended)
        self._clock = clock
        self._engine = engine
        self._links = links
        self._membership = membership
        self._follower = follower
        self._publication = publication
        self._claims = claims
        self._flush = flush

    def hold(self) -> None:
        super().hold()
        self._follower.hold(self._follower.published.number)
        # The successor gives its first sign of life when it has started: that may be seconds later.
        self._membership.renew_now()

    async def meet(self, where: State) -> bool:
        place = Position(where["number"], UUID(where["id"]))
        self._follower.hold(place.number)
        while not self._is_at(place.number):
            self._check()
            await deferLater(self._clock, LOOK_SECONDS)
        self._check()
        if self._follower.published != place:
            raise StoreError("the new version reads another log than this one.")
        if self.is_unchanged:
            return True
        self._follower.go_on()
        await self._flush()
        self.hold()
        return False

    def go_on(self) -> None:
        self._follower.go_on()

    def state(self) -> State:
        return {
            "term": self._membership.term,
            "lease": self._membership.lease.state(),
            "claims": self._claims.state(),
            "engine": self._engine.state(),
        }

    def resume(self, state: State) -> None:
        if state["term"] != self._membership.term:
            raise StoreError("the daemon has begun another term meanwhile. Try again.")
        self._membership.lease.resume(state["lease"])
        self._engine.resume(state["engine"])
        self._claims.take_from(state["claims"])
        # All that go on with a claim resume it in this turn, or begin in it.
        self._clock.callLater(0, self._claims.release_left)

    def _is_at(self, number: int) -> bool:
        return self._publication.is_idle and self._follower.published.number >= number

    def _check(self) -> None:
        """Raise `StoreError` unless this node has a link, and needs no other term."""
        if self._links.link is None or not self._membership.is_settled:
            raise StoreError("the database cannot be reached. Try again later.")
