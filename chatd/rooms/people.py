"""The people in a room, and of whose presence the others know.

A name is *told* once a notice has said to the room that its owner is here, and *listed* once a list
of the people here has had it. The room is told when a person leaves whose name is either. This
module must not know a session, nor who may speak.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from chatd.event import Change, Entry, Notice, Presence


class Person:
    """A person with a name, in a room with some ``sessions``; ``first`` is the number of one."""

    __slots__ = ("first", "listed", "sessions", "told")

    def __init__(self, first: int) -> None:
        self.first = first
        self.sessions = 0
        self.told = False
        self.listed = False


class Member(NamedTuple):
    """A session in a room: its name, which is one that the server made up if ``guest`` is true."""

    name: str
    guest: bool


class People:
    """The members of one room: ``named`` ones by their names, and ``guests`` without a name.

    ``members`` are all of them, by the numbers of their sessions, in the order in which they came
    or took their names. ``hidden`` are the presences of those of which clients must not know, by
    the same numbers: what they are shown once such a member may speak, and does.
    """

    __slots__ = ("guests", "hidden", "members", "named")

    def __init__(self) -> None:
        self.guests = 0
        self.named: dict[str, Person] = {}
        self.members: dict[int, Member] = {}
        self.hidden: dict[int, Presence] = {}

    def enter(self, name: str, guest: bool, session: int) -> None:
        """Count a session that enters, given its number."""
        self.members[session] = Member(name, guest)
        if guest:
            self.guests += 1
            return
        person = self.named.get(name)
        if person is None:
            person = self.named[name] = Person(session)
        person.sessions += 1

    def leave(self, session: int) -> None:
        """Uncount a session that leaves, given its number."""
        name, guest = self.members.pop(session)
        if guest:
            self.guests -= 1
            return
        person = self.named[name]
        person.sessions -= 1
        if not person.sessions:
            del self.named[name]

    def list_names(self, limit: int, reader: str) -> list[str]:
        """Return at most ``limit`` names for the person of that name, and note them as listed.

        People who look at their own name alone are not listed by that.
        """
        names = list(islice(self.named, limit))
        for name in names:
            if name != reader:
                self.named[name].listed = True
        return names

    def told_elsewhere(self, entries: Iterable[Entry]) -> None:
        """Note the people as told of whom another node tells the room."""
        for entry in entries:
            if isinstance(entry, Notice) and entry.change is not Change.LEFT:
                for name in [entry.new_name] if entry.new_name else entry.names:
                    self.tell(name)

    def tell(self, name: str) -> None:
        """Note that a name is told, if it is that of a member."""
        person = self.named.get(name)
        if person is not None:
            person.told = True
