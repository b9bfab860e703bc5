"""Signs of life of a browser: it answers pings.

This module must not know what a browser says.
"""

from __future__ import annotations

from math import inf

from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.util.state import State


class Liveness:
    """The signs of life of one client."""

    __slots__ = ("_pinged",)

    def __init__(self) -> None:
        self._pinged: float | None = None

    def state(self) -> State:
        """Return what another process needs to go on."""
        return {"pinged": self._pinged}

    def resume(self, state: State) -> None:
        """Go on from a state."""
        self._pinged = state["pinged"]

    def due(self, connection: ManagedConnection) -> float:
        """Return the time in seconds from which on the methods below are to be asked."""
        if self._pinged is not None:
            return self._pinged  # an answer, or another end of the ping, is to be seen at once
        heard, dead_after = connection.reader.intake.heard, connection.factory.limits.dead_after
        return heard + dead_after / 3 if dead_after else inf

    def is_dead(self, connection: ManagedConnection, now: float) -> bool:
        """Return True if the client has not answered a ping for two thirds of ``dead_after``.

        (The kernel probes, too, but a proxy may answer for the client. The kernel looks after those
        that do not take what they are sent: `chatd.protocols.transport.sockets.Patience`.)
        """
        heard, dead_after = connection.reader.intake.heard, connection.factory.limits.dead_after
        output = connection.output
        if (
            not dead_after
            or output.waiting
            or output.supply.finished
            or (self._pinged is not None and heard > self._pinged)
        ):
            self._pinged = None
        return self._pinged is not None and now - self._pinged > dead_after * 2 / 3

    def wants_ping(self, connection: ManagedConnection, now: float) -> bool:
        """Return True if the client is to be pinged now.

        It has sent nothing for a third of ``dead_after``.
        """
        heard, dead_after = connection.reader.intake.heard, connection.factory.limits.dead_after
        output = connection.output
        if not dead_after or output.waiting or output.supply.finished or self._pinged is not None:
            return False
        if now - heard <= dead_after / 3:
            return False
        self._pinged = now
        return True
