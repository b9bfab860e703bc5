"""The public facts about a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chatd.accounts.credentials import Scope
from chatd.chat.names import valid_name
from chatd.chat.server import ChatServer
from chatd.chat.session import Session


class Whois(NamedTuple):
    """Facts about a name.

    ``name`` is as its owner writes it, ``rooms`` are the names of those rooms that the requester
    may read of the rooms of the owner's sessions, and of those in which the account stays.
    ``away`` is "" if the owner has not said to be away.
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
    account = server.accounts.called(name)
    if account is not None:
        rooms.update((room.name, room) for room in server.staying.records.rooms_of(account.key))
    readable = [name for name, room in rooms.items() if server.rooms.readable(session, room)]
    count = len(sessions) + len(elsewhere)
    return Whois(name, account is not None, count, readable, server.sessions.away_text(name))


def account_of(server: ChatServer, session: Session, wanted: str, time: int) -> str:
    """Return the name of the account that the person of a name had at a time; "" for a guest.

    The time is that of a line, in milliseconds since 1970: who said it cannot be known by its
    author alone, because a guest may have had a name that was registered later. Raises `Refusal`
    if the name is not valid.
    """
    session.identity.check_scope(Scope.READ)
    return server.accounts.name_at(valid_name(wanted), time)
