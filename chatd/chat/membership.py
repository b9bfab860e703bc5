"""The membership of one session in one room: its count, what it follows, and what the other members
see of its coming and going.

Of a session that may not speak in the room, the others see no name that they have not seen before:
neither when it comes nor when it is renamed. This module must not know connections, and of the
session no more than who it is.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.event import Change, Notice
from chatd.rooms.feed import Cursor
from chatd.rooms.room import Room

LASTING = 5.0
"""How many seconds a named person's presence lasts before the others are told of it."""


class Somebody(Protocol):
    """Who is there."""

    number: int
    name: str
    is_guest: bool

    def may_speak_in(self, room: Room) -> bool:
        """Return whether they may speak in a room."""


class Membership:
    """Counts somebody in. ``entered_at`` is the seq from which on they follow the room, ``cursor``
    their place in it. One that ``ended`` counts nobody."""

    __slots__ = (
        "_clock",
        "_introduced",
        "_lasting",
        "_who",
        "cursor",
        "ended",
        "entered_at",
        "room",
    )

    def __init__(self, room: Room, who: Somebody, clock: IReactorTime) -> None:
        room.enter(who.name, who.is_guest)
        self.room = room
        self.entered_at = room.head
        self.cursor: Cursor | None = None
        self._who = who
        self._clock = clock
        self._lasting: IDelayedCall | None = None
        self._introduced = False
        self.ended = False

    def begin_presence(self) -> None:
        """If somebody with a name stays for a while, the others are told that they have come."""
        if not self._who.is_guest:
            self._lasting = self._clock.callLater(LASTING, self._last)

    def end_presence(self) -> None:
        """They are told of it no more."""
        if self._lasting is not None:
            self._lasting.cancel()
            self._lasting = None

    def end(self) -> None:
        """Count them out, and tell those who were told that they were here. (It may be done
        already, if what came behind it failed.)"""
        who, room = self._who, self.room
        if self.ended:
            return
        # Whatever fails, nobody is counted here who is not.
        self.ended = True
        room.leave(who.name, who.is_guest)
        self.end_presence()
        if who.name not in room.named:
            self._say_that_they_left()

    def rename(self, name: str, guest: bool, along: int) -> None:
        """Take note of a new name of the session, which has the old one still, and tell the room.
        ``along`` other sessions in the room are about to take the same name.

        Of a session that may not speak here, the room is told only that the old name has left.
        """
        who, room = self._who, self.room
        may_speak = who.may_speak_in(room)
        room.leave(who.name, who.is_guest)
        # One who is here several times stays here under that name, or is under the other already.
        stays = room.named.get(who.name, 0) > along
        is_here = name in room.named  # never so for a guest, whose name nobody can take
        was_announced = who.name in room.announced
        if not may_speak:
            if not stays:
                self._say_that_they_left()
        elif stays and not (guest or is_here):
            room.append(Notice(room.name, who.number, Change.JOINED, name))
        elif is_here and not stays:
            self._say_that_they_left()
        elif not stays:
            room.append(Notice(room.name, who.number, Change.RENAMED, who.name, name))
        if not stays:
            room.announced.discard(who.name)
        if was_announced and may_speak and not guest:
            room.announced.add(name)
        room.enter(name, guest)
        self._introduced |= may_speak

    def _last(self) -> None:
        who, room = self._who, self.room
        self._lasting = None
        if who.name not in room.announced and who.may_speak_in(room):
            room.announced.add(who.name)
            if not self._introduced:
                room.append(Notice(room.name, who.number, Change.JOINED, who.name))

    def _say_that_they_left(self) -> None:
        who, room = self._who, self.room
        if who.name in room.announced:
            room.announced.discard(who.name)
            room.append(Notice(room.name, who.number, Change.LEFT, who.name))
