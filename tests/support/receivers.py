"""The deliveries of hooks, and a receiver of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred

from chatd.chat.actions.hook_answers import say_answer
from chatd.chat.server import ChatServer
from chatd.storage.turn import Turn, Work
from chatd.webhooks.attempts import Means
from chatd.webhooks.delivery import Deliveries
from chatd.webhooks.lanes import Answer, Lanes
from chatd.webhooks.outgoing import Outgoing
from chatd.webhooks.push_delivery import PushDeliveries
from chatd.webhooks.registry import HookRecord, new_record
from chatd.webhooks.urls import Destination, destination_of


class Receiver:
    """A poster that accepts at once, or, while it is ``slow``, when the test says so.

    Challenges are answered at once, in any case.
    """

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[Mapping[str, str]] = []
        self.to: list[Destination] = []
        self.under_way: list[Deferred[None]] = []
        self.slow = False
        self.error: Exception | None = None
        self.closed = False
        self.challenges: list[tuple[Destination, Mapping[str, str], bytes]] = []
        self.wants = True  # it answers challenges
        self.answer: Callable[[Any], Answer] = lambda said: Answer()
        self.let_go: Callable[[Deferred[None]], object] = lambda answer: None

    async def post(self, to: Destination, headers: Mapping[str, str], body: bytes) -> Answer:
        said = json.loads(body)
        if said["kind"] == "challenge":
            self.challenges.append((to, headers, body))
            return Answer(said["challenge"].encode() if self.wants else b"OK")
        self.to.append(to)
        self.headers.append(headers)
        self.bodies.append(body)
        if self.slow:
            answer: Deferred[None] = Deferred(lambda answer: self.let_go(answer))
            self.under_way.append(answer)
            await answer
        if self.error is not None:
            raise self.error
        return self.answer(said)

    async def close(self) -> None:
        self.closed = True

    def texts(self) -> list[str]:
        """Return the texts posted since the last time."""
        bodies, self.bodies = self.bodies, []
        return [json.loads(body)["text"] for body in bodies]


def outgoing_of(
    server: ChatServer, poster: Any, clock: Any, *chance: Callable[[], float]
) -> Outgoing:
    """Return the deliveries of a server's hooks and pushes, which ``poster`` makes."""
    means = Means(Lanes(poster, poster, clock), clock, server.error_log, *chance)
    answered = partial(say_answer, server, 4096)
    hooks = Deliveries(server.hooks, server.rooms.get, means, server.now, answered)
    alerts = server.alerts
    pushes = PushDeliveries(server.alerts.pushes, means, alerts.is_away, alerts.language_of)
    return Outgoing(means, hooks, pushes, Turn(server.store.claims, Work.DELIVERING))


def hook_record(url: str, by: str, now: int = 0, network: str = "") -> HookRecord:
    """Return the record of a new hook whose target has proved that it wants it."""
    return new_record(destination_of(url), by, network, now)._replace(proven=True)
