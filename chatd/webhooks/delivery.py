"""Delivery of the lines of rooms to their hooks: one line at a time, in order, at least once.

Lines are read from the log, after the hook's seq, and each is tried until it is accepted, or the
hook is removed or given up (`chatd.webhooks.attempts`). The room does not wait for that: it wakes
the delivery and goes on. This module must not know a connection: the poster decides how a line is
posted, and to which address.

A target proves that it wants a hook: it answers a challenge, which is a request like those of
lines, with the random text in it. That is asked before a hook is added; for the hooks of earlier
versions, before their next line. Otherwise an operator of a room could have the server of another
person called. The answer is the text alone, so a server that returns its input proves nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from math import ceil
from urllib.parse import quote

from chatd.errors import ErrorKind, Refusal
from chatd.event import REMARKS, Event, Kind
from chatd.formats.json import event_members
from chatd.i18n import Language
from chatd.rooms.room import Room
from chatd.text.escaping import encode_json
from chatd.util.fair_queue import Asker
from chatd.util.rate_limit import RateLimiter
from chatd.webhooks.attempts import Attempts, Means, UnderWay
from chatd.webhooks.lanes import Caller, Pace, Poster
from chatd.webhooks.registry import Hook, HookRecord, Hooks
from chatd.webhooks.targets import DeliveryFailure, NotDelivered
from chatd.webhooks.urls import Destination, destination_of

CHALLENGES_AT_ONCE = 10
CHALLENGE_SECONDS = 60.0
"""Number of challenges without an answer for one account, and the seconds until it may have one
more. So an account cannot have a server that wants no hook called for long."""

EVENTS_AT_HAND = 50
"""Most events in memory for a hook whose lines are being delivered."""

SENT = (Kind.MESSAGE, Kind.ACTION, Kind.TOPIC, Kind.NOTICE, *REMARKS)
"""The kinds of events that are delivered. Acts of moderation are not delivered."""


def body_of(event: Event) -> bytes:
    """Return the body that is posted for an event. The sentence of a remark is in English."""
    return encode_json({"room": event.room, **event_members(event, Language.ENGLISH)})


def delivery_of(event: Event) -> str:
    """Return the header that identifies an event."""
    return f"{quote(event.room, safe='')}/{event.seq}"


def headers_of(secret: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers that sign a body. ``timestamp`` is in seconds since 1970."""
    signed = f"{timestamp}.".encode() + body
    signature = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Chatd-Timestamp": str(timestamp),
        "X-Chatd-Signature": f"sha256={signature}",
    }


Answered = Callable[[Hook, Event, bytes], Awaitable[None]]
"""A function that says the answer of a hook's target to a line in the room of the hook.

It notes the line as delivered in the same transaction. Raises `NotDelivered` and `StoreError` if
it is to be said later: then the line is delivered again."""


async def _say_nothing(hook: Hook, event: Event, answer: bytes) -> None:
    """Drop an answer: the default without a room to say it in."""


class Deliveries:
    """The deliveries of all hooks.

    ``room_of`` returns a room by its key, ``now`` the time in seconds since 1970. ``answered`` says
    the answers of targets, of hooks that have a name for that.
    """

    def __init__(
        self,
        hooks: Hooks,
        room_of: Callable[[str], Room | None],
        means: Means,
        now: Callable[[], float],
        answered: Answered = _say_nothing,
    ) -> None:
        self.answered = answered
        self.hooks = hooks
        self.room_of = room_of
        self.means = means
        self.now = now
        self._challenges = RateLimiter(means.clock, CHALLENGES_AT_ONCE, CHALLENGE_SECONDS)
        self._under_way: UnderWay[Hook, _Delivery] = UnderWay(partial(_Delivery, self))

    def start(self) -> None:
        """Challenge new targets, and deliver lines after `begin`."""
        self.hooks.deliver_with(self._wake, self._under_way.end, self._challenge_new)

    def begin(self) -> None:
        """Deliver lines that are waiting, and those published from now on."""
        self.hooks.begin()

    def end(self) -> None:
        """Deliver nothing more until `begin`: another node does."""
        self.hooks.end()
        self._under_way.end_all()

    @property
    def is_busy(self) -> bool:
        """True while a line is on its way."""
        return self._under_way.is_busy

    def check(self) -> None:
        """Store the seqs of all hooks; to be called every few seconds."""
        self.hooks.keep()

    async def close(self) -> None:
        """Cancel deliveries on their way, and store the seqs of all hooks."""
        self._under_way.end_all()
        await self.hooks.keep()

    async def challenge(self, poster: Poster, to: Destination, secret: str) -> None:
        """Ask a target if it wants a hook. Raise `NotDelivered` if it does not say so."""
        text = secrets.token_urlsafe(32)
        body = encode_json({"kind": "challenge", "challenge": text})
        answer = await poster.post(to, headers_of(secret, int(self.now()), body), body)
        if answer.body.strip() != text.encode():
            raise NotDelivered(DeliveryFailure.NOT_PROVEN)

    async def _challenge_new(self, new: HookRecord) -> None:
        wait = self._challenges.wait(new.account)
        if wait:
            raise Refusal(ErrorKind.TOO_MANY_TRIES, "too_many_challenges", count=ceil(wait))
        self._challenges.spend(new.account)
        to = destination_of(new.url)
        caller = Caller(Asker(new.network, new.account), Pace())
        await self.means.run(caller, lambda poster: self.challenge(poster, to, new.secret))
        self._challenges.give_back(new.account)

    def _wake(self, hook: Hook) -> None:
        if self.hooks.delivered_here:
            self._under_way.of(hook).wake()


class _Delivery(Attempts[Event]):
    """The delivery of the lines of one hook."""

    def __init__(self, all: Deliveries, hook: Hook) -> None:
        super().__init__(all.means, hook)
        self._all = all
        self._hook = hook
        self._page: deque[Event] = deque()

    @property
    def goes_on(self) -> bool:
        """See `Attempts`."""
        return super().goes_on and self._all.hooks.allowed(self._hook)

    async def next(self) -> Event | None:
        """Return the next line to be delivered, or None if there is none."""
        hook = self._hook
        room = self._all.room_of(hook.room)
        while room is not None and self.goes_on:
            while self._page and self._page[0].kind not in SENT:
                hook.delivered(self._page.popleft().seq)
            if self._page:
                return self._page[0]
            head = room.head
            if hook.seq >= head:
                break
            page = await room.read(hook.seq, head, hook.caller.owner)
            self._page.extend(page[:EVENTS_AT_HAND])
            if not self._page:
                hook.delivered(head)  # retention deleted all of it
        return None

    async def post(self, poster: Poster, item: Event) -> None:
        """Post a line, once the target has proved that it wants the hook."""
        hook, body = self._hook, body_of(item)
        if not hook.proven:
            await self._all.challenge(poster, hook.to, hook.secret)
            hook.proven = True
        headers = headers_of(hook.secret, int(self._all.now()), body)
        headers |= {"X-Chatd-Delivery": delivery_of(item)}
        answer = await poster.post(hook.to, headers, body)
        if hook.name and answer.is_text:
            await self._all.answered(hook, item, answer.body)

    def accepted(self, item: Event) -> None:
        """See `Attempts`."""
        self._page.popleft()
        self._hook.delivered(item.seq)

    def failed(self) -> None:
        """Read the lines again before the next try: meanwhile some may be deleted."""
        self._page.clear()

    def give_up(self) -> None:
        """See `Attempts`."""
        self._all.hooks.give_up(self._hook)
