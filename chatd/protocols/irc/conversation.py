"""The conversation with one client, as the commands see it.

This module must not know which commands there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from chatd.chat.action_queue import Action, Job
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import Refusal
from chatd.event import QUITTING, Departure
from chatd.formats.irc import OwnIrcFormat
from chatd.protocols.irc.client import Client
from chatd.protocols.irc.door import Door, TransportSecurity
from chatd.protocols.irc.labels import AnswerStream
from chatd.protocols.irc.message import Message


class Conversation(Protocol):
    """The handler of a client, as far as commands use it."""

    door: Door
    server: ChatServer
    session: Session
    client: Client
    max_length: int

    @property
    def security(self) -> TransportSecurity | None:
        """The policy by which the client has to come by TLS; None if it need not."""

    @property
    def encrypted(self) -> bool:
        """True if the client came by TLS."""

    @property
    def own_format(self) -> OwnIrcFormat:
        """The format of what the client alone is sent."""

    def numeric(self, code: str, *middle: str, text: str | None = None) -> None:
        """Send a numeric reply."""

    def from_server(self, command: str, *middle: str, text: str | None = None) -> None:
        """Send a line of the server."""

    def unprefixed(self, command: str, *middle: str) -> None:
        """Send a line without a source."""

    def from_client(self, command: str, *middle: str, text: str | None = None) -> None:
        """Send a line that the client itself is the source of."""

    def in_slices(self, slices: Iterator[bytes]) -> None:
        """Send lines of which each slice is made once the one before was taken."""

    def refuse(self, command: str, why: Refusal) -> None:
        """Send why a command has no effect, where IRC has no numeric for it."""

    def use_capabilities(self, capabilities: frozenset[str]) -> None:
        """Send what these capabilities ask for from here on."""

    @property
    def stream(self) -> AnswerStream:
        """The stream of the client."""

    def fail(self, command: str, code: str, *middle: str, text: str) -> None:
        """Send a FAIL of a specification that has some."""

    def answer(self, label: str, action: Action) -> None:
        """Act once all lines so far are published; what is sent then has the label, if any."""

    def charge(self, lines: float) -> None:
        """Charge the client for so many lines more."""

    def when_said(self, action: Action) -> None:
        """Act once all lines so far are published; take no other item until then."""

    def register(self, name: str) -> None:
        """Let the client be known by a nickname from here on."""

    def close(self, reason: str, departure: Departure = QUITTING) -> None:
        """End the session of the client, which is told the reason."""


Run = Callable[[Conversation, Message], Job | None]
"""A function that does what a message asks for. It may raise `Refusal` and `StoreError`."""


class Command(NamedTuple):
    """A command of IRC.

    It needs the ``least`` number of parameters. One that may come ``unregistered`` may come before
    the client has registered. One ``at_once`` does not wait for lines that the client said before
    it. ``cost`` is in lines (`chatd.chat.actions.costs`), ``usage`` says its parameters.
    """

    run: Run
    least: int = 0
    unregistered: bool = False
    at_once: bool = False
    cost: int = 1
    usage: str = ""


Table = dict[str, Command]
"""Commands by their names, in capitals."""
