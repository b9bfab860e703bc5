"""The stays of accounts in rooms, as they are stored and as the rooms have them.

An account that stays in a room is a member of it also while no client of its owner is there. A stay
is a record, so it outlasts the daemon, and all nodes that share a store have it: each shows in its
rooms who stays there. This module must not know sessions, nor when a stay begins or ends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.accounts import Accounts
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Groups, Put, Table


class Stay(NamedTuple):
    """The stay of an account in the room of that name."""

    room: str


class Absence(NamedTuple):
    """The time since which an account that stays somewhere has no client, in seconds since 1970."""

    since: int


class StayRecords:
    """The stays of all accounts, in ``rooms``, which are those that there are, by their keys."""

    def __init__(
        self, store: Store, clock: IReactorTime, accounts: Accounts, rooms: Mapping[str, Room]
    ) -> None:
        self._of_accounts: Groups[Stay] = Groups(lambda key, stay: [key.partition("/")[0]])
        self._of_rooms: Groups[Stay] = Groups(lambda key, stay: [key.partition("/")[2]])
        self.table: Table[Stay] = Table(store, "stay", Stay, self._of_accounts, self._of_rooms)
        self.absences: Table[Absence] = Table(store, "absence", Absence)
        self._clock = clock
        self._accounts = accounts
        self._rooms = rooms
        self.table.watch(self._changed)

    @property
    def accounts(self) -> Collection[str]:
        """The keys of the accounts that stay somewhere."""
        return {key.partition("/")[0]: None for key in self.table}

    def is_wanted(self, account: str) -> bool:
        """Return True if the owner of an account, given its key, has chosen to stay in rooms."""
        found = self._accounts.table.get(account)
        return found is not None and found.settings.get("stay") is True

    def rooms_of(self, account: str) -> list[Room]:
        """Return the rooms in which an account stays, given its key, the first one first."""
        keys = (key.partition("/")[2] for key in self._of_accounts[account])
        return [self._rooms[key] for key in keys if key in self._rooms]

    def names_of_rooms(self) -> Iterable[str]:
        """Return the names of all rooms in which an account stays."""
        return [stay.room for stay in self.table.values()]

    def begin(self, account: str, rooms: Iterable[Room]) -> list[Put]:
        """Return the changes that have an account stay in rooms."""
        return [self.table.put(_key(account, room), Stay(room.name)) for room in rooms]

    def end(self, account: str, rooms: Iterable[Room]) -> list[Put]:
        """Return the changes that have an account stay in rooms no more."""
        return [self.table.put(_key(account, room), None) for room in rooms]

    def account_gone(self, account: str) -> list[Put]:
        """Return the changes that remove all that is stored of an account here."""
        puts = [self.table.put(key, None) for key in self._of_accounts[account]]
        return [*puts, *self.set_absence(account, None)]

    def set_absence(self, account: str, since: int | None) -> list[Put]:
        """Return the changes that store since when an account has no client; None: it has one."""
        if since is None and account not in self.absences:
            return []
        return [self.absences.put(account, None if since is None else Absence(since))]

    def made(self, room: Room) -> None:
        """Show in a room that was made who stays there."""
        for key in self._of_rooms[room.key]:
            self._show(key.partition("/")[0], room)

    def _changed(self, keys: Collection[str]) -> None:
        for key in keys:
            account, _, name = key.partition("/")
            room = self._rooms.get(name)
            if room is None:
                continue
            if key in self.table:
                self._show(account, room)
            elif (ended := room.here.end_stay(account)) is not None:
                self._note(room, ended)

    def _show(self, account: str, room: Room) -> None:
        found = self._accounts.table.get(account)
        if found is not None and account not in room.here.staying:
            room.here.stay(account, found.name)
            self._note(room, found.name)

    def _note(self, room: Room, name: str) -> None:
        room.note_people()
        if room.changes.watched:
            room.changes.add(name, False, self._clock)


def _key(account: str, room: Room) -> str:
    return f"{account}/{room.key}"
