"""The verb ``search``: the lines of one room, or of several.

This module must not know how its answer is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chatd.chat.actions import search
from chatd.chat.actions.enter import ROOMS_ENTERED
from chatd.chat.actions.look import room_called
from chatd.chat.search_query import asks_for_something, parse
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal, short
from chatd.formats.json import event_members
from chatd.protocols.live.members import Members, number_in, text_in, wrong_member
from chatd.rooms.room import Room
from chatd.storage.contract import Wanted


async def search_for(server: ChatServer, session: Session, members: Members) -> dict[str, Any]:
    """Return the answer to a search, as members of a message.

    Raises `WrongMessage` and `Refusal`.
    """
    if members.get("rooms") is not None:
        return await _in_rooms(server, session, members)
    room = room_called(server, session, text_in(members, "room"))
    wanted = _wanted(server, members)
    upto = number_in(members, "upto", room.head)
    found = search.Found((), False, 0)
    try:
        found = await search.search(server, session, room, wanted, upto)
    except Refusal as refusal:
        if refusal.kind is not ErrorKind.NOT_READABLE:
            raise
        session.error(refusal.kind, refusal.key, **refusal.values)
    return {"type": "found", **_members(session, room, found)}


async def _in_rooms(server: ChatServer, session: Session, members: Members) -> dict[str, Any]:
    places = _places(server, session, members)
    wanted = _wanted(server, members)
    rooms: list[dict[str, Any]] = []

    def show(room: Room, found: search.Found) -> None:
        rooms.append(_members(session, room, found))

    await search.search_rooms(server, session, places, wanted, show)
    return {"type": "found_in_rooms", "rooms": rooms}


def _places(server: ChatServer, session: Session, members: Members) -> list[search.Place]:
    named = members["rooms"]
    if not isinstance(named, Mapping) or not 0 < len(named) <= ROOMS_ENTERED:
        raise wrong_member("rooms", "right_places")
    if members.get("room") is not None:
        raise wrong_member("room", "right_room_or_rooms")
    rooms = {name: room_called(server, session, name) for name in named}
    return [search.Place(room, number_in(named, name, room.head)) for name, room in rooms.items()]


def _wanted(server: ChatServer, members: Members) -> Wanted:
    query = parse(text_in(members, "text"), server.now())
    if query.room:
        raise Refusal(ErrorKind.WRONG_USE, "search_in_apart", part=short(f"in:{query.room}"))
    if not asks_for_something(query.wanted):
        raise wrong_member("text", "right_search")
    return query.wanted


def _members(session: Session, room: Room, found: search.Found) -> dict[str, Any]:
    """Return what was found in a room, and the seq up to which it was not searched, or 0."""
    events = found.events
    rest = events[-1].seq - 1 if found.more and events else found.unseen
    rows = [event_members(event, session.language) for event in events]
    return {"room": room.name, "upto": rest, "events": rows}
