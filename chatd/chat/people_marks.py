"""The marks of people in a list: their roles in the room, and who is away.

This module must not know connections or commands, nor who is sent the list.
"""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.accounts import Accounts
from chatd.chat.names import Names
from chatd.chat.permissions import Role
from chatd.chat.roles import Roles
from chatd.formats.base import PeopleMarks
from chatd.rooms.room import Room
from chatd.text.folding import fold

_SHOWN = {
    role: role.name.lower() for role in (Role.VOICED, Role.OPERATOR, Role.OWNER, Role.ADMINISTRATOR)
}
"""The roles that a list shows. An invitation is a right to come in."""


class MarkedPeople:
    """The marks of the people in all rooms, and notes that they have changed."""

    def __init__(self, clock: IReactorTime, names: Names, accounts: Accounts, roles: Roles) -> None:
        self._clock = clock
        self._names = names
        self._accounts = accounts
        self._roles = roles

    def describe(self, room: Room, names: Sequence[str]) -> PeopleMarks:
        """Return the marks of some names in a room."""
        marks = PeopleMarks({}, [])
        for name in names:
            role = self._roles.role_of_name(name, self._names.of(name), room)
            if role in _SHOWN:
                marks.roles[name] = _SHOWN[role]
            if self._is_away(name):
                marks.away.append(name)
        return marks

    def changed(self, name: str, room: Room | None = None) -> None:
        """Note that the marks of a name have changed, in a room or in all that it is in."""
        for session in self._names.of(name):
            for each in session.memberships:
                if each.changes.watched and room in (None, each):
                    each.changes.add(session.name, session.is_guest, self._clock)

    def _is_away(self, name: str) -> bool:
        account = self._accounts.table.get(fold(name))
        if account is not None:
            return bool(account.settings.get("away"))
        return any(each.subscriptions.settings.away for each in self._names.of(name))
