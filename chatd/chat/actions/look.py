"""Looking at rooms: which there are, and who is in one."""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.rooms.room import Room

TOPIC_LISTED = 40
"""Most characters of a topic, escaped, in a list that people read."""


class Rooms(NamedTuple):
    """The number of rooms that a session may read, and the first of them.

    Those with most members are first.
    """

    total: int
    rooms: list[Room]


class People(NamedTuple):
    """Names of members of a room.

    ``more`` is the number of further names; the guests without a name are counted.
    """

    names: list[str]
    more: int
    guests: int


def list_rooms(server: ChatServer, session: Session, limit: int) -> Rooms:
    """Return the rooms that a session may read, at most *limit* of them."""
    return Rooms(*server.rooms.listed(limit, session, server.sessions.peopled))


def room_to_read(server: ChatServer, session: Session, room: Room | None = None) -> Room:
    """Return a room, or the one that the session's input is meant for, if the session may read it.

    Raises `Refusal`.
    """
    room = room or session.joined.here()
    server.moderation.check(session, room, Act.READ)
    return room


def room_called(server: ChatServer, session: Session, wanted: str) -> Room:
    """Return the room of that name, if the session may read it. Raises `Refusal`."""
    return room_to_read(server, session, server.rooms.called(wanted, session))


def list_people(server: ChatServer, session: Session, room: Room, limit: int) -> People:
    """Return the members of a room, at most *limit* of their names. Raises `Refusal`."""
    room_to_read(server, session, room)
    names = list(islice(room.named, limit))
    return People(names, len(room.named) - len(names), room.guests)
