"""Putting sessions out of rooms that they may not read any more, or that they were kicked from.

Those who are put out leave the room in one turn of the reactor, so that none of them is sent a line
that the others are not. Then each is told why and moved into the lobby, `EVICTED_AT_ONCE` in one
turn, because that takes a while for thousands.

This module must not know connections or commands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from twisted.internet.interfaces import IReactorTime

from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.directory import Rooms
from chatd.chat.moderation import Moderation
from chatd.chat.permissions import Act
from chatd.chat.room_moves import RoomMoves
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Departure
from chatd.rooms.room import Room

EVICTED_AT_ONCE = 50
"""Sessions that are told why they were put out, and enter the lobby, in one turn of the reactor."""


class Evictions:
    """Puts sessions out of rooms."""

    def __init__(
        self,
        clock: IReactorTime,
        sessions: ConnectedSessions,
        rooms: Rooms,
        moderation: Moderation,
        moves: RoomMoves,
    ) -> None:
        self._clock = clock
        self._sessions = sessions
        self._rooms = rooms
        self._moderation = moderation
        self._moves = moves

    def review(self, session: Session) -> None:
        """Put a session out of those of its rooms that it may not read any more."""
        for room in tuple(session.memberships):
            if room.guarded:
                self._review(room, [session])

    def review_room(self, room: Room) -> None:
        """Put those members out of a room that may not read it any more.

        Those who may speak now are not hidden from clients any more.
        """
        if room.guarded or room.here.hidden:
            self._review(room, self._sessions.members_of(room))

    def _review(self, room: Room, sessions: Sequence[Session]) -> None:
        refusals: dict[Session, Refusal] = {}

        def ask(session: Session) -> None:
            refusal = self._moderation.refusal(session, room, Act.READ)
            if refusal is not None:
                refusals[session] = refusal
            elif session.number in room.here.hidden and session.may_speak_in(room):
                room.show_presence(room.here.hidden.pop(session.number))

        for session in sessions:
            session.attempt(ask, session)
        self.put_out(room, refusals)

    def put_out(self, room: Room, reasons: dict[Session, Refusal]) -> None:
        """Put sessions out of a room and into the lobby; out of the lobby, into no room.

        Each is told its reason.
        """
        members = [session for session in reasons if room in session.memberships]
        for session in members:
            session.attempt(session.joined.leave, room, _departure(reasons[session]))
        self._rooms.forget_if_empty(room)
        self._tell_why([(session, reasons[session]) for session in members], room)

    def kick(self, room: Room, sessions: Iterable[Session], by: str, reason: str) -> None:
        """Put sessions out of a room for which a person has given a reason, or none."""
        key = "kicked_why" if reason else "kicked"
        why = Refusal(ErrorKind.NOT_ALLOWED, key, by=by, room=room.name, reason=reason)
        self.put_out(room, dict.fromkeys(sessions, why))

    def _tell_why(self, put_out: Sequence[tuple[Session, Refusal]], room: Room) -> None:
        for session, why in put_out[:EVICTED_AT_ONCE]:
            elsewhere = session.room is not None and not session.subscriptions.multi_room
            if not elsewhere and not session.stream.finished:
                session.attempt(self._move_out, session, room, why)
        if put_out[EVICTED_AT_ONCE:]:
            self._clock.callLater(0, self._tell_why, put_out[EVICTED_AT_ONCE:], room)

    def _move_out(self, session: Session, room: Room, refusal: Refusal) -> None:
        why = session.sentence(refusal.key, **refusal.values)
        session.answer("put_out", room=room.name, why=why)
        if session.subscriptions.multi_room:
            return
        lobby = self._rooms.lobby
        # A program goes on with lines that were not meant for the lobby.
        allowed = room is not lobby and not session.text_only
        if allowed and self._rooms.readable(session, lobby):
            self._moves.move(session, lobby, "joined_room")
            session.joined.was_moved(room)
        else:
            session.answer("in_no_room_now")


def _departure(refusal: Refusal) -> Departure:
    """Return the departure of a session that is put out, for that reason."""
    reason, by = (str(refusal.values.get(name, "")) for name in ("reason", "by"))
    return Departure(reason, by)
