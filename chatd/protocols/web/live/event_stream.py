"""The handler of a connection that shows a room as server-sent events: for `curl -N` and scripts.

The reader is in the room as a guest with a terminal is, so members see that it reads. It only
listens: what it sends is dropped. This module must not know HTTP.
"""

from __future__ import annotations

from math import inf
from typing import cast

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.credentials import Grant
from chatd.chat.actions.enter import enter_again
from chatd.chat.actions.login import act_by_grant
from chatd.chat.server import ChatServer
from chatd.errors import Refusal
from chatd.formats.base import Format
from chatd.formats.sse import SseFormat
from chatd.i18n import Language
from chatd.protocols.transport.session_handler import SessionHandler
from chatd.rooms.bookmarks import Return
from chatd.rooms.room import Room

COMMENT_SECONDS = 15.0
"""Seconds between two comments, about: proxies close a connection that has been quiet for a minute
or less (the WHATWG's HTML, section 9.2.7, advises 15 seconds)."""


class NoInput:
    """The decoder of a connection whose input is dropped."""

    held = 0
    overhead = 0
    unfinished = False

    def feed(self, unread: bytes) -> tuple[list[bytes], bytes]:
        """Return no item."""
        return [], b""

    def finish(self) -> list[bytes]:
        """Return no item."""
        return []

    def drop(self) -> None:
        """Do nothing: no item has begun."""


class EventStreamHandler(SessionHandler[bytes]):
    """Shows a room to one reader.

    ``opening`` is the head of the answer, ``back`` the position from which the room is shown, and
    ``grant`` that of the account that reads, if it is one.
    """

    takes_input = False

    def __init__(
        self,
        server: ChatServer,
        clock: IReactorTime,
        room: Room,
        back: Return,
        *,
        opening: bytes = b"",
        language: Language,
        grant: Grant | None = None,
    ) -> None:
        super().__init__(server, clock, 0, NoInput(), for_people=False)
        self._room = room
        self._back = back
        self._opening = opening
        self._language = language
        self._grant = grant
        self._commented = clock.seconds()

    def kind(self) -> str:
        """Return the kind of the connection."""
        return "events"

    def format(self) -> Format:
        """Return the format in which the session is shown events."""
        return SseFormat(self._language)

    def enter(self) -> None:
        """Begin the answer, and enter the room; or say why not, and end."""
        session, server = self.session, self.server
        session.subscriptions.allow_many_rooms()  # but it enters one alone
        session.read_as_text()
        session.replies.use_language(self._language)
        session.stream.put(self._opening)
        self.connection.factory.checks.schedule(self.connection)
        if self._grant is not None and not act_by_grant(server, session, self._grant):
            session.answer("signed_out", name=session.name)
            server.finish(session)
            return
        try:
            enter_again(server, session, self._room, self._back)
        except Refusal as refusal:
            session.error(refusal.kind, refusal.key, **refusal.values)
            server.finish(session)

    def handle(self, item: bytes) -> None:
        """Do nothing: there are no items."""

    def check(self, now: float) -> float:
        """End if the session was put out of the room; send a comment in time.

        It may be put out at any time, so every check is needed.
        """
        if self.session.stream.finished:
            return inf
        if not self.session.memberships:
            self.server.finish(self.session)
        elif now - self._commented >= COMMENT_SECONDS and not self.connection.output.waiting:
            self._commented = now
            self.session.stream.put(cast(SseFormat, self.session.replies.format).comment())
        return now
