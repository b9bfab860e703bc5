"""Browsers without a browser, for tests of the WebSocket."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from twisted.internet.interfaces import IAddress

from chatd.protocols.transport.client_protocol import ClientProtocol
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.web.live.credentials import HandshakeCredentials
from chatd.protocols.web.live.websocket import WebSocketHandler
from tests.support.live_client import LiveClient
from tests.support.world import HERE, Node, World

MASK = b"\x11\x22\x33\x44"


def frame(payload: bytes, opcode: int = 1, *, fin: bool = True) -> bytes:
    """Return a frame as a client sends it: masked."""
    head = bytes((opcode | (0x80 if fin else 0),))
    length = len(payload)
    if length < 126:
        head += bytes((0x80 | length,))
    elif length < 1 << 16:
        head += bytes((0x80 | 126,)) + struct.pack("!H", length)
    else:
        head += bytes((0x80 | 127,)) + struct.pack("!Q", length)
    return head + MASK + bytes(byte ^ MASK[place % 4] for place, byte in enumerate(payload))


class Frame(NamedTuple):
    """A frame that a server sent; ``last`` if it ends a message."""

    opcode: int
    last: bool
    payload: bytes


def frames_of(data: bytes) -> list[Frame]:
    """Return the frames that a server sent."""
    found = []
    while data:
        length, start = data[1], 2
        if length == 126:
            length, start = struct.unpack("!H", data[2:4])[0], 4
        elif length == 127:
            length, start = struct.unpack("!Q", data[2:10])[0], 10
        assert len(data) >= start + length
        payload = data[start : start + length]
        found.append(Frame(data[0] & 0xF, bool(data[0] & 0x80), payload))
        data = data[start + length :]
    return found


class Browser(LiveClient):
    """A browser's WebSocket in a `World`, after the handshake."""

    def __init__(
        self, world: World, address: IAddress = HERE, *, dead_after: int = 0, **credentials: Any
    ) -> None:
        self._dead_after = dead_after
        self._credentials = HandshakeCredentials(**credentials)
        super().__init__(world, address)
        self.frames: list[tuple[int, bytes]] = []
        """The frames so far that were none of messages: opcodes and payloads."""
        self.fragments: list[bytes] = []
        """The fragments so far of a message that has not ended yet."""

    def door(self, node: Node) -> ChatFactory:
        credentials = self._credentials
        return ChatFactory(
            node.server,
            node.clock,
            lambda server, clock, max_length: ClientProtocol(
                clock, WebSocketHandler(server, clock, max_length, credentials=credentials)
            ),
            limits=node.chat.limits._replace(dead_after=self._dead_after),
        )

    def encoded(self, message: bytes) -> bytes:
        return frame(message)

    def decoded(self, data: bytes) -> Iterator[Any]:
        for opcode, last, payload in frames_of(data):
            if opcode > 1:
                self.frames.append((opcode, payload))
                continue
            assert opcode == (0 if self.fragments else 1), "a message began within another one"
            self.fragments.append(payload)
            if last:
                message = json.loads(b"".join(self.fragments))
                self.fragments.clear()
                yield message

    def close_code(self) -> int:
        """Return the code with which the server has closed."""
        self.seen()
        (payload,) = [payload for opcode, payload in self.frames if opcode == 8]
        return int(struct.unpack("!H", payload[:2])[0])


def browser_tab(world: World, name: str = "ana") -> Browser:
    """Return a tab of one browser, which has said hello with the browser's key and a name."""
    return browser(world, key="a-key-of-this-browser", name=name)


browser = Browser.come
"""Return a browser that has said hello: see `LiveClient.come`."""
