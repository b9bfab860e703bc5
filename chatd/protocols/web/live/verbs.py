"""What a browser asks over its WebSocket: a table of verbs. To add one, add a row and a test.

A verb is given the conversation and the members of the message, which are checked here. It knows no
frames and no connection. docs/wire.md says what each is for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, Protocol, cast

from twisted.internet.defer import Deferred

from chatd.accounts.credentials import Scope
from chatd.chat.actions.costs import ENTERING_COST
from chatd.chat.actions.enter import ROOMS_ENTERED, come_back, enter
from chatd.chat.actions.rename import rename
from chatd.chat.permissions import Act
from chatd.chat.search_query import asks_for_something, parse
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands import table
from chatd.commands.base import READING_COST
from chatd.commands.history import find
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import Bookmark, bookmark_of
from chatd.i18n import Language
from chatd.rooms.paging import last_events
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.text.escaping import Lines

Job = Coroutine[Deferred[Any], Any, None]
Members = Mapping[str, Any]

HISTORY_LINES = 200
"""How many lines are given at a time, at most."""

ROOMS_LISTED = 200
PEOPLE_LISTED = 500

LANGUAGES = frozenset(language.value for language in Language)

KEY = re.compile("[A-Za-z0-9_-]{16,64}")
"""The form of the keys of a browser, and of a line."""

_LONGEST = 65536


class Conversation(Protocol):
    """Who asks, and how they are answered. ``greeted`` once they have said hello."""

    server: ChatServer
    session: Session
    max_length: int
    greeted: bool

    def tell(self, type: str, **members: Any) -> None:
        """Send a message of that type. An ``id`` of None is left out; ``events`` are events."""

    def log_in(self) -> None:
        """If they have signed in: be their account's from here on."""

    def charge(self, lines: float) -> None:
        """Have what is asked count for so many lines more."""

    def answer_again(
        self, room: str, text: str, id: Any, key: str, otherwise: Callable[[], None]
    ) -> bool:
        """Answer a line for the room of that name, if any, that was said with its key before. False
        if none was. If the one before was on its way and cannot be kept, do ``otherwise``, which
        may raise `Refusal`."""

    def take_line(self, room: Room | None, text: str, id: Any, key: str | None) -> None:
        """Do what somebody typed in a room."""


class WrongMessage(Exception):
    """A message is not as it should be. Names a sentence of `chatd.i18n`."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Verb(NamedTuple):
    """``at_once`` is one that does not wait for what was said before. ``cost`` is how many lines it
    counts for, ``scope`` the least that a session's grant must be good for."""

    do: Callable[[Conversation, Members], Job | None]
    cost: int = 1
    at_once: bool = False
    scope: Scope = Scope.READ


def verb_of(members: Members, greeted: bool) -> Verb:
    """What a message asks for. Raises `WrongMessage` if nothing that may be asked now."""
    type = _text(members, "type")
    verb = TABLE.get(type)
    if verb is None:
        raise WrongMessage("unknown_message", type=short(type))
    if not greeted and type != "hello":
        raise WrongMessage("hello_first")
    return verb


def carry_out(verb: Verb, conversation: Conversation, members: Members) -> Job | None:
    """Do what a message asks for. Raises `WrongMessage` and `Refusal`."""
    conversation.session.identity.check_scope(verb.scope)
    return verb.do(conversation, members)


def id_of(members: Members) -> str | int | None:
    """Return what the answers to a message are to be known by; None for nothing. Raises
    `WrongMessage` for what cannot be repeated as it is."""
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
    """Put somebody into a room that they were in before, if it is still there for them."""
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

    # A line that was said stays said, also if whoever said it may do nothing there any more.
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
    conversation.server.leave(conversation.session, room)


async def _history(conversation: Conversation, members: Members) -> None:
    server, session = conversation.server, conversation.session
    room = _room_to_read(conversation, members)
    before = _number(members, "before", room.head + 1)
    limit = min(_number(members, "limit", 50), HISTORY_LINES)
    upto = min(before - 1, room.head)
    try:
        found = await last_events(room, upto, limit, session.subscriptions.view.of_past)
    except StoreError:
        first = max(0, upto - limit) + 1
        raise Refusal(ErrorKind.NOT_READABLE, "not_readable", first=first, last=upto) from None
    server.moderation.check(session, room, Act.READ)  # still
    conversation.tell(
        "history",
        id=id_of(members),
        room=room.name,
        after=found.after,
        more=found.more,
        events=found.events,
    )


async def _search(conversation: Conversation, members: Members) -> None:
    server, session = conversation.server, conversation.session
    room = _room_to_read(conversation, members)
    wanted = parse(_text(members, "text"), server.now())
    if not asks_for_something(wanted):
        raise _wrong("text", "right_search")
    upto = _number(members, "upto", room.head)
    found = await find(server, session, room, wanted, upto=upto)
    # If it cannot be read, they were told why, and there is nothing to be found.
    events, more, unseen = ([], False, 0) if found is None else found
    rest = events[-1].seq - 1 if more and events else unseen
    conversation.tell("found", id=id_of(members), room=room.name, upto=rest, events=events)


def _people(conversation: Conversation, members: Members) -> None:
    room = _room_to_read(conversation, members)
    names = list(room.named)[:PEOPLE_LISTED]
    conversation.tell(
        "people",
        id=id_of(members),
        room=room.name,
        names=names,
        more=len(room.named) - len(names),
        guests=room.guests,
    )


def _rooms(conversation: Conversation, members: Members) -> None:
    server, session = conversation.server, conversation.session
    count, rooms = server.rooms.listed(ROOMS_LISTED, session, server.peopled)
    listed = [
        {"room": room.name, "people": room.people, "head": room.head, "topic": short(room.topic)}
        for room in rooms
    ]
    conversation.tell("rooms", id=id_of(members), count=count, rooms=listed)


def _seen(conversation: Conversation, members: Members) -> None:
    room = _room_it_is_in(conversation, _text(members, "room"))
    seq = _number(members, "seq")
    conversation.server.unread.seen(conversation.session, room, seq)


def _ping(conversation: Conversation, members: Members) -> None:
    conversation.tell("pong", id=id_of(members))


# What a message says


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
    """The bookmark that a member is: as it is written, or a seq alone; None for none."""
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
    """Whether that may be a seq, or None."""
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
    """Return what says that a member is missing or wrong; ``right`` names the sentence that says
    what it must be."""
    return WrongMessage("wrong_member", member=member, right=right)


def _room_it_is_in(conversation: Conversation, name: str) -> Room:
    room = conversation.server.rooms.find(name, conversation.session)
    if room is None or not conversation.session.joined.is_in(room):
        raise Refusal(ErrorKind.NO_ROOM, "not_in_that_room", room=short(name.removeprefix("#")))
    return room


def _room_to_read(conversation: Conversation, members: Members) -> Room:
    server, session = conversation.server, conversation.session
    room = server.rooms.called(_text(members, "room"), session)
    server.moderation.check(session, room, Act.READ)
    return room


TABLE = {
    "hello": Verb(_hello, ENTERING_COST),
    "line": Verb(_line, at_once=True),
    "enter": Verb(_enter, ENTERING_COST),
    "leave": Verb(_leave),
    "commands": Verb(_commands, 5),
    "history": Verb(_history, READING_COST // 10),
    "search": Verb(_search, READING_COST),
    "people": Verb(_people),
    "rooms": Verb(_rooms, 5),
    "seen": Verb(_seen, at_once=True, scope=Scope.WRITE),
    "ping": Verb(_ping, at_once=True),
}
