"""Looking at rooms: which there are, and who is in one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import UNKNOWN, Origin
from chatd.rooms.room import Room
from chatd.rooms.slices import slices_by_number
from chatd.text.escaping import excerpt

TOPIC_LISTED = 40
"""Most characters of a topic, escaped, in a list that people read."""

ROWS_A_SLICE = 50
"""Most rooms that are described at a time: if all of their topics take escaping, that takes some 2
ms."""


class Rooms(NamedTuple):
    """The number of rooms that a session may read, some of them, and the name to go on from.

    That is "" if there are no more.
    """

    total: int
    rooms: list[Room]
    next: str


class RoomRow(NamedTuple):
    """A room in a list: its name, its members, its last seq, and the beginning of its topic.

    ``topic_set`` and ``made`` are the origins of the topic and of the room.
    """

    room: str
    people: int
    head: int
    topic: str
    topic_set: Origin = UNKNOWN
    made: Origin = UNKNOWN

    @property
    def members(self) -> dict[str, Any]:
        """The row in JSON, without the origins."""
        return {
            "room": self.room,
            "people": self.people,
            "head": self.head,
            "topic": self.topic,
        }


class RoomRows:
    """Some rooms of a list, of whose topics so many ``characters`` are given, once escaped.

    They may be described later, slice by slice. A room that only some may read now is described
    now, because its reader may lose the right to read it.
    """

    def __init__(self, rooms: Iterable[Room], characters: int) -> None:
        self._characters = characters
        rows = [self._described(room) if room.guarded else room for room in rooms]
        self.slices = list(slices_by_number(rows, ROWS_A_SLICE))
        """The rooms in slices, each for `rows`."""

    def rows(self, some: Sequence[Room | RoomRow]) -> list[RoomRow]:
        """Return the rows of a slice, without rooms that not everyone may read any more."""
        return [
            self._described(room) if isinstance(room, Room) else room
            for room in some
            if not (isinstance(room, Room) and room.guarded)
        ]

    def _described(self, room: Room) -> RoomRow:
        topic = excerpt(room.topic, self._characters)
        return RoomRow(room.name, room.people, room.head, topic, room.topic_set, room.made)


class People(NamedTuple):
    """Names of members of a room.

    ``more`` is the number of further names; the guests without a name are counted.
    """

    names: list[str]
    more: int
    guests: int


def list_rooms(server: ChatServer, session: Session, limit: int, start: str | None = None) -> Rooms:
    """Return the rooms that a session may read, at most *limit* of them.

    They are in the order of names, from *start* on; without it, those with most members are first,
    and the first room by name is next if they are not all.
    """
    if start is not None:
        total, rooms = server.rooms.listed_from(start, limit + 1, session)
        return Rooms(total, rooms[:limit], rooms[limit].name if len(rooms) > limit else "")
    total, rooms = server.rooms.listed(limit, session)
    return Rooms(total, rooms, _first_by_name(server, session) if total > len(rooms) else "")


def _first_by_name(server: ChatServer, session: Session) -> str:
    _, rooms = server.rooms.listed_from("", 1, session)
    return rooms[0].name if rooms else ""


def room_to_read(server: ChatServer, session: Session, room: Room | None = None) -> Room:
    """Return a room, or the one that the session's input is meant for, if the session may read it.

    Raises `Refusal`.
    """
    room = room or session.joined.here()
    server.moderation.check(session, room, Act.READ)
    return room


def nothing_to_check() -> None:
    """Accept that a session is as it was: the check of those that cannot end during a wait."""


def room_called(server: ChatServer, session: Session, wanted: str) -> Room:
    """Return the room of that name, if the session may read it. Raises `Refusal`."""
    return room_to_read(server, session, server.rooms.called(wanted, session))


def joined_room(server: ChatServer, session: Session, wanted: str) -> Room:
    """Return the room of that name, if the session is in it. Raises `Refusal`."""
    for joined in session.memberships:
        if joined.name == wanted:  # as nearly always: a client names it for each line
            return joined
    room = server.rooms.find(wanted, session)
    if room is None or not session.joined.is_in(room):
        raise Refusal(ErrorKind.NO_ROOM, "not_in_that_room", room=short(wanted.removeprefix("#")))
    return room


def list_people(server: ChatServer, session: Session, room: Room, limit: int) -> People:
    """Return the members of a room, at most *limit* of their names. Raises `Refusal`."""
    here = room_to_read(server, session, room).here
    names = here.list_names(limit, session.name)
    return People(names, len(here.named) - len(names), here.guests)
