"""Commands that show what was said before."""

from __future__ import annotations

import re

from chatd.commands.base import READING_COST, Command, Waiting, WrongUse, room_to_read
from chatd.formats import local_time
from chatd.rights import Act
from chatd.room import Room
from chatd.server import ChatServer
from chatd.session import Session
from chatd.store import StoreError
from chatd.texts import ErrorKind
from chatd.validation import seconds_of

HISTORY_LINES = 20
"""How many lines /history shows when it is not told."""


def _history(server: ChatServer, session: Session, argument: str) -> None:
    if argument and not re.fullmatch("[0-9]{1,15}", argument):
        raise WrongUse
    wanted = int(argument or HISTORY_LINES)
    if not wanted:
        raise WrongUse
    room = room_to_read(server, session)
    _show_history(session, room, max(0, room.head - wanted), "history")


def _since(server: ChatServer, session: Session, argument: str) -> Waiting:
    try:
        since = max(0, int(server.now()) - seconds_of(argument))
    except ValueError:
        raise WrongUse from None
    return _show_since(server, session, room_to_read(server, session), since)


async def _show_since(server: ChatServer, session: Session, room: Room, since: int) -> None:
    try:
        after = await room.seq_before(since * 1000)
    except StoreError:
        session.error(ErrorKind.NOT_READABLE, "not_readable", first=1, last=room.head)
    else:
        server.moderation.check(session, room, Act.READ)  # still
        _show_history(session, room, after, "since", time=local_time(since))


def _show_history(session: Session, room: Room, after: int, key: str, **values: object) -> None:
    if not room.head:
        session.answer("no_history", room=room.name)
        return
    shown = room.head - after
    session.answer(key, shown=shown, count=room.head, room=room.name, **values)
    if shown:
        session.replay(room, after, room.head)


TABLE = (
    Command(("history", "historial", "historia"), _history, READING_COST),
    Command(("since", "desde"), _since, READING_COST),
)
