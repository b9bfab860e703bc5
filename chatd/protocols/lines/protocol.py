"""The base of the protocols of lines: the border between Twisted and the chat.

Bytes in, valid lines out. `ClientProtocol.dataReceived`, which precedes that of `LineReceiver`,
hands the bytes to the managed connection; its decoder makes lines of them, and each comes back to
``lineReceived``. There it is validated; the handler does what it is for. (The framing of
`LineReceiver` is not used: it is quadratic in the lines of a read.) This module must not know what
a line does, when a client has its turn, or how many clients are admitted.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.protocols.basic import LineReceiver

from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import LINE_FAULTS, ErrorKind
from chatd.protocols.lines.handler import LineHandler, LineRules
from chatd.protocols.lines.json_lines import JSON_LINES
from chatd.protocols.transport.client_protocol import ClientProtocol
from chatd.protocols.transport.handler import Handler
from chatd.text.validation import LineFault


class LineProtocol(ClientProtocol, LineReceiver):
    """A client that sends lines of at most ``max_length`` characters."""

    delimiter = b"\n"
    rules: LineRules

    def __init__(self, server: ChatServer, clock: IReactorTime, max_length: int) -> None:
        self.max_length = max_length
        self._handler = LineHandler(server, clock, max_length, self)
        super().__init__(clock, self._handler)

    def handler_of(self, kind: str) -> Handler[Any]:
        """Return the handler of a client, which may have changed to JSON lines."""
        if kind != JSON_LINES:
            return super().handler_of(kind)
        handler = self._handler.for_json()
        self.release()
        return handler

    @property
    def session(self) -> Session:
        """The session of the client."""
        return self._handler.session

    def release(self) -> None:
        """Receive no line any more: the client speaks in another way from here on."""
        del self._handler

    def _refuse(self, fault: LineFault) -> None:
        session, key, limit = self.session, LINE_FAULTS[fault], self.max_length
        self._handler.when_said(lambda: session.error(ErrorKind.INVALID_MESSAGE, key, limit=limit))
