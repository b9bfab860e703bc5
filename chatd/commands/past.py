"""Commands that show what was said before."""

from __future__ import annotations

import re

from chatd.commands.base import READING_COST, Command, Waiting, WrongUse, room_of
from chatd.formats import local_time
from chatd.refusals import Refusal
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
    room = room_of(session)
    _show_history(session, room, max(0, room.head - wanted), "history")


def _since(server: ChatServer, session: Session, argument: str) -> Waiting:
    try:
        since = max(0, int(server.now()) - seconds_of(argument))
    except ValueError:
        raise WrongUse from None
    return _show_since(session, room_of(session), since)


async def _show_since(session: Session, room: Room, since: int) -> None:
    try:
        after = await room.seq_before(since * 1000)
    except StoreError:
        session.error(ErrorKind.NOT_READABLE, "not_readable", first=1, last=room.head)
    else:
        _show_history(session, room, after, "since", time=local_time(since))


def _show_history(session: Session, room: Room, after: int, key: str, **values: object) -> None:
    if not room.head:
        session.answer("no_history", room=room.name)
        return
    shown = room.head - after
    session.answer(key, shown=shown, count=room.head, room=room.name, **values)
    if shown:
        session.replay(room, after, room.head)


def _missed(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    if not server.attendance.show_missed(_logged_in(session)):
        session.answer("nothing_missed")


async def _skip(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    await server.attendance.skip(_logged_in(session))
    session.answer("skipped")


def _logged_in(session: Session) -> Session:
    """The same, if it has an account, for which what was missed is known. Raises `Refusal`."""
    if session.visit is None:
        raise Refusal(ErrorKind.NOT_REGISTERED, "nothing_counted")
    return session


TABLE = (
    Command(("history", "historial", "historia"), _history, READING_COST),
    Command(("since", "desde"), _since, READING_COST),
)

ROWS = (
    Command(("missed", "pendiente"), _missed, READING_COST),
    Command(("skip", "saltar"), _skip),
)
"""For the section of the past."""
