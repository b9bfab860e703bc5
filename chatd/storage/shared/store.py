"""The store of a node that shares its log with others, on any engine.

Theory of operation. The node has one link to the engine at a time, and makes a new one when it is
lost. It appends one batch at a time (`chatd.storage.shared.attempt`) and follows the log
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
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID, uuid4

from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.python.failure import Failure

from chatd.event import Draft
from chatd.storage.batches import BatchItem, Committed, NumbersRequest
from chatd.storage.contract import InDoubt, StoreError
from chatd.storage.group_commit import GroupCommitStore
from chatd.storage.shared.attempt import Attempt, leave_out
from chatd.storage.shared.claims import SharedClaims
from chatd.storage.shared.engine import (
    Again,
    Answer,
    Engine,
    Fenced,
    Joined,
    Link,
    LinkLost,
    LogBatch,
    LostHistory,
    Node,
    Position,
)
from chatd.storage.shared.follower import Follower
from chatd.storage.shared.lease import BEAT_SECONDS, Lease
from chatd.util.error_log import RecurringWarning

GIVE_UP_SECONDS = 15.0
"""Seconds after which the authors of a batch are told that it is in doubt."""

RECONNECT_SECONDS = 0.1
MOST_RECONNECT_SECONDS = 1.0
"""Seconds between two tries to connect; twice as many after each one that failed."""


class CutOff(StoreError):
    """The engine has not been reached for long, so nothing is sent to it. Nothing was stored."""

    def __init__(self, why: str) -> None:
        super().__init__(why)


class Start(NamedTuple):
    """The state of the log as a node found it when it began its first term."""

    joined: Joined
    position: Position


class SharedStore(GroupCommitStore):
    """A store of one node of several. Subclasses read what is stored.

    ``seconds`` is a clock that goes on while the machine is suspended. A batch is given up after
    ``give_up`` seconds.
    """

    shared = True

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
        self._shared_claims = SharedClaims(self.append)
        self.claims = self._shared_claims
        self.level = start.joined.level
        self.lease = Lease(seconds)
        self.publication.known = start.position.number
        self.publication.rights_changed = self._check_again
        self._engine = engine
        self._give_up_seconds = give_up
        self._new_id = new_id
        self._term = start.joined.term
        self._link: Link | None = None
        self._link_lost_at = clock.seconds()
        self._connecting: IDelayedCall | None = None
        self._reconnect_seconds = RECONNECT_SECONDS
        self._joining = False
        self._needs_term = False
        self._stopped = False
        self._attempt: Attempt | None = None
        self._asking = False
        self._refused: list[Draft] = []  # of what waits
        self._timer: IDelayedCall | None = None
        self._beat: IDelayedCall | None = None
        self._broken: Callable[[StoreError], None] = _ignore
        self._away = RecurringWarning(
            clock, "the engine of the store cannot be reached: {why}", is_fault=False
        )
        self.follower = Follower(
            clock, start.position, self._publish, self._link_failed, self.error_log
        )

    @abc.abstractmethod
    def start(self) -> None:
        self._connect()

    async def close(self) -> None:
        link, attempt = self._link, self._attempt
        self.stop()
        if link is None:
            return
        if attempt is None:
            with suppress(StoreError):  # then its lease ends
                await link.leave(self._term)
        self._lose_link()
        link.abort()

    def stop(self) -> None:
        """Make no new link, and give up nothing any more."""
        self._stopped = True
        for call in self._connecting, self._timer:
            if call is not None and call.active():
                call.cancel()

    def connect_now(self) -> None:
        """Try to connect now, without waiting for the next try."""
        if self._connecting is not None and self._connecting.active():
            self._connecting.cancel()
            self._connect()

    def when_broken(self, broken: Callable[[StoreError], None]) -> None:
        """Call this if this node can follow the log no more, and has to be started again."""
        self._broken = broken

    @property
    def seconds_left(self) -> float:
        """Seconds for which this node knows that it is current; 0 or less if it is cut off."""
        return self.lease.seconds_left

    def take_numbers(self) -> Deferred[range]:
        request = NumbersRequest()
        self.append(request)
        return request.done

    async def forget(self, room: str, upto: int) -> int:
        return await self._linked().forget(room, upto)

    def commit(self, batch: Sequence[BatchItem]) -> Deferred[Committed]:
        assert isinstance(batch, list)
        if self._link is None and self._away_seconds() >= self._give_up_seconds:
            return fail(CutOff("the engine of the store cannot be reached."))
        now = self._clock.seconds()
        self._attempt = attempt = Attempt(self._new_id(), batch, self.publication.known, now)
        if self._refused:
            attempt.leave_out(self._refused)
            self._refused = []
        self._timer = self._clock.callLater(self._give_up_seconds, self.give_up)
        self.send()
        return attempt.done

    def give_up(self) -> None:
        """Wait no more for the answer to what is being committed.

        If it was stored, it counts as another node's from then on: the tables do not know it.
        """
        attempt = self._attempt
        if attempt is None:
            return
        self._end_attempt()
        if attempt.is_in_doubt:
            self._needs_term = attempt.committed is None
            attempt.done.errback(InDoubt())
            if attempt.under_way and self._link is not None:
                self._link.abort()  # it waits for nothing else, and no other batch can be sent
        else:
            attempt.done.errback(CutOff("the engine of the store cannot be reached."))

    def send(self) -> None:
        """Send what is being committed, also again."""
        attempt, link = self._attempt, self._link
        if attempt is None or link is None or self._asking or self._joining:
            return
        if self._needs_term:
            self._join()
            return
        if attempt.under_way or attempt.committed is not None:
            return
        if attempt.again > self.publication.known:
            return  # what is done there comes first
        attempt.under_way = True
        link.append(self._term, attempt.request()).addCallbacks(
            self._answered,
            self._not_answered,
            callbackArgs=(attempt, link),
            errbackArgs=(attempt, link),
        ).addErrback(self._is_wrong)

    # The link

    def _linked(self) -> Link:
        """Return the link. Raises `CutOff` if there is none."""
        if self._link is None:
            raise CutOff("the engine of the store cannot be reached.")
        return self._link

    def _away_seconds(self) -> float:
        return self._clock.seconds() - self._link_lost_at

    def _connect(self) -> None:
        if self._stopped:
            return
        shown = self.follower.published
        self._engine.connect(shown, self.follower.hint, self._link_ended).addCallbacks(
            self._connected, self._not_connected
        ).addErrback(self._is_wrong)

    def _connected(self, link: Link) -> None:
        if self._stopped:
            link.abort()
            return
        self._link = link
        self._reconnect_seconds = RECONNECT_SECONDS
        if self._away.end():
            self.log.info("the engine of the store is reached again")
        self._renew(link)
        self.follower.begin(link)
        self.send()

    def _not_connected(self, failure: Failure) -> None:
        self._report(_error_of(failure))
        seconds = self._reconnect_seconds
        self._reconnect_seconds = min(2 * seconds, MOST_RECONNECT_SECONDS)
        if not self._stopped:
            self._connecting = self._clock.callLater(seconds, self._connect)

    def _report(self, why: StoreError) -> None:
        """Report that there is no link, or that there can be none any more."""
        self._away.tell(str(why))
        if isinstance(why, LostHistory):
            self._stopped = True
            self._broken(why)

    def _link_failed(self, why: StoreError) -> None:
        """Lose the link for an error that it answered with."""
        link = self._link
        if isinstance(why, LostHistory):
            self._report(why)
        if link is not None:
            link.abort()

    def _link_ended(self, why: LinkLost) -> None:
        """Take note that the link is lost, and make a new one."""
        if self._link is None:
            return
        self._lose_link()
        if not self._stopped:
            self.log.info("the link to the engine of the store was lost: {why}", why=str(why))
            self._connecting = self._clock.callLater(0, self._connect)

    def _lose_link(self) -> None:
        self._link = None
        self._link_lost_at = self._clock.seconds()
        self._joining = False
        if self._attempt is not None:
            self._attempt.under_way = False
        self.follower.end()
        self.lease.lost_contact()
        if self._beat is not None and self._beat.active():
            self._beat.cancel()
        self._beat = None

    # The term

    def _renew(self, link: Link) -> None:
        """Renew the lease now, and then in time."""
        self._beat = self._clock.callLater(BEAT_SECONDS, self._renew, link)
        sent = self.lease.sent()
        link.beat(self._term, self.follower.published.number).addCallbacks(
            self._renewed, self._ask_failed, callbackArgs=(link, sent), errbackArgs=(link,)
        ).addErrback(self._is_wrong)

    def _renewed(self, nodes: Sequence[Node] | None, link: Link, sent: float) -> None:
        if link is not self._link or self._joining:
            return
        if nodes is None:
            self._join()
            return
        for dead in self.lease.answered(sent, nodes, self._term):
            link.reap(self._term, dead).addCallbacks(
                lambda _: None, self._ask_failed, errbackArgs=(link,)
            ).addErrback(self._is_wrong)

    def _join(self) -> None:
        """Begin a new term."""
        link = self._link
        if link is None or self._joining or self._stopped:
            return
        self._joining = True
        sent = self.lease.sent()
        link.join(tuple(self._shared_claims.held)).addCallbacks(
            self._joined, self._ask_failed, callbackArgs=(link, sent), errbackArgs=(link,)
        ).addErrback(self._is_wrong)

    def _joined(self, joined: Joined, link: Link, sent: float) -> None:
        if link is not self._link:
            return
        self._joining = self._needs_term = False
        self._term = joined.term
        self.lease.joined(sent)
        if self._attempt is not None:
            self._attempt.again = max(self._attempt.again, joined.number)
        if joined.lost:
            self._shared_claims.lose(joined.lost)
            self._check_again()  # no line is to be said under a name that another holds
        self.follower.vouch(joined.number)
        self.send()

    def _ask_failed(self, failure: Failure, link: Link) -> None:
        why = _error_of(failure)
        if link is self._link:
            self._link_failed(why)

    # What is committed

    def _answered(self, answer: Answer, attempt: Attempt, link: Link) -> None:
        attempt.under_way = False
        if link is not self._link or attempt is not self._attempt:
            return
        if isinstance(answer, Committed):
            attempt.stored(answer)
            link.hint(answer.number)
            self.follower.append_own(answer.number, attempt.id)
            return
        attempt.not_stored()
        if isinstance(answer, Fenced):
            self._needs_term = True
        elif isinstance(answer, Again):
            attempt.again = answer.number
            self.follower.vouch(answer.number)
        self.send()

    def _not_answered(self, failure: Failure, attempt: Attempt, link: Link) -> None:
        why = _error_of(failure)
        attempt.under_way = False
        if link is self._link:
            self._link_failed(why)

    def _end_attempt(self) -> None:
        self._attempt = None
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None

    def _publish(self, batch: LogBatch) -> bool:
        """Publish a batch of the log. Return False if that is one of this node without its answer.

        Its answer is on its way, for the batch is there.
        """
        attempt = self._attempt
        if attempt is None or batch.id != attempt.id:
            for room, upto in batch.forgot:
                self.publication.forgot(room, upto)
            self.level = max(self.level, batch.level)
            self.publication.follow(batch.number, batch.entries, batch.records, self.send)
        elif attempt.committed is None:
            return False
        else:
            self._end_attempt()
            attempt.done.callback(attempt.committed)
        return True

    def _check_again(self) -> None:
        """Ask again whether lines may be said that are not in the log."""
        waiting = [item for item in self._waiting if isinstance(item, Draft)]
        drafts = [*(self._attempt.drafts if self._attempt is not None else ()), *waiting]
        subscriber = self.publication.subscriber
        assert subscriber is not None
        self._asking = True  # what goes on because of a refusal must not send it
        refused = subscriber.check_again(drafts)
        self._asking = False
        self._refused += refused
        leave_out(self._waiting, refused)
        if self._attempt is not None:
            self._attempt.leave_out(refused)
            self._attempt.known = self.publication.known
        self._clock.callLater(0, self.send)

    def _is_wrong(self, failure: Failure) -> None:
        self.error_log.tell("the shared store failed", failure)


def _ignore(why: StoreError) -> None:
    """Do nothing: nobody can start this node again."""


def _error_of(failure: Failure) -> StoreError:
    """Return the error of an engine. Raises any other one."""
    failure.trap(StoreError)
    assert isinstance(failure.value, StoreError)
    return failure.value
