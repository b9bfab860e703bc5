"""The table of verbs: the types of message that a browser sends. To add one, add a row and a test.

A verb receives the conversation and the members of the message, checks the members, and calls an
action of `chatd.chat.actions`. It must not know frames, nor the connection. docs/wire.md describes
each verb.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, Protocol, cast

from twisted.internet.defer import Deferred

from chatd.accounts.credentials import Scope
from chatd.chat.actions import history, look, search
from chatd.chat.actions.costs import ENTERING_COST, LISTING_COST, PAGING_COST, READING_COST
from chatd.chat.actions.enter import ROOMS_ENTERED, come_back, enter
from chatd.chat.actions.missed import mark_seen
from chatd.chat.actions.rename import rename
from chatd.chat.search_query import asks_for_something, parse
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands import table
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import Bookmark, bookmark_of
from chatd.i18n import Language
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.text.escaping import Lines

Job = Coroutine[Deferred[Any], Any, None]
Members = Mapping[str, Any]

HISTORY_LINES = 200
"""Most lines of one answer to ``history``."""

ROOMS_LISTED = 200
PEOPLE_LISTED = 500
"""Most rooms, and most names, of one answer."""

LANGUAGES = frozenset(language.value for language in Language)

KEY = re.compile("[A-Za-z0-9_-]{16,64}")
"""The form of the key of a browser, and of the idempotency key of a line."""

_LONGEST = 65536
"""Most characters of a text in a message."""


class Conversation(Protocol):
    """The browser's side of a connection. ``greeted`` is true once it has sent ``hello``."""

    server: ChatServer
    session: Session
    max_length: int
    greeted: bool

    def tell(self, type: str, **members: Any) -> None:
        """Send a message of that type. An ``id`` of None is left out; ``events`` are events."""

    def log_in(self) -> None:
        """Log in to the account of the connection's grant, if that is still valid."""

    def charge(self, lines: float) -> None:
        """Add to the rate-limit cost of the message, in lines."""

    def answer_again(
        self, room: str, text: str, id: Any, key: str, otherwise: Callable[[], None]
    ) -> bool:
        """Answer a line that was said with this key before, in the room of that name if one is
        given. Return False if there is none.

        If that line is on its way and cannot be stored, ``otherwise`` is called, which may raise
        `Refusal`.
        """

    def take_line(self, room: Room | None, text: str, id: Any, key: str | None) -> None:
        """Carry out a line that was typed in a room: a command, or text to say."""


