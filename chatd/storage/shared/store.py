"""The store of a node that shares its log with others, on any engine.

Theory of operation. The node has one link to the engine at a time, and makes a new one when it is
lost. It appends one batch at a time (`chatd.storage.shared.appender`) and follows the log
(`chatd.storage.shared.follower`), in which its own batches have their turn. A lost link is no error
for anybody: the batch that was under way is sent again. After a while its authors are told that it
is in doubt, or, if it was never sent, that it is not saved; until there is a link again, so is what
comes then.

The node commits under a term. It begins a new one if other nodes have ended the last one
(`chatd.storage.shared.lease`), and after it has given up on a batch, so that the batch is in the
log already, or never will be. Before lines are sent under a new term, what was done meanwhile is
followed.

This module must not know how a batch is stored, nor who is shown it.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID, uuid4

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from chatd.event import Draft
from chatd.storage.batches import BatchItem, Committed, NumbersRequest
from chatd.storage.claims import Claim
from chatd.storage.contract import StoreError
from chatd.storage.group_commit import GroupCommitStore
from chatd.storage.node_states import LogState
from chatd.storage.shared.appender import Appender
from chatd.storage.shared.attempt import leave_out
from chatd.storage.shared.claims import SharedClaims
from chatd.storage.shared.contact import Contact
from chatd.storage.shared.engine import (
    PROTOCOL,
    REMARKS_LEVEL,
    Engine,
    Joined,
    Link,
    LogBatch,
    Node,
    Position,
)
from chatd.storage.shared.follower import Follower
from chatd.storage.shared.handover import NodeHandover
from chatd.storage.shared.links import Links
from chatd.storage.shared.membership import Membership

GIVE_UP_SECONDS = 15.0
"""Seconds after which the authors of a batch are told that it is in doubt."""


class Start(NamedTuple):
    """The state of the log as a node found it, with its term.

    For the others, it reads a ``version`` of the log.
    """

    joined: Joined
    position: Position
    version: int = PROTOCOL


class SharedStore(GroupCommitStore):
    """A store of one node of several. Subclasses read what is stored.

    ``seconds`` is a clock that goes on while the machine is suspended. A batch is given up after
    ``give_up`` seconds.
    """

    shared = True
    leaves_no_trace = False  # the log has each change, for other nodes, and a server's journal

    def __init__(
        self,
        clock: IReactorTime,
        engine: Engine,
        start: Start,
        seconds: Callable[[], float],
        give_up: float = GIVE_UP_SECONDS,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        super().__init__(clock)
        self.level = start.joined.level
        self._shared_claims = SharedClaims(self.append, self.error_log)
        self.claims = self._shared_claims
        self.publication.known = start.position.number
        self.publication.rights_changed = self._check_again
        self._refused: list[Draft] = []  # of what waits
        self._joined_last = start.joined  # what it lost is not lost here until that is published
        self.links = links = Links(clock, engine, lambda n: self.follower.hint(n), self.error_log)
        self.follower = Follower(clock, start.position, self._publish, links)
        self.membership = Membership(clock, links, start.joined, seconds, start.version)
        self.contact = Contact(clock, self.membership.lease)
        self.appender = Appender(
            *(clock, links, self.membership, self.follower),
            *(self._known, self._check_again, give_up, new_id),
        )
        parts = clock, engine, links, self.membership, self.follower, self.publication
        own = self._shared_claims, self.flush, lambda: self.appended
        self.handover = NodeHandover(*parts, *own)
        links.shown = lambda: self.follower.published
        links.began, links.ended = self._begin, self._end_link
        self.membership.held = self._claims_to_take_over
        self.membership.applied = lambda: self.follower.published.number
        self.membership.joined = self._joined
        self.membership.renewed = self._renewed
        self.membership.level = lambda: self.level

    @property
    def takes_remarks(self) -> bool:
        return self.level >= REMARKS_LEVEL

    @abc.abstractmethod
    def start(self) -> None:
        self.contact.renewed()
        self.links.connect()

    async def close(self) -> None:
        self.contact.stop()
        self.links.stop()
        self.appender.stop()
        if self.appender.attempt is None:
            await self.membership.leave()
        self.links.end()

    def when_broken(self, broken: Callable[[StoreError], None]) -> None:
        """Call this if this node can follow the log no more, and has to be started again."""
        self.links.broken = broken

    @property
    def nodes(self) -> Sequence[Node]:
        """All nodes, as they were known when this one renewed its lease last."""
        return self.membership.lease.nodes

    @property
    def seconds_left(self) -> float:
        """Seconds for which this node knows that it is current; 0 or less if it is cut off."""
        return self.membership.lease.seconds_left

    @property
    def cut_off_seconds(self) -> float:
        return self.contact.lost_seconds

    def when_cut_off(self, changed: Callable[[bool], None]) -> None:
        self.contact.changed = changed

    def log_state(self) -> LogState:
        follower, membership = self.follower, self.membership
        return LogState(
            membership.term,
            self.level,
            follower.known,
            follower.read.number,
            follower.safe,
            follower.published.number,
            follower.dropped,
            self.links.lost,
            self.seconds_left,
            membership.lease.states(membership.term),
        )

    def take_numbers(self) -> Deferred[range]:
        request = NumbersRequest()
        self.append(request)
        return request.done

    async def forget(self, room: str, upto: int) -> int:
        return await self.links.linked.forget(room, upto)

    def commit(self, batch: Sequence[BatchItem]) -> Deferred[Committed]:
        assert isinstance(batch, list)
        done = self.appender.append(batch, self._refused)
        self._refused = []
        return done.addErrback(self._not_committed, batch)

    def _not_committed(self, failure: Failure, batch: Sequence[BatchItem]) -> Failure:
        self._shared_claims.not_committed(batch)
        return failure

    def _known(self) -> int:
        return self.publication.known

    def _begin(self, link: Link) -> None:
        """Go on through a new link."""
        for begin in self.membership.begin, self.follower.begin:
            if self.links.link is link:  # it may be lost at once
                begin(link)
        self._shared_claims.release_again()
        self.appender.send()

    def _end_link(self) -> None:
        self.follower.end()
        self.membership.end()

    def _renewed(self) -> None:
        self.contact.renewed()
        self.appender.answered()

    def _claims_to_take_over(self) -> Collection[Claim]:
        attempt = self.appender.attempt
        pending = [*(() if attempt is None else attempt.batch), *self._waiting]
        was_sent = attempt is not None and attempt.was_sent
        return self._shared_claims.take_over(self._waiting if was_sent else pending, pending)

    def _joined(self, joined: Joined) -> None:
        """Go on under a new term, once what was done before it is followed."""
        self._joined_last = joined
        self.appender.wait_for(joined.number)
        self.follower.vouch(joined.number)
        self._shared_claims.release_again()
        self._go_on()

    def _go_on(self) -> None:
        """Go on with what waits until a batch is published.

        What was sent under an earlier term is decided once the join is published. Then claims that
        were lost with that term are known to be lost: no line that is not in the log by then is to
        be said under a name that another node holds.
        """
        joined = self._joined_last
        if joined.lost and joined.number <= self._known():
            self._joined_last = joined._replace(lost=())
            self._shared_claims.lose(joined.lost)
            self._check_again()
        self.appender.send()

    def _publish(self, batch: LogBatch) -> bool:
        """Publish a batch of the log. Return False if that is one of this node without its answer.

        Its answer is on its way, for the batch is there.
        """
        turn = self.appender.turn_of(batch.id)
        if turn is not None:
            return turn
        self.level = max(self.level, batch.level)
        finish = partial(self._finish_followed, batch.forgot)
        self.publication.follow(batch.number, batch.entries, batch.records, finish)
        return True

    def _finish_followed(self, forgot: Sequence[tuple[str, int]]) -> None:
        for room, upto in forgot:
            self.publication.forgot(room, upto)
        self._go_on()

    def _check_again(self) -> None:
        """Ask again whether lines may be said that are not in the log."""
        waiting = [item for item in self._waiting if isinstance(item, Draft)]
        refused = self.appender.check_again(self._ask_subscriber, waiting)
        self._refused += refused
        leave_out(self._waiting, refused)
        self._clock.callLater(0, self.appender.send)

    def _ask_subscriber(self, drafts: Sequence[Draft]) -> Sequence[Draft]:
        """Return which lines may not be said. If that cannot be found out, it is all of them."""
        assert self.publication.subscriber is not None
        try:
            return self.publication.subscriber.check_again(drafts)
        except Exception:
            self.error_log.tell("it could not be found out if lines may be said")
            self.publication.refuse(drafts, StoreError("an error in the server"))
            return drafts
