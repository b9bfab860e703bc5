"""Deeds: what a member of staff does to a room or in it, stored and logged in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from chatd.chat.audit import AuditEvent
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Deed
from chatd.rooms.room import Room
from chatd.storage.records import Put


class Done(NamedTuple):
    """The deeds that were logged in a room.

    ``was_shown`` is true if the session that did them was a member, and so received them as events.
    """

    room: Room
    deeds: Sequence[Deed]
    was_shown: bool


async def carry_out(
    server: ChatServer,
    session: Session,
    room: Room,
    deed: Deed | None,
    puts: Sequence[Put] = (),
    undo: Callable[[], None] | None = None,
) -> Done:
    """Store the changes of a deed and log it, all or nothing: see `RoomDeeds.carry_out`.

    The audit has the deed, and those that follow from it. Raises `StoreError`.
    """
    guest = {} if deed is None else _guest(server, deed.target)
    deeds = await server.deeds.carry_out(session, room, deed, *puts, undo=undo)
    for each in deeds:
        _record(server, session, room, each, guest if each is deed else {})
    return Done(room, deeds, room in session.memberships)


def _guest(server: ChatServer, name: str) -> dict[str, str | int]:
    """Return the session and the address of a guest of that name, who has it only for now."""
    for session in server.sessions.called(name):
        if session.account is None:
            return {"whom_session": session.number, "whom_address": session.identity.origin}
    return {}


def _record(
    server: ChatServer, session: Session, room: Room, deed: Deed, guest: dict[str, str | int]
) -> None:
    """Record a deed in the audit, without its reason, which the person said."""
    seconds = {"seconds": deed.seconds} if deed.seconds else {}
    whom = "" if deed.target == "-" else deed.target
    server.audit.record(
        AuditEvent.DEED, session, deed=deed.verb, whom=whom, **guest, room=room.name, **seconds
    )


def sessions_called(server: ChatServer, name: str) -> Sequence[Session]:
    """Return the sessions with that name: none, if it is an account without sessions.

    Raises `Refusal` if the name is neither in use nor registered.
    """
    sessions = server.sessions.called(name)
    if not server.sessions.is_here(name) and not server.moderation.roles.is_registered(name):
        raise Refusal(ErrorKind.NOBODY, "nobody", name=name)
    return sessions
