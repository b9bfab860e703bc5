"""The public facts about a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chatd.accounts.credentials import Scope
from chatd.chat.server import ChatServer
from chatd.chat.session import Session


class Whois(NamedTuple):
    """Facts about a name.

    ``name`` is as its owner writes it, ``rooms`` are the names of those rooms of the owner's
    sessions that the requester may read, ``away`` is "" if the owner is not away.
    """

    name: str
    registered: bool
    sessions: int
    rooms: Sequence[str]
    away: str


def whois(server: ChatServer, session: Session, wanted: str) -> Whois:
    """Return the facts about a name that a session may know.

    Raises `Refusal` if the name is not valid.
    """
    session.identity.check_scope(Scope.READ)
    name = server.sessions.name_of(wanted)
    sessions = server.sessions.reachable(name)
    elsewhere = server.roster.reachable(name)
    rooms = {room.name: room for other in sessions for room in other.memberships}
    rooms.update((room, server.rooms.of(room)) for other in elsewhere for room in other.visit.rooms)
    readable = [name for name, room in rooms.items() if server.rooms.readable(session, room)]
    registered = server.accounts.called(name) is not None
    count = len(sessions) + len(elsewhere)
    return Whois(name, registered, count, readable, server.sessions.away_text(name))
