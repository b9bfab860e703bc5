"""Bare lines: the protocol of programs, whose lines are text and nothing else.

It reads as `chatd.protocols.lines.chat` does. This module must not know what a line does, when a
client has its turn, or how many clients are admitted.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from twisted.protocols.basic import LineReceiver

from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind
from chatd.formats.bare import BareFormat
from chatd.protocols.lines.handler import LineHandler, LineRules
from chatd.protocols.transport.client_protocol import ClientProtocol
from chatd.text.validation import InvalidLine, validate_line

BARE_LENGTH = 256
"""Most characters of a bare line."""

BARE = LineRules(format=lambda server: BareFormat(), for_people=False)


class BareProtocol(ClientProtocol, LineReceiver):
    """Bare lines: no greeting, no names, no commands, no telnet. For programs, and for teaching."""

    delimiter = b"\n"

    def __init__(
        self, server: ChatServer, clock: IReactorTime, max_length: int = BARE_LENGTH
    ) -> None:
        self.max_length = max_length
        self._handler = LineHandler(server, clock, max_length, self, BARE)
        super().__init__(clock, self._handler)

    @property
    def session(self) -> Session:
        """The session of the client."""
        return self._handler.session

    def lineReceived(self, line: bytes) -> None:
        """Validate a line, its end taken off, and say it."""
        try:
            text = validate_line(line, self.max_length)
        except InvalidLine:
            self._refuse()
        else:
            self._handler.say(text)

    def lineLengthExceeded(self, line: bytes) -> None:
        """Refuse a line that was too long to store, whose two ends are given."""
        self._refuse()

    def _refuse(self) -> None:
        session, limit = self.session, self.max_length
        self._handler.when_said(
            lambda: session.error(ErrorKind.INVALID_MESSAGE, "too_long", limit=limit)
        )
