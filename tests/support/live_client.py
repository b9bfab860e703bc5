"""Clients that speak live messages, regardless of how these are put into bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeVar

from twisted.internet.interfaces import IAddress

from tests.support.memory_client import MemoryClient
from tests.support.world import HANDED_OVER, HERE, World

C = TypeVar("C", bound="LiveClient")


class LiveClient(MemoryClient):
    """A client that sends messages, and sees messages."""

    def __init__(self, world: World, address: IAddress = HERE) -> None:
        factory = self.door(world.next_node())
        super().__init__(world, factory, factory.buildProtocol(address), address)

    @classmethod
    def come(
        cls: type[C], world: World, *, greeted: bool = True, address: IAddress = HERE, **hello: Any
    ) -> C:
        """Return a client that has said hello; its answers are unseen unless ``greeted``."""
        client = cls(world, address)
        client.send("hello", **hello)
        if greeted:
            client.seen()
        return client

    @property
    def session(self) -> Any:
        return self.protocol.connection.handler.session

    def encoded(self, message: bytes) -> bytes:
        """Return the bytes in which a message is sent."""
        raise NotImplementedError

    def decoded(self, data: bytes) -> Iterator[Any]:
        """Yield the messages in the bytes that were received."""
        raise NotImplementedError

    def send(self, type: str, **members: Any) -> None:
        """Send a message, and run all that is due."""
        self.send_bytes(self.encoded(json.dumps({"type": type, **members}).encode()))

    def send_bytes(self, data: bytes) -> None:
        """Send bytes, and run all that is due."""
        if HANDED_OVER:
            self.world.hand_over_if_possible()
        self.protocol.dataReceived(data)
        self.world.settle()

    def say(self, text: str, **members: Any) -> None:
        self.send("line", text=text, **members)

    def seen(self, *types: str) -> list[Any]:
        """Return the messages received since the last time; only those of some types, if given."""
        messages = list(self.decoded(self.bytes_seen()))
        return [message for message in messages if not types or message["type"] in types]

    def texts(self) -> list[str]:
        """Return the lines of rooms that were received since the last time."""
        return [
            event["text"]
            for message in self.seen("events")
            for event in message["events"]
            if "seq" in event
        ]
