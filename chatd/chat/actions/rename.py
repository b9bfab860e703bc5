"""Taking another name."""

from __future__ import annotations

from chatd.chat.names import valid_name
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal


def rename(server: ChatServer, session: Session, wanted: str) -> bool:
    """Give a session a name, and the sessions that share its present one, as tabs of a browser do.

    Return False if it has that name already. A session with an account keeps that name, and so does
    one that is muted or banned in a room that it is in. Raises `Refusal`.
    """
    name = valid_name(wanted)
    sessions = server.names.together(session)
    identity = session.identity
    if name != identity.name:
        if identity.account is not None:
            raise Refusal(ErrorKind.WRONG_USE, "logout_first", name=identity.name)
        for each in sessions:
            for room in each.memberships:
                if server.moderation.silence(each, room) is not None:
                    raise Refusal(ErrorKind.NOT_ALLOWED, "name_stays", room=room.name)
        server.names.check(sessions, name)
        # A person with several sessions has the same spelling of the name in all.
        others = (other for other in server.names.of(name) if other not in sessions)
        name = next((other.name for other in others), name)
    if name == identity.name:
        return False
    for number, each in enumerate(sessions, 1):
        server.names.give(each, name, sessions[number:])
        server.evictions.review(each)
    return True
