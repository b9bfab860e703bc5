"""Searching one room or several, for words, an author or a time, and for mentions of a name.

The store is asked for one stretch at a time, from the newest line back, and only so often, because
each request takes it some milliseconds. A search may end before the log does and says where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from chatd.chat.actions.costs import PAGING_COST
from chatd.chat.actions.history import not_readable
from chatd.chat.actions.look import room_to_read
from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Event
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError, Wanted
from chatd.text.escaping import visible_bytes
from chatd.text.folding import fold
from chatd.util.meter import REPLAY_LINES, Meter

FOUND_SHOWN = 20
FOUND_BYTES = 8 * 1024
"""Most lines that a search returns: that many, or those with about so many bytes of text, escaped.
Mentions in all rooms together count as one search."""

LOOKS = 4
"""Most requests to the store for a search; each takes it some milliseconds."""

ROOMS_SEARCHED = 20
"""Most rooms that one search looks into."""


class Found(NamedTuple):
    """The last events of a room that a search found. ``more`` is true if there may be earlier ones.

    Lines up to the seq ``unseen`` were not looked at, because that takes too long; 0 if all were.
    """

    events: Sequence[Event]
    more: bool
    unseen: int


class Place(NamedTuple):
    """A room to search, among its lines up to a seq."""

    room: Room
    upto: int


class Mentions(NamedTuple):
    """The number of lines that mention a session's name, and if there may be more."""

    lines: int
    more: bool


def _is_any(event: Event) -> bool:
    return True


async def search(
    server: ChatServer, session: Session, room: Room, wanted: Wanted, upto: int | None = None
) -> Found:
    """Return the last events of a room, up to a seq, that are wanted and not ignored.

    Raises `Refusal`, also if the store cannot be read.
    """
    room_to_read(server, session, room)
    meter = session.stream.meter.up_to(REPLAY_LINES)
    return await _find(server, session, room, wanted, _is_any, FOUND_SHOWN, LOOKS, meter, upto)


async def search_rooms(
    server: ChatServer,
    session: Session,
    places: Sequence[Place],
    wanted: Wanted,
    found: Callable[[Room, Found], None],
    is_right: Callable[[Event], bool] = _is_any,
) -> int:
    """Search rooms in their order, until as many lines are found as a search returns.

    ``found`` receives the result for each room as soon as it is there. The store is asked once for
    a room, which costs `PAGING_COST` for each but the first. Return the number of rooms that were
    searched, at most `ROOMS_SEARCHED`. Raises `Refusal`, also if the store cannot be read.
    """
    left, size, searched = FOUND_SHOWN, 0, 0
    meter = session.stream.meter.up_to(REPLAY_LINES)
    for room, upto in places[:ROOMS_SEARCHED]:
        if not left or size > FOUND_BYTES:
            break
        if searched:
            session.stream.meter.charge(PAGING_COST)
        room_to_read(server, session, room)
        here = await _find(server, session, room, wanted, is_right, left, 1, meter, upto)
        searched += 1
        left -= len(here.events)
        size += sum(visible_bytes(event.text) for event in here.events)
        found(room, here)
    return searched


def places_of(server: ChatServer, session: Session) -> list[Place]:
    """Return all rooms that a session was in and may read, the latest first.

    Raises `Refusal` if there are none.
    """
    rooms = server.unread.missed.rooms(session)
    if not rooms:
        raise Refusal(ErrorKind.NO_ROOM, "in_no_room")
    return [Place(room, room.head) for room in rooms]


async def mentions(
    server: ChatServer, session: Session, found: Callable[[Room, Sequence[Event]], None]
) -> Mentions:
    """Search the rooms that a session was in for lines of others that mention its name.

    ``found`` receives the lines of each room, as soon as they are found. Raises `Refusal`, also if
    the store cannot be read.
    """
    places = places_of(server, session)
    name, account = fold(session.name), session.account
    lines, more = 0, False

    def is_of_another(event: Event) -> bool:
        if account is None:
            return fold(event.author) != name
        return event.session != session.number and not server.accounts.wrote(account, event)

    def show(room: Room, here: Found) -> None:
        nonlocal lines, more
        lines += len(here.events)
        more |= here.more or here.unseen > 0
        if here.events:
            found(room, here.events)

    wanted = Wanted((session.name,), naming=name)
    searched = await search_rooms(server, session, places, wanted, show, is_of_another)
    return Mentions(lines, more or searched < len(places))


async def _find(
    server: ChatServer,
    session: Session,
    room: Room,
    wanted: Wanted,
    is_right: Callable[[Event], bool],
    most: int,
    looks: int,
    meter: Meter,
    upto: int | None = None,
) -> Found:
    view = session.subscriptions.view.of_past
    events: list[Event] = []
    upto = room.head if upto is None else min(upto, room.head)
    readable = True
    try:
        while True:
            looks -= 1
            found = await room.search(wanted, upto, FOUND_SHOWN, session.identity.asker)
            meter.folded(found.folding)
            shown = (event for event in found.events if is_right(event))
            events += [event for event in shown if not view.ignores(event)]
            upto = found.after
            if len(events) >= most or not upto or not looks:
                break
    except StoreError:
        readable = False
    server.moderation.check(session, room, Act.READ)  # still
    if not readable:
        raise not_readable(1, room.head)
    given = list(_fitting(events[:most]))
    is_full = len(given) < len(events) or len(given) == most
    more = is_full and (upto > 0 or len(given) < len(events))
    return Found(given, more, 0 if is_full else upto)


def _fitting(events: Iterable[Event]) -> Iterator[Event]:
    """Return the first of some events: as many as may be queued for a client."""
    size = 0
    for event in events:
        if size > FOUND_BYTES:
            return
        size += visible_bytes(event.text)
        yield event
