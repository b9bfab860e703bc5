"""The handler of an IRC client that speaks through a WebSocket: lines in frames (IRCv3 websocket).

This module must not know of what frames are made (`chatd.protocols.websocket`), nor how the
connection became a WebSocket.
"""

from __future__ import annotations

from typing import cast

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.credentials import Grant
from chatd.chat.server import ChatServer
from chatd.formats.irc_labels import EOL
from chatd.protocols.irc.door import Door, TransportSecurity
from chatd.protocols.irc.framed import FramedStream
from chatd.protocols.irc.handler import IrcHandler
from chatd.protocols.irc.message import LONGEST
from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.protocols.websocket.frames import Frames
from chatd.protocols.websocket.handler import OverWebSocket
from chatd.protocols.websocket.liveness import Liveness
from chatd.util.state import State

SUBPROTOCOL = "text.ircv3.net"
"""The name that clients offer in the handshake."""

PATH = "/irc"
"""The path at which it is spoken to those that offer no name, as gamja does."""


class IrcWebSocketHandler(OverWebSocket[bytes], IrcHandler):
    """Handles the messages of one client, each of them a line without its end.

    ``opening`` is the answer to the handshake, ``grant`` that of the person whom a trusted proxy
    named in it.
    """

    __slots__ = ("_opening", "liveness")

    stream_type = FramedStream

    def __init__(
        self,
        door: Door,
        server: ChatServer,
        clock: IReactorTime,
        max_length: int,
        *,
        opening: bytes = b"",
        grant: Grant | None = None,
    ) -> None:
        frames = Frames(LONGEST + len(EOL), _line)
        IrcHandler.__init__(self, door, server, clock, max_length, frames)
        self._opening = opening
        self.liveness = Liveness()
        self.client.grant = grant

    @property
    def security(self) -> TransportSecurity | None:
        """None: the client chooses by its URL whether it comes by TLS."""
        return None

    @property
    def may_be_pinged(self) -> bool:
        """True once the client has registered."""
        return self.client.registered

    @property
    def stream(self) -> FramedStream:
        """The stream of the client."""
        return cast(FramedStream, self.session.stream)

    def enter(self) -> None:
        """Wait for the client to register, which it has to do in time."""
        self.stream.begin_with(self._opening)
        super().enter()

    def state(self) -> State | None:
        """Return what another process needs to go on; None while something is under way."""
        state = super().state()
        return state and {**state, "stream": self.stream.state()}

    def resume(self, connection: ManagedConnection, state: State) -> None:
        """Take a connection, and go on with the session of another process."""
        super().resume(connection, state)
        self.stream.resume(state["stream"])
        connection.factory.checks.schedule(connection)

    def send_frame(self, frame: bytes) -> None:
        """Send a frame that is no line."""
        self.stream.send_frame(frame)

    def farewell(self) -> bytes:
        """Return the last line. The frame that closes the WebSocket comes after it."""
        self.stream.end_in(self.closing())
        return super().farewell()


def _line(message: str) -> bytes:
    """Return the line in a message, which should have no line end, but does of some clients."""
    return message.removesuffix("\n").removesuffix("\r").encode()
