"""Bytes in, WebSocket messages out; pure.

wsproto knows the grammar (RFC 6455) and no limits: the size of a message, and the number of answers
to pings that are stored, are limited here. This module must not know what a message may contain, or
what is done with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import CloseConnection, Ping, Pong, TextMessage
from wsproto.frame_protocol import CloseReason

from chatd.protocols.websocket.position import Position
from chatd.util.state import State

PIECE_BYTES = 256
"""Number of bytes that are decoded at a time: forty of the shortest frames, each some 25 us."""

PARTS = 100
"""Number of pieces of a message that are stored apart: a piece of one character weighs 60 bytes."""

_CLOSE = b"\x88\x80\0\0\0\0"
"""A frame of a client that closes the connection, and says no reason."""

M = TypeVar("M")


class Frames(Generic[M]):
    """The decoder of one connection, after the handshake.

    The places at which its bytes are cut into reads make no difference. A message has at most
    ``most`` characters, of which ``made`` makes what is handled. After a longer one, one that is
    not text, or a malformed frame, the connection is `over`.
    """

    def __init__(self, most: int, made: Callable[[str], M]) -> None:
        self._most = most
        self._made = made
        self._connection = Connection(ConnectionType.SERVER)
        self._position = Position()
        self._parts: list[str] = []  # of the message that has not ended yet
        self._size = 0
        self._dropped = False
        self._reply = b""
        self.over: bytes = b""
        """The frame that closes the connection, once there is one to be sent."""
        self.overhead = 0
        """Number of frames, or parts of frames, beside the first that were fed last. Each costs as
        much as a line."""

    @property
    def held(self) -> int:
        """Number of characters that are stored of a message that has not ended."""
        return self._size

    @property
    def unfinished(self) -> bool:
        """True if a message has begun that has not ended yet."""
        return bool(self._parts) or self._dropped

    def state_of(self, item: M) -> Any:
        """Return the state of what was made of a message: text or bytes, and its own state."""
        return item

    def item_from(self, state: Any) -> M:
        """Return what was made of a message, of its state."""
        made: M = state
        return made

    def state(self) -> State:
        """Return what another process needs to go on in the middle of a frame."""
        return {
            "way": self._position.way(),
            "text": "".join(self._parts) if self._parts else None,
            "size": self._size,
            "dropped": self._dropped,
            "over": self.over,
        }

    def resume(self, state: State) -> None:
        """Go on from a state."""
        if way := state["way"]:
            self._connection.receive_data(way)
            self._position.advance(way)
            for _ in self._connection.events():
                pass  # the text before is in the state
        self._parts[:] = [] if state["text"] is None else [state["text"]]
        self._size, self._dropped, self.over = state["size"], state["dropped"], state["over"]

    def drop(self) -> None:
        """Drop the message that has begun, with all of it that still comes."""
        self._parts.clear()
        self._size = 0
        self._dropped = True

    def feed(self, unread: bytes) -> tuple[list[M], bytes]:
        """Decode a piece of bytes. Return the messages that ended in it, and the bytes after it.

        There are no messages any more once the connection is over.
        """
        piece, rest = unread[:PIECE_BYTES], unread[PIECE_BYTES:]
        messages: list[M] = []
        self.overhead = 0
        if self.over:
            return messages, rest
        self._connection.receive_data(piece)
        frames = 0
        for event in self._connection.events():
            frames += 1
            if isinstance(event, TextMessage):
                self._take(event, messages)
            elif isinstance(event, Ping):
                self._reply = bytes(self._connection.send(event.response()))
            elif isinstance(event, CloseConnection):
                # The client's; or made by wsproto for a malformed frame.
                self.over = bytes(self._connection.send(event))
                break
            elif not isinstance(event, Pong):
                self.close(CloseReason.UNSUPPORTED_DATA)  # it is not text
                break
        self.overhead = max(0, frames - 1)
        if not self.over:
            self._position.advance(piece)
        return messages, rest

    def finish(self) -> list[M]:
        """Return no message: one that has not ended is none.

        wsproto refers to itself until it has decoded the end. (If the input ended in the midst of a
        frame, it goes on to do so.)
        """
        self._parts.clear()
        self._dropped = False
        if self._connection.state is not ConnectionState.CLOSED:
            self._connection.receive_data(_CLOSE)
        for _ in self._connection.events():
            pass
        return []

    def reply(self) -> bytes:
        """Return the frame that answers the last ping that was fed, once; empty if there is none.

        (More than one need not be answered: RFC 6455 section 5.5.3.)
        """
        reply, self._reply = self._reply, b""
        return reply

    def ping(self) -> bytes:
        """Return a frame that the client has to answer."""
        return bytes(self._connection.send(Ping()))

    def close(self, reason: CloseReason) -> bytes:
        """Return the frame that ends the connection; the one that is `over`, if there is one."""
        if not self.over:
            self.over = bytes(self._connection.send(CloseConnection(reason)))
        return self.over

    def _take(self, event: TextMessage, messages: list[M]) -> None:
        self._size += len(event.data)
        if self._size > self._most:
            self.drop()
            self.close(CloseReason.MESSAGE_TOO_BIG)
        elif not self._dropped:
            self._parts.append(event.data)
            if len(self._parts) > PARTS:
                self._parts[:] = ["".join(self._parts)]
            if event.message_finished:
                messages.append(self._made("".join(self._parts)))
        if event.message_finished:
            self._parts.clear()
            self._size = 0
            self._dropped = False
