"""JSON lines: the protocol of programs that need exact answers, and of chatd's own clients.

A client of a chat port whose first line is ``/json`` speaks live messages from there on, each in
one line. This module must not know what a message is for, nor how bytes become lines.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.credentials import Grant, grant_from
from chatd.chat.actions.login import log_in_by_grant
from chatd.chat.server import ChatServer
from chatd.formats.envelopes import LINES
from chatd.formats.json import JsonFormat
from chatd.protocols.lines.decoder import LineDecoder
from chatd.protocols.lines.framing import TooLong
from chatd.protocols.live.handler import LiveHandler, most_characters
from chatd.protocols.live.members import WrongMessage
from chatd.protocols.transport.handler import Goodbye
from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.util.state import State

FIRST_LINE = b"/json"
"""The first line of a client that speaks JSON lines, in small letters."""

JSON_LINES = "json"
"""The kind of a connection of JSON lines."""

ENDED = "ended"
"""The reason of the last message if the session has ended; of others see `Goodbye`."""


class JsonLineHandler(LiveHandler[bytes]):
    """Handles the messages of one client, each of them a line.

    ``grant`` is that of a user of the machine, who is logged in at the hello.
    """

    __slots__ = ("_closing", "_grant")

    envelope = LINES

    def __init__(
        self,
        server: ChatServer,
        clock: IReactorTime,
        max_length: int,
        grant: Grant | None = None,
    ) -> None:
        decoder = LineDecoder(most_characters(max_length), telnet=False)
        super().__init__(server, clock, max_length, decoder)
        self._closing = ENDED
        self._grant = grant

    def kind(self) -> str:
        """Return the kind of the connection."""
        return JSON_LINES

    def connect(self, connection: ManagedConnection) -> None:
        """Take a connection, whose client may have gone, and make the session."""
        super().connect(connection)
        if connection.lifecycle.lost:
            self.lost()

    def state(self) -> State | None:
        """Return what another process needs to go on; None while something is under way."""
        state = super().state()
        grant = None if self._grant is None else self._grant._asdict()
        return state and {**state, "grant": grant}

    def resume(self, connection: ManagedConnection, state: State) -> None:
        """Take a connection, and go on with the session of another process."""
        super().resume(connection, state)
        self._grant = None if state["grant"] is None else grant_from(state["grant"])

    def farewell(self) -> bytes:
        """Return the message after which nothing follows."""
        return JsonFormat(envelope=LINES).message("closing", reason=self._closing)

    def log_in(self, proof: str) -> bool:
        """Log a user of the machine in. Return False if the client has sent a proof, or may not."""
        grant, self._grant = self._grant, None
        is_valid = grant is None or log_in_by_grant(self.server, self.session, grant)
        return is_valid and super().log_in(proof)

    def accept(self, lines: list[bytes]) -> list[bytes]:
        """Return the lines that are not empty."""
        return list(filter(None, lines))

    def handle(self, line: bytes) -> None:
        """Do what the message in a line asks for."""
        if isinstance(line, TooLong):
            limit = most_characters(self.max_length)
            self.tell_error(None, WrongMessage("message_too_long", limit=limit))
            return
        try:
            message = line.decode()
        except UnicodeDecodeError:
            self.tell_error(None, WrongMessage("message_not_utf8"))
            return
        self.take(message)

    def say_goodbye(self, goodbye: Goodbye) -> None:
        """Tell the client that the server stops, or is upgraded, and end the session."""
        self._closing = goodbye.value
        super().say_goodbye(goodbye)
