"""A world whose accounts are notified while they are away, and the receiver of their pushes."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.defer import Deferred

from chatd.storage.records import change
from chatd.webhooks.push_delivery import GATHER_SECONDS
from chatd.webhooks.pushes import Push, PushRecord
from chatd.webhooks.registry import Rules
from tests.support.receivers import Receiver, outgoing_of
from tests.support.world import World

URL = "https://push.example/a-secret-topic?token=secret"


class PushWorld(World):
    """A world with the deliveries of pushes, which go to its ``receiver``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.receiver = Receiver()
        self.outgoing = [
            outgoing_of(server, self.receiver, self.clock, lambda: 0.0) for server in self.servers
        ]
        for server, outgoing in zip(self.servers, self.outgoing, strict=True):
            server.hooks.use_rules(Rules(tls=True))
            outgoing.start()
        self.settle()

    def push(self, name: str, *, with_text: bool = False, **settings: Any) -> Push:
        """Set the push of an account, which is registered if it is not, and return it."""
        if self.server.accounts.called(name) is None:
            self.register(name, **settings)
        change(self.store, *self.server.alerts.pushes.set(name, PushRecord(URL, "", with_text)))
        self.settle()
        return self.server.alerts.pushes.all[name]

    def like(self, **options: Any) -> World:
        """See `World`."""
        return PushWorld(clock=self.clock, **options)

    def bodies(self) -> list[dict[str, Any]]:
        """Return the bodies that were posted since the last time."""
        bodies, self.receiver.bodies = self.receiver.bodies, []
        return [json.loads(body) for body in bodies]

    def failed_for(self) -> list[int]:
        """Return the seconds for which pushes have failed, as they are stored."""
        stored = [each for each in self.store.records() if each.kind == "push_failure"]
        return [json.loads(each.value)["seconds"] for each in stored if each.value is not None]

    def told(self, seconds: float = GATHER_SECONDS) -> list[str]:
        """Let some time pass, and return the messages that were posted since the last time."""
        self.wait(seconds)
        return [body["message"] for body in self.bodies()]

    def check(self) -> None:
        """Store the progress, as a daemon does every few seconds."""
        for outgoing in self.outgoing:
            outgoing.check()

    def stop(self) -> None:
        """Stop the deliveries, as a daemon that stops does."""
        for outgoing in self.outgoing:
            outgoing.stop()
            closing = Deferred.fromCoroutine(outgoing.close())
            self.settle()
            assert closing.called
