"""Lines over a connection: the border between Twisted and the chat. Bytes in, verbs out.

`ChatProtocol` speaks chat lines, for people with nothing but a terminal; `BareProtocol` speaks bare
lines. Here a line is validated. What it does is none of its business, nor is whose turn it is,
which is the peer's, nor who may come in, which is the factory's.
"""

from __future__ import annotations

from codecs import BOM_UTF8

from twisted.internet.interfaces import IReactorTime
from twisted.protocols.basic import LineReceiver

from chatd.chat.server import ChatServer
from chatd.errors import LINE_FAULTS, ErrorKind
from chatd.formats.bare import BareFormat
from chatd.formats.base import Format
from chatd.formats.chat import ChatFormat
from chatd.protocols.lines.framing import Framer, TooLong
from chatd.protocols.lines.telnet import IAC, TelnetFilter
from chatd.protocols.transport.session_protocol import FRAMED_BYTES, SessionProtocol
from chatd.text.blanks import is_blank
from chatd.text.validation import (
    InvalidLine,
    LineFault,
    is_http_request,
    is_irc_greeting,
    is_tls_hello,
    is_utf8,
    validate_line,
)

TELNET_BYTES = 512
"""The same where telnet has commands in it, which are looked at byte by byte (0.25 ms)."""

BYTES_A_CHARACTER = 32
"""What one character of a line may take on the wire: four bytes of UTF-8, and the colour codes
before it (the longest that programs print, a 24-bit colour, is 19 bytes, and its end is 4)."""

BARE_LENGTH = 256
"""How many characters a bare line may have."""

ANSWERS = 3
"""Most questions that a command asks, one after another (/password)."""


class LineProtocol(SessionProtocol[bytes], LineReceiver):
    """What both kinds of lines have in common: framing, and what the first one tells.

    (LineReceiver's own framing is quadratic in the lines of a read, and is not used.)
    """

    delimiter = b"\n"
    telnet = False
    answers_blank = True
    closes_binary = False
    """True if a first line that is not UTF-8 ends the connection: it is of another protocol, of
    which no later part must be said."""

    def __init__(self, server: ChatServer, clock: IReactorTime, max_length: int) -> None:
        framer = Framer(max_length * BYTES_A_CHARACTER, telnet_line_ends=self.telnet)
        super().__init__(server, clock, max_length, framer)
        self._framer: Framer = framer
        self._texts: list[str] = []  # valid lines, to be said in one go
        self._first = True

    def without_telnet(self, data: bytes) -> bytes:
        """What is left of the bytes read once what is no text is taken out and answered."""
        return data

    def is_foreign(self, line: bytes, whole: bool) -> bool:
        """Whether the first line is another protocol's; if not ``whole``, its two ends are given.

        A web page must not be able to talk into a room, nor a header reach a screen.
        """
        return is_http_request(line, whole=whole) or is_tls_hello(line)

    def lineReceived(self, line: bytes) -> None:
        """Handle a line, its end taken off."""
        raise NotImplementedError

    def lineLengthExceeded(self, line: bytes) -> None:
        """Handle a line that was too long to keep; given are its two ends."""
        raise NotImplementedError

    def piece_size(self) -> int:
        telnet = self.telnet and IAC in self._unread[:FRAMED_BYTES]
        return TELNET_BYTES if telnet else FRAMED_BYTES

    def cut(self, piece: bytes) -> list[bytes]:
        text = self.without_telnet(piece)
        return self._meant(self._framer.feed(text), text)

    def cut_last(self) -> list[bytes]:
        return self._meant(self._framer.finish(), b"")

    def _meant(self, lines: list[bytes], text: bytes) -> list[bytes]:
        """The lines that were cut from a text, without those that mean nothing."""
        if self.answers_blank:
            return lines
        asked = self.session.prompt.pending is not None
        # The first line may have begun in a piece before.
        if asked or (lines and (b"/" in text or b"/" in lines[0])):
            return _without_blanks(lines, asked)
        return list(filter(None, lines))

    def handle(self, line: bytes) -> None:
        whole = not isinstance(line, TooLong)
        if self._first:
            if not self.located and not self.is_admitted():
                return
            if whole:
                line = line.removeprefix(BOM_UTF8)  # of a file that is sent
            self._first = is_blank(line.decode(errors="replace"))
            if self._framer.first_line_ended_in_cr:
                self.session.subscriptions.change_format(
                    self.session.replies.format.with_eol(b"\r\n")
                )
            if self.is_foreign(line, whole):
                self._close(ErrorKind.WRONG_PROTOCOL, "wrong_protocol")
                return
            if self.closes_binary and not is_utf8(line, whole=whole):
                self._close(ErrorKind.INVALID_MESSAGE, "first_not_utf8")
                return
        if whole:
            self.lineReceived(line)
        else:
            self.lineLengthExceeded(line)

    def _close(self, kind: ErrorKind, key: str) -> None:
        """End the connection because of its first line, and take no other."""
        self.session.error(kind, key)
        self.server.finish(self.session)
        self._run = 0

    def say(self, text: str) -> None:
        """Say a valid line, together with those before and behind it."""
        self._texts.append(text)

    def flush(self) -> None:
        if self._texts:
            texts, self._texts = self._texts, []
            try:
                self.session.say(*texts)
            except Exception:
                self._failed()


