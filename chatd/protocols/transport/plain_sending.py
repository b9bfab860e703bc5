"""The sending to a plain socket, and what that has not taken: a part of `ConnectionWriter`.

The rest is held here, and not in the transport, so that it is known and can be handed over. This
module must not know where the bytes come from.
"""

from __future__ import annotations

import socket


class PlainSending:
    """A base of the writer. It is no object of its own for a connection."""

    __slots__ = ("_closing", "_socket", "_unsent")

    _closing: bool
    _socket: socket.socket | None
    _unsent: bytes

    @property
    def unsent(self) -> bytes:
        """The bytes that were taken for a plain socket, and that it has not taken yet."""
        return self._unsent

    def owe(self, rest: bytes) -> None:
        """Send the rest of what ``ready_socket`` took in part, once it has room."""
        self._block()
        if not self._closing:
            self._unsent += rest
            self._await_room()

    def _block(self) -> None:
        raise NotImplementedError

    def _write(self, data: bytes) -> None:
        raise NotImplementedError

    def _await_room(self) -> None:
        """Have the transport say when the plain socket has room, or find out that it is broken."""
        raise NotImplementedError

    def _send(self, data: bytes) -> None:
        if self._socket is None:
            self._write(data)
        elif (sent := sent_to(self._socket, data)) < len(data):
            self.owe(data[sent:])

    def _sends_rest(self) -> bool:
        """Send what the socket did not take before. Return False if some of it is left."""
        if self._closing or self._socket is None:
            self._unsent = b""
            return True
        sent = sent_to(self._socket, self._unsent)
        self._unsent = self._unsent[sent:]
        if self._unsent:
            self._await_room()
        return not self._unsent


def sent_to(connection: socket.socket, data: bytes) -> int:
    """Return the number of bytes of some data that a socket takes at once."""
    try:
        return connection.send(data)
    except OSError:
        # Full; or broken, and then the transport finds out when it is to write (even nothing).
        return 0