class WrongMessage(Exception):
    """A message has a fault. ``key`` and ``values`` name a sentence of `chatd.i18n`."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Verb(NamedTuple):
    """A row of the table.

    ``cost`` is the rate-limit cost in lines, ``scope`` the least scope that a session's grant must
    have. A verb that is ``at_once`` does not wait for earlier lines.
    """

    do: Callable[[Conversation, Members], Job | None]
    cost: int = 1
    at_once: bool = False
    scope: Scope = Scope.READ


def verb_of(members: Members, greeted: bool) -> Verb:
    """Return the verb of a message. Raises `WrongMessage` for an unknown or a premature one."""
    type = _text(members, "type")
    verb = TABLE.get(type)
    if verb is None:
        raise WrongMessage("unknown_message", type=short(type))
    if not greeted and type != "hello":
        raise WrongMessage("hello_first")
    return verb


def carry_out(verb: Verb, conversation: Conversation, members: Members) -> Job | None:
    """Carry out a message. Raises `WrongMessage` and `Refusal`."""
    conversation.session.identity.check_scope(verb.scope)
    return verb.do(conversation, members)


def id_of(members: Members) -> str | int | None:
    """Return the id of a message, which its answers repeat; None if it has none.

    Raises `WrongMessage` for an id that cannot be repeated exactly.
    """
    id = members.get("id")
    if isinstance(id, str):
        is_right = len(id) <= 64
    elif isinstance(id, int):
        is_right = abs(id) < 1 << 53 and not isinstance(id, bool)
    else:
        is_right = id is None
    if not is_right:
        raise _wrong("id", "right_id")
    return id


def _hello(conversation: Conversation, members: Members) -> Job | None:
    server, session = conversation.server, conversation.session
    if conversation.greeted:
        raise WrongMessage("hello_once")
    language = _text(members, "language", "")
    wish = _text(members, "name", "")
    key = _key(members)
    rooms = {} if members.get("rooms") is None else members["rooms"]
    # A single "room" would be passed over, and the lobby taken in its place.
    if not isinstance(rooms, dict) or members.get("room") is not None:
        raise _wrong("rooms", "right_rooms")
    places = {name: _bookmark(place, "rooms", "right_rooms") for name, place in rooms.items()}
    if language and language not in LANGUAGES:
        raise _wrong("language", "right_language")
    conversation.greeted = True
    conversation.charge(ENTERING_COST * min(len(rooms), ROOMS_ENTERED))
    if language:
        session.replies.use_language(Language(language))
        session.subscriptions.change_format(session.replies.format.in_language(session.language))
    session.identity.set_client_id(key and f"browser {key}")
    conversation.log_in()
    refusal = None
    if wish and session.account is None:
        try:
            if not rename(server, session, wish):
                session.answer("you_are_already", name=session.name)
        except Refusal as why:
            refusal = why
    conversation.tell("hello", **_greeting(server, session, conversation.max_length))
    if refusal is not None:
        session.error(refusal.kind, refusal.key, **refusal.values)
    if places:
        return _come_back_to_all(conversation, list(places.items()))
    server.enter(session)
    session.joined.need_not_name(session.room if members.get("rooms") is None else None)
    return None


def _greeting(server: ChatServer, session: Session, max_length: int) -> dict[str, Any]:
    return {
        "name": session.name,
        "guest": session.is_guest,
        "account": session.account is not None,
        "lobby": server.lobby.name,
        "language": session.language.value,
        "max_length": max_length,
        "motd": Lines(server.motd),
    }


def _commands(conversation: Conversation, members: Members) -> None:
    language = conversation.session.language
    wordings = [command.wording(language) for command in table.TABLE]
    rows = [(each.usage, each.explanation) for each in wordings]
    names = {command.name: command.names for command in table.TABLE}
    conversation.tell("commands", id=id_of(members), commands=rows, names=names)


async def _come_back_to_all(
    conversation: Conversation, places: Sequence[tuple[str, Bookmark | None]]
) -> None:
    for name, bookmark in places[:ROOMS_ENTERED]:
        await _come_back(conversation, name, bookmark)
    if len(places) > ROOMS_ENTERED:
        conversation.session.error(ErrorKind.NOT_ALLOWED, "too_many_stays", limit=ROOMS_ENTERED)


async def _come_back(conversation: Conversation, name: str, bookmark: Bookmark | None) -> None:
    """Put the session into a room that it was in, or tell it that it is in it no more."""
    server, session = conversation.server, conversation.session
    try:
        room = server.rooms.called(name, session)
        await come_back(server, session, room, bookmark)
    except Refusal as refusal:
        conversation.tell("left", room=short(name))
        session.error(refusal.kind, refusal.key, **refusal.values)


def _line(conversation: Conversation, members: Members) -> None:
    text = _text(members, "text")
    if "\n" in text or "\r" in text:
        raise WrongMessage("not_one_line")
    key, id = _key(members), id_of(members)
    named = None if members.get("room") is None else _text(members, "room")

    def take() -> None:
        if named is not None:
            room: Room | None = _room_it_is_in(conversation, named)
        else:
            room = None if "room" in members else conversation.session.joined.only
        conversation.take_line(room, text, id, key or None)

    # A line that was said stays said, also if its author has lost the right to speak there.
    if not key or not conversation.answer_again(named or "", text, id, key, take):
        take()


async def _enter(conversation: Conversation, members: Members) -> None:
    server, session = conversation.server, conversation.session
    name = _text(members, "room")
    bookmark = _bookmark(members.get("after"), "after", "right_bookmark")
    room = server.rooms.find(name, session)
    if room is None or session.joined.is_in(room) or bookmark is None:
        entry = await enter(server, session, name)
        if entry.was_there:
            session.answer("already_in_room", room=entry.room.name)
    else:
        await come_back(server, session, room, bookmark)


def _leave(conversation: Conversation, members: Members) -> None:
    room = _room_it_is_in(conversation, _text(members, "room"))
    conversation.server.moves.leave(conversation.session, room)


async def _history(conversation: Conversation, members: Members) -> None:
    server, session = conversation.server, conversation.session
    room = _room_to_read(conversation, members)
    head = room.head
    before = min(_number(members, "before", head + 1), head + 1)
    limit = min(_number(members, "limit", 50), HISTORY_LINES)
    try:
        page = await history.page_before(server, session, room, before, limit)
    except StoreError:
        first = max(0, before - 1 - limit) + 1
        raise history.not_readable(first, before - 1) from None
    conversation.tell(
        "history",
        id=id_of(members),
        room=room.name,
        after=page.found.after,
        more=page.found.more,
        events=page.found.events,
    )


async def _search(conversation: Conversation, members: Members) -> None:
    server, session = conversation.server, conversation.session
    room = _room_to_read(conversation, members)
    wanted = parse(_text(members, "text"), server.now())
    if not asks_for_something(wanted):
        raise _wrong("text", "right_search")
    upto = _number(members, "upto", room.head)
    found = search.Found((), False, 0)
    try:
        found = await search.search(server, session, room, wanted, upto)
    except Refusal as refusal:
        if refusal.kind is not ErrorKind.NOT_READABLE:
            raise
        session.error(refusal.kind, refusal.key, **refusal.values)
    events = found.events
    rest = events[-1].seq - 1 if found.more and events else found.unseen
    conversation.tell("found", id=id_of(members), room=room.name, upto=rest, events=events)


def _people(conversation: Conversation, members: Members) -> None:
    room = _room_to_read(conversation, members)
    server, session = conversation.server, conversation.session
    names, more, guests = look.list_people(server, session, room, PEOPLE_LISTED)
    conversation.tell(
        "people", id=id_of(members), room=room.name, names=names, more=more, guests=guests
    )


def _rooms(conversation: Conversation, members: Members) -> None:
    total, rooms = look.list_rooms(conversation.server, conversation.session, ROOMS_LISTED)
    listed = [
        {"room": room.name, "people": room.people, "head": room.head, "topic": short(room.topic)}
        for room in rooms
    ]
    conversation.tell("rooms", id=id_of(members), count=total, rooms=listed)


def _seen(conversation: Conversation, members: Members) -> None:
    room = _room_it_is_in(conversation, _text(members, "room"))
    mark_seen(conversation.server, conversation.session, room, _number(members, "seq"))


def _ping(conversation: Conversation, members: Members) -> None:
    conversation.tell("pong", id=id_of(members))


# Members of a message


def _text(members: Members, name: str, default: str | None = None) -> str:
    value = members.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise _wrong(name, "right_text")
    return value


def _number(members: Members, name: str, default: int | None = None) -> int:
    value = members.get(name)
    if value is None and default is not None:
        return default
    if value is None or not _is_place(value):
        raise _wrong(name, "right_number")
    return int(value)


def _bookmark(value: object, name: str, right: str) -> Bookmark | None:
    """Return the bookmark in a member, written or as a seq alone; None without a member."""
    if value is None:
        return None
    if isinstance(value, str):
        with suppress(ValueError):
            bookmark = bookmark_of(value)
            if bookmark.time is not None:
                return bookmark
    elif _is_place(value):
        return Bookmark(cast(int, value))
    raise _wrong(name, right)


def _is_place(value: object) -> bool:
    """Return True if a value is a seq, or None."""
    if value is None:
        return True
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53


def _key(members: Members) -> str:
    key = members.get("key")
    if key is None:
        return ""
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise _wrong("key", "right_key")
    return key


def _wrong(member: str, right: str) -> WrongMessage:
    """Return the error of a member that is missing or wrong. ``right`` is the key of the sentence
    that says what it must be."""
    return WrongMessage("wrong_member", member=member, right=right)


def _room_it_is_in(conversation: Conversation, name: str) -> Room:
    room = conversation.server.rooms.find(name, conversation.session)
    if room is None or not conversation.session.joined.is_in(room):
        raise Refusal(ErrorKind.NO_ROOM, "not_in_that_room", room=short(name.removeprefix("#")))
    return room


def _room_to_read(conversation: Conversation, members: Members) -> Room:
    wanted = _text(members, "room")
    return look.room_called(conversation.server, conversation.session, wanted)


TABLE = {
    "hello": Verb(_hello, ENTERING_COST),
    "line": Verb(_line, at_once=True),
    "enter": Verb(_enter, ENTERING_COST),
    "leave": Verb(_leave),
    "commands": Verb(_commands, LISTING_COST),
    "history": Verb(_history, PAGING_COST),
    "search": Verb(_search, READING_COST),
    "people": Verb(_people),
    "rooms": Verb(_rooms, LISTING_COST),
    "seen": Verb(_seen, at_once=True, scope=Scope.WRITE),
    "ping": Verb(_ping, at_once=True),
}