def _without_blanks(lines: list[bytes], asked: bool) -> list[bytes]:
    """The lines that are not blank, and those that may be answers: to a command in front of them,
    or to what was ``asked`` before."""
    kept = []
    answers = ANSWERS if asked else 0
    for line in lines:
        if line or answers:
            kept.append(line)
        answers = ANSWERS if b"/" in line else max(0, answers - 1)
    return kept


class ChatProtocol(LineProtocol):
    """Chat lines: a person with ``nc`` or ``telnet``, or a program that writes like one."""

    telnet = True
    for_people = True
    answers_blank = False
    closes_binary = True

    def __init__(self, server: ChatServer, clock: IReactorTime, max_length: int = 4096) -> None:
        super().__init__(server, clock, max_length)
        self._telnet = TelnetFilter()

    def format(self) -> Format:
        return ChatFormat(self.server.language)

    def _enter(self) -> None:
        self.session.prompt.hide_typing_with(self._hide_typing)
        super()._enter()

    def without_telnet(self, data: bytes) -> bytes:
        data, reply = self._telnet.feed(data)
        if reply:
            self.session.stream.put(reply)
        return data

    def is_foreign(self, line: bytes, whole: bool) -> bool:
        return super().is_foreign(line, whole) or is_irc_greeting(line)

    def lineReceived(self, line: bytes) -> None:
        # Ctrl+D over telnet comes as this byte, in front of the next line.
        if b"\x04" in line:
            line = line.replace(b"\x04", b"", 1)
        session = self.session
        if session.prompt.pending is not None and self._is_answer(line):
            return
        try:
            text = validate_line(line, self.max_length)
        except InvalidLine as invalid:
            if invalid.reason is not LineFault.BLANK:
                self._fault(invalid.reason)
            return
        self.take_typed(text)

    def lineLengthExceeded(self, line: bytes) -> None:
        if self.session.prompt.pending is not None:
            self.session.prompt.take()
        self._fault(LineFault.TOO_LONG)

    def _is_answer(self, line: bytes) -> bool:
        try:
            answer = line.decode()
        except UnicodeDecodeError:
            self.session.prompt.take()
            self._fault(LineFault.NOT_UTF8)
            return True
        return self.take_answer(answer)

    def _hide_typing(self, hidden: bool) -> None:
        reply = self._telnet.hide(hidden)
        if reply:
            self.session.stream.put(reply)

    def _fault(self, fault: LineFault) -> None:
        key = LINE_FAULTS[fault]
        self.when_said(
            lambda: self.session.error(ErrorKind.INVALID_MESSAGE, key, limit=self.max_length)
        )


class BareProtocol(LineProtocol):
    """Bare lines: no greeting, no names, no commands, no telnet. For programs, and for teaching."""

    def __init__(
        self, server: ChatServer, clock: IReactorTime, max_length: int = BARE_LENGTH
    ) -> None:
        super().__init__(server, clock, max_length)

    def format(self) -> Format:
        return BareFormat()

    def lineReceived(self, line: bytes) -> None:
        try:
            text = validate_line(line, self.max_length)
        except InvalidLine:
            self._refuse()
        else:
            self.say(text)

    def lineLengthExceeded(self, line: bytes) -> None:
        self._refuse()

    def _refuse(self) -> None:
        self.when_said(
            lambda: self.session.error(ErrorKind.INVALID_MESSAGE, "too_long", limit=self.max_length)
        )
