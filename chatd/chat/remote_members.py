"""Members of rooms that are at other nodes: counted and named as those of this one.

They follow from the roster. That they come, leave or have other names, their own nodes tell the
rooms; that they left with their node, each of the others does. This module must not know commands.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from twisted.internet.interfaces import IReactorTime

from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.directory import Rooms
from chatd.chat.moderation import Moderation
from chatd.chat.people_marks import MarkedPeople
from chatd.chat.roster import RemoteSession, Roster, Visit
from chatd.event import Change, Notice
from chatd.rooms.room import Room
from chatd.text.folding import fold

BACK_SECONDS = 3.0
"""Seconds after the end of a node's term until its people count as gone. One that has only begun
another term, because it was cut off or in doubt, writes their visits again at once."""

_LEFT_KEPT = 10_000
"""Most sessions that left with their nodes of which rooms are told when they are back."""


class RemoteMembers:
    """Has the members of other nodes in ``rooms`` from now on."""

    def __init__(
        self,
        roster: Roster,
        rooms: Rooms,
        sessions: ConnectedSessions,
        moderation: Moderation,
        marked: MarkedPeople,
        clock: IReactorTime,
    ) -> None:
        self._rooms = rooms
        self._sessions = sessions
        self._moderation = moderation
        self._marked = marked
        self._clock = clock
        # With their nodes, which may have been cut off; the first one left longest ago.
        self._told_left: dict[int, None] = {}
        self._left: dict[int, list[tuple[Room, str]]] = {}  # of whom their own nodes tell the rooms
        roster.follow_with(self._move)

    def _move(self, number: int, before: Visit | None, after: Visit | None) -> None:
        """Move a session from the rooms that it was in to those that it is in."""
        was = () if before is None else before.rooms
        now = () if after is None else after.rooms
        stays = () if _renamed(before, after) else [name for name in was if name in now]
        if before is not None:
            for name in was:
                room = self._rooms.get(fold(name))
                if room is not None and name not in stays:
                    self._leave(room, number, before, is_told=name in now)
        if after is not None:
            for name in now:
                if name not in stays:
                    self._enter(self._rooms.of(name), number, after)
            self._told_left.pop(number, None)
        if before is not None:
            self._end(number, before, after)
            if after is not None and before.away != after.away:
                self._marked.changed(after.name)
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

    def _enter(self, room: Room, number: int, visit: Visit) -> None:
        room.enter(visit.name, visit.guest, number)
        if number in self._told_left and not visit.guest:
            back = Notice(room.name, Change.JOINED, ((number, visit.name),))
            room.publish([back], appended_here=False)
        if room.changes.watched:
            room.changes.add(visit.name, visit.guest, self._clock)

    def _leave(self, room: Room, number: int, visit: Visit, *, is_told: bool) -> None:
        person = room.here.named.get(visit.name)
        room.leave(number)
        if room.changes.watched:
            room.changes.add(visit.name, visit.guest, self._clock)
        if person is None or person.sessions or room.here.stays(visit.name):
            return
        if is_told or not (person.told or person.listed):
            return
        if not self._moderation.remote_may_speak(RemoteSession(number, visit), room):
            return
        if person.told:
            self._left.setdefault(number, []).append((room, visit.name))
        else:  # its own node does not know that a list here has had the name
            self._tell(room, number, visit.name)

    def tell_of_ended(self, numbers: Collection[int]) -> None:
        """Tell rooms that sessions left which ended with their node, as the roster said just now.

        Of others that left by then, their own nodes tell.
        """
        left, self._left = self._left, {}
        ended = [(number, *each) for number in numbers for each in left.get(number, ())]
        if ended:
            self._clock.callLater(BACK_SECONDS, self._tell_unless_back, ended)

    def _tell_unless_back(self, ended: Sequence[tuple[int, Room, str]]) -> None:
        """Tell the rooms of this node alone, because all nodes do the same."""
        for number, room, name in ended:
            if self._rooms.get(room.key) is not room:
                continue
            if name in room.here.named:
                room.here.tell(name)  # as it was
            else:
                self._told_left[number] = None
                if len(self._told_left) > _LEFT_KEPT:  # or those of dead nodes would add up
                    del self._told_left[next(iter(self._told_left))]
                left = Notice(room.name, Change.LEFT, ((number, name),))
                room.publish([left], appended_here=False)

    def _tell(self, room: Room, number: int, name: str) -> None:
        room.announce(Notice(room.name, Change.LEFT, ((number, name),)), self._clock)


def _renamed(before: Visit | None, after: Visit | None) -> bool:
    """Return True if a session has another name, or one that is made up as none was before."""
    if before is None or after is None:
        return False
    return (before.name, before.guest) != (after.name, after.guest)
