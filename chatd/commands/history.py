"""Commands that show what was said before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from chatd.accounts.credentials import Scope
from chatd.chat.permissions import Act
from chatd.chat.search_query import asks_for_something, parse
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.base import READING_COST, Command, Job, Wording, WrongUse, room_to_read
from chatd.errors import ErrorKind, Refusal
from chatd.event import Event
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError, Wanted
from chatd.text.folding import fold
from chatd.text.times import local_time, seconds_of

HISTORY_LINES = 20
"""How many lines /history shows when it is not told."""

FOUND_SHOWN = 20
FOUND_CHARACTERS = 8192
"""How many lines a search shows: that many, or those with about so much text; /mentions, of all
rooms together."""

LOOKS = 4
"""How often the store is asked to look further back, of which each takes it some milliseconds."""

ROOMS_SEARCHED = 20
"""In how many rooms /mentions looks."""


def _history(server: ChatServer, session: Session, argument: str) -> None:
    if argument and not re.fullmatch("[0-9]{1,15}", argument):
        raise WrongUse
    wanted = int(argument or HISTORY_LINES)
    if not wanted:
        raise WrongUse
    room = room_to_read(server, session)
    _show_history(session, room, max(0, room.head - wanted), "history")


def _since(server: ChatServer, session: Session, argument: str) -> Job:
    try:
        since = max(0, int(server.now()) - seconds_of(argument))
    except ValueError:
        raise WrongUse from None
    return _show_since(server, session, room_to_read(server, session), since)


async def _show_since(server: ChatServer, session: Session, room: Room, since: int) -> None:
    try:
        after = await room.seq_before(since * 1000)
    except StoreError:
        after = None
    server.moderation.check(session, room, Act.READ)  # still
    if after is None:
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


def _search(server: ChatServer, session: Session, argument: str) -> Job:
    wanted = parse(argument, server.now())
    if not asks_for_something(wanted):
        raise WrongUse
    return _show_found(server, session, room_to_read(server, session), wanted)


async def _show_found(server: ChatServer, session: Session, room: Room, wanted: Wanted) -> None:
    found = await find(server, session, room, wanted, _any, FOUND_SHOWN, LOOKS)
    if found is None:
        return
    events, more, unseen = found
    if events:
        key = "found_more" if more else "found"
        session.answer(key, count=len(events), room=room.name)
        session.subscriptions.show(events)
    else:
        session.answer("nothing_found", room=room.name)
    if unseen:
        session.answer("not_looked_at", first=unseen, all=room.head)


def _mentions(server: ChatServer, session: Session, argument: str) -> Job:
    if argument:
        raise WrongUse
    rooms = server.unread.rooms(session)
    if not rooms:
        raise Refusal(ErrorKind.NO_ROOM, "in_no_room")
    return _show_mentions(server, session, rooms)


async def _show_mentions(server: ChatServer, session: Session, rooms: list[Room]) -> None:
    name, account = fold(session.name), session.account
    left, characters = FOUND_SHOWN, 0
    may_be_more = len(rooms) > ROOMS_SEARCHED

    def is_of_another(event: Event) -> bool:
        if account is None:
            return fold(event.author) != name
        return event.session != session.number and not server.accounts.wrote(account, event)

    wanted = Wanted((session.name,), naming=name)
    for room in rooms[:ROOMS_SEARCHED]:
        if not left or characters > FOUND_CHARACTERS:
            may_be_more = True
            break
        found = await find(server, session, room, wanted, is_of_another, left, 1)
        if found is None:
            return
        events, more, unseen = found
        may_be_more |= more or unseen > 0
        left -= len(events)
        characters += sum(len(event.text) for event in events)
        if events:
            session.answer("mentions", count=len(events), room=room.name)
            session.subscriptions.show(events)
    if left == FOUND_SHOWN:
        session.answer("no_mentions", name=session.name)
    if may_be_more:
        session.answer("more_mentions", name=session.name)


def _any(event: Event) -> bool:
    return True


async def find(
    server: ChatServer,
    session: Session,
    room: Room,
    wanted: Wanted,
    right: Callable[[Event], bool] = _any,
    most: int = FOUND_SHOWN,
    looks: int = LOOKS,
    upto: int | None = None,
) -> tuple[list[Event], bool, int] | None:
    """The last events of a room, ``upto`` a seq, that are wanted, right, and shown to that session;
    whether there may be more; and up to which line nothing was looked at because that takes too
    long.

    None if they cannot be read, which the session is told.
    """
    view = session.subscriptions.view.of_past
    events: list[Event] = []
    upto = room.head if upto is None else min(upto, room.head)
    readable = True
    try:
        while True:
            looks -= 1
            found = await room.search(wanted, upto, FOUND_SHOWN)
            events += [event for event in found.events if right(event) and not view.ignores(event)]
            upto = found.after
            if len(events) >= most or not upto or not looks:
                break
    except StoreError:
        readable = False
    server.moderation.check(session, room, Act.READ)  # still
    if not readable:
        session.error(ErrorKind.NOT_READABLE, "not_readable", first=1, last=room.head)
        return None
    shown = list(_fitting(events[:most]))
    full = len(shown) < len(events) or len(shown) == most
    return shown, full and (upto > 0 or len(shown) < len(events)), 0 if full else upto


def _fitting(events: Iterable[Event]) -> Iterator[Event]:
    """The first of these, as many as are to be queued for a client."""
    characters = 0
    for event in events:
        if characters > FOUND_CHARACTERS:
            return
        characters += len(event.text)
        yield event


async def _missed(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    with suppress(StoreError):  # what cannot be read is said to be so in its place
        await server.unread.pass_over_forgotten(_logged_in(session))
    if not server.unread.show_missed(session):
        session.answer("nothing_missed")


async def _skip(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    await server.unread.skip(_logged_in(session))
    session.answer("skipped")


def _logged_in(session: Session) -> Session:
    """The same, if it has an account, for which what was missed is known. Raises `Refusal`."""
    if session.subscriptions.read_tracker is None:
        raise Refusal(ErrorKind.NOT_REGISTERED, "nothing_counted")
    return session


TABLE = (
    Command(
        _history,
        Wording(
            "/history [N]",
            "show the last N lines of the room (20)",
            "Each line is shown with its time.\nExample: /history 50",
        ),
        Wording(
            "/historial [N]",
            "ver las últimas N líneas de la sala (20)",
            "Cada línea se muestra con su hora.\nEjemplo: /historial 50",
            aliases=("historia",),
        ),
        cost=READING_COST,
        scope=Scope.READ,
    ),
    Command(
        _since,
        Wording(
            "/since TIME",
            "show the lines of the last 10m, 2h or 3d",
            "TIME is one number and s, m, h, d or w.\nExample: /since 2h",
        ),
        Wording(
            "/desde TIEMPO",
            "ver las líneas de los últimos 10m, 2h o 3d",
            "TIEMPO es un número y s, m, h, d o w.\nEjemplo: /desde 2h",
        ),
        cost=READING_COST,
        scope=Scope.READ,
    ),
    Command(
        _search,
        Wording(
            "/search WORDS",
            'find lines here: words, "a phrase", from:ana, since:2d',
            "The newest come first, 20 at most. Upper and lower case and accents make no\n"
            "difference.\n"
            'Example: /search "build failed" from:ci since:2d',
        ),
        Wording(
            "/buscar TEXTO",
            'buscar líneas aquí: palabras, "una frase", de:ana, desde:2d',
            "Primero las últimas, 20 como mucho. Dan igual las mayúsculas y las tildes.\n"
            'Ejemplo: /buscar "no compila" de:ci desde:2d',
        ),
        cost=READING_COST,
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
        cost=3 * READING_COST,
        scope=Scope.READ,
    ),
    Command(
        _missed,
        Wording(
            "/missed",
            "show the next lines that you missed in your rooms",
            "A hundred lines at most; repeat it to see more. It needs a name of your own: /help\n"
            "account.\n"
            "Example: /missed",
        ),
        Wording(
            "/pendiente",
            "ver las siguientes líneas que te perdiste en tus salas",
            "Cien líneas como mucho; repítela para ver más. Necesita un nombre tuyo: /ayuda\n"
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
