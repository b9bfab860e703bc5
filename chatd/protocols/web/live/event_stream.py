"""What is said in one room, as server-sent events: for `curl -N`, and for scripts.

Whoever reads it is in the room, as a guest with a terminal is: people see that somebody reads. It
is a connection that only listens; what it sends is dropped.
"""

from __future__ import annotations

from typing import cast

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Protocol

from chatd.accounts.credentials import Grant
from chatd.chat.actions.enter import enter_again
from chatd.chat.server import ChatServer
from chatd.errors import Refusal
from chatd.formats.base import Format
from chatd.formats.sse import SseFormat
from chatd.i18n import Language
from chatd.protocols.transport.managed_connection import guarded
from chatd.protocols.transport.session_protocol import SessionProtocol
from chatd.rooms.bookmarks import Return
from chatd.rooms.room import Room

COMMENT_SECONDS = 15.0
"""How often a comment is sent, about: proxies close what has been quiet for a minute or less (the
WHATWG's HTML, section 9.2.7, advises 15 seconds)."""


class IgnoredInput:
    """What is read means nothing."""

    held = 0
    unfinished = False

    def drop(self) -> None:
        """There is nothing to be dropped."""


class EventStream(SessionProtocol[bytes], Protocol):
    """``opening`` is the head of the answer, ``back`` the position from which the room is shown,
    and ``grant`` that of the account that reads, if it is one.
    """

    handshake_is_done = True

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
        super().__init__(server, clock, 0, IgnoredInput())
        self._room = room
        self._back = back
        self._opening = opening
        self._language = language
        self._grant = grant
        self._commented = clock.seconds()

    def format(self) -> Format:
        return SseFormat(self._language)

    def _enter(self) -> None:
        session, server = self.session, self.server
        session.subscriptions.allow_many_rooms()  # but it enters one alone
        session.read_as_text()
        session.replies.use_language(self._language)
        session.stream.put(self._opening)
        self._entered = True
        if self._grant is not None:
            account = server.credentials.account_of(self._grant)
            if account is None:
                session.answer("signed_out", name=session.name)
                server.finish(session)
                return
            server.logins.act_for(session, account, self._grant)
        try:
            enter_again(server, session, self._room, self._back)
        except Refusal as refusal:
            session.error(refusal.kind, refusal.key, **refusal.values)
            server.finish(session)

    @guarded
    def dataReceived(self, data: bytes) -> None:
        """It has asked, and has nothing more to say."""

    @guarded
    def readConnectionLost(self) -> None:
        """It sends nothing more, and reads on."""

    @property
    def pending(self) -> bool:
        return True

    @guarded
    def check(self, now: float) -> None:
        if self._lost or self.session.stream.finished:
            return
        if not self.session.memberships:
            self.server.finish(self.session)  # it was put out
        elif now - self._commented >= COMMENT_SECONDS and not self.waiting:
            self._commented = now
            self.session.stream.put(cast(SseFormat, self.session.replies.format).comment())
