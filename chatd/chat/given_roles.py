"""The roles that sessions without an account were given: in memory, and with their names.

Each ends with its session, and is not valid under another name. Sessions of other nodes have them,
too. This module must not know accounts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chatd.chat.permissions import Role
from chatd.chat.roster import AnySession
from chatd.rooms.room import Room
from chatd.text.folding import fold
from chatd.util.state import State


class GivenRoles:
    """Roles by the numbers of sessions and by room, each with the folded name that it is for."""

    def __init__(self) -> None:
        self._given: dict[int, dict[str, tuple[Role, str]]] = {}

    def role_of(self, holder: AnySession, room: Room) -> Role:
        """Return the role that a session was given in a room by the name that it has."""
        if holder.number not in self._given:
            return Role.EVERYONE
        role, name = self._given[holder.number].get(room.key, (Role.EVERYONE, ""))
        return role if name == fold(holder.name) else Role.EVERYONE

    def give(self, holders: Iterable[AnySession], room: Room, role: Role) -> None:
        """Give sessions a role in a room, beside that of their account.

        It ends when they disconnect or have another name.
        """
        for holder in holders:
            self._given.setdefault(holder.number, {})[room.key] = (role, fold(holder.name))

    def lower(self, holders: Iterable[AnySession], room: Room, role: Role) -> Callable[[], None]:
        """Lower the roles that sessions were given in a room to at most this one, at once.

        Return a function that takes that back.
        """
        had = {
            holder.number: self._given[holder.number][room.key]
            for holder in holders
            if room.key in self._given.get(holder.number, ())
        }
        for number, (given, name) in had.items():
            self._given[number][room.key] = (min(given, role), name)

        def take_back() -> None:
            for number, before in had.items():
                if number in self._given:  # it has not disconnected since
                    self._given[number][room.key] = before

        return take_back

    def state(self) -> State:
        """Return the roles that sessions were given as guests, for another process."""
        return {str(number): dict(rooms) for number, rooms in self._given.items()}

    def resume(self, state: State) -> None:
        """Give sessions the roles again that they have at another process."""
        for number, rooms in state.items():
            given = {room: (Role(role), name) for room, (role, name) in rooms.items()}
            self._given[int(number)] = given

    def disconnected(self, number: int) -> None:
        """Forget the roles of a session that has disconnected, given its number."""
        self._given.pop(number, None)
