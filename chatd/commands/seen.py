"""The command that tells who has a line, and who has not yet."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from chatd.accounts.credentials import Scope
from chatd.chat.actions import reached
from chatd.chat.reach import Reached
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.arguments import room_and_rest
from chatd.commands.base import READING_COST, Command, Wording
from chatd.i18n import people
from chatd.rooms.room import Room

NAMES_SHOWN = 20
"""Most names of people who have not a line yet in one answer."""


async def _seen(server: ChatServer, session: Session, argument: str) -> None:
    room, which = room_and_rest(server, session, argument)
    if re.fullmatch("[0-9]{1,15}", which):
        line = await reached.line_of(server, session, room, int(which))
    elif (last := await reached.last_line(server, session, room, which)) is not None:
        line = last
    else:
        session.answer("no_such_line_said" if which else "no_line_said", room=room.name)
        return
    found = await reached.readers_of(server, session, room, line)
    key = "your_line_is_with" if reached.is_own(server, session, line) else "line_is_with"
    if not found.readers:
        session.answer("line_has_no_readers")
        return
    sentences = [
        session.sentence(
            key,
            author=line.author,
            time=_time_of(session, line.time // 1000, int(server.now())),
            has=len(found.of(Reached.HAS)),
            all=len(found.readers),
        )
    ]
    if sent := found.of(Reached.SENT):
        sentences.append(session.sentence("line_was_sent", sent=len(sent)))
    for reach, of_these in ((Reached.NOT_YET, "line_not_yet"), (Reached.NOT_KNOWN, "line_unknown")):
        if readers := found.of(reach):
            named = _listed(server, session, room, readers)
            sentences.append(session.sentence(of_these, people=named))
    session.tell(" ".join(sentences))


def _listed(
    server: ChatServer, session: Session, room: Room, readers: Sequence[reached.Reader]
) -> str:
    names = [
        session.sentence("name_away", name=name) if server.marked.is_away(name, room) else name
        for name, _ in readers[:NAMES_SHOWN]
    ]
    return people(session.language, names, 0, len(readers) - len(names))


def _time_of(session: Session, seconds: int, now: int) -> str:
    """Return the time of a line in the server's zone, with the date if that is not today's."""
    said = time.localtime(seconds)
    date, clock = time.strftime("%Y-%m-%d", said), time.strftime("%H:%M", said)
    is_today = date == time.strftime("%Y-%m-%d", time.localtime(now))
    return clock if is_today else session.sentence("clock_of_day", clock=clock, date=date)


TABLE = (
    Command(
        _seen,
        Wording(
            "/seen [SEQ or WORDS]",
            "show how many have your last line, and who not yet",
            "Their system has it; if they read it is not known. Of people here then and now, and\n"
            "of accounts that lost the connection before. For its author and operators, in rooms\n"
            "that are run; /mode seen off ends it.\n"
            "Example: /seen",
        ),
        Wording(
            "/visto [SEQ o PALABRAS]",
            "ver quién tiene tu última línea, y quién no",
            "La tiene su sistema; si la leyó, no se sabe. De quienes estaban entonces y ahora, y\n"
            "de cuentas que perdieron la conexión antes. Para su autor y los operadores, en salas\n"
            "que alguien administra; /modo visto no lo quita.\n"
            "Ejemplo: /visto",
        ),
        cost=READING_COST,
        only_answers=True,
        scope=Scope.READ,
    ),
)
"""The row about who has a line."""
