"""The client's side of a connection, as the verbs of live messages see it.

This module must not know a verb, nor how messages come and go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from chatd.chat.action_queue import Action
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import Refusal
from chatd.event import Kind
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError

Rows = Sequence[object]
"""Rows of a list, as JSON has them."""


class Conversation(Protocol):
    """The client's side of a connection. ``greeted`` is true once it has sent ``hello``."""

    server: ChatServer
    session: Session
    max_length: int
    greeted: bool

    def tell(self, type: str, **members: Any) -> None:
        """Send a message of that type. An ``id`` of None is left out."""

    def tell_in_pieces(self, type: str, name: str, parts: Iterable[Rows], **members: Any) -> None:
        """Send a message with a list ``name``, each part of it once the one before was taken."""

    def tell_error(self, id: Any, error: Refusal | StoreError) -> None:
        """Send why a message has no effect."""

    def log_in(self, proof: str) -> bool:
        """Log in to the account of the connection's grant, or of its cookie and this proof.

        Return False if the client has a sign-in that is not valid any more.
        """

    def when_said(self, action: Action) -> None:
        """Act after all lines so far are published."""

    def charge(self, lines: float) -> None:
        """Add to the rate-limit cost of the message, in lines."""

    def answer_again(
        self,
        room: str,
        text: str,
        id: Any,
        key: str,
        kind: Kind | None,
        otherwise: Callable[[], None],
    ) -> bool:
        """Answer a line that was said with this key before; return False if there is none.

        It was said in the room of that name, if one is given.

        If that line is on its way and cannot be stored, ``otherwise`` is called, which may raise
        `Refusal`.
        """

    def take_line(
        self, room: Room | None, text: str, id: Any, key: str | None, kind: Kind | None
    ) -> None:
        """Carry out a line that was typed in a room: a command, or text to say.

        A text of several lines is one message to say. A line with a ``kind`` is no command.
        """
