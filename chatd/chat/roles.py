"""The roles and modes of rooms: who owns a room, who is staff in it, and which mode it has.

The owner, the mode and the roles of accounts are stored. A role of a guest is held in memory, by
session: it ends with the session, and is not valid under another name. This module must not know
what a role allows, nor sanctions: see `chatd.chat.permissions` and `chatd.chat.sanctions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import NamedTuple

from chatd.accounts.accounts import Accounts
from chatd.chat.permissions import Mode, Role
from chatd.chat.session import Session
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Damaged, Groups, Put, Table
from chatd.text.folding import fold

OWNED = 100
"""Most rooms that one account may own."""


class RoomPolicy(NamedTuple):
    """The mode of a room, and the key of the account that owns it; "" without an owner."""

    name: str
    mode: str = Mode.OPEN.value
    owner: str = ""


class RoleRecord(NamedTuple):
    """The role of an account in a room: the number of a `Role`."""

    role: int


class Roles:
    """The roles in all rooms. ``lobby`` is the key of the room that administrators run."""

    def __init__(self, store: Store, accounts: Accounts, lobby: str) -> None:
        self.rooms: Table[RoomPolicy] = Table(store, "room", RoomPolicy, rights=True)
        self._holders: Groups[RoleRecord] = Groups(_room_and_role)
        self._roles: Table[RoleRecord] = Table(
            store, "role", RoleRecord, self._holders, rights=True
        )
        self._accounts = accounts
        self._lobby = lobby
        # The roles of sessions without an account, by room, with the folded name for which each
        # was given: under another name it is not valid.
        self._given: dict[Session, dict[str, tuple[Role, str]]] = {}
        try:
            for policy in self.rooms.values():
                Mode(policy.mode)
            for record in self._roles.values():
                Role(record.role)
        except ValueError:
            raise Damaged from None

    def role_of(self, session: Session, room: Room | None) -> Role:
        """Return the role of a session in a room; without a room, its role on the server."""
        if session.identity.administers:
            return Role.ADMINISTRATOR
        administers = session.identity.may_administer
        role = self.role_of_account(session.account, room, administers=administers)
        if room is not None and session in self._given:
            given, name = self._given[session].get(room.key, (role, ""))
            if name == fold(session.name):
                role = max(role, given)
        return role

    def role_of_name(self, name: str, sessions: Iterable[Session], room: Room) -> Role:
        """Return the highest role in a room of an account's name and of the sessions with it."""
        roles = [self.role_of(session, room) for session in sessions]
        return max([self.role_of_account(fold(name), room), *roles])

    def role_of_account(
        self, key: str | None, room: Room | None, *, administers: bool = True
    ) -> Role:
        """Return the role of an account in a room, given its key; of None, that of everyone.

        Unless it ``administers``, its being an administrator's does not count.
        """
        account = None if key is None else self._accounts.table.get(key)
        if account is None:
            return Role.EVERYONE
        if account.admin and administers:
            return Role.ADMINISTRATOR
        if room is None:
            return Role.EVERYONE
        policy = self.rooms.get(room.key)
        if policy is not None and policy.owner == key:
            return Role.OWNER
        record = self._roles.get(f"{room.key}/{key}")
        return Role.EVERYONE if record is None else Role(record.role)

    def mode_of(self, room: Room) -> Mode:
        """Return the mode of a room."""
        policy = self.rooms.get(room.key)
        if policy is not None:
            return Mode(policy.mode)
        if room.key == self._lobby and self._accounts.has_administrator:
            return Mode.OPEN
        return Mode.FREE

    def name_of_owner(self, room: Room) -> str:
        """Return the name of the owner of a room; "" if it has none."""
        policy = self.rooms.get(room.key)
        account = self._accounts.table.get(policy.owner) if policy is not None else None
        return "" if account is None else account.name

    def list_holders(self, room: Room, role: Role, limit: int) -> tuple[list[str], int]:
        """Return the accounts that were given a role in a room, connected or not.

        They are at most *limit* names, and the number of further ones.
        """
        keys = self._holders[f"{room.key}/{role:d}"]
        names = [self._accounts.table[key.partition("/")[2]].name for key in islice(keys, limit)]
        return names, len(keys) - len(names)

    def is_registered(self, name: str) -> bool:
        """Return True if a name is that of an account."""
        return fold(name) in self._accounts.table

    def may_own_more(self, account: str) -> bool:
        """Return True if an account, given its key, may own one more room."""
        return sum(policy.owner == account for policy in self.rooms.values()) < OWNED

    # Changes

    def set_mode(self, room: Room, mode: Mode) -> Put:
        """Return the change that sets the mode of a room."""
        policy = self.rooms.get(room.key, RoomPolicy(room.name))
        return self.rooms.put(room.key, policy._replace(mode=mode.value))

    def give(self, name: str, room: Room, role: Role) -> list[Put]:
        """Return the changes that give the account of that name this role, and no other.

        They are none if there is no such account.
        """
        if not self.is_registered(name):
            return []
        return [self._roles.put(f"{room.key}/{fold(name)}", RoleRecord(role) if role else None)]

    def give_guests(self, sessions: Iterable[Session], room: Room, role: Role) -> None:
        """Give sessions a role in a room, beside that of their account.

        It ends when they disconnect or have another name.
        """
        for session in sessions:
            self._given.setdefault(session, {})[room.key] = (role, fold(session.name))

    def lower_guests(
        self, sessions: Iterable[Session], room: Room, role: Role
    ) -> Callable[[], None]:
        """Lower the roles that sessions were given in a room to at most this one, at once.

        Return a function that takes that back.
        """
        had = {
            session: self._given[session][room.key]
            for session in sessions
            if room.key in self._given.get(session, ())
        }
        for session, (given, name) in had.items():
            self._given[session][room.key] = (min(given, role), name)

        def take_back() -> None:
            for session, before in had.items():
                if session in self._given:  # it has not disconnected since
                    self._given[session][room.key] = before

        return take_back

    def disconnected(self, session: Session) -> None:
        """Forget the roles of a session that has disconnected."""
        self._given.pop(session, None)

    def forget(self, room: Room) -> list[Put]:
        """Return the changes to store when a room is forgotten."""
        return [self.rooms.put(room.key, None)] if room.key in self.rooms else []

    def account_gone(self, key: str) -> list[Put]:
        """Return the changes to store when an account is removed: those of its roles and rooms."""
        puts = [
            self._roles.put(role, None) for role in self._roles if role.partition("/")[2] == key
        ]
        operated = {
            role.partition("/")[0]
            for role, record in self._roles.items()
            if record.role >= Role.OPERATOR and role.partition("/")[2] != key
        }
        for room, policy in self.rooms.items():
            if policy.owner == key:
                has_no_staff = policy.mode == Mode.OPEN.value and room not in operated
                puts.append(
                    self.rooms.put(room, None if has_no_staff else policy._replace(owner=""))
                )
        return puts


def _room_and_role(key: str, record: RoleRecord) -> list[str]:
    return [f"{key.partition('/')[0]}/{record.role:d}"]
