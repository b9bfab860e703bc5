"""The exchange of `chatd say` with a server: enter a room, say lines, and count their receipts.

Theory of operation (docs/wire.md has the messages). After ``text`` no line can be a command. Each
line has an id, and is answered by ``ack`` once it is on disk, or by ``refused``, after an ``error``
that says why, or by ``unsure``, if it may be on disk or not. Lines are sent without waiting for
that; after the last answer we close.

    -> {"type":"hello","name":"ci","rooms":{"ops":null}}
    -> {"type":"text","id":1}
    <- {"type":"done","id":1}
    -> {"type":"line","id":1,"room":"ops","text":"build 17 is done"}
    <- {"type":"ack","id":1,"room":"ops","seq":40}

A line that cannot be valid is refused here. This module must not know where lines come from, nor
how the connection was made; like `chatd.client.say` it imports only the standard library and
chatd's pure modules.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from chatd.client import json_lines
from chatd.client.json_lines import ANSWER_TIMEOUT, JsonLink, Message, Refused, encode
from chatd.client.logging_in import Login, log_in
from chatd.client.server import Server
from chatd.client.wire import ClientError
from chatd.protocols.lines.framing import TooLong
from chatd.text.messages import InvalidMessage, validate_message
from chatd.text.validation import InvalidLine, LineFault, validate_line

KEYED_LINES = 200
"""Most lines with idempotency keys in a run: a server knows so many keys of one client."""

_MAX_LENGTH = 4096
"""Most characters of a line, if the server names no number."""


class Author(NamedTuple):
    """The name that lines are said under: that of a login, or a guest's, or none.

    ``key`` makes the lines known to the server, so that each is said once; None for none. ``kind``
    is that of the lines, None for text.
    """

    name: str | None = None
    login: Login | None = None
    key: str | None = None
    kind: str | None = None

    @property
    def client_key(self) -> str | None:
        """The key by which a server knows a guest who comes again.

        It follows from the name and the key, so that a retry on another machine has it, too. The
        keys of an account are known by the account.
        """
        if self.key is None or self.login is not None:
            return None
        return "say-" + _digest(f"{self.name or ''}\n{self.key}")

    def key_of(self, number: int) -> str | None:
        """Return the idempotency key of a line, given its number."""
        return None if self.key is None else f"{_digest(self.key)}-{number}"


class CutLine(bytes):
    """A typed line as long as a terminal hands on: the rest may be lost, so it is not said."""


class Source(Protocol):
    """The input that is said: lines, as they become available. One with LFs is one message."""

    @property
    def fileno(self) -> int | None:
        """The file descriptor to wait for, or None at the end."""

    def read(self) -> list[bytes]:
        """Return the next lines."""


def enter(server: Server, author: Author, room: str | None) -> tuple[JsonLink, Receipts]:
    """Connect, take the name, and enter the room; return the conversation and what is said in it.

    Raises `ClientError` if the server refuses any of it.
    """
    login = author.login
    rooms = {} if login is not None else None if room is None else {room: None}
    talk, hello = json_lines.begin(
        server,
        for_password=login is not None,
        name=author.name,
        key=author.client_key,
        rooms=rooms,
    )
    try:
        errors: list[Message] = []
        if login is not None:
            log_in(talk, login)
        talk.ask("text", otherwise=lambda each: errors.append(each) if _is_error(each) else None)
        if errors:
            raise Refused(errors[0])
        room = room or json_lines.text_of(hello, "lobby")
        if login is not None:
            talk.ask("enter", room=room)
        longest = hello.get("max_length")
        return talk, Receipts(author, room, longest if isinstance(longest, int) else _MAX_LENGTH)
    except BaseException:
        talk.close()
        raise


def say(talk: JsonLink, source: Source, receipts: Receipts) -> None:
    """Send the lines of *source*, until all are answered.

    Raises `ClientError` unless all were saved.
    """
    interruption = None
    readable = source.fileno is None
    while True:
        if readable:
            talk.send_encoded(receipts.expect(source.read()))
        ended = source.fileno is None
        if not talk.is_open or (ended and not receipts.are_due):
            break
        try:
            timeout = ANSWER_TIMEOUT if receipts.are_due else None
            messages, readable = talk.exchange(timeout, source.fileno)
        except TimeoutError:
            interruption = f"the server has not answered for {ANSWER_TIMEOUT:.0f} seconds"
            break
        for message in messages:
            receipts.receive(message)
    if interruption is None and (receipts.are_due or source.fileno is not None):
        interruption = f"{talk.ending.rstrip('.')} before all was said"
    receipts.check(interruption)


class Receipts:
    """The lines that an author says in a room, counted: how many were saved, and how many refused.

    Of others it is not known, because the server's store has not answered.

    ``max_length`` is the most characters of a line.
    """

    def __init__(self, author: Author, room: str, max_length: int) -> None:
        self._author = author
        self._room = room
        self._max_length = max_length
        self._said = self._saved = self._refused = self._unsure = 0
        self._error = self._refusal = ""

    @property
    def are_due(self) -> bool:
        """True if the server has not answered every line yet."""
        return self._saved + self._refused + self._unsure < self._said

    def expect(self, lines: Iterable[bytes]) -> bytes:
        """Count *lines*; return the messages that say them, without blank ones."""
        return b"".join(map(self._message, lines))

    def _message(self, line: bytes) -> bytes:
        self._said += 1
        try:
            text = self._valid(line)
        except InvalidLine as fault:
            if fault.reason is LineFault.BLANK:
                self._said -= 1
            else:
                self._refuse(_fault_of_line(fault, self._max_length))
        except InvalidMessage as invalid:
            self._refuse(_fault_of_message(invalid, self._max_length))
        else:
            key, kind = self._author.key_of(self._said), self._author.kind
            return encode("line", id=self._said, room=self._room, text=text, key=key, kind=kind)
        return b""

    def _valid(self, line: bytes) -> str:
        if isinstance(line, TooLong):
            raise InvalidLine(LineFault.TOO_LONG)
        if isinstance(line, CutLine):
            raise InvalidLine(LineFault.CUT)
        if b"\n" not in line:
            return validate_line(line, self._max_length)
        try:
            text = line.decode()
        except UnicodeDecodeError:
            raise InvalidLine(LineFault.NOT_UTF8) from None
        if message := validate_message(text, self._max_length):
            return message
        raise InvalidLine(LineFault.BLANK)

    def receive(self, message: Message) -> None:
        """Count a message from the server, if it answers a line."""
        kind = message.get("type")
        if kind == "ack":
            self._saved += 1
        elif kind == "unsure":
            self._unsure += 1
        elif kind == "refused":
            self._refuse(self._error)
        elif kind == "error":
            refusal = Refused(message)
            # The kind of this one names a command that is used wrong, and there is none.
            is_known = refusal.key == "other_lines_with_key"
            self._error = json_lines.text_of(message, "text") if is_known else str(refusal)

    def _refuse(self, reason: str) -> None:
        self._refused += 1
        self._refusal = self._refusal or reason

    def check(self, interruption: str | None) -> None:
        """Raise `ClientError` unless all lines were saved and there was no *interruption*."""
        count = f"{self._saved} of {self._said} lines were saved"
        if self._unsure:
            raise ClientError(self._doubt())
        if self._refused and self._refused == self._said:
            raise ClientError(f"nothing was said: {self._refusal}")
        if self._refused:
            raise ClientError(f"not all was said, {count}: {self._refusal}")
        if interruption:
            raise ClientError(f"{interruption}: {count}.")

    def _doubt(self) -> str:
        """Return the sentence for lines of which it is not known whether they were saved."""
        refused = f"; {self._refused} were refused ({self._refusal})" if self._refused else ""
        what_to_do = "Look in the room before you say them again."
        if self._author.key is not None:
            what_to_do = "Do the same again: with its key, each line is said once."
        return (
            f"it is not known if {self._unsure} of {self._said} lines were saved, because the store"
            f" has not answered{refused}. {what_to_do}"
        )


def _is_error(message: Message) -> bool:
    return message.get("type") == "error"


def _digest(text: str) -> str:
    from hashlib import sha256  # takes a while, and few runs have a key

    return sha256(text.encode(errors="surrogateescape")).hexdigest()[:40]


# The sentences are the server's, and take a while to load: they are imported once one is needed.


def _fault_of_line(fault: InvalidLine, max_length: int) -> str:
    from chatd.errors import LINE_FAULTS, ErrorKind
    from chatd.i18n import Language, sentence

    text = sentence(Language.ENGLISH, LINE_FAULTS[fault.reason], limit=max_length)
    return f"{ErrorKind.INVALID_MESSAGE.value}: {text}"


def _fault_of_message(invalid: InvalidMessage, max_length: int) -> str:
    from chatd.errors import message_refusal
    from chatd.i18n import Language, sentence

    refusal = message_refusal(invalid, max_length)
    text = sentence(Language.ENGLISH, refusal.key, **refusal.values)
    return f"{refusal.kind.value}: {text}"
