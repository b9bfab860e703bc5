"""Moving sessions into rooms and out of them, without a check of rights.

This module must not know connections or commands.
"""

from __future__ import annotations

from collections.abc import Iterable

from chatd.chat.directory import Rooms
from chatd.chat.invitations import tell_invited
from chatd.chat.moderation import Moderation
from chatd.chat.permissions import Act
from chatd.chat.session import Session
from chatd.chat.staying import Staying
from chatd.chat.unread import UnreadTracker
from chatd.event import LEAVING, Change, Departure
from chatd.rooms.bookmarks import NEWCOMER, Return
from chatd.rooms.room import Room


class RoomMoves:
    """Moves sessions. ``recent`` is the number of past lines that a newcomer to a room is sent."""

    def __init__(
        self,
        rooms: Rooms,
        moderation: Moderation,
        unread: UnreadTracker,
        staying: Staying,
        recent: int,
    ) -> None:
        self._rooms = rooms
        self._staying = staying
        self._moderation = moderation
        self._unread = unread
        self.recent = recent

    def change_recent(self, recent: int) -> None:
        """Send newcomers another number of past lines from now on."""
        self.recent = recent

    def welcome(self, session: Session, motd: str, recent: bool) -> None:
        """Put a session that has come into the lobby, or into no room if it may not read the lobby.

        It is sent ``motd`` after the greeting, and past lines if ``recent`` is True.
        """
        lobby = self._rooms.lobby
        refusal = self._moderation.refusal(session, lobby, Act.READ)
        if refusal is None:
            greeting = "welcome" if session.identity.is_guest else "welcome_by_name"
            session.enter(lobby, greeting, self.recent if recent else 0, motd)
            if session.identity.grant is not None:
                self._staying.entered(session, lobby)
            self._unread.entered(session)
        else:
            session.answer("welcome_outside", name=session.name)
            session.error(refusal.kind, refusal.key, **refusal.values)

    def move(
        self, session: Session, room: Room, key: str, then: str = "", back: Return = NEWCOMER
    ) -> None:
        """Put a session into a room: see `Session.enter`. A room that it leaves empty may end."""
        before = session.room
        if session.identity.grant is not None:
            self._staying.moving(session, before)
        session.enter(room, key, self.recent, then, back)
        if session.identity.grant is not None:
            self._staying.entered(session, room)
        if away := session.subscriptions.settings.away:
            session.memberships[room].show(Change.AWAY, away)
        self._unread.entered(session)
        self._rooms.forget_if_empty(before)

    def tell_invited(self, sessions: Iterable[Session], room: Room, by: str) -> None:
        """Tell those of some sessions that are not in a room that a person invited them to it."""
        for session in sessions:
            tell_invited(session, room, by)

    def leave(
        self, session: Session, room: Room | None = None, departure: Departure = LEAVING
    ) -> None:
        """Take a session out of a room, or of all rooms: see `JoinedRooms.leave`."""
        rooms = tuple(session.memberships) if room is None else (room,)
        for left in rooms:
            session.joined.leave(left, departure)
            self._rooms.forget_if_empty(left)
