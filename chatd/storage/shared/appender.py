"""Appending the batches of this node to the shared log, one at a time.

This module must not know how a batch is stored, nor what is published.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from twisted.internet.defer import Deferred, fail, maybeDeferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.python.failure import Failure

from chatd.event import Draft
from chatd.storage.batches import BatchItem, Committed
from chatd.storage.contract import InDoubt
from chatd.storage.shared.attempt import Attempt
from chatd.storage.shared.engine import Again, Answer, Fenced, Link, LinkLost, Unstorable
from chatd.storage.shared.follower import Follower
from chatd.storage.shared.links import Links, NoLink
from chatd.storage.shared.membership import Membership

WRONG_TRIES = 2
"""Tries of a batch that fail for what is in it, by an error of the engine or of this program, until
it is given up."""


class Appender:
    """Sends the batch that is being committed, its ``attempt``, until it is answered.

    It is given up after ``give_up`` seconds, and what comes then is refused until the engine
    answers (`answered`): there may be a link, and the copies of the log be away. ``known`` returns
    the number of the last batch that this node has published. ``ask`` has lines asked for again:
    see `check_again`.
    """

    def __init__(
        self,
        clock: IReactorTime,
        links: Links,
        membership: Membership,
        follower: Follower,
        known: Callable[[], int],
        ask: Callable[[], None],
        give_up: float,
        new_id: Callable[[], UUID],
    ) -> None:
        self.attempt: Attempt | None = None
        self._clock = clock
        self._links = links
        self._membership = membership
        self._follower = follower
        self._known = known
        self._ask = ask
        self._give_up_seconds = give_up
        self._new_id = new_id
        self._timer: IDelayedCall | None = None
        self._carrier: Link | None = None  # of the request that is under way
        self._asking = False
        self._is_unanswered = False
        self._first = 0  # the batch that has to be published before a new request is sent

    def append(self, batch: list[BatchItem], refused: Sequence[Draft]) -> Deferred[Committed]:
        """Append a batch, without those of its lines that were refused already.

        Fires when it is its turn to be published; fails with `NoLink` or `InDoubt`.
        """
        if self._is_unanswered or self._links.away_seconds >= self._give_up_seconds:
            return fail(NoLink())
        self.attempt = attempt = Attempt(self._new_id(), batch, self._known())
        if refused:
            attempt.leave_out(refused)
        away = self._links.away_seconds  # lines must not wait for that long twice
        self._timer = self._clock.callLater(self._give_up_seconds - away, self._late, away)
        self.send()
        return attempt.done

    def send(self) -> None:
        """Send what is being committed, if it is not on its way, and nothing comes before it.

        A request that is in doubt is sent in any case: what comes before it may be itself.
        """
        attempt, link = self.attempt, self._links.link
        if attempt is None or link is None or self._carrier is link:
            return
        if attempt.committed is not None:
            return
        if not attempt.is_in_doubt and not self._is_ready(attempt):
            return
        self._carrier = link
        request = attempt.request(self._membership.term)
        maybeDeferred(link.append, attempt.term, request).addCallback(
            self._answered, attempt, link
        ).addErrback(self._not_answered, attempt, link)

    def wait_for(self, number: int) -> None:
        """Send no new request before the batch of a number is published."""
        self._first = max(self._first, number)

    def answered(self) -> None:
        """Take note that the engine answers: it may store what comes from now on."""
        self._is_unanswered = False

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
        self._membership.needs_term = True
        attempt.done.errback(InDoubt())
        if self._carrier is not None and self._carrier is self._links.link:
            self._links.abort()  # no other batch can be sent through it

    def _late(self, rest: float) -> None:
        """Give up a batch for which there was no link; one that was sent has the rest of time."""
        is_sent = self.attempt is not None and self.attempt.was_sent
        if rest and (is_sent or self._links.link is not None):
            self._timer = self._clock.callLater(rest, self._late, 0.0)
        else:
            self._is_unanswered = True
            self.give_up()

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
        attempt = self.attempt
        drafts = [*(attempt.drafts if attempt is not None else ()), *waiting]
        self._asking = True  # what goes on because of a refusal must not send it
        try:
            refused = check(drafts)
        finally:
            self._asking = False
        if attempt is not None:
            attempt.leave_out(refused)
            attempt.known = self._known()
        return refused

    def _is_ready(self, attempt: Attempt) -> bool:
        """Return True if a new request may be sent. Begin what it needs before that."""
        if self._asking or self._membership.joining:
            return False
        if self._membership.needs_term:
            self._membership.join()
            return False
        known = self._known()
        if known < max(self._first, attempt.again):
            return False
        if attempt.known < attempt.again:
            self._ask()  # the rights were changed by what did not ask for the lines here
        return True

    def _answered(self, answer: Answer, attempt: Attempt, link: Link) -> None:
        if link is not self._links.link or attempt is not self.attempt:
            return
        self._carrier = None
        if isinstance(answer, Committed):
            attempt.stored(answer)
            self._follower.append_own(answer.number, attempt.id)
            return
        attempt.not_stored()
        if isinstance(answer, Fenced):
            if attempt.term == self._membership.term:
                self._membership.needs_term = True
        elif isinstance(answer, Again):
            attempt.again = answer.number
            self._follower.vouch(answer.number)
        self.send()

    def _not_answered(self, failure: Failure, attempt: Attempt, link: Link) -> None:
        if self._carrier is link:
            self._carrier = None
        self._links.not_answered(failure, link)
        if failure.check(LinkLost) and not failure.check(Unstorable):
            return
        attempt.errors += 1
        if attempt is self.attempt and attempt.errors == WRONG_TRIES:
            self.give_up()  # or all that comes behind it would wait, too

    def _end_attempt(self) -> None:
        self.attempt = None
        self.stop()
