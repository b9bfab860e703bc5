"""The handler of a browser's connection that is a WebSocket: messages in frames.

This module must not know of what frames are made (`chatd.protocols.web.live.frames`), nor what a
message is for.
"""

from __future__ import annotations

from math import inf

from twisted.internet.interfaces import IReactorTime
from wsproto.frame_protocol import CloseReason

from chatd.chat.server import ChatServer
from chatd.formats.envelopes import FRAMES
from chatd.protocols.live.handler import LiveHandler, most_characters
from chatd.protocols.web.live.credentials import NO_CREDENTIALS, HandshakeCredentials
from chatd.protocols.web.live.frames import Frames
from chatd.protocols.web.live.liveness import Liveness


class WebSocketHandler(LiveHandler[str]):
    """Handles the messages of one browser.

    ``opening`` is the answer to the handshake, ``credentials`` are those that were in it.
    """

    envelope = FRAMES
    timed = True  # it may have to be asked whether it is there
    decoder: Frames
    handle = LiveHandler.take

    def __init__(
        self,
        server: ChatServer,
        clock: IReactorTime,
        max_length: int,
        *,
        opening: bytes = b"",
        credentials: HandshakeCredentials = NO_CREDENTIALS,
    ) -> None:
        frames = Frames(most_characters(max_length))
        super().__init__(server, clock, max_length, frames, opening)
        self._credentials = credentials
        self._liveness = Liveness()

    def kind(self) -> str:
        """Return the kind of the connection."""
        return "websocket"

    def farewell(self) -> bytes:
        """Return the frame that closes the connection."""
        return self.decoder.close(CloseReason.NORMAL_CLOSURE)

    def accept(self, messages: list[str]) -> list[str]:
        """Return the messages, all of which have an effect. Send the answer to a ping."""
        if reply := self.decoder.reply():
            self.session.stream.put(reply)
        return messages

    def settle(self, more: bool) -> bool:
        """Return True if the next message may be handled. End after the last one."""
        if self.decoder.over and not more:
            self.server.finish(self.session)
        return super().settle(more)

    def check(self, now: float) -> float:
        """Let go of a client that shows no life; ask it for a sign."""
        connection, liveness = self.connection, self._liveness
        if liveness.is_dead(connection, now):
            connection.abort()
            return inf
        if self.greeted and liveness.wants_ping(connection, now):
            self.session.stream.put(self.decoder.ping())
        return min(liveness.due(connection), super().check(now))

    def say_goodbye(self) -> None:
        """Tell the client that the server is stopping, and end the session."""
        self.decoder.close(CloseReason.GOING_AWAY)
        super().say_goodbye()

    def log_in(self, proof: str) -> bool:
        """Log the session in, if the client has signed in.

        Return False if the client has a sign-in that is not valid any more.
        """
        credentials, self._credentials = self._credentials, NO_CREDENTIALS
        return credentials.log_in(self.server, self.session, proof)
