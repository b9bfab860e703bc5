"""Chat lines: the protocol of people with ``nc`` or ``telnet``, and of programs that write so.

This module must not know what a line does, when a client has its turn, or how many clients are
admitted.
"""

from __future__ import annotations

from functools import cache

from chatd.formats.chat import ChatFormat
from chatd.i18n import Language
from chatd.protocols.lines.handler import LineRules
from chatd.protocols.lines.protocol import LineProtocol
from chatd.protocols.transport import typed_text
from chatd.text.messages import OF_LINES
from chatd.text.validation import InvalidLine, LineFault, fault_of_bytes, validate_line


@cache
def _format_in(language: Language) -> ChatFormat:
    """Return the format of a client that has set nothing: one for all of them."""
    return ChatFormat(language)


CHAT = LineRules(format=lambda server: _format_in(server.language), for_people=True)


class ChatProtocol(LineProtocol):
    """Chat lines: a person with ``nc`` or ``telnet``, or a program that writes like one."""

    rules = CHAT

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
        typed_text.take(handler, text)

    def lineLengthExceeded(self, line: bytes) -> None:
        """Refuse a line that was too long to store, whose two ends are given."""
        self._take_unreadable(LineFault.TOO_LONG)

    def _is_answer(self, line: bytes) -> bool:
        try:
            answer = line.decode()
        except UnicodeDecodeError:
            self._take_unreadable(fault_of_bytes(line))
            return True
        return typed_text.take_answer(self._handler, answer)

    def _take_unreadable(self, fault: LineFault) -> None:
        """Refuse a line that cannot be an answer, which spoils a paste."""
        prompt = self.session.prompt
        if prompt.spoil(OF_LINES[fault]):
            return
        is_answer = prompt.pending is not None and prompt.take() is not None
        self._refuse(fault)
        if is_answer:
            self._handler.when_said(prompt.ask_again)
