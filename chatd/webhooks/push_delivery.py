"""Delivery of pushes: lines are gathered, and sent in one message now and then.

The first line is sent after `GATHER_SECONDS`, those that follow at most once every `PUSH_SECONDS`.
A message that fails is tried again, with the lines that came meanwhile. Nothing is sent to a person
who has come back. Lines that wait are in memory alone: after a restart they are told on logging in.
This module must not know sessions: ``is_away`` tells if an account has none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import ceil, inf

from chatd.errors import ErrorKind, Refusal
from chatd.i18n import Language
from chatd.util.fair_queue import Asker
from chatd.util.rate_limit import RateLimiter
from chatd.webhooks.attempts import Attempts, Means, UnderWay
from chatd.webhooks.lanes import Caller, Pace, Poster
from chatd.webhooks.push_message import HEADERS, Gathered, Missed, code_body
from chatd.webhooks.pushes import Push, Pushes, PushRecord
from chatd.webhooks.urls import destination_of

GATHER_SECONDS = 2.0
"""Seconds that the first line waits for more: some write a message in several lines. It is up to a
quarter longer at random: a line may name a thousand people."""

PUSH_SECONDS = 60.0
"""Least seconds between two messages to one person."""

CODES_AT_ONCE = 5
CODE_SECONDS = 600.0
"""Number of codes that an account may have sent, and the seconds until it may have one more. So it
cannot have a server called for long that is not its owner's."""


class PushDeliveries:
    """The deliveries of all pushes.

    ``is_away`` returns True if an account, given its key, has no session, ``language_of`` its
    language.
    """

    def __init__(
        self,
        pushes: Pushes,
        means: Means,
        is_away: Callable[[str], bool],
        language_of: Callable[[str], Language],
    ) -> None:
        self.pushes = pushes
        self.means = means
        self.is_away = is_away
        self.language_of = language_of
        self._codes = RateLimiter(means.clock, CODES_AT_ONCE, CODE_SECONDS)
        self._under_way: UnderWay[Push, _Delivery] = UnderWay(partial(_Delivery, self))

    def start(self) -> None:
        """Send codes, and after `begin` the lines that come."""
        self.pushes.deliver_with(self._notify, self._under_way.end, self._send_code)

    def begin(self) -> None:
        """Send what comes from now on."""
        self.pushes.begin()

    def end(self) -> None:
        """Send nothing more until `begin`: another node does."""
        self.pushes.end()
        self._under_way.end_all()

    @property
    def is_busy(self) -> bool:
        """True while a push is on its way."""
        return self._under_way.is_busy

    def check(self) -> None:
        """Store for how long pushes have failed; to be called every few seconds."""
        self.pushes.keep()

    async def close(self) -> None:
        """Cancel what is on its way."""
        self._under_way.end_all()
        await self.pushes.keep()

    async def _send_code(self, account: str, new: PushRecord, code: str) -> None:
        if wait := self._codes.wait(account):
            raise Refusal(ErrorKind.TOO_MANY_TRIES, "too_many_codes", count=ceil(wait))
        self._codes.spend(account)
        to, body = destination_of(new.url), code_body(self.language_of(account), account, code)
        caller = Caller(Asker(new.network, account), Pace())
        await self.means.run(caller, lambda poster: poster.post(to, HEADERS, body))

    def _notify(self, push: Push, last: Missed, count: int) -> None:
        if self.pushes.delivered_here:
            self._under_way.of(push).add(last, count)


class _Delivery(Attempts[Gathered]):
    """The messages of one push."""

    def __init__(self, all: PushDeliveries, push: Push) -> None:
        super().__init__(all.means, push)
        self._all = all
        self._push = push
        self._gathered = Gathered()
        self._posting = Gathered()  # the lines of the message that is being sent
        self._sent = -inf  # the time of the clock

    def add(self, last: Missed, count: int) -> None:
        """Add some lines of a log to the next message, of which this is the last one."""
        self._gathered.add(last, count)
        self.wake()

    @property
    def goes_on(self) -> bool:
        """See `Attempts`."""
        return super().goes_on and self._all.is_away(self._push.account)

    @property
    def delay(self) -> float:
        """See `Attempts`."""
        gathering = GATHER_SECONDS * (1 + self._means.chance() / 4)
        return max(gathering, self._sent + PUSH_SECONDS - self._means.clock.seconds())

    async def next(self) -> Gathered | None:
        """Return the lines that wait, unless a message was just sent.

        They are dropped if the person is back when their turn comes.
        """
        if not self._gathered or self._means.clock.seconds() < self._sent + PUSH_SECONDS:
            return None
        self._posting, self._gathered = self._gathered, Gathered()
        return self._posting

    async def post(self, poster: Poster, item: Gathered) -> None:
        """See `Attempts`."""
        push, language = self._push, self._all.language_of(self._push.account)
        body = item.body(language, push.account, with_text=push.with_text)
        await poster.post(push.to, HEADERS, body)

    def accepted(self, item: Gathered) -> None:
        """See `Attempts`."""
        self._sent = self._means.clock.seconds()

    def failed(self) -> None:
        """Send the lines again, with those that came meanwhile."""
        self._posting.merge(self._gathered)
        self._gathered = self._posting

    def rested(self) -> None:
        """Go on with the lines that came meanwhile."""
        if self._gathered:
            self.wake()

    def give_up(self) -> None:
        """See `Attempts`."""
        self._all.pushes.give_up(self._push)
