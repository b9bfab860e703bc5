"""The roles and modes of rooms: who owns a room, who is staff in it, and which mode it has.

The owner, the mode and the roles of accounts are stored. A role of a guest is held in memory, by
session: it ends with the session, and is not valid under another name. This module must not know
what a role allows, nor sanctions: see `chatd.chat.permissions` and `chatd.chat.sanctions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, NamedTuple

from chatd.accounts.accounts import Accounts
from chatd.chat.given_roles import GivenRoles
from chatd.chat.permissions import Mode, Role
from chatd.chat.roster import AnySession
from chatd.chat.session import Session
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Damaged, Groups, Put, Table
from chatd.text.folding import fold

OWNED = 100
"""Most rooms that one account may own."""


class RoomPolicy(NamedTuple):
    """The mode of a room, and the key of the account that owns it; "" without an owner.

    Unless ``seen``, no person may ask who has a line there. The room keeps a ``register`` or not.
    """

    name: str
    mode: str = Mode.OPEN.value
    owner: str = ""
    seen: bool = True
    register: bool = False


class RoleRecord(NamedTuple):
    """The role of an account in a room: the number of a `Role`.

    It is an invitation ``by`` a person if the account is yet to be told of it.
    """

    role: int
    by: str = ""


def nobody(name: str) -> Iterable[AnySession]:
    """Return no session: the default without other nodes."""
    return ()


class Roles:
    """The roles in all rooms.

    ``lobby`` is the key of the room that administrators run. ``elsewhere`` returns the
    sessions of other nodes with a name.
    """

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        lobby: str,
        elsewhere: Callable[[str], Iterable[AnySession]] = nobody,
    ) -> None:
        self.rooms: Table[RoomPolicy] = Table(store, "room", RoomPolicy, rights=True)
        self._holders: Groups[RoleRecord] = Groups(_room_and_role)
        self._untold: Groups[RoleRecord] = Groups(_untold_account)
        self.table: Table[RoleRecord] = Table(
            store, "role", RoleRecord, self._holders, self._untold, rights=True
        )
        self._accounts = accounts
        self._lobby = lobby
        self._elsewhere = elsewhere
        self.given = GivenRoles()
        try:
            for policy in self.rooms.values():
                Mode(policy.mode)
            for record in self.table.values():
                Role(record.role)
        except ValueError:
            raise Damaged from None

    def role_of(self, session: Session, room: Room | None) -> Role:
        """Return the role of a session in a room; without a room, its role on the server."""
        if session.identity.administers:
            return Role.ADMINISTRATOR
        administers = session.identity.may_administer
        role = self.role_of_account(session.account, room, administers=administers)
        return role if room is None else max(role, self.given.role_of(session, room))

    def role_of_remote(self, holder: AnySession, room: Room) -> Role:
        """Return the role in a room of a session of another node."""
        return max(self.role_of_account(holder.account, room), self.given.role_of(holder, room))

    def role_of_name(self, name: str, sessions: Iterable[Session], room: Room) -> Role:
        """Return the highest role in a room of an account's name and of the sessions with it.

        The sessions are those of this node. Those of others count, too.
        """
        roles = [self.role_of(session, room) for session in sessions]
        roles += [self.given.role_of(holder, room) for holder in self._elsewhere(name)]
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
        record = self.table.get(f"{room.key}/{key}")
        return Role.EVERYONE if record is None else Role(record.role)

    def mode_of(self, room: Room) -> Mode:
        """Return the mode of a room."""
        policy = self.rooms.get(room.key)
        if policy is not None:
            return Mode(policy.mode)
        if room.key == self._lobby and self._accounts.has_administrator:
            return Mode.OPEN
        return Mode.FREE

    def policy_of(self, room: Room) -> RoomPolicy:
        """Return the stored policy of a room; if there is none, that of one that is run anew."""
        return self.rooms.get(room.key, RoomPolicy(room.name))

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

    def change_policy(self, room: Room, **changes: Any) -> Put:
        """Return the change of some fields of the policy of a room, which is run from then on."""
        return self.rooms.put(room.key, self.policy_of(room)._replace(**changes))

    def give(self, name: str, room: Room, role: Role, by: str = "") -> list[Put]:
        """Return the changes that give the account of that name this role, and no other.

        They are none if there is no such account. It is told later who it was invited ``by``.
        """
        if not self.is_registered(name):
            return []
        record = RoleRecord(role, by) if role else None
        return [self.table.put(f"{room.key}/{fold(name)}", record)]

    def untold_invitations(self, account: str) -> list[tuple[str, str]]:
        """Return the invitations of which an account, given its key, is yet to be told.

        Each is the key of a room, and the name of the person who invited it.
        """
        keys = self._untold[account]
        return [(key.partition("/")[0], self.table[key].by) for key in keys]

    def told_invitations(self, account: str) -> list[Put]:
        """Return the changes by which an account, given its key, has been told of all of them."""
        keys = self._untold[account]
        return [self.table.put(key, self.table[key]._replace(by="")) for key in keys]

    def forget(self, room: Room) -> list[Put]:
        """Return the changes to store when a room is forgotten."""
        return [self.rooms.put(room.key, None)] if room.key in self.rooms else []

    def account_gone(self, key: str) -> list[Put]:
        """Return the changes to store when an account is removed: those of its roles and rooms."""
        puts = [self.table.put(role, None) for role in self.table if role.partition("/")[2] == key]
        operated = {
            role.partition("/")[0]
            for role, record in self.table.items()
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


def _untold_account(key: str, record: RoleRecord) -> list[str]:
    return [key.partition("/")[2]] if record.by else []
