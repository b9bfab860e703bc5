"""The inboxes of guests, in memory: private lines that wait for one client.

This module must not know a session or a connection.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatd.rooms.followers import Reader
from chatd.rooms.stream import Stream

INBOX_BYTES = 64 * 1024
"""Most bytes that wait for a client in its inbox."""


class Inbox:
    """Private lines that wait for one client, in memory: at most `INBOX_BYTES`."""

    __slots__ = ("_lines", "_reader", "_size")

    done = False

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._lines: list[bytes] = []
        self._size = 0

    @classmethod
    def of(cls, stream: Stream) -> Inbox:
        """Return an inbox that a stream follows."""
        inbox = cls(stream)
        stream.follow(inbox)
        return inbox

    def put(self, line: bytes) -> bool:
        """Queue a line and return True; False without room for it."""
        if self._size + len(line) > INBOX_BYTES:
            return False
        self._lines.append(line)
        self._size += len(line)
        self._reader.wake()
        return True

    def take(self) -> bytes:
        data = b"".join(self._lines)
        self._lines.clear()
        self._size = 0
        return data

    def detach(self) -> bytes | None:
        return self.take() or None

    def left(self) -> Sequence[bytes]:
        """Return the lines that were not taken."""
        return list(self._lines)

    def owes(self, log: str, seq: int) -> bool:
        """Return False: private lines are of no log."""
        return False

    def step_out(self) -> None:
        """Do nothing: it sends nothing at once."""
