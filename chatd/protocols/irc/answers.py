"""The answers to an IRC client: lines of its own format, which may have a label.

This module must not know commands, nor what an answer says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from chatd.chat.action_queue import Action
from chatd.errors import Refusal
from chatd.formats.irc import OwnIrcFormat
from chatd.protocols.irc.labels import AnswerStream, answering
from chatd.protocols.transport.session_handler import SessionHandler


class Answers(SessionHandler[bytes]):
    """The part of the handler of a client by which commands answer."""

    __slots__ = ()

    stream_type = AnswerStream

    @property
    def own_format(self) -> OwnIrcFormat:
        """The format of what the client alone is sent."""
        return cast(OwnIrcFormat, self.session.replies.format)

    @property
    def stream(self) -> AnswerStream:
        """The stream of the client."""
        return cast(AnswerStream, self.session.stream)

    def answer(self, label: str, action: Action) -> None:
        """Act once all lines so far are published; what is sent then has the label, if any."""
        self.when_said(answering(self.stream, label, action))

    def fail(self, command: str, code: str, *middle: str, text: str) -> None:
        """Send a FAIL of a specification that has some."""
        self.from_server("FAIL", command, code, *middle, text=text)

    def numeric(self, code: str, *middle: str, text: str | None = None) -> None:
        """Send a numeric reply."""
        self.session.stream.put(self.own_format.numeric(code, *middle, text=text))

    def from_server(self, command: str, *middle: str, text: str | None = None) -> None:
        """Send a line of the server."""
        self.session.stream.put(self.own_format.from_server(command, *middle, text=text))

    def unprefixed(self, command: str, *middle: str) -> None:
        """Send a line without a source."""
        self.session.stream.put(self.own_format.unprefixed(command, *middle))

    def from_client(self, command: str, *middle: str, text: str | None = None) -> None:
        """Send a line that the client itself is the source of."""
        self.session.stream.put(self.own_format.from_client(command, *middle, text=text))

    def in_slices(self, slices: Iterator[bytes]) -> None:
        """Send lines of which each slice is made once the one before was taken."""
        self.session.stream.put_slices(slices)

    def refuse(self, command: str, why: Refusal) -> None:
        """Send why a command has no effect, where IRC has no numeric for it."""
        text = self.session.sentence(why.key, **why.values)
        self.session.stream.put(self.own_format.fail(command, why.kind, text))
