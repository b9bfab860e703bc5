"""Acts of administrators that concern the whole server: announcing, disconnecting, figures."""

from __future__ import annotations

from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Deed


async def announce(server: ChatServer, session: Session, text: str) -> None:
    """Log a text as a deed in every room with members. Raises `Refusal` and `StoreError`."""
    server.moderation.check(session, None, Act.WALL)
    await server.deeds.wall(session, text)


async def disconnect(server: ChatServer, session: Session, name: str) -> int:
    """Close the sessions of that name, and log that in their rooms.

    Return how many there were. Raises `Refusal` and `StoreError`.
    """
    moderation = server.moderation
    moderation.check(session, None, Act.DISCONNECT)
    sessions = server.sessions.called(name)
    if not sessions:
        raise Refusal(ErrorKind.NOBODY, "nobody", name=name)
    moderation.check_above(session, server.lobby, name, sessions)
    rooms = dict.fromkeys(room for other in sessions for room in other.memberships)
    for room in rooms:
        await server.deeds.carry_out(session, room, Deed("disconnect", name))
    for each in sessions:
        each.attempt(server.sign_outs.hang_up, each, "disconnected_by", session.name)
    return len(sessions)


def statistics(server: ChatServer, session: Session) -> dict[str, object]:
    """Return figures of the server: see `ChatServer.statistics`. Raises `Refusal`."""
    server.moderation.check(session, None, Act.STATS)
    return server.statistics()
