"""A program that reads an event stream, without a socket."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from twisted.internet.interfaces import IReactorTime

from chatd.chat.server import ChatServer
from chatd.i18n import Language
from chatd.protocols.transport.client_protocol import ClientProtocol
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.web.live.event_stream import EventStreamHandler, Visit
from chatd.rooms.bookmarks import NEWCOMER, Return
from tests.support.memory_client import MemoryClient
from tests.support.world import HERE, Node, World


class Reader(MemoryClient):
    """A program that reads the lobby, or another room."""

    def __init__(
        self, world: World, back: Return = NEWCOMER, room: str = "lobby", **who: Any
    ) -> None:
        self._visit = partial(Visit, back=back, opening=b"HTTP/1.1 200 OK\r\n\r\n", **who)
        self._room = room
        factory = self.door(world.next_node())
        super().__init__(world, factory, factory.buildProtocol(HERE), HERE)
        world.settle()
        self.opening, _, rest = self.transport.value().partition(b"\r\n\r\n")
        self.transport.clear()
        self.transport.write(rest)

    def door(self, node: Node) -> ChatFactory:
        def protocol(server: ChatServer, clock: IReactorTime, _: int) -> ClientProtocol:
            visit = self._visit(server.rooms[self._room])
            return ClientProtocol(clock, EventStreamHandler(server, clock, Language.ENGLISH, visit))

        return ChatFactory(node.server, node.clock, protocol)

    def bytes_seen(self) -> bytes:
        self.world.settle()
        return super().bytes_seen()

    def seen(self) -> list[tuple[str, Any]]:
        """Return the type and the data of each event received since the last time."""
        found = []
        for block in self.bytes_seen().split(b"\n\n"):
            fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if b": " in line)
            if fields:
                found.append((fields[b"event"].decode(), json.loads(fields[b"data"])))
        return found

    def texts(self) -> list[str]:
        return [data["text"] for _, data in self.seen() if "seq" in data]
