"""The handler of a client that sends lines: the first line, blank lines, and telnet's answers.

It hands each other line to the protocol, which validates it. This module must not know how bytes
become lines, nor what a valid line does.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.credentials import Grant
from chatd.accounts.local_users import LocalUsers
from chatd.chat.actions.local_login import enter_as_user, give_up_login, origin_of
from chatd.chat.server import ChatServer
from chatd.errors import ErrorKind, Refusal
from chatd.formats.base import Format
from chatd.protocols.lines.decoder import LineDecoder, most_bytes
from chatd.protocols.lines.framing import TooLong
from chatd.protocols.lines.json_lines import FIRST_LINE, JsonLineHandler
from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.protocols.transport.session_handler import SessionHandler, locate
from chatd.text.blanks import is_blank
from chatd.text.messages import MOST_MESSAGE_LINES
from chatd.text.validation import (
    LineFault,
    fault_of_bytes,
    is_http_request,
    is_irc_greeting,
    is_tls_hello,
    is_utf8,
)
from chatd.util.state import State
from chatd.util.unix_peers import Peer

ANSWERS = MOST_MESSAGE_LINES
"""Most lines after a command that may have a meaning although they are blank: those of /paste.
/password asks four questions."""


class LineRules(NamedTuple):
    """The differences between the two kinds of lines, beside validation.

    For people there are telnet, a greeting, and blank lines without a meaning. Their first line
    must be UTF-8: another one is of another protocol, of which no later part must be said.
    """

    format: Callable[[ChatServer], Format]
    for_people: bool


class LineReceiving(Protocol):
    """The protocol that lines are handed to: see `twisted.protocols.basic.LineReceiver`."""

    rules: LineRules

    def lineReceived(self, line: bytes) -> None: ...

    def lineLengthExceeded(self, line: bytes) -> None: ...

    def release(self) -> None:
        """Receive no line any more: the client speaks in another way from here on."""


class LineHandler(SessionHandler[bytes]):
    """Handles the lines of one client. ``receiver`` validates them."""

    __slots__ = ("_first", "_receiver")

    decoder: LineDecoder

    def __init__(
        self,
        server: ChatServer,
        clock: IReactorTime,
        max_length: int,
        receiver: LineReceiving,
    ) -> None:
        for_people = receiver.rules.for_people
        longest = most_bytes(max_length)
        decoder = LineDecoder(longest, telnet=for_people, first_apart=for_people)
        super().__init__(server, clock, max_length, decoder, for_people=for_people)
        self._receiver = receiver
        self._first = True

    def kind(self) -> str:
        """Return the kind of the connection."""
        return "chat" if self._for_people else "bare"

    def format(self) -> Format:
        """Return the format in which the session is shown events."""
        format = self._receiver.rules.format(self.server)
        return format.with_eol(b"\r\n") if self.decoder.first_line_ended_in_cr else format

    def connect(self, connection: ManagedConnection) -> None:
        """Take a connection, and make the session."""
        super().connect(connection)
        if self._for_people:
            self.session.prompt.hide_typing_on(self)

    def state(self) -> State | None:
        """Return what another process needs to go on; None while something is under way."""
        state = super().state()
        return state and {**state, "first": self._first}

    def resume(self, connection: ManagedConnection, state: State) -> None:
        """Take a connection, and go on with the session of another process."""
        self._first = state["first"]
        super().resume(connection, state)
        if self._for_people:
            self.session.prompt.hide_typing_on(self)

    def enter(self) -> None:
        """Let the session enter the chat; a user of the machine once its name is known."""
        peer, users = self.connection.address.peer, self.connection.factory.local_users
        if peer is None or users is None:
            super().enter()
        else:
            self.session.queue.when_settled(partial(self._enter_as_user, users, peer))

    async def _enter_as_user(self, users: LocalUsers, peer: Peer) -> None:
        server, session = self.server, self.session
        user = await users.find(peer)
        if not session.stream.finished and locate(self, origin_of(server, user)):
            await enter_as_user(server, session, user)

    def depart(self) -> None:
        """Release the session, and the receiver."""
        super().depart()
        del self._receiver

    def accept(self, lines: list[bytes]) -> list[bytes]:
        """Return the lines that mean something. Send the answers of telnet."""
        if self.decoder.reply:
            reply = self.decoder.take_reply()
            self.session.stream.put(reply)
        if b"" not in lines or not self._for_people:
            return lines
        asked = self.session.prompt.pending is not None
        if asked or b"/" in b"".join(lines):
            return _without_blanks(lines, asked)
        return list(filter(None, lines))

    def handle(self, line: bytes) -> None:
        """Hand a line to the receiver, unless it shows that the client speaks another protocol."""
        whole = not isinstance(line, TooLong)
        if self._first:
            if whole:
                line = line.removeprefix(BOM_UTF8)  # of a file that is sent
            self._first = self.decoder.first_apart = is_blank(line.decode(errors="replace"))
            if self.decoder.first_line_ended_in_cr:
                format = self.session.replies.format.with_eol(b"\r\n")
                self.session.subscriptions.change_format(format)
            if self._is_foreign(line, whole):
                self._close(ErrorKind.WRONG_PROTOCOL, "wrong_protocol")
                return
            if self._for_people and is_irc_greeting(line):
                port = self.connection.factory.irc_port
                key = "irc_is_elsewhere" if port else "wrong_protocol"
                self._close(ErrorKind.WRONG_PROTOCOL, key, port=port)
                return
            if self._for_people and not (
                is_utf8(line, whole=whole) or fault_of_bytes(line) is LineFault.CUT
            ):
                self._close(ErrorKind.INVALID_MESSAGE, "first_not_utf8")
                return
            if self._for_people and line.rstrip(b" ").lower() == FIRST_LINE:
                self._speak_json()
                return
        if whole:
            self._receiver.lineReceived(line)
        else:
            self._receiver.lineLengthExceeded(line)

    def _is_foreign(self, line: bytes, whole: bool) -> bool:
        """Return True if the first line is another protocol's.

        If not ``whole``, ``line`` is its two ends.

        A web page must not be able to talk into a room, nor a header reach a screen.
        """
        return is_http_request(line, whole=whole) or is_tls_hello(line)

    def _speak_json(self) -> None:
        """Give the connection to a handler of JSON lines. This session ends, and none is told."""
        try:
            self.server.numbers.check()
        except Refusal as refusal:
            self._close(refusal.kind, refusal.key)
            return
        connection, receiver = self.connection, self._receiver
        self.interrupted = True
        grant = give_up_login(self.server, self.session)
        connection.switch(self.for_json(grant))
        self.depart()
        receiver.release()

    def for_json(self, grant: Grant | None = None) -> JsonLineHandler:
        """Return the handler of JSON lines for this client, who has a grant by being there."""
        return JsonLineHandler(self.server, self._clock, self.max_length, grant)

    def _close(self, kind: ErrorKind, key: str, **values: object) -> None:
        """End the connection because of its first line, and take no other."""
        self.session.error(kind, key, **values)
        self.server.finish(self.session)
        self.interrupted = True

    def hide_typing(self, hidden: bool) -> bool:
        """Have a telnet client show no typed text, or show it again; False for one without it."""
        reply = self.decoder.hide_typing(hidden)
        if reply:
            self.session.stream.put(reply)
        return hidden and self.decoder.hides_typing


def _without_blanks(lines: list[bytes], asked: bool) -> list[bytes]:
    """Return the lines that are not blank, and those that may be answers.

    They may answer a command before them, or a question that is open already if ``asked``.
    """
    kept = []
    answers = ANSWERS if asked else 0
    for line in lines:
        if line or answers:
            kept.append(line)
        answers = ANSWERS if b"/" in line else max(0, answers - 1)
    return kept
