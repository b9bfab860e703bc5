"""Appending the batches of this node to the shared log, one at a time.

This module must not know how a batch is stored, nor what is published.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.python.failure import Failure

from chatd.event import Draft
from chatd.storage.batches import BatchItem, Committed
from chatd.storage.contract import InDoubt
from chatd.storage.shared.attempt import Attempt
from chatd.storage.shared.engine import Again, Answer, Fenced, Link
from chatd.storage.shared.follower import Follower
from chatd.storage.shared.links import Links, NoLink
from chatd.storage.shared.membership import Membership


class Appender:
    """Sends the batch that is being committed, its ``attempt``, until it is answered.

    It is given up after ``give_up`` seconds. ``known`` returns the number of the last batch that
    this node has published.
    """

    def __init__(
        self,
        clock: IReactorTime,
        links: Links,
        membership: Membership,
        follower: Follower,
        known: Callable[[], int],
        give_up: float,
        new_id: Callable[[], UUID],
    ) -> None:
        self.attempt: Attempt | None = None
        self._clock = clock
        self._links = links
        self._membership = membership
        self._follower = follower
        self._known = known
        self._give_up_seconds = give_up
        self._new_id = new_id
        self._timer: IDelayedCall | None = None
        self._asking = False

    def append(self, batch: list[BatchItem], refused: Sequence[Draft]) -> Deferred[Committed]:
        """Append a batch, without those of its lines that were refused already.

        Fires when it is its turn to be published; fails with `NoLink` or `InDoubt`.
        """
        if self._links.away_seconds >= self._give_up_seconds:
            return fail(NoLink())
        self.attempt = attempt = Attempt(self._new_id(), batch, self._known())
        if refused:
            attempt.leave_out(refused)
        self._timer = self._clock.callLater(self._give_up_seconds, self.give_up)
        self.send()
        return attempt.done

    def send(self) -> None:
        """Send what is being committed, if it is not on its way, and nothing comes before it."""
        attempt, link = self.attempt, self._links.link
        if attempt is None or link is None or self._asking or self._membership.joining:
            return
        if self._membership.needs_term:
            self._membership.join()
            return
        if attempt.under_way or attempt.committed is not None or attempt.again > self._known():
            return
        attempt.under_way = True
        link.append(self._membership.term, attempt.request()).addCallback(
            self._answered, attempt, link
        ).addErrback(self._not_answered, attempt, link)

    def wait_for(self, number: int) -> None:
        """Send nothing before the batch of a number is published."""
        if self.attempt is not None:
            self.attempt.again = max(self.attempt.again, number)

    def end(self) -> None:
        """Take note that the link is lost."""
        if self.attempt is not None:
            self.attempt.under_way = False

    def give_up(self) -> None:
        """Wait no more for the answer to what is being committed.

        If it was stored, it counts as another node's from then on: the tables do not know it.
        """
        attempt = self.attempt
        if attempt is None:
            return
        self._end_attempt()
        if not attempt.is_in_doubt:
            attempt.done.errback(NoLink())
            return
        if attempt.committed is None:
            self._membership.needs_term = True
        attempt.done.errback(InDoubt())
        if attempt.under_way:
            self._links.abort()  # no other batch can be sent through it

    def stop(self) -> None:
        """Give up nothing any more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None

    def turn_of(self, id: UUID) -> bool | None:
        """Publish the batch of that id, if it is this node's; None if it is not.

        Return False if it has no answer yet.
        """
        attempt = self.attempt
        if attempt is None or id != attempt.id:
            return None
        if attempt.committed is None:
            return False
        self._end_attempt()
        attempt.done.callback(attempt.committed)
        return True

    def check_again(
        self, check: Callable[[Sequence[Draft]], Sequence[Draft]], waiting: Sequence[Draft]
    ) -> Sequence[Draft]:
        """Return which lines may not be said any more, of what is sent and of those that wait."""
        drafts = [*(self.attempt.drafts if self.attempt is not None else ()), *waiting]
        self._asking = True  # what goes on because of a refusal must not send it
        refused = check(drafts)
        self._asking = False
        if self.attempt is not None:
            self.attempt.leave_out(refused)
            self.attempt.known = self._known()
        return refused

    def _answered(self, answer: Answer, attempt: Attempt, link: Link) -> None:
        if link is not self._links.link or attempt is not self.attempt:
            return
        attempt.under_way = False
        if isinstance(answer, Committed):
            attempt.stored(answer)
            link.hint(answer.number)
            self._follower.append_own(answer.number, attempt.id)
            return
        attempt.not_stored()
        if isinstance(answer, Fenced):
            self._membership.needs_term = True
        elif isinstance(answer, Again):
            attempt.again = answer.number
            self._follower.vouch(answer.number)
        self.send()

    def _not_answered(self, failure: Failure, attempt: Attempt, link: Link) -> None:
        if link is self._links.link:
            attempt.under_way = False
        self._links.not_answered(failure, link)

    def _end_attempt(self) -> None:
        self.attempt = None
        self.stop()
