"""The part of a handler that is for the WebSocket, through which its client sends items.

This module must not know of what frames are made, nor what an item is for.
"""

from __future__ import annotations

from math import inf
from typing import TypeVar

from wsproto.frame_protocol import CloseReason

from chatd.protocols.transport.handler import Goodbye
from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.protocols.transport.session_handler import SessionHandler
from chatd.protocols.websocket.frames import Frames
from chatd.protocols.websocket.liveness import Liveness
from chatd.util.state import State

M = TypeVar("M")


class OverWebSocket(SessionHandler[M]):
    """Handles the frames that are no items; the class beside it handles the items."""

    __slots__ = ()

    timed = True  # the client may have to be asked whether it is there
    decoder: Frames[M]
    liveness: Liveness

    @property
    def may_be_pinged(self) -> bool:
        """True once the client has come in: until then it has a time of its own."""
        raise NotImplementedError

    def state(self) -> State | None:
        """Return what another process needs to go on; None while something is under way."""
        state = super().state()
        return state and {**state, "liveness": self.liveness.state()}

    def resume(self, connection: ManagedConnection, state: State) -> None:
        """Take a connection, and go on with the session of another process."""
        self.liveness.resume(state["liveness"])
        super().resume(connection, state)

    def send_frame(self, frame: bytes) -> None:
        """Send a frame that is no item."""
        raise NotImplementedError

    def accept(self, items: list[M]) -> list[M]:
        """Return the items that have an effect. Send the answer to a ping."""
        if reply := self.decoder.reply():
            self.send_frame(reply)
        return super().accept(items)

    def settle(self, more: bool) -> bool:
        """Return True if the next item may be handled. End after the last one."""
        if self.decoder.over and not more:
            self.server.finish(self.session)
        return super().settle(more)

    def check(self, now: float) -> float:
        """Let go of a client that shows no life; ask it for a sign."""
        connection, liveness = self.connection, self.liveness
        if liveness.is_dead(connection, now):
            connection.abort()
            return inf
        if self.may_be_pinged and liveness.wants_ping(connection, now):
            self.send_frame(self.decoder.ping())
        return min(liveness.due(connection), super().check(now))

    def say_goodbye(self, goodbye: Goodbye) -> None:
        """Tell the client that the server stops, or is upgraded, and end the session."""
        self.decoder.close(CloseReason.GOING_AWAY)
        super().say_goodbye(goodbye)

    def closing(self) -> bytes:
        """Return the last frame, which closes the WebSocket."""
        return self.decoder.close(CloseReason.NORMAL_CLOSURE)
