"""The arrival of what one connection was sent until some moment, at the client's system.

While more is sent all the time, there may be no moment at which all of it is acknowledged. So a
position is remembered: the bytes that were acknowledged, and those that were under way. It is
remembered by the one who asks, so a connection has no state for it. This module must not know what
is sent.
"""

from __future__ import annotations

from typing import Protocol

from chatd.protocols.transport.sockets import acknowledged_bytes, outstanding_bytes, socket_of


class Sending(Protocol):
    """A writer, as far as its progress is concerned."""

    @property
    def waiting(self) -> bool: ...

    @property
    def acknowledged(self) -> bool: ...

    @property
    def transport(self) -> object: ...


class Arrival:
    """The arrival of all that a writer was given before the first `look`."""

    __slots__ = ("_end", "_writer")

    def __init__(self, writer: Sending) -> None:
        self._writer = writer
        self._end: int | None = None

    def look(self) -> bool:
        """Return True if it is known to have arrived at the client's system by now."""
        writer = self._writer
        if writer.acknowledged:
            return True
        connection = socket_of(writer.transport)
        if writer.waiting or connection is None:
            return False  # the transport has a part of it, nobody knows how much
        if self._end is None:
            # In this order: what is acknowledged in between is counted twice, and not left out.
            outstanding, acknowledged = (
                outstanding_bytes(connection),
                acknowledged_bytes(connection),
            )
            if outstanding is not None and acknowledged is not None:
                self._end = acknowledged + outstanding
            return False
        acknowledged = acknowledged_bytes(connection)
        return acknowledged is not None and acknowledged >= self._end
