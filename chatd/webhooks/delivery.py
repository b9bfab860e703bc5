"""Delivery of the lines of rooms to their hooks: one line at a time, in order, at least once.

Lines are read from the log, after the hook's seq, and each is tried until it is accepted, or the
hook is removed, or has failed for `GIVE_UP_SECONDS`. The room does not wait for that: it wakes the
delivery and goes on. This module must not know a connection: the poster decides how a line is
posted, and to which address.

A target proves that it wants a hook: it answers a challenge, which is a request like those of
lines, with the random text in it. That is asked before a hook is added; for the hooks of earlier
versions, before their next line. Otherwise an operator of a room could have the server of another
person called. The answer is the text alone, so a server that returns its input proves nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import random
import secrets
from collections import deque
from collections.abc import Callable
from math import ceil
from urllib.parse import quote

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.errors import ErrorKind, Refusal
from chatd.event import Event, Kind
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.text.escaping import encode_json
from chatd.util.error_log import ErrorLog
from chatd.util.fair_queue import Asker, QueueFull
from chatd.util.rate_limit import RateLimiter
from chatd.webhooks.lanes import Caller, Lanes, Pace, Poster
from chatd.webhooks.registry import (
    GIVE_UP_SECONDS,
    DeliveryFailure,
    Hook,
    HookRecord,
    Hooks,
    NotDelivered,
)
from chatd.webhooks.urls import Destination, destination_of

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 3600.0
"""Back-off between tries, in seconds. Pauses double, and each is up to a quarter longer at random,
so that deliveries that failed together are not tried together."""

CHALLENGES_AT_ONCE = 10
CHALLENGE_SECONDS = 60.0
"""Number of challenges without an answer for one account, and the seconds until it may have one
more. So an account cannot have a server that wants no hook called for long."""

EVENTS_AT_HAND = 50
"""Most events in memory for a hook whose lines are being delivered."""

SENT = {Kind.MESSAGE: "message", Kind.ACTION: "action", Kind.TOPIC: "topic"}
"""The kinds of events that are delivered, and their words. Acts of moderation are not delivered."""


def body_of(event: Event) -> bytes:
    """Return the body that is posted for an event."""
    said = {
        "room": event.room,
        "seq": event.seq,
        "time": event.time,
        "author": event.author,
        "kind": SENT[event.kind],
        "text": event.text,
    }
    if event.part_of is not None:
        said["part_of"] = event.part_of
    return encode_json(said)


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


class Deliveries:
    """The deliveries of all hooks, in ``lanes``.

    ``room_of`` returns a room by its key, ``now`` the time in seconds since 1970, ``chance``
    numbers from 0 to 1 for the pauses.
    """

    def __init__(
        self,
        hooks: Hooks,
        room_of: Callable[[str], Room | None],
        lanes: Lanes,
        clock: IReactorTime,
        error_log: ErrorLog,
        now: Callable[[], float],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.room_of = room_of
        self.lanes = lanes
        self.clock = clock
        self.error_log = error_log
        self.now = now
        self.chance = chance
        self.stopped = False
        self._challenges = RateLimiter(clock, CHALLENGES_AT_ONCE, CHALLENGE_SECONDS)
        self.hooks = hooks
        self._under_way: dict[Hook, _Delivery] = {}

    def start(self) -> None:
        """Deliver lines that are waiting, and those published from now on."""
        self.hooks.deliver_with(self._wake, self._gone, self._challenge_new)
        for hook in self.hooks:
            self._wake(hook)

    def check(self) -> None:
        """Store the seqs of all hooks; to be called every few seconds."""
        self.hooks.keep()

    def stop(self) -> None:
        """Begin no more deliveries. Those on their way may arrive until `close`."""
        self.stopped = True

    async def close(self) -> None:
        """Cancel deliveries on their way, and store the seqs of all hooks; call `stop` before."""
        for delivery in self._under_way.values():
            delivery.end()
        await self.hooks.keep()
        await self.lanes.quick.close()
        await self.lanes.slow.close()

    async def challenge(self, poster: Poster, to: Destination, secret: str) -> None:
        """Ask a target if it wants a hook. Raise `NotDelivered` if it does not say so."""
        text = secrets.token_urlsafe(32)
        body = encode_json({"kind": "challenge", "challenge": text})
        answer = await poster.post(to, headers_of(secret, int(self.now()), body), body)
        if answer.strip() != text.encode():
            raise NotDelivered(DeliveryFailure.NOT_PROVEN)

    async def _challenge_new(self, new: HookRecord) -> None:
        wait = self._challenges.wait(new.account)
        if wait:
            raise Refusal(ErrorKind.TOO_MANY_TRIES, "too_many_challenges", count=ceil(wait))
        self._challenges.spend(new.account)
        to = destination_of(new.url)
        caller = Caller(Asker(new.network, new.account), Pace())
        try:
            await self.lanes.run(caller, lambda poster: self.challenge(poster, to, new.secret))
        except QueueFull:
            raise NotDelivered(DeliveryFailure.BUSY) from None
        self._challenges.give_back(new.account)

    def _wake(self, hook: Hook) -> None:
        delivery = self._under_way.get(hook)
        if delivery is None:
            delivery = self._under_way[hook] = _Delivery(self, hook)
        delivery.wake()

    def _gone(self, hook: Hook) -> None:
        delivery = self._under_way.pop(hook, None)
        if delivery is not None:
            delivery.end()


class _Delivery:
    """The delivery of the lines of one hook."""

    def __init__(self, all: Deliveries, hook: Hook) -> None:
        self._all = all
        self._hook = hook
        self._page: deque[Event] = deque()
        self._later: IDelayedCall | None = None  # the next start: at once, or after a pause
        self._work: Deferred[None] | None = None
        self._busy = False
        self._pause = FIRST_PAUSE
        self._failed_at: float | None = None  # the time of the clock; None after a success
        self._ended = False

    def wake(self) -> None:
        """Begin to deliver, unless a pause after a failure is not over yet."""
        if self._later is None and not self._busy:
            # Later, because the caller is a room that is publishing.
            self._later = self._all.clock.callLater(0, self._begin)

    def end(self) -> None:
        """Begin nothing more, and cancel the delivery on its way."""
        self._ended = True
        if self._later is not None:
            self._later.cancel()
        if self._work is not None:
            self._work.cancel()

    def _begin(self) -> None:
        self._later = None
        self._busy = True
        self._work = Deferred.fromCoroutine(self._run())

    async def _run(self) -> None:
        error = None
        try:
            while (event := await self._next()) is not None:
                if not await self._post_in_turn(event):
                    break
                self._page.popleft()
                self._hook.delivered(event.seq)
                self._hook.went_well()
                self._pause = FIRST_PAUSE
                self._failed_at = None
        except CancelledError:
            pass
        except NotDelivered as why:
            error = why
        except QueueFull:
            error = NotDelivered(DeliveryFailure.BUSY)
        except StoreError:
            error = NotDelivered(DeliveryFailure.NOT_READABLE)
        except Exception:
            # The message may quote the URL, which may be a secret.
            self._all.error_log.tell("a line could not be posted to a hook", words=False)
            error = NotDelivered(DeliveryFailure.BROKE)
        self._busy = False
        if error is not None:
            self._fail(error)

    async def _next(self) -> Event | None:
        """Return the next line to be delivered, or None if there is none."""
        hook = self._hook
        room = self._all.room_of(hook.room)
        while room is not None and self._goes_on:
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

    @property
    def _goes_on(self) -> bool:
        """True while it may deliver."""
        stopped = self._ended or self._all.stopped
        return not stopped and self._all.hooks.allowed(self._hook)

    async def _post_in_turn(self, event: Event) -> bool:
        """Post an event; return False if the hook's right ended while it waited for its turn."""
        hook, body = self._hook, body_of(event)

        async def post(poster: Poster) -> bool:
            if not self._goes_on:
                return False
            if not hook.proven:
                await self._all.challenge(poster, hook.to, hook.secret)
                hook.proven = True
            headers = headers_of(hook.secret, int(self._all.now()), body)
            await poster.post(hook.to, headers | {"X-Chatd-Delivery": delivery_of(event)}, body)
            return True

        return await self._all.lanes.run(hook.caller, post)

    def _fail(self, error: NotDelivered) -> None:
        self._page.clear()
        now = self._all.clock.seconds()
        self._hook.failed(error, 0.0 if self._failed_at is None else now - self._failed_at)
        self._failed_at = now
        if self._hook.failed_for >= GIVE_UP_SECONDS:
            self._all.hooks.give_up(self._hook)
        if not (self._ended or self._all.stopped):
            pause = self._pause * (1 + self._all.chance() / 4)
            self._later = self._all.clock.callLater(pause, self._begin)
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
