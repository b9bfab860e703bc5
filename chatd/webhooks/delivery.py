"""Delivery of the lines of rooms to their hooks: one line at a time, in order, at least once.

Lines are read from the log, after the hook's seq, and each is tried until it is accepted or the
hook is removed. The room does not wait for that: it wakes the delivery and goes on. This module
must not know a connection: the poster decides how a line is posted, and to which address.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import quote

from twisted.internet.defer import CancelledError, Deferred, DeferredSemaphore
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.event import Event, Kind
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.text.escaping import encode_json
from chatd.util.error_log import ErrorLog
from chatd.webhooks.registry import DeliveryFailure, Hook, Hooks, NotDelivered
from chatd.webhooks.urls import Destination

AT_ONCE = 20
"""Most lines that are being posted at a time, one for each hook at most."""

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 3600.0
"""Back-off between tries, in seconds. Pauses double, and each is up to a quarter longer at random,
so that deliveries that failed together are not tried together."""

EVENTS_AT_HAND = 50
"""Most events in memory for a hook whose lines are being delivered."""

SENT = {Kind.MESSAGE: "message", Kind.ACTION: "action", Kind.TOPIC: "topic"}
"""The kinds of events that are delivered, and their words. Acts of moderation are not delivered."""


class Poster(Protocol):
    """The interface of the one that posts lines."""

    async def post(self, to: Destination, headers: Mapping[str, str], body: bytes) -> None:
        """Post a body. Raise `NotDelivered` if it was not accepted."""

    async def close(self) -> None:
        """Close all connections."""


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
    return encode_json(said)


def headers_of(event: Event, secret: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers that identify and sign a body. ``timestamp`` is in seconds since 1970."""
    signed = f"{timestamp}.".encode() + body
    signature = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Chatd-Delivery": f"{quote(event.room, safe='')}/{event.seq}",
        "X-Chatd-Timestamp": str(timestamp),
        "X-Chatd-Signature": f"sha256={signature}",
    }


class Deliveries:
    """The deliveries of all hooks.

    ``room_of`` returns a room by its key, ``now`` the time in seconds since 1970, ``chance``
    numbers from 0 to 1 for the pauses.
    """

    def __init__(
        self,
        hooks: Hooks,
        room_of: Callable[[str], Room | None],
        poster: Poster,
        clock: IReactorTime,
        error_log: ErrorLog,
        now: Callable[[], float],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.room_of = room_of
        self.poster = poster
        self.clock = clock
        self.error_log = error_log
        self.now = now
        self.chance = chance
        self.slots = DeferredSemaphore(AT_ONCE)
        self.stopped = False
        self.hooks = hooks
        self._under_way: dict[Hook, _Delivery] = {}

    def start(self) -> None:
        """Deliver lines that are waiting, and those published from now on."""
        self.hooks.deliver_with(self._wake, self._gone)
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
        await self.poster.close()

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
                async with self._all.slots:
                    if not self._goes_on:
                        break  # the hook's right may have ended during the wait
                    await self._post(event)
                self._page.popleft()
                self._hook.delivered(event.seq)
                self._hook.went_well()
                self._pause = FIRST_PAUSE
        except CancelledError:
            pass
        except NotDelivered as why:
            error = why
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
            self._page.extend((await room.read(hook.seq, head))[:EVENTS_AT_HAND])
            if not self._page:
                hook.delivered(head)  # retention deleted all of it
        return None

    @property
    def _goes_on(self) -> bool:
        """True while it may deliver."""
        stopped = self._ended or self._all.stopped
        return not stopped and self._all.hooks.allowed(self._hook)

    async def _post(self, event: Event) -> None:
        hook, body = self._hook, body_of(event)
        headers = headers_of(event, hook.secret, int(self._all.now()), body)
        await self._all.poster.post(hook.to, headers, body)

    def _fail(self, error: NotDelivered) -> None:
        self._page.clear()
        self._hook.failed(error)
        if not (self._ended or self._all.stopped):
            pause = self._pause * (1 + self._all.chance() / 4)
            self._later = self._all.clock.callLater(pause, self._begin)
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
