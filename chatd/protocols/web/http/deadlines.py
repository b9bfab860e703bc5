"""The time that a client of HTTP has: for a request, and between two requests.

This module must not know what is done when the time is over.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.protocols.web.http.decoder import HttpDecoder
from chatd.util.state import State

HEAD_SECONDS = 10.0
"""Most seconds from the first byte of a request to the end of its headers."""

BODY_SECONDS = 30.0
"""Most seconds from the first byte of a request to the end of its body."""

IDLE_SECONDS = 60.0
"""Seconds without a request, or with an answer that is not taken, after which a connection ends."""


class RequestDeadlines:
    """The deadlines of one connection."""

    __slots__ = ("_clock", "_decoder", "_since")

    def __init__(self, decoder: HttpDecoder, clock: IReactorTime) -> None:
        self._decoder = decoder
        self._clock = clock
        self._since = clock.seconds()

    def state(self) -> State:
        """Return what another process needs to go on."""
        return {"since": self._since}

    def resume(self, state: State) -> None:
        """Go on from a state."""
        self._since = state["since"]

    def restart(self) -> None:
        """Begin to count the time between requests: the client came, or an answer was sent."""
        self._since = self._clock.seconds()

    @property
    def for_request(self) -> float:
        """Most seconds for the part of the request that is still missing."""
        return BODY_SECONDS if self._decoder.head_is_whole else HEAD_SECONDS

    def due(self, connection: ManagedConnection) -> float:
        """Return the time in seconds at which the client has taken as long as it may."""
        if self._decoder.unfinished:
            return connection.reader.intake.since + self.for_request
        return self._since + IDLE_SECONDS

    def are_over(self, connection: ManagedConnection, now: float) -> bool:
        """Return True if the client has taken longer than it may, at this time in seconds.

        A client is not late while it waits for its turn, or for its rate.
        """
        if now <= self.due(connection):
            return False
        if self._decoder.unfinished:
            return True
        reader = connection.reader
        return connection.output.waiting or not (reader.intake.unread or reader.rate.delayed)
