"""Clients of JSON lines in a `World`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from twisted.internet.interfaces import IAddress

from chatd.protocols.transport.factory import ChatFactory
from tests.support.live_client import LiveClient
from tests.support.world import HERE, Node, World


class JsonClient(LiveClient):
    """A client of the chat port that has asked for JSON lines; the welcome in text is unseen."""

    def __init__(self, world: World, address: IAddress = HERE) -> None:
        super().__init__(world, address)
        world.settle()
        self.send_bytes(b"/json\n")
        self.bytes_seen()

    def door(self, node: Node) -> ChatFactory:
        return node.chat

    def encoded(self, message: bytes) -> bytes:
        return message + b"\n"

    def decoded(self, data: bytes) -> Iterator[Any]:
        assert not data or data.endswith(b"\n"), f"half a line: {data!r}"
        yield from map(json.loads, data.splitlines())


json_client = JsonClient.come
"""Return a client that has said hello: see `LiveClient.come`."""
