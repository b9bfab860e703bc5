"""The membership of one session in one room, and what the other members see of it.

A membership counts the session as a person in the room, holds the cursor that follows the room, and
announces the session: that it has come, was renamed, or has left. It is announced after `LASTING`
seconds only, so that a connection that comes and goes is not. Several sessions may have one name,
such as the tabs of a browser; the name has left when the last of them has.

The other members must see no name of a session that may not speak in the room that they have not
seen before, neither when it comes nor when it is renamed: a name is text, too. This module must not
know connections, and of the session no more than `Member` says.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.event import Change, Notice
from chatd.rooms.cursor import Cursor
from chatd.rooms.room import Room

LASTING = 5.0
"""Seconds that a named member is present before the others are told that it has joined."""


class Member(Protocol):
    """The part of a session that a membership reads."""

    @property
    def number(self) -> int:
        """The number of the session."""

    @property
    def name(self) -> str:
        """The name that others see."""

    @property
    def is_guest(self) -> bool:
        """True if the server made the name up."""

    def may_speak_in(self, room: Room) -> bool:
        """Return True if the member may speak in a room."""


class Membership:
    """A session that is counted in a room until `end` is called.

    ``entered_at`` is the seq after which it follows the room, ``cursor`` its place in the room.
    ``ended`` is True once the session is not counted any more.
    """

    __slots__ = (
        "_clock",
        "_introduced",
        "_lasting",
        "_member",
        "cursor",
        "ended",
        "entered_at",
        "room",
    )

    def __init__(self, room: Room, member: Member, clock: IReactorTime) -> None:
        room.enter(member.name, member.is_guest)
        self.room = room
        self.entered_at = room.head
        self.cursor: Cursor | None = None
        self._member = member
        self._clock = clock
        self._lasting: IDelayedCall | None = None
        self._introduced = False  # True if the others know the name already
        self.ended = False

    def begin_presence(self) -> None:
        """Announce a member with a name in `LASTING` seconds."""
        if not self._member.is_guest:
            self._lasting = self._clock.callLater(LASTING, self._say_that_it_joined)

    def end_presence(self) -> None:
        """Cancel the announcement that `begin_presence` has scheduled, if any."""
        if self._lasting is not None:
            self._lasting.cancel()
            self._lasting = None

    def end(self) -> None:
        """End the membership, and say that the member has left if it was announced.

        Does nothing if it was called before: what the caller does after it may have failed.
        """
        member, room = self._member, self.room
        if self.ended:
            return
        # Set first: if the rest fails, the member must not be counted out twice.
        self.ended = True
        room.leave(member.name, member.is_guest)
        self.end_presence()
        if member.name not in room.named:
            self._say_that_it_left()

    def rename(self, name: str, guest: bool, along: int) -> None:
        """Tell the room of a new name of the member, which still has the old one.

        ``along`` other sessions in the room are about to take the same name. Of a member that may
        not speak here, the room is told only that the old name has left.
        """
        member, room = self._member, self.room
        may_speak, old = member.may_speak_in(room), member.name
        room.leave(old, member.is_guest)
        # The old name stays if more of its sessions are here than those that come along.
        stays = room.named.get(old, 0) > along
        was_announced = old in room.announced
        # Never so for a guest, whose name no other session can take.
        is_here = name in room.named and (name in room.announced or not was_announced)
        if not may_speak:
            if not stays:
                self._say_that_it_left()
        elif stays and not (guest or is_here):
            self._announce(Change.JOINED, name)
        elif is_here and not stays:
            self._say_that_it_left()
        elif not stays:
            self._announce(Change.RENAMED, old, name)
        if not stays:
            room.announced.discard(old)
        if was_announced and may_speak and not guest:
            room.announced.add(name)
        room.enter(name, guest)
        self._introduced |= may_speak

    def _say_that_it_joined(self) -> None:
        member, room = self._member, self.room
        self._lasting = None
        if member.name not in room.announced and member.may_speak_in(room):
            room.announced.add(member.name)
            if not self._introduced:
                self._announce(Change.JOINED, member.name)

    def _say_that_it_left(self) -> None:
        member, room = self._member, self.room
        if member.name in room.announced:
            room.announced.discard(member.name)
            self._announce(Change.LEFT, member.name)

    def _announce(self, change: Change, name: str, new_name: str = "") -> None:
        notice = Notice(self.room.name, change, ((self._member.number, name),), new_name)
        self.room.announce(notice, self._clock)
