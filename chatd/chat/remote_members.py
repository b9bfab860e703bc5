"""Members of rooms that are at other nodes: counted and named as those of this one.

They follow from the roster. That they come, leave or have other names, their own nodes tell the
rooms. This module must not know commands.
"""

from __future__ import annotations

from collections.abc import Iterable

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.accounts import Accounts
from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.directory import Rooms
from chatd.chat.moderation import Moderation
from chatd.chat.roster import RemoteSession, Roster, Visit
from chatd.event import Change, Notice
from chatd.rooms.room import Room
from chatd.text.folding import fold


class RemoteMembers:
    """Has the members of other nodes in ``rooms`` from now on."""

    def __init__(
        self,
        roster: Roster,
        rooms: Rooms,
        sessions: ConnectedSessions,
        moderation: Moderation,
        accounts: Accounts,
        clock: IReactorTime,
    ) -> None:
        self._roster = roster
        self._rooms = rooms
        self._sessions = sessions
        self._moderation = moderation
        self._clock = clock
        roster.follow_with(self._move)
        if roster.is_kept:
            accounts.table.watch(self._marks_changed)
            moderation.roles.table.watch(self._roles_changed)

    def _move(self, number: int, before: Visit | None, after: Visit | None) -> None:
        """Move a session from the rooms that it was in to those that it is in."""
        was = () if before is None else before.rooms
        now = () if after is None else after.rooms
        renamed = before is None or after is None or before[:2] != after[:2]
        for name in was:
            room = self._rooms.get(fold(name))
            if before is not None and room is not None and (renamed or name not in now):
                self._leave(room, number, before, is_told=name in now)
        for name in now:
            if after is not None and (renamed or name not in was):
                self._enter(self._rooms.of(name), number, after)
        if before is not None:
            self._end(number, before, after)
        for name in was:
            self._rooms.forget_if_empty(self._rooms.get(fold(name)))

    def _end(self, number: int, before: Visit, after: Visit | None) -> None:
        """End what a session has had that has logged out, or gone."""
        if after is None:
            self._moderation.disconnected(number)
            if before.spoke:
                self._sessions.departed_elsewhere(before.name, before.network)
        elif before.account and not after.account:
            self._moderation.bind_logged_out(number, before.account)

    # What a list of people shows of them

    def _marks_changed(self, accounts: Iterable[str], room: str = "") -> None:
        """Note that marks of some accounts have changed, in a room or in all, given their keys."""
        for account in accounts:
            for visit in (other.visit for other in self._roster.of_account(account)):
                for there in map(self._rooms.get, map(fold, visit.rooms)):
                    if there is None or room not in ("", there.key):
                        continue
                    if there.changes.watched:
                        there.changes.add(visit.name, visit.guest, self._clock)

    def _roles_changed(self, keys: Iterable[str]) -> None:
        for key in keys:
            room, _, account = key.partition("/")
            self._marks_changed([account], room)

    # Entering and leaving

    def _enter(self, room: Room, number: int, visit: Visit) -> None:
        room.enter(visit.name, visit.guest, number)
        if room.changes.watched:
            room.changes.add(visit.name, visit.guest, self._clock)

    def _leave(self, room: Room, number: int, visit: Visit, *, is_told: bool) -> None:
        person = room.here.named.get(visit.name)
        room.leave(number)
        if room.changes.watched:
            room.changes.add(visit.name, visit.guest, self._clock)
        # Its own node does not know that a list here has had the name.
        if person is None or person.told or person.sessions or is_told or not person.listed:
            return
        if self._moderation.remote_may_speak(RemoteSession(number, visit), room):
            room.announce(Notice(room.name, Change.LEFT, ((number, visit.name),)), self._clock)
