"""The marks of people in a list: their roles in the room, and who is away.

This module must not know connections or commands, nor who is sent the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.accounts import Accounts
from chatd.chat.moderation import Moderation
from chatd.chat.names import Names
from chatd.chat.permissions import Role
from chatd.chat.roster import AnySession, Roster
from chatd.formats.base import PeopleMarks
from chatd.rooms.room import Room
from chatd.text.folding import fold

_SHOWN = {
    role: role.name.lower() for role in (Role.VOICED, Role.OPERATOR, Role.OWNER, Role.ADMINISTRATOR)
}
"""The roles that a list shows. An invitation is a right to come in."""


class MarkedPeople:
    """The marks of the people in all rooms, at whichever node, and notes that they have changed."""

    def __init__(
        self,
        clock: IReactorTime,
        names: Names,
        roster: Roster,
        accounts: Accounts,
        moderation: Moderation,
    ) -> None:
        self._clock = clock
        self._names = names
        self._roster = roster
        self._accounts = accounts
        self._moderation = moderation

    def describe(self, room: Room, names: Sequence[str]) -> PeopleMarks:
        """Return the marks of some names in a room."""
        marks = PeopleMarks({}, [])
        for name in names:
            role = self._moderation.roles.role_of_name(name, self._names.of(name), room)
            if role in _SHOWN:
                marks.roles[name] = _SHOWN[role]
            if self._is_away(name):
                marks.away.append(name)
        return marks

    def changed(self, name: str, room: Room | None = None) -> None:
        """Note that the marks of a name have changed, in a room or in all that it is in."""
        for session in self._names.of(name):
            self._note(session, session.memberships, room)
        for other in self._roster.called(name):
            keys, rooms = map(fold, other.visit.rooms), self._moderation.rooms
            self._note(other, [rooms[key] for key in keys if key in rooms], room)

    def _note(self, session: AnySession, rooms: Iterable[Room], room: Room | None) -> None:
        for each in rooms:
            if each.changes.watched and room in (None, each):
                each.changes.add(session.name, session.is_guest, self._clock)

    def _is_away(self, name: str) -> bool:
        account = self._accounts.table.get(fold(name))
        if account is not None:
            return bool(account.settings.get("away"))
        here = (each.subscriptions.settings.away for each in self._names.of(name))
        return any(here) or any(other.visit.away for other in self._roster.called(name))
