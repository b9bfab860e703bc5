"""Taking another name."""

from __future__ import annotations

from collections.abc import Sequence

from chatd.chat.names import valid_name
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.storage.claims import Claim


async def rename(server: ChatServer, session: Session, wanted: str) -> bool:
    """Give a session a name, and the sessions that share its present one, as tabs of a browser do.

    Return False if it has that name already, or ended while the store was asked for the name. A
    session with an account keeps that name, and so does one that is muted or banned in a room that
    it is in. Raises `Refusal`, and `StoreError`.
    """
    wanted = valid_name(wanted)
    name = _allowed(server, session, wanted)
    while name != session.name:
        async with server.names.claiming(session, name) as claiming:
            if session.stream.finished:
                return False
            server.names.check_claim(session, claiming)
            claimed = name
            if claiming.waited:
                name = _allowed(server, session, wanted)
            if name == claimed != session.name:
                _take(server, server.names.together(session), claiming.claim)
                return True
    return False


def _allowed(server: ChatServer, session: Session, wanted: str) -> str:
    """Return a valid name as its person writes it, if a session may take it. Raises `Refusal`."""
    if wanted == session.name:
        return wanted
    sessions = server.names.together(session)
    if session.account is not None:
        raise Refusal(ErrorKind.WRONG_USE, "logout_first", name=session.name)
    for each in sessions:
        for room in each.memberships:
            if server.moderation.silence(each, room) is not None:
                raise Refusal(ErrorKind.NOT_ALLOWED, "name_stays", room=room.name)
    server.names.check(sessions, wanted)
    # A person with several sessions has the same spelling of the name in all.
    others = (other for other in server.names.of(wanted) if other not in sessions)
    return next((other.name for other in others), wanted)


def _take(server: ChatServer, sessions: Sequence[Session], claim: Claim) -> None:
    for number, each in enumerate(sessions, 1):
        server.names.give(each, claim.name, claim, sessions[number:])
        server.evictions.review(each)
