"""The handler of a browser's connection that is a WebSocket: messages in frames.

This module must not know of what frames are made (`chatd.protocols.websocket`), nor what a message
is for.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from chatd.chat.server import ChatServer
from chatd.formats.envelopes import FRAMES
from chatd.protocols.live.handler import LiveHandler, most_characters
from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.protocols.web.live.credentials import (
    NO_CREDENTIALS,
    HandshakeCredentials,
    credentials_from,
)
from chatd.protocols.websocket.frames import Frames
from chatd.protocols.websocket.handler import OverWebSocket
from chatd.protocols.websocket.liveness import Liveness
from chatd.util.state import State

WEBSOCKET = "websocket"
"""The kind of a connection that is a browser's WebSocket."""


class WebSocketHandler(OverWebSocket[str], LiveHandler[str]):
    """Handles the messages of one browser.

    ``opening`` is the answer to the handshake, ``credentials`` are those that were in it.
    """

    envelope = FRAMES
    decoder: Frames[str]
    handle = LiveHandler.take
    farewell = OverWebSocket.closing

    def __init__(
        self,
        server: ChatServer,
        clock: IReactorTime,
        max_length: int,
        *,
        opening: bytes = b"",
        credentials: HandshakeCredentials = NO_CREDENTIALS,
    ) -> None:
        frames = Frames(most_characters(max_length), str)
        LiveHandler.__init__(self, server, clock, max_length, frames, opening)
        self._credentials = credentials
        self.liveness = Liveness()

    def kind(self) -> str:
        """Return the kind of the connection."""
        return WEBSOCKET

    def state(self) -> State | None:
        """Return what another process needs to go on; None while something is under way."""
        state = super().state()
        return state and {**state, "credentials": self._credentials.state()}

    def resume(self, connection: ManagedConnection, state: State) -> None:
        """Take a connection, and go on with the session of another process."""
        self._credentials = credentials_from(state["credentials"])
        super().resume(connection, state)

    @property
    def may_be_pinged(self) -> bool:
        """True once the client has said hello."""
        return self.greeted

    def send_frame(self, frame: bytes) -> None:
        """Send a frame that is no message."""
        self.session.stream.put(frame)

    def log_in(self, proof: str) -> bool:
        """Log the session in, if the client has signed in.

        Return False if the client has a sign-in that is not valid any more.
        """
        credentials, self._credentials = self._credentials, NO_CREDENTIALS
        return credentials.log_in(self.server, self.session, proof)
