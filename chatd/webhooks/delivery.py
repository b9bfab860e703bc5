"""Delivers what is said in rooms to their hooks: one line at a time, in order, at least once.

What there is to deliver is read from the log, from where a hook has come to, and tried until it is
taken, or the hook is no more. The room does not wait for any of it: it wakes, and goes on. This
module knows no connection: how a line is posted, and where to, is the poster's.
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
"""How many lines are on their way at a time, one for each hook at most."""

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 3600.0
"""Between tries, in seconds. Pauses double, and each is up to a quarter longer, so that what failed
together is not tried together."""

EVENTS_AT_HAND = 50
"""How many events are kept in memory for a hook that is being delivered to."""

SENT = {Kind.MESSAGE: "message", Kind.ACTION: "action", Kind.TOPIC: "topic"}
"""What is delivered: what people say. What they do who run a room is the room's own business."""


class Poster(Protocol):
    """Who posts a line."""

    async def post(self, to: Destination, headers: Mapping[str, str], body: bytes) -> None:
        """Post this. Raises `NotDelivered` if it was not taken."""

    async def close(self) -> None:
        """Let go of all connections."""


def body_of(event: Event) -> bytes:
    """What is posted of an event."""
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
    """What is said beside it: which one it is, and by whom, at a time in seconds since 1970."""
    signed = f"{timestamp}.".encode() + body
    signature = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Chatd-Delivery": f"{quote(event.room, safe='')}/{event.seq}",
        "X-Chatd-Timestamp": str(timestamp),
        "X-Chatd-Signature": f"sha256={signature}",
    }


class Deliveries:
    """``room_of`` finds a room by its key, ``now`` is the time in seconds since 1970, ``chance``
    gives numbers from 0 to 1 for the pauses."""

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
        """Deliver what waits, and what is said from now on."""
        self.hooks.wake = self._wake
        self.hooks.gone = self._gone
        for hook in self.hooks:
            self._wake(hook)

    def check(self) -> None:
        """Keep how far all came: to be called every few seconds."""
        self.hooks.keep()

    def stop(self) -> None:
        """Begin nothing more. What is on its way may arrive until all is closed."""
        self.stopped = True

    async def close(self) -> None:
        """Let go of what is on its way, and keep how far all came. It was stopped before."""
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
    """What is delivered by one hook."""

    def __init__(self, all: Deliveries, hook: Hook) -> None:
        self._all = all
        self._hook = hook
        self._page: deque[Event] = deque()
        self._later: IDelayedCall | None = None  # it begins then: at once, or after a pause
        self._work: Deferred[None] | None = None
        self._busy = False
        self._pause = FIRST_PAUSE
        self._ended = False

    def wake(self) -> None:
        """There may be something to deliver. While it waits to try again, it goes on waiting."""
        if self._later is None and not self._busy:
            # Not now: a room is being shown what was said.
            self._later = self._all.clock.callLater(0, self._begin)

    def end(self) -> None:
        """Begin nothing more, and let go of what is on its way."""
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
                        break  # its right may have ended while it waited
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
            # What it says may quote the URL, which is somebody's secret.
            self._all.error_log.tell("a line could not be posted to a hook", words=False)
            error = NotDelivered(DeliveryFailure.BROKE)
        self._busy = False
        if error is not None:
            self._fail(error)

    async def _next(self) -> Event | None:
        """The next line to be delivered; None if there is none."""
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
                hook.delivered(head)  # all of it is forgotten
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
