"""The loss of names and rooms to other nodes, after this node was cut off for long.

Others then take this node for dead: they free the names that are held for its guests, and its rooms
in which nothing was said. A guest whose name another person has taken since becomes one without a
name. The members of such a room are put out of it, if it is there now by a name that looks like it.
Lines that wait are refused (`chatd.chat.publisher`). This module must not know when that happens.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.directory import Rooms
from chatd.chat.evictions import Evictions
from chatd.chat.logins import Logins
from chatd.chat.names import Names
from chatd.chat.session import Session
from chatd.chat.staying import Staying
from chatd.errors import ErrorKind, Refusal
from chatd.rooms.room import Room


class LostClaims:
    """Takes names from guests and puts people out of rooms when they are lost."""

    def __init__(
        self,
        names: Names,
        rooms: Rooms,
        logins: Logins,
        sessions: ConnectedSessions,
        evictions: Evictions,
        staying: Staying,
    ) -> None:
        self._logins = logins
        self._sessions = sessions
        self._evictions = evictions
        self._staying = staying
        names.when_lost = self._name_was_lost
        rooms.when_lost = self._room_was_lost

    def _name_was_lost(self, sessions: Sequence[Session]) -> None:
        for session in sessions:
            session.attempt(session.answer, "name_was_lost", name=session.name)
            session.attempt(self._logins.make_guest, session)

    def _room_was_lost(self, room: Room) -> None:
        why = Refusal(ErrorKind.NO_ROOM, "room_was_lost", room=room.name)
        self._staying.end_in(room)
        self._evictions.put_out(room, dict.fromkeys(self._sessions.members_of(room), why))
