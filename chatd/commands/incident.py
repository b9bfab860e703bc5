"""Commands of an incident: decisions that were taken.

`chatd.chat.actions` decides who may make a remark. This module must not know how one is stored.
"""

from __future__ import annotations

import re

from chatd.accounts.credentials import Scope
from chatd.chat.actions import history
from chatd.chat.actions.decisions import DECISIONS_ASKED, decide, decisions_before
from chatd.chat.actions.look import room_to_read
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.base import READING_COST, Command, Wording, WrongUse
from chatd.commands.deeds import tell_remark
from chatd.event import Kind
from chatd.storage.contract import StoreError

_NAMED = re.compile(r"(?:([0-9]{1,15})|/([^\s/]\S*))(?: +(.*))?", re.DOTALL)
"""A line that is named by its number, or by a word in it, and the words after it."""


async def _mark(server: ChatServer, session: Session, argument: str) -> None:
    room = room_to_read(server, session)
    named = _NAMED.fullmatch(argument)
    line: int | str | None = None
    words = argument
    if named is not None:
        seq, word, words = named[1], named[2], named[3] or ""
        line = int(seq) if seq else word
    decision = await decide(server, session, room, line, words)
    tell_remark(session, room, Kind.DECISION, decision)


async def _marks(server: ChatServer, session: Session, argument: str) -> None:
    if argument and not re.fullmatch("[0-9]{1,15}", argument):
        raise WrongUse
    room = room_to_read(server, session)
    before = int(argument) if argument else None
    try:
        found = await decisions_before(server, session, room, before, DECISIONS_ASKED)
    except StoreError:
        raise history.not_readable(1, room.head) from None
    if not found.events and not found.next:
        session.answer("no_decisions", room=room.name)
        return
    session.answer("decisions", count=len(found.events), room=room.name)
    session.replies.show(found.events[::-1])
    if found.next:
        session.answer("older_decisions", seq=found.next)


TABLE = (
    Command(
        _mark,
        Wording(
            "/mark [LINE] [TEXT]",
            "keep the last line as a decision",
            "LINE names another one: its number, or /WORD for the last line with that word. TEXT\n"
            "is the decision. /marks lists them, and chatd export --marked writes them.\n"
            "Example: /mark /rollback we go back to 1.2",
            aliases=("decision",),
        ),
        Wording(
            "/marcar [LÍNEA] [TEXTO]",
            "conservar la última línea como decisión",
            "LÍNEA es otra: su número, o /PALABRA para la última línea con esa palabra. TEXTO\n"
            "es la decisión. /marcas las muestra, y chatd export --marked las escribe.\n"
            "Ejemplo: /marcar /rollback volvemos a la 1.2",
            aliases=("marca", "decisión"),
        ),
        cost=READING_COST // 10,
        scope=Scope.WRITE,
    ),
    Command(
        _marks,
        Wording(
            "/marks [N]",
            "list the decisions of the room",
            "The last 20, each with its time, its author and the line; with N, those before the\n"
            "line with that number.\n"
            "Example: /marks",
            aliases=("decisions",),
        ),
        Wording(
            "/marcas [N]",
            "ver las decisiones de la sala",
            "Las últimas 20, cada una con su hora, su autor y la línea; con N, las anteriores a\n"
            "la línea con ese número.\n"
            "Ejemplo: /marcas",
            aliases=("decisiones",),
        ),
        cost=READING_COST,
        only_answers=True,
        scope=Scope.READ,
    ),
)
