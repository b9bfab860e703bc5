"""The handler of a connection that shows a room as server-sent events: for `curl -N` and scripts.

The reader is in the room as a guest with a terminal is, so members see that it reads. It only
listens: what it sends is dropped. This module must not know HTTP.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple, cast

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.credentials import Grant
from chatd.chat.actions.enter import enter_again
from chatd.chat.actions.login import act_by_grant
from chatd.chat.server import ChatServer
from chatd.errors import Refusal
from chatd.formats.base import Format
from chatd.formats.sse import SseFormat
from chatd.i18n import Language
from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.protocols.transport.session_handler import SessionHandler
from chatd.rooms.bookmarks import Return
from chatd.rooms.room import Room
from chatd.util.state import State

COMMENT_SECONDS = 15.0
"""Seconds between two comments, about: proxies close a connection that has been quiet for a minute
or less (the WHATWG's HTML, section 9.2.7, advises 15 seconds)."""


EVENTS = "events"
"""The kind of a connection that shows a room."""


class NoInput:
    """The decoder of a connection whose input is dropped."""

    held = 0
    overhead = 0
    unfinished = False

    def feed(self, unread: bytes) -> tuple[list[bytes], bytes]:
        """Return no item."""
        return [], b""

    def state_of(self, item: bytes) -> bytes:
        """Return the item: there are none."""
        return item

    def item_from(self, state: bytes) -> bytes:
        """Return the item of its state: there are none."""
        return state

    def state(self) -> State:
        """Return nothing: no item has begun."""
        return {}

    def resume(self, state: State) -> None:
        """Do nothing: no item has begun."""

    def finish(self) -> list[bytes]:
        """Return no item."""
        return []

    def drop(self) -> None:
        """Do nothing: no item has begun."""


class Visit(NamedTuple):
    """The request of a reader.

    ``back`` is the position from which the room is shown, ``opening`` the head of the answer, and
    ``grant`` that of the account that reads, if it is one.
    """

    room: Room
    back: Return
    opening: bytes = b""
    grant: Grant | None = None


class EventStreamHandler(SessionHandler[bytes]):
    """Shows a room to one reader, who comes with a ``visit``, or from another process."""

    takes_input = False

    def __init__(
        self,
        server: ChatServer,
        clock: IReactorTime,
        language: Language,
        visit: Visit | None = None,
    ) -> None:
        super().__init__(server, clock, 0, NoInput(), for_people=False)
        self._language = language
        self._visit = visit  # until it has begun
        self._commented = clock.seconds()

    def kind(self) -> str:
        """Return the kind of the connection."""
        return EVENTS

    def format(self) -> Format:
        """Return the format in which the session is shown events."""
        return SseFormat(self._language)

    def enter(self) -> None:
        """Begin the answer, and enter the room; or say why not, and end."""
        session, server, visit = self.session, self.server, self._visit
        assert visit is not None
        self._visit = None
        session.subscriptions.allow_many_rooms()  # but it enters one alone
        session.read_as_text()
        session.replies.use_language(self._language)
        session.stream.put(visit.opening)
        self.connection.factory.checks.schedule(self.connection)
        if visit.grant is not None and not act_by_grant(server, session, visit.grant):
            session.answer("signed_out", name=session.name)
            server.finish(session)
            return
        try:
            enter_again(server, session, visit.room, visit.back)
        except Refusal as refusal:
            session.error(refusal.kind, refusal.key, **refusal.values)
            server.finish(session)

    def state(self) -> State | None:
        """Return what another process needs to go on; None while something is under way."""
        state = super().state()
        return state and {**state, "language": self._language.value, "commented": self._commented}

    def resume(self, connection: ManagedConnection, state: State) -> None:
        """Take a connection, and go on with the session of another process."""
        self._language, self._commented = Language(state["language"]), state["commented"]
        super().resume(connection, state)
        connection.factory.checks.schedule(connection)

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
