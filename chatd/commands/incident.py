"""Commands of an incident: decisions, and alerts that a person has.

`chatd.chat.actions` decides who may make a remark. This module must not know how one is stored.
"""

from __future__ import annotations

import re

from chatd.accounts.credentials import Scope
from chatd.chat.actions import acks, history
from chatd.chat.actions.decisions import DECISIONS_ASKED, decide, decisions_before
from chatd.chat.actions.look import room_to_read
from chatd.chat.open_alerts import OpenAlert
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.base import READING_COST, Command, Wording, WrongUse
from chatd.commands.deeds import tell_remark
from chatd.event import Kind
from chatd.formats.base import FIRST_TOLD, NAMES_TOLD
from chatd.i18n import people
from chatd.storage.contract import StoreError
from chatd.text.folding import fold

_NAMED = re.compile(r"(?:([0-9]{1,15})|/([^\s/]\S*))(?: +(.*))?", re.DOTALL)
"""A line that is named by its number, or by a word in it, and the words after it."""


async def _mark(server: ChatServer, session: Session, argument: str) -> None:
    room = room_to_read(server, session)
    line, words = _line_and_words(argument)
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


async def _ack(server: ChatServer, session: Session, argument: str) -> None:
    room = room_to_read(server, session)
    alerts = acks.alerts_of(server, session, room)
    line, words = _line_and_words(argument)
    if isinstance(line, int):
        line = next((each.line for each in alerts if each.record.number == line), line)
    elif line is None and len(alerts) > 1:
        word, _, rest = words.partition(" ")
        if word and sum(fold(word) in fold(each.record.excerpt) for each in alerts) == 1:
            line, words = word, rest.strip()
    try:
        made = await acks.ack(server, session, room, line, words)
    except acks.WhichAlert as refusal:
        session.tell("\n".join(_alert_row(session, alert) for alert in refusal.alerts))
        raise
    tell_remark(session, room, Kind.ACK, made)


async def _acks(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    room = room_to_read(server, session)
    try:
        found = await acks.acks_of(server, session, room)
    except StoreError:
        raise history.not_readable(1, room.head) from None
    free = [each for each in found.alerts if not each.record.by]
    taken = [each for each in found.alerts if each.record.by]
    lines = [_alert_row(session, each) for each in (*free, *taken)]
    if free:
        lines.insert(0, session.sentence("alerts_of_nobody", count=len(free)))
    elif taken:
        lines.insert(0, session.sentence("all_alerts_taken", room=room.name))
    else:
        lines.insert(0, session.sentence("no_alerts", room=room.name))
    for words, names in found.read.items():
        key = "has_read" if len(names) == 1 else "have_read"
        told = names if len(names) <= NAMES_TOLD else names[:FIRST_TOLD]
        some = people(session.language, told, 0, len(names) - len(told))
        lines.append(session.sentence(key, people=some, line=words))
    session.tell("\n".join(lines))


def _alert_row(session: Session, alert: OpenAlert) -> str:
    record = alert.record
    key = "alert_of_nobody"
    if record.by:
        key = "alert_of_with_words" if record.words else "alert_of"
    return session.sentence(
        key, number=record.number, line=record.excerpt, name=record.by, words=record.words
    )


def _line_and_words(argument: str) -> tuple[int | str | None, str]:
    """Return the line that an argument names, by a number or a word, and the words after it."""
    named = _NAMED.fullmatch(argument)
    if named is None:
        return None, argument
    return (int(named[1]) if named[1] else named[2]), named[3] or ""


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
    Command(
        _ack,
        Wording(
            "/ack [LINE] [WORDS]",
            "say that you have an alert",
            "Of several, LINE names one: its number in /acks, or a word. Or it names any line:\n"
            "its number, or /WORD. Without alerts it is the last line of a webhook, or a\n"
            "question, which you have read then.\n"
            "Example: /ack on it",
        ),
        Wording(
            "/asumir [LÍNEA] [PALABRAS]",
            "decir que te encargas de una alerta",
            "De varias, LÍNEA es una: su número en /alertas, o una palabra. O es una línea\n"
            "cualquiera: su número, o /PALABRA. Sin alertas es la última línea de un webhook, o\n"
            "una pregunta, que entonces has leído.\n"
            "Ejemplo: /asumir voy",
            aliases=("enterado",),
        ),
        cost=READING_COST // 10,
        scope=Scope.WRITE,
    ),
    Command(
        _acks,
        Wording(
            "/acks",
            "list the alerts that go on, and their people",
            "First those that are not taken, each with the number for /ack. An alert ends when\n"
            "its tool says that it is over. Then the people who have read open questions.\n"
            "Example: /acks",
            aliases=("alerts",),
        ),
        Wording(
            "/alertas",
            "ver las alertas que siguen, y quién se encarga",
            "Primero aquellas de las que no se encarga nadie, con el número para /asumir. Una\n"
            "alerta acaba cuando su herramienta dice que terminó. Después, quién ha leído las\n"
            "preguntas abiertas.\n"
            "Ejemplo: /alertas",
        ),
        cost=READING_COST // 10,
        only_answers=True,
        scope=Scope.READ,
    ),
)
