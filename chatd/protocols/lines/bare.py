"""Bare lines: the protocol of programs, whose lines are text and nothing else.

This module must not know what a line does, when a client has its turn, or how many clients are
admitted.
"""

from __future__ import annotations

from chatd.formats.bare import BareFormat
from chatd.protocols.lines.handler import LineRules
from chatd.protocols.lines.protocol import LineProtocol
from chatd.text.validation import InvalidLine, LineFault, validate_line

BARE_LENGTH = 256
"""Most characters of a bare line."""

BARE = LineRules(format=lambda server: BareFormat(), for_people=False)


class BareProtocol(LineProtocol):
    """Bare lines: no greeting, no names, no commands, no telnet. For programs, and for teaching."""

    rules = BARE

    def lineReceived(self, line: bytes) -> None:
        """Validate a line, its end taken off, and say it."""
        try:
            text = validate_line(line, self.max_length)
        except InvalidLine:
            self._refuse(LineFault.TOO_LONG)  # a bare format sends the kind alone
        else:
            self._handler.say(text)

    def lineLengthExceeded(self, line: bytes) -> None:
        """Refuse a line that was too long to store, whose two ends are given."""
        self._refuse(LineFault.TOO_LONG)
