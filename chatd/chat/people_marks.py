"""The marks of people in a list: their roles in the room, and who is away.

This module must not know connections or commands, nor who is sent the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.accounts import Accounts
from chatd.chat.moderation import Moderation
from chatd.chat.names import Names
from chatd.chat.permissions import Role
from chatd.chat.roster import Roster
from chatd.chat.session import Session
from chatd.chat.stay_records import StayRecords
from chatd.formats.base import PeopleMarks
from chatd.rooms.room import Room
from chatd.text.folding import fold

_SHOWN = {
    role: role.name.lower() for role in (Role.VOICED, Role.OPERATOR, Role.OWNER, Role.ADMINISTRATOR)
}
"""The roles that a list shows. An invitation is a right to come in."""


class MarkedPeople:
    """The marks of the people in all rooms, at whichever node, and notes that they have changed.

    ``called`` returns the sessions of this node with a name, which may be one with a number.
    """

    def __init__(
        self,
        clock: IReactorTime,
        names: Names,
        roster: Roster,
        called: Callable[[str], Sequence[Session]],
        accounts: Accounts,
        moderation: Moderation,
        stays: StayRecords,
    ) -> None:
        self._clock = clock
        self._names = names
        self._roster = roster
        self._called = called
        self._accounts = accounts
        self._moderation = moderation
        self._stays = stays

    def describe(self, room: Room, names: Sequence[str]) -> PeopleMarks:
        """Return the marks of some names in a room."""
        away = [name for name in names if self.is_away(name, room)]
        return PeopleMarks(self.roles_of(room, names), away)

    def roles_of(self, room: Room, names: Iterable[str]) -> dict[str, str]:
        """Return the words of the roles of those of some names in a room that have one."""
        roles = {}
        for name in names:
            sessions = self._names.of(name) or self._called(name)  # a guest by a number
            role = self._moderation.roles.role_of_name(name, sessions, room)
            if role in _SHOWN:
                roles[name] = _SHOWN[role]
        return roles

    def is_away(self, name: str, room: Room) -> bool:
        """Return True if a member of a room says so, or has no session there."""
        return name in room.here.absent or self._is_away(name)

    def role_of(self, room: Room, name: str) -> str:
        """Return the word of the role that a name has in a room; "" for none that is shown."""
        return self.roles_of(room, [name]).get(name, "")

    def is_connected(self, name: str, besides: int) -> bool:
        """Return True if another session than that one, of any node, has that name."""
        here = (session.number for session in self._names.of(name))
        elsewhere = (session.number for session in self._roster.called(name))
        return any(number != besides for number in chain(here, elsewhere))

    def changed(self, name: str, room: Room | None = None) -> None:
        """Note that the marks of a name have changed, in a room or in all that it is in."""
        for written, each in self.places_of(name):
            if each.changes.watched and room in (None, each):
                each.changes.add(written, written not in each.here.named, self._clock)

    def places_of(self, name: str) -> Iterable[tuple[str, Room]]:
        """Return the rooms that a person of that name is in, each once, with the name there."""
        places: dict[tuple[str, Room], None] = {}
        for session in self._names.of(name):
            places.update(((session.name, room), None) for room in session.memberships)
        rooms = self._moderation.rooms
        for other in self._roster.called(name):
            keys = map(fold, other.visit.rooms)
            places.update(((other.name, rooms[key]), None) for key in keys if key in rooms)
        account = self._accounts.called(name)
        if account is not None:
            stays = self._stays.rooms_of(account.key)
            places.update(((account.name, room), None) for room in stays)
        return places

    def _is_away(self, name: str) -> bool:
        account = self._accounts.table.get(fold(name))
        if account is not None:
            return bool(account.settings.get("away"))
        here = (each.subscriptions.settings.away for each in self._names.of(name))
        return any(here) or any(other.visit.away for other in self._roster.called(name))
