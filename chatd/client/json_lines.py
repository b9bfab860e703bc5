r"""A conversation with a server in JSON lines: messages, requests, and their answers.

Theory of operation (docs/wire.md has the messages). A chat port speaks first. Nothing is sent
before its welcome: a server of another kind must not receive it, and a bare port would show it to
everyone. An older server, which does not know ``/json``, would say a message in the room. So first
comes a fence, which it takes for another command, and which is no message.

    <- *** Welcome to chatd. You are guest7 in #lobby. ...
    -> /json \n /sync
    <- {"type":"error","key":"message_not_json",...}
    -> {"type":"hello","name":"ci"}
    <- {"type":"hello","name":"ci",...}

An answer has the id of its request. This module must not know what is asked for. It imports only
the standard library and chatd's pure modules, because cron jobs start with it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import count
from json import JSONEncoder
from time import monotonic
from typing import Any

from chatd.client import wire
from chatd.client.duplex import DuplexLink
from chatd.client.server import Connection, Server
from chatd.client.wire import ClientError
from chatd.protocols.lines.framing import TooLong
from chatd.text.escaping import visible
from chatd.text.json_input import decode_json

Message = dict[str, Any]

GREETING_TIMEOUT = 2.5
"""Seconds without a welcome after which a server is asked what it is."""

BUSY_TIMEOUT = 15.0
"""Further seconds that a chat port has which is busy."""

ANSWER_TIMEOUT = 120.0
"""Seconds without a byte, while an answer is due, after which the client gives up."""

DEEPEST = 16
"""Most levels of lists and objects in a message. Functions that call themselves for each take it.
"""

_FIRST_LINE = b"/json"
_FENCE = b"/sync"

_OLDER = "has an older version of chatd, without JSON lines. Take that version's client."

_ERROR = wire.ERROR.encode()
_WELCOME = re.compile(re.escape(wire.NOTICE).encode() + rb".*\bchatd\b")


class Refused(ClientError):
    """A request that the server refused.

    `kind` is the kind of the error, and `key` that of its sentence.
    """

    def __init__(self, error: Message) -> None:
        self.kind = text_of(error, "kind")
        self.key = text_of(error, "key")
        super().__init__(f"{self.kind}: {text_of(error, 'text')}")


def ignore(message: Message) -> None:
    """Do nothing with a message."""


class JsonLink:
    """A connection over which messages are exchanged."""

    def __init__(self, link: DuplexLink) -> None:
        self._link = link
        self._ids = count(1)
        self._farewell = ""
        self._unread = deque[Message]()
        self.close = link.close

    @property
    def is_open(self) -> bool:
        """True until all that the server sent is read."""
        return self._link.is_open or bool(self._unread)

    @property
    def ending(self) -> str:
        """The sentence that says that the server has closed, and why."""
        return self._farewell or self._link.ending

    def send(self, type: str, **members: Any) -> None:
        """Queue a message, which is sent during the next exchanges."""
        self._link.send(encode(type, **members))

    def say_hello(self, **members: Any) -> Message:
        """Say hello with these members, and return the answer.

        Raises `Refused`, for a token that is not valid, say, and `ClientError`.
        """
        self.send("hello", **members)
        for message in self._until_silent():
            if message.get("type") == "hello":
                return message
            if message.get("type") == "error":
                raise Refused(message)
        raise ClientError(self.ending)

    def send_encoded(self, messages: bytes) -> None:
        """Queue messages that are encoded already."""
        self._link.send(messages)

    def ask(
        self, type: str, *, otherwise: Callable[[Message], None] = ignore, **members: Any
    ) -> Message:
        """Send a request, and return the last message of its answer.

        *otherwise* receives the messages that come before and are not part of the answer. Raises
        `Refused`, and `ClientError` if no answer comes.
        """
        id = next(self._ids)
        self.send(type, id=id, **members)
        refused = None
        for message in self._until_silent():
            kind = message.get("type")
            if message.get("id") != id:
                otherwise(message)
            elif kind == "error":
                refused = refused or Refused(message)
                if type != "line":  # a command is answered to its end
                    raise refused
            elif kind in _ENDS.get(type, (type,)):
                if refused is not None:
                    raise refused
                return message
        raise ClientError(self.ending)

    def exchange(
        self, timeout: float | None, also: int | None = None
    ) -> tuple[list[Message], bool]:
        """Send and receive once, as `DuplexLink.exchange` does; return the messages received.

        Messages that came right after an answer are returned at once.
        """
        if self._unread:
            messages = list(self._unread)
            self._unread.clear()
            return messages, False
        lines, readable = self._link.exchange(timeout, also)
        return list(self._decoded(lines)), readable

    def _until_silent(self) -> Iterator[Message]:
        """Yield messages until the server has closed. Raises `ClientError` if it is silent.

        Those that the caller does not take are for the next one.
        """
        while self.is_open:
            try:
                messages, _ = self.exchange(ANSWER_TIMEOUT)
            except TimeoutError:
                raise ClientError(
                    f"the server has not answered for {ANSWER_TIMEOUT:.0f} seconds."
                ) from None
            self._unread.extend(messages)
            while self._unread:
                yield self._unread.popleft()

    def _decoded(self, lines: Iterable[bytes]) -> Iterator[Message]:
        for line in lines:
            message = decode(line)
            if message.get("type") == "closing":
                reason = text_of(message, "reason")
                self._farewell = f"the server closed the connection: {reason}."
            yield message


_ENDS = {
    "enter": ("entered",),
    "line": ("done", "ack", "refused", "unsure"),
    "ping": ("pong",),
    "search": ("found", "found_in_rooms"),
    "text": ("done",),
    "whisper": ("whispered",),
}
"""The types of the messages with which answers end, where it is not that of the request."""


def connect(server: Server, *, for_password: bool = False) -> Connection:
    """Connect to a chat port, and pass over its welcome: messages can be sent, hello first.

    Raises `ClientError` if the server is no chat port, does not welcome the client, or may not be
    sent a password that it is to be sent.
    """
    connection = server.connect(for_password=for_password)
    link = connection.link
    try:
        _await_welcome(link, server)
        link.send(wire.as_line(_FIRST_LINE) + wire.as_line(_FENCE))
        _await_message(link, server.where)
    except BaseException:
        link.close()
        raise
    return connection


def begin(server: Server, *, for_password: bool = False, **hello: Any) -> tuple[JsonLink, Message]:
    """Connect, say hello with these members, and return the conversation and the answer.

    Raises `ClientError` as `connect` does. Refusals of members come later, as messages.
    """
    talk = JsonLink(connect(server, for_password=for_password).link)
    try:
        return talk, talk.say_hello(**hello)
    except BaseException:
        talk.close()
        raise


def encode(type: str, **members: Any) -> bytes:
    """Return a message as it is sent. Members that are None are left out.

    Raises `ClientError` for a text that is not UTF-8, as one of the command line may be.
    """
    kept = {key: value for key, value in members.items() if value is not None}
    try:
        return _to_json({"type": type, **kept}).encode() + b"\n"
    except UnicodeEncodeError:
        raise ClientError("nothing was sent: the text is not UTF-8. Write it in UTF-8.") from None


def decode(line: bytes) -> Message:
    """Return the message in a line. Raises `ClientError` if there is none."""
    try:
        message = None if isinstance(line, TooLong) else decode_json(line.decode())
    except ValueError:
        message = None
    if not isinstance(message, dict) or _is_deep(message):
        shown = visible(line[:60].decode(errors="backslashreplace"))
        raise ClientError(f"the server sent a line that is no message: {shown!r}.")
    return message


_to_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def text_of(message: Message, member: str) -> str:
    """Return the text of a member, safe for a terminal; "" if it is no text."""
    text = message.get(member)
    return visible(text) if isinstance(text, str) else ""


def _is_deep(message: Message) -> bool:
    """Return True if a message has more than `DEEPEST` levels."""
    level: list[object] = [message]
    for _ in range(DEEPEST):
        if not level:
            return False
        level = [
            part
            for each in level
            if isinstance(each, (dict, list))
            for part in (each.values() if isinstance(each, dict) else each)
        ]
    return any(isinstance(each, (dict, list)) for each in level)


def _await_welcome(link: DuplexLink, server: Server) -> None:
    """Wait for the first line of a chat port. Raises `ClientError` if another server is there."""
    where = server.where
    first = _first_line(link, GREETING_TIMEOUT)
    if first is None and link.is_open:
        from chatd.client.port_kinds import find_kind  # few servers are of another kind

        kind = find_kind(server)
        if kind is not None:
            raise ClientError(f"{where} {kind}")
        first = _first_line(link, BUSY_TIMEOUT)
    if first is None:
        why = f"{where} did not welcome us. Try again later." if link.is_open else link.ending
        raise ClientError(why)
    if first.startswith(_ERROR):
        raise ClientError(_reason(first))
    if not _WELCOME.match(first):
        from chatd.client.port_kinds import kind_of_greeting

        raise ClientError(f"{where} {kind_of_greeting(first)}")


def _await_message(link: DuplexLink, where: str) -> None:
    """Wait for the first message, and pass over the rest of the welcome before it."""
    refusal = ""
    while link.is_open:
        try:
            lines, _ = link.exchange(ANSWER_TIMEOUT, None)
        except TimeoutError:
            break
        for line in lines:
            if line.startswith(b"{"):
                return
            if line.startswith(_ERROR):
                refusal = _reason(line)
                if _FIRST_LINE in line:
                    raise ClientError(f"{where} {_OLDER}")
    raise ClientError(refusal or link.ending)


def _first_line(link: DuplexLink, timeout: float) -> bytes | None:
    """Return the first line that a server sends; None if there is none in time."""
    end = monotonic() + timeout
    while link.is_open and (left := end - monotonic()) > 0:
        with suppress(TimeoutError):
            lines, _ = link.exchange(left, None)
            if lines:
                return lines[0]
    return None


def _reason(line: bytes) -> str:
    """Return the text of an error, made visible for a terminal."""
    return visible(line[len(_ERROR) :].decode(errors="backslashreplace"))
