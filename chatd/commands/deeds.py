"""Answers to commands that do a deed in a room, or make a remark: the room's log has it, too."""

from __future__ import annotations

from chatd.chat.actions.deeds import Done
from chatd.chat.deed_log import NO_SESSION
from chatd.chat.session import Session
from chatd.errors import short
from chatd.event import Event, Kind
from chatd.formats.base import told
from chatd.remarks import Value
from chatd.rooms.room import Room


def tell_done(session: Session, done: Done) -> None:
    """Answer with the deeds that were done, if the session does not see them in the room."""
    if done.was_shown:
        return
    for deed in done.deeds:
        event = Event(done.room.name, 0, 0, NO_SESSION, session.name, Kind.DEED, deed.text())
        session.answer("in_room", room=done.room.name, did=told(session.language, event))


def tell_remark(session: Session, room: Room, kind: Kind, value: Value) -> None:
    """Answer with a remark that was made, if the session does not see it in the room."""
    if room not in session.memberships:
        event = Event(room.name, 0, 0, NO_SESSION, session.name, kind, value.text())
        session.answer("in_room", room=room.name, did=told(session.language, event))


def answer_done(session: Session, done: Done | None, room: Room, name: str, none: str) -> None:
    """Answer with the deed; if there was nothing to do, with the sentence of the key *none*."""
    if done is None:
        session.answer(none, name=short(name), room=room.name)
    else:
        tell_done(session, done)
