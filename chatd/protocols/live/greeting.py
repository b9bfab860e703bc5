"""The beginning of a connection of live messages: before hello, or where another process was.

This module must not know what a verb does, nor the bytes around a message.
"""

from __future__ import annotations

from typing import TypeVar

from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.protocols.transport.session_handler import SessionHandler
from chatd.util.state import State

M = TypeVar("M")


class LiveBeginning(SessionHandler[M]):
    """A base of the handlers of live messages."""

    __slots__ = ("_came", "_opening", "greeted")

    _came: float
    _opening: bytes
    greeted: bool
    """True once the client has said hello."""

    def enter(self) -> None:
        """Show nothing else before the client says hello, which has to come in time."""
        self.session.subscriptions.allow_many_rooms()
        self.prepare()
        self.session.stream.put(self._opening)
        self.connection.factory.checks.schedule(self.connection)

    def state(self) -> State | None:
        """Return what another process needs to go on; None while something is under way."""
        state = super().state()
        return state and {**state, "greeted": self.greeted, "came": self._came}

    def resume(self, connection: ManagedConnection, state: State) -> None:
        """Take a connection, and go on with the session of another process."""
        self.greeted, self._came = state["greeted"], state["came"]
        super().resume(connection, state)
        self.prepare()
        connection.factory.checks.schedule(connection)

    def prepare(self) -> None:
        """Have the session answer as its client understands it."""
        raise NotImplementedError
