"""A connection that is read while it is written, so that neither side waits for the other.

This module must not know the meaning of lines.
"""

import contextlib
import select
from typing import Protocol

from chatd.client import wire
from chatd.protocols.lines.framing import Framer

MAX_UNSENT = 1 << 18
"""Bytes that may wait to be sent before another input is read on."""

_READ_SIZE = 1 << 16


class Stream(Protocol):
    """The methods of a socket that a link uses. `recv` and `send` may raise `BlockingIOError`."""

    def fileno(self) -> int:
        """Return the file descriptor to wait for."""

    def setblocking(self, blocking: bool, /) -> None:
        """Choose if `recv` and `send` wait."""

    def recv(self, size: int, /) -> bytes:
        """Return what arrived, b"" at the end."""

    def send(self, data: bytearray, /) -> int:
        """Send the beginning of *data*, and return its length."""

    def close(self) -> None:
        """Close the connection."""


class DuplexLink:
    """A connection whose lines are received during every exchange, also while data is sent.

    `is_open` is true until everything that the server sent is read. ``if_silent`` is a sentence for
    a user whose server sends no line: what else to try.
    """

    def __init__(self, connection: Stream, *, if_silent: str = "") -> None:
        connection.setblocking(False)
        self.is_open = True
        self._connection = connection
        self._framer = Framer(wire.MAX_LINE_BYTES, telnet_line_ends=False)
        self._unsent = bytearray()
        self._can_send = True
        self._if_silent = if_silent
        self._greeted = False

    def send(self, data: bytes) -> None:
        """Queue *data*, which is sent during the next exchanges."""
        self._unsent += data

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def fileno(self) -> int:
        """Return the file descriptor to wait for."""
        return self._connection.fileno()

    @property
    def has_unsent(self) -> bool:
        """True if data waits to be sent."""
        return bool(self._unsent)

    @property
    def advice(self) -> str:
        """The other things to try, after a space; "" if the server has sent a line."""
        return f" {self._if_silent}" if self._if_silent and not self._greeted else ""

    @property
    def ending(self) -> str:
        """The sentence that says that the server has closed."""
        how = "" if self._greeted else " without a greeting"
        return f"the server closed the connection{how}.{self.advice}"

    def exchange(self, timeout: float | None, also: int | None) -> tuple[list[bytes], bool]:
        """Send and receive once; return the lines received, and true if *also* is readable.

        Wait up to *timeout* seconds (None: without end) until something can be done, and raise
        TimeoutError if nothing can. *also*, a file descriptor, is not looked at while more than
        `MAX_UNSENT` bytes are unsent.
        """
        readers: list[Stream | int] = [self._connection]
        if also is not None and len(self._unsent) < MAX_UNSENT:
            readers.append(also)
        writers = [self._connection] if self._unsent else []
        readable, writable, _ = select.select(readers, writers, [], timeout)
        if not readable and not writable:
            raise TimeoutError
        if writable:
            self.flush()
        lines = self.receive() if self._connection in readable else []
        return lines, also in readable

    def flush(self) -> None:
        """Send what can be sent now."""
        if not self._can_send:
            self._unsent.clear()
            return
        try:
            with contextlib.suppress(BlockingIOError):
                if self._unsent:
                    del self._unsent[: self._connection.send(self._unsent)]
        except OSError:  # the server has closed; lines that it sent before can still be read
            self._can_send = False
            self._unsent.clear()

    def receive(self) -> list[bytes]:
        """Return the lines that have arrived; at the end `is_open` becomes false."""
        try:
            data = self._connection.recv(_READ_SIZE)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if data:
            lines = self._framer.feed(data)
            self._greeted = self._greeted or bool(lines)
            return lines
        self.is_open = False
        return self._framer.finish()
