"""Bytes in, WebSocket messages out: what wsproto understands, within our limits.

wsproto knows the grammar (RFC 6455) and no limits: how large a message may be, and how many answers
to pings are kept, is said here. This module must not know what a message may hold, or who reads it.
"""

from __future__ import annotations

from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, Ping, Pong, TextMessage
from wsproto.frame_protocol import CloseReason

PARTS = 100
"""How many pieces of a message are kept apart: of single characters, each would weigh 60 bytes."""


class Frames:
    """One connection's frames, after the handshake. Where its bytes are cut makes no difference.

    A message has at most ``most`` characters. With one that is longer, one that is not text, and
    anything that is not as it should be, the connection is `over`.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._connection = Connection(ConnectionType.SERVER)
        self._parts: list[str] = []  # of the message that has not ended yet
        self._size = 0
        self._dropped = False
        self._reply = b""
        self.over: bytes = b""
        """The frame that closes the connection, once there is one to be sent."""
        self.count = 0
        """How many frames came so far, or parts of frames."""

    @property
    def held(self) -> int:
        """How many characters are kept of a message that has not ended."""
        return self._size

    @property
    def unfinished(self) -> bool:
        """Whether a message has begun that has not ended yet."""
        return bool(self._parts) or self._dropped

    def drop(self) -> None:
        """Throw away the message that has begun, with all of it that still comes."""
        self._parts.clear()
        self._size = 0
        self._dropped = True

    def feed(self, data: bytes) -> list[str]:
        """Take what was read; return the messages that ended in it. Nothing once it is over."""
        messages: list[str] = []
        if self.over:
            return messages
        self._connection.receive_data(data)
        for event in self._connection.events():
            self.count += 1
            if isinstance(event, TextMessage):
                self._take(event, messages)
            elif isinstance(event, Ping):
                self._reply = bytes(self._connection.send(event.response()))
            elif isinstance(event, CloseConnection):
                # The other side's; or made by wsproto, of what is wrong with a frame.
                self.over = bytes(self._connection.send(event))
                break
            elif not isinstance(event, Pong):
                self.close(CloseReason.UNSUPPORTED_DATA)  # it is not text
                break
        return messages

    def reply(self) -> bytes:
        """The frame that has to be sent for what was fed, if any: the answer to the last ping.

        (More than one need not be answered: RFC 6455 section 5.5.3.)
        """
        reply, self._reply = self._reply, b""
        return reply

    def ping(self) -> bytes:
        """A frame that is to be answered by the other side."""
        return bytes(self._connection.send(Ping()))

    def close(self, reason: CloseReason) -> bytes:
        """The frame that ends the connection; the one that is to be sent already, if there is."""
        if not self.over:
            self.over = bytes(self._connection.send(CloseConnection(reason)))
        return self.over

    def _take(self, event: TextMessage, messages: list[str]) -> None:
        self._size += len(event.data)
        if self._size > self._most:
            self.drop()
            self.close(CloseReason.MESSAGE_TOO_BIG)
        elif not self._dropped:
            self._parts.append(event.data)
            if len(self._parts) > PARTS:
                self._parts[:] = ["".join(self._parts)]
            if event.message_finished:
                messages.append("".join(self._parts))
        if event.message_finished:
            self._parts.clear()
            self._size = 0
            self._dropped = False
