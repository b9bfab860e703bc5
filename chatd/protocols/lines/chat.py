"""Chat lines: the protocol of people with ``nc`` or ``telnet``, and of programs that write so.

The border between Twisted and the chat: bytes in, valid lines out. `ClientProtocol.dataReceived`,
which precedes that of `LineReceiver`, hands the bytes to the managed connection; its decoder makes
lines of them, and each comes back to ``lineReceived``. There it is validated; the handler does what
it is for. (The framing of `LineReceiver` is not used: it is quadratic in the lines of a read.) This
module must not know what a line does, when a client has its turn, or how many clients are admitted.
"""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime
from twisted.protocols.basic import LineReceiver

from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import LINE_FAULTS, ErrorKind
from chatd.formats.chat import ChatFormat
from chatd.protocols.lines.handler import LineHandler, LineRules
from chatd.protocols.transport.client_protocol import ClientProtocol
from chatd.text.validation import InvalidLine, LineFault, validate_line

CHAT = LineRules(format=lambda server: ChatFormat(server.language), for_people=True)


class ChatProtocol(ClientProtocol, LineReceiver):
    """Chat lines: a person with ``nc`` or ``telnet``, or a program that writes like one."""

    delimiter = b"\n"

    def __init__(self, server: ChatServer, clock: IReactorTime, max_length: int = 4096) -> None:
        self.max_length = max_length
        self._handler = LineHandler(server, clock, max_length, self, CHAT)
        super().__init__(clock, self._handler)

    @property
    def session(self) -> Session:
        """The session of the client."""
        return self._handler.session

    def lineReceived(self, line: bytes) -> None:
        """Validate a line, its end taken off, and have it done."""
        # Ctrl+D over telnet comes as this byte, before the next line.
        if b"\x04" in line:
            line = line.replace(b"\x04", b"", 1)
        handler = self._handler
        if handler.session.prompt.pending is not None and self._is_answer(line):
            return
        try:
            text = validate_line(line, self.max_length)
        except InvalidLine as invalid:
            if invalid.reason is not LineFault.BLANK:
                self._refuse(invalid.reason)
            return
        handler.typed.take(text)

    def lineLengthExceeded(self, line: bytes) -> None:
        """Refuse a line that was too long to store, whose two ends are given."""
        if self.session.prompt.pending is not None:
            self.session.prompt.take()
        self._refuse(LineFault.TOO_LONG)

    def _is_answer(self, line: bytes) -> bool:
        try:
            answer = line.decode()
        except UnicodeDecodeError:
            self.session.prompt.take()
            self._refuse(LineFault.NOT_UTF8)
            return True
        return self._handler.typed.take_answer(answer)

    def _refuse(self, fault: LineFault) -> None:
        session, key, limit = self.session, LINE_FAULTS[fault], self.max_length
        self._handler.when_said(lambda: session.error(ErrorKind.INVALID_MESSAGE, key, limit=limit))
