"""A connection that is read while it is written, so that neither side waits for the other.

This module must not know the meaning of lines.
"""

import contextlib
import select
import socket

from chatd.client import wire
from chatd.protocols.lines.framing import Framer

MAX_UNSENT = 1 << 18
"""Bytes that may wait to be sent before another input is read on."""

_READ_SIZE = 1 << 16


class DuplexLink:
    """A connection whose lines are received during every exchange, also while data is sent.

    `is_open` is true until everything that the server sent is read.
    """

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.is_open = True
        self._connection = connection
        self._framer = Framer(wire.MAX_LINE_BYTES, telnet_line_ends=False)
        self._unsent = bytearray()
        self._can_send = True
        self._finished = False

    def send(self, data: bytes) -> None:
        """Queue *data*, which is sent during the next exchanges."""
        self._unsent += data

    def finish(self) -> None:
        """Half-close the connection once all queued data is sent."""
        self._finished = True
        if not self._unsent:
            self._send()

    def exchange(self, timeout: float | None, also: int | None) -> tuple[list[bytes], bool]:
        """Send and receive once; return the lines received, and true if *also* is readable.

        Wait up to *timeout* seconds (None: without end) until something can be done, and raise
        TimeoutError if nothing can. *also*, a file descriptor, is not looked at while more than
        `MAX_UNSENT` bytes are unsent.
        """
        readers: list[socket.socket | int] = [self._connection]
        if also is not None and len(self._unsent) < MAX_UNSENT:
            readers.append(also)
        writers = [self._connection] if self._unsent else []
        readable, writable, _ = select.select(readers, writers, [], timeout)
        if not readable and not writable:
            raise TimeoutError
        if writable:
            self._send()
        lines = self._receive() if self._connection in readable else []
        return lines, also in readable

    def _send(self) -> None:
        if not self._can_send:
            self._unsent.clear()
            return
        try:
            with contextlib.suppress(BlockingIOError):
                if self._unsent:
                    del self._unsent[: self._connection.send(self._unsent)]
                if self._finished and not self._unsent:
                    self._can_send = False
                    self._connection.shutdown(socket.SHUT_WR)
        except OSError:  # the server has closed; lines that it sent before can still be read
            self._can_send = False
            self._unsent.clear()

    def _receive(self) -> list[bytes]:
        data = b""
        with contextlib.suppress(ConnectionError):
            data = self._connection.recv(_READ_SIZE)
        if data:
            return self._framer.feed(data)
        self.is_open = False
        return self._framer.finish()
