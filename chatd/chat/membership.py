"""The membership of one session in one room, and what the other members see of it.

A membership counts the session as a person in the room, holds the cursor that follows the room, and
announces the session: that it has come, was renamed, or has left. That it has come is announced
after `LASTING` seconds only, so that a connection that comes and goes is not, or in front of what
it says before (`Room.append`). That it leaves is announced if the others know of it
(`chatd.rooms.people`). Several sessions may have one name, such as the tabs of a browser; the name
has left when the last of them has. That of an account that stays in the room has not, then: its
owner is absent (`chatd.rooms.people`).

The other members must see no name of a session that may not speak in the room that they have not
seen before, neither when it comes nor when it is renamed: a name is text, too.

Beside that, there is the presence of each session (`chatd.chat.presence`). This module must not
know connections, and of the session no more than `Member` says.
"""

from __future__ import annotations

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.chat import presence
from chatd.chat.members import Member
from chatd.event import LEAVING, Change, Departure, Notice
from chatd.rooms.cursor import Cursor
from chatd.rooms.people import Person
from chatd.rooms.room import Room
from chatd.util.state import State

LASTING = 5.0
"""Seconds that a named member is present before the others are told that it has joined."""


class Membership:
    """A session that is counted in a room until `end` is called.

    ``entered_at`` is the seq after which it follows the room, ``cursor`` its place in the room. The
    member was here ``since`` a seq, also over an earlier connection, whose bookmark it has shown.
    ``ended`` is True once the session is not counted any more.
    """

    __slots__ = (
        "_clock",
        "_lasting",
        "_member",
        "cursor",
        "ended",
        "entered_at",
        "room",
        "since",
    )

    def __init__(
        self, room: Room, member: Member, clock: IReactorTime, since: int | None = None
    ) -> None:
        room.enter(member.name, member.is_guest, member.number)
        self.room = room
        self.entered_at = room.head
        self.since = self.entered_at if since is None else since
        self.cursor: Cursor | None = None
        self._member = member
        self._clock = clock
        self._lasting: IDelayedCall | None = None
        self.ended = False

    @classmethod
    def begin(
        cls, room: Room, member: Member, clock: IReactorTime, since: int | None = None
    ) -> Membership:
        """Return the membership of a session that comes to a room, which is shown that."""
        name, guest = member.name, member.is_guest
        was_absent = name in room.here.absent
        membership = cls(room, member, clock, since)
        hidden = room.guarded and not member.may_speak_in(room)
        if hidden or room.tells_presence:
            presence.come(room, member, hidden)
            if was_absent and not member.away:  # then it is told so
                presence.be_back(room, member, name, hidden)
        if room.changes.watched:
            room.changes.add(name, guest, clock)
        if room.register is not None:
            room.register.come(room, member.number, name)
        return membership

    def state(self) -> State:
        """Return what another process needs to go on."""
        room = self.room
        return {
            "room": room.name,
            "entered_at": self.entered_at,
            "since": self.since,
            "announces": self._lasting is not None,
            "hidden": self._member.number in room.here.hidden,
            "cursor": None if self.cursor is None else self.cursor.state(),
        }

    @classmethod
    def resume(cls, room: Room, member: Member, clock: IReactorTime, state: State) -> Membership:
        """Return the membership of a session that another process let into a room.

        The room is shown nothing, and will know of the session what it knew (`People`). The cursor
        is not there yet.
        """
        membership = cls(room, member, clock, state["since"])
        membership.entered_at = state["entered_at"]
        if state["hidden"]:
            presence.stay_hidden(room, member)
        if state["announces"]:
            membership.announce_later()
        return membership

    def announce_later(self) -> None:
        """Announce a member with a name in `LASTING` seconds, unless the others know of it."""
        member = self._member
        if self._lasting is None and not (member.is_guest or self._is_told(member.name)):
            self._lasting = self._clock.callLater(LASTING, self._say_that_it_joined)

    def cancel_announcement(self) -> None:
        """Cancel the announcement that `announce_later` has scheduled, if any."""
        if self._lasting is not None:
            self._lasting.cancel()
            self._lasting = None

    def end(self, departure: Departure = LEAVING) -> None:
        """End the membership, and say that the member has left if the others know of it.

        Does nothing if it was called before: what the caller does after it may have failed.
        """
        room, name = self.room, self._member.name
        if self.ended:
            return
        # Set first: if the rest fails, the member must not be counted out twice.
        self.ended = True
        person = room.here.named.get(name)
        room.leave(self._member.number)
        self.cancel_announcement()
        if room.register is not None:
            room.register.go(room, self._member.number)
        if room.changes.watched:
            room.changes.add(name, self._member.is_guest, self._clock)
        if person is not None and not (person.sessions or room.here.stays(name)):
            self._say_that_it_left(person)
        if room.tells_presence or room.here.hidden:
            presence.go(room, self._member, departure)

    def rename(self, name: str, guest: bool, along: int) -> None:
        """Tell the room of a new name of the member, which still has the old one.

        ``along`` other sessions in the room are about to take the same name. Of a member that may
        not speak here, the room is told only that the old name has left.
        """
        member, room = self._member, self.room
        named = room.here.named
        may_speak, old = member.may_speak_in(room), member.name
        was_hidden = member.number in room.here.hidden
        before = named.get(old)
        room.leave(member.number)
        was_absent = name in room.here.absent
        # The old name stays if more of its sessions are here than those that come along.
        stays = before is not None and (before.sessions > along or room.here.stays(old))
        was_told = before is not None and before.told
        # Never so for a guest, whose name no other session can take.
        is_here = name in named and (named[name].told or not was_told)
        room.enter(name, guest, member.number)
        if room.changes.watched:
            room.changes.add(old, member.is_guest, self._clock)
            room.changes.add(name, guest, self._clock)
        if room.register is not None:
            room.register.come(room, member.number, name)
        if stays:
            if may_speak and not (guest or is_here):
                self._tell(Change.JOINED, name)
        elif may_speak and not is_here:
            self._tell(Change.RENAMED, old, name)
        elif before is not None:
            self._say_that_it_left(before)
        if before is not None and not stays:
            before.told = before.listed = False  # for those that come along
        if room.tells_presence or was_hidden or not may_speak:
            new = presence.NewName(name, guest, hidden=not may_speak)
            presence.take_name(room, member, new, was_hidden)
            if was_absent:
                presence.be_back(room, member, name, not may_speak)

    def shows(self, name: str) -> bool:
        """Return True if the room would be shown that the member takes a name as its own."""
        return name not in self.room.here.named and self._member.may_speak_in(self.room)

    def show(self, change: Change, text: str) -> None:
        """Show the text of another change of the member, unless the member may show none here."""
        presence.show(self.room, self._member, change, text)

    def show_account(self) -> None:
        """Show that the member has logged in, or out."""
        presence.show_account(self.room, self._member)

    # Notices

    def _is_told(self, name: str) -> bool:
        person = self.room.here.named.get(name)
        return person is not None and person.told

    def _say_that_it_joined(self) -> None:
        self._lasting = None
        if not self._is_told(self._member.name) and self._member.may_speak_in(self.room):
            self._tell(Change.JOINED, self._member.name)

    def _say_that_it_left(self, person: Person) -> None:
        """Announce that a person has left, if the others know the name, or may know any of it."""
        if person.told or (person.listed and self._member.may_speak_in(self.room)):
            self._announce(Change.LEFT, self._member.name)

    def _tell(self, change: Change, name: str, new_name: str = "") -> None:
        self._announce(change, name, new_name)
        self.room.here.tell(new_name or name)

    def _announce(self, change: Change, name: str, new_name: str = "") -> None:
        notice = Notice(self.room.name, change, ((self._member.number, name),), new_name)
        self.room.announce(notice, self._clock)
