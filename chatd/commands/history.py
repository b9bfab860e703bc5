"""Commands that show the past: of a room, of a search, and the lines that an account missed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatd.accounts.credentials import Scope
from chatd.chat.actions import catch_up, history, search
from chatd.chat.actions.look import room_called, room_to_read
from chatd.chat.search_query import asks_for_something, parse
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.base import READING_COST, Command, Wording, WrongUse
from chatd.event import Event
from chatd.i18n import Moment
from chatd.rooms.room import Room
from chatd.storage.contract import Wanted
from chatd.text.times import seconds_of

HISTORY_LINES = 20
"""Lines that ``/history`` shows without an argument."""


def _history(server: ChatServer, session: Session, argument: str) -> None:
    if argument and not re.fullmatch("[0-9]{1,15}", argument):
        raise WrongUse
    wanted = int(argument or HISTORY_LINES)
    if not wanted:
        raise WrongUse
    _show_past(session, history.last_lines(server, session, wanted), "history")


async def _since(server: ChatServer, session: Session, argument: str) -> None:
    try:
        since = max(0, int(server.now()) - seconds_of(argument))
    except ValueError:
        raise WrongUse from None
    past = await history.lines_since(server, session, since)
    _show_past(session, past, "since", time=Moment(since))


def _show_past(session: Session, past: history.Past, key: str, **values: object) -> None:
    room = past.room
    if not room.head:
        session.answer("no_history", room=room.name)
        return
    session.answer(key, shown=past.lines, count=room.head, room=room.name, **values)
    if past.lines:
        session.replay(room, past.after, past.upto)


async def _search(server: ChatServer, session: Session, argument: str) -> None:
    query = parse(argument, server.now())
    if not asks_for_something(query.wanted):
        raise WrongUse
    if query.everywhere:
        await _search_all(server, session, query.wanted)
        return
    room = room_called(server, session, query.room) if query.room else room_to_read(server, session)
    found = await search.search(server, session, room, query.wanted)
    if found.events:
        _show_found(session, room, found)
    else:
        session.answer("nothing_found", room=room.name)
    if found.unseen:
        session.answer("not_looked_at", first=found.unseen, all=room.head)


async def _search_all(server: ChatServer, session: Session, wanted: Wanted) -> None:
    places = search.places_of(server, session)
    unfinished = [place.room for place in places]
    nothing = True

    def show(room: Room, found: search.Found) -> None:
        nonlocal nothing
        if not found.unseen and not found.more:
            unfinished.remove(room)
        if found.events:
            nothing = False
            _show_found(session, room, found)

    await search.search_rooms(server, session, places, wanted, show)
    if nothing:
        session.answer("nothing_found_anywhere")
    if unfinished:
        session.answer("rooms_not_looked_at", count=len(unfinished), room=unfinished[0].name)


def _show_found(session: Session, room: Room, found: search.Found) -> None:
    key = "found_more" if found.more else "found"
    session.answer(key, count=len(found.events), room=room.name)
    session.replies.show(found.events)


async def _mentions(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse

    def show(room: Room, events: Sequence[Event]) -> None:
        session.answer("mentions", count=len(events), room=room.name)
        session.replies.show(events)

    found = await search.mentions(server, session, show)
    if not found.lines:
        session.answer("no_mentions", name=session.name)
    if found.more:
        session.answer("more_mentions", name=session.name)


async def _missed(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    if not await catch_up.show_missed(server, session):
        session.answer("nothing_missed")


async def _skip(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    await catch_up.skip_missed(server, session)
    session.answer("skipped")


TABLE = (
    Command(
        _history,
        Wording(
            "/history [N]",
            "show the last N lines of the room",
            "Without N it shows 20. Each line is shown with its time.\nExample: /history 50",
        ),
        Wording(
            "/historial [N]",
            "ver las últimas N líneas de la sala",
            "Sin N muestra 20. Cada línea se muestra con su hora.\nEjemplo: /historial 50",
            aliases=("historia",),
        ),
        cost=READING_COST,
        only_answers=True,
        scope=Scope.READ,
    ),
    Command(
        _since,
        Wording(
            "/since TIME",
            "show the lines of the last 10m, 2h or 3d",
            "TIME is one number and a unit: s, m, h, d or w (seconds to weeks), such as 90m.\n"
            "Example: /since 2h",
        ),
        Wording(
            "/desde TIEMPO",
            "ver las líneas de los últimos 10m, 2h o 3d",
            "TIEMPO es un número y una unidad: s, m, h, d o w (de segundos a semanas), como 90m.\n"
            "Ejemplo: /desde 2h",
        ),
        cost=READING_COST,
        only_answers=True,
        scope=Scope.READ,
    ),
    Command(
        _search,
        Wording(
            "/search WORDS",
            'find lines: words, "a phrase", from:ana, since:2d',
            "In this room, the newest first, 20 at most. Upper and lower case and accents make no\n"
            "difference. in:ops searches #ops; in:all, the 20 rooms that you were in last.\n"
            'Example: /search "build failed" from:ci since:2d in:all',
        ),
        Wording(
            "/buscar PALABRAS",
            'buscar: palabras, "una frase", de:ana, desde:2d',
            "En esta sala, primero las últimas, 20 como mucho. Dan igual las mayúsculas y las\n"
            "tildes. en:ops busca en #ops; en:todas, en las 20 últimas salas en que estuviste.\n"
            'Ejemplo: /buscar "no compila" de:ci desde:2d en:todas',
        ),
        cost=READING_COST,
        only_answers=True,
        scope=Scope.READ,
    ),
    Command(
        _mentions,
        Wording(
            "/mentions",
            "find the lines of your rooms that mention you",
            "It looks in 20 of your rooms and shows 20 lines at most, the newest of each room\n"
            "first.\n"
            "Example: /mentions",
        ),
        Wording(
            "/menciones",
            "buscar las líneas de tus salas que te nombran",
            "Mira en 20 de tus salas y muestra 20 líneas como mucho, en cada sala primero las\n"
            "últimas.\n"
            "Ejemplo: /menciones",
        ),
        cost=READING_COST,
        only_answers=True,
        scope=Scope.READ,
    ),
    Command(
        _missed,
        Wording(
            "/missed",
            "show the lines of your rooms that you missed",
            "A hundred lines at most; repeat it to see more. Log in first: /help account.\n"
            "Example: /missed",
        ),
        Wording(
            "/pendiente",
            "ver las líneas de tus salas que te perdiste",
            "Cien líneas como mucho; repite la orden para ver más. Antes, inicia sesión: /ayuda\n"
            "cuenta.\n"
            "Ejemplo: /pendiente",
        ),
        cost=READING_COST,
        scope=Scope.READ,
    ),
    Command(
        _skip,
        Wording(
            "/skip",
            "mark everything as read",
            "In all your rooms, private lines included. The lines stay in the history.\n"
            "Example: /skip",
        ),
        Wording(
            "/saltar",
            "marcar todo como leído",
            "En todas tus salas, con las líneas privadas. Las líneas siguen en el historial.\n"
            "Ejemplo: /saltar",
        ),
        scope=Scope.WRITE,
    ),
)
