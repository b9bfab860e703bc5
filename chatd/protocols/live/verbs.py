"""The table of verbs: the types of message that a client sends. To add one, add a row and a test.

A verb receives the conversation and the members of the message, checks the members, and calls an
action of `chatd.chat.actions`. It must not know frames, nor the connection. docs/wire.md describes
each verb.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from chatd.accounts.credentials import Scope
from chatd.chat.action_queue import Job
from chatd.chat.actions import history, look, policy
from chatd.chat.actions.catch_up import mark_seen
from chatd.chat.actions.costs import (
    ENTERING_COST,
    KEEPING_COST,
    LISTING_COST,
    PAGING_COST,
    READING_COST,
)
from chatd.chat.actions.enter import come_back, enter, leave_room
from chatd.chat.actions.look import TOPIC_LISTED
from chatd.chat.actions.stay import rooms_stayed_in
from chatd.chat.actions.whois import account_of
from chatd.commands import dispatch
from chatd.commands.help import commands_for
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import Bookmark
from chatd.formats.json import each_once, event_members, origin_members
from chatd.protocols.live import hello, incident, questions, searches, whispers
from chatd.protocols.live.conversation import Conversation, Rows
from chatd.protocols.live.members import (
    Members,
    WrongMessage,
    bookmark_of_member,
    id_of,
    key_in,
    kind_in,
    number_in,
    text_in,
)
from chatd.rooms.room import Room
from chatd.rooms.slices import slices_by_number
from chatd.storage.contract import StoreError

HISTORY_LINES = 200
"""Most lines of one answer to ``history``."""

ROOMS_LISTED = 200
PEOPLE_LISTED = 500
"""Most rooms, and most names, of one answer."""

NAMES_A_SLICE = 100
"""Most names that are encoded at a time: at most 0.4 ms."""

R = TypeVar("R")


class Verb(NamedTuple):
    """A row of the table.

    ``cost`` is the rate-limit cost in lines, ``scope`` the least scope that a session's grant must
    have. A verb that is ``at_once`` does not wait for earlier lines. One that ``only_answers``
    changes nothing, so it is not carried out for a client that has gone.
    """

    do: Callable[[Conversation, Members], Job | None]
    cost: int = 1
    at_once: bool = False
    only_answers: bool = False
    scope: Scope = Scope.READ


def verb_of(members: Members, greeted: bool) -> Verb:
    """Return the verb of a message. Raises `WrongMessage` for an unknown or a premature one."""
    type = text_in(members, "type")
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


def _commands(conversation: Conversation, members: Members) -> None:
    session = conversation.session
    shown = commands_for(session, dispatch.TABLE)
    wordings = [command.wording(session.language) for command in shown]
    rows = [(each.usage, each.explanation) for each in wordings]
    names = {command.name: command.names for command in dispatch.TABLE}
    conversation.tell("commands", id=id_of(members), commands=rows, names=names)


def _line(conversation: Conversation, members: Members) -> None:
    text = text_in(members, "text")
    key, id, kind = key_in(members), id_of(members), kind_in(members)
    named = None if members.get("room") is None else text_in(members, "room")

    def take() -> None:
        if named is not None:
            room: Room | None = _room_it_is_in(conversation, named)
        else:
            room = None if "room" in members else conversation.session.joined.only
        conversation.take_line(room, text, id, key or None, kind)

    # A line that was said stays said, also if its author has lost the right to speak there.
    if not key or not conversation.answer_again(named or "", text, id, key, kind, take):
        take()


def _text(conversation: Conversation, members: Members) -> None:
    session = conversation.session
    session.read_as_text()
    conversation.when_said(session.replies.done)


async def _enter(conversation: Conversation, members: Members) -> None:
    server, session = conversation.server, conversation.session
    name = text_in(members, "room")
    bookmark = bookmark_of_member(members.get("after"), "after", "right_bookmark")
    room = server.rooms.find(name, session)
    if room is None or session.joined.is_in(room) or bookmark is None:
        entry = await enter(server, session, name)
        if entry is not None and entry.was_there:
            session.answer("already_in_room", room=entry.room.name)
    else:
        await come_back(server, session, room, bookmark)


def _leave(conversation: Conversation, members: Members) -> None:
    room = _room_it_is_in(conversation, text_in(members, "room"))
    leave_room(conversation.server, conversation.session, room)


async def _history(conversation: Conversation, members: Members) -> None:
    server, session = conversation.server, conversation.session
    room = _room_to_read(conversation, members)
    limit = min(number_in(members, "limit", 50), HISTORY_LINES)
    after, head = members.get("after"), room.head
    if after is not None and members.get("before") is not None:
        raise Refusal(ErrorKind.WRONG_USE, "one_of_parameters", first="after", second="before")
    try:
        if after is None:
            before = number_in(members, "before", head + 1)
            page = await history.page_before(server, session, room, before, limit)
        else:
            bookmark = Bookmark(number_in(members, "after"))
            page = await history.page_after(server, session, room, bookmark, limit)
    except StoreError:
        raise history.not_readable(1, head) from None
    found = page.found
    conversation.tell(
        "history",
        id=id_of(members),
        room=room.name,
        after=found.after,
        upto=max(0, found.upto),
        more=found.more,
        events=[event_members(event, session.language) for event in found.events],
    )


async def _search(conversation: Conversation, members: Members) -> None:
    found = await searches.search_for(conversation.server, conversation.session, members)
    conversation.tell(**found, id=id_of(members))


def _room(conversation: Conversation, members: Members) -> None:
    room = _room_to_read(conversation, members)
    server, session = conversation.server, conversation.session
    mode, owner = policy.policy_of(server, session, room)
    conversation.tell(
        "room",
        id=id_of(members),
        room=room.name,
        topic=room.topic,
        **origin_members(room.topic_set, room.made),
        mode=mode.value,
        owner=owner,
        may=[act.value for act in policy.acts_of(server, session, room)],
        muted=policy.muted_seconds(server, session, room),
    )


def _people(conversation: Conversation, members: Members) -> None:
    room = _room_to_read(conversation, members)
    server, session = conversation.server, conversation.session
    names, more, guests = look.list_people(server, session, room, PEOPLE_LISTED)
    marks = server.marked.describe(room, names)
    age = {"age": server.cut_off.seconds} if server.cut_off.seconds else {}
    _tell_list(
        conversation,
        "people",
        "names",
        list(slices_by_number(names, NAMES_A_SLICE)),
        list,
        id=id_of(members),
        room=room.name,
        more=more,
        guests=guests,
        **age,
        **marks._asdict(),
    )


def _account(conversation: Conversation, members: Members) -> None:
    server, session = conversation.server, conversation.session
    name, time = text_in(members, "name"), number_in(members, "time", int(server.now() * 1000))
    account = account_of(server, session, name, time)
    conversation.tell("account", id=id_of(members), name=name, account=account or None)


def _rooms(conversation: Conversation, members: Members) -> None:
    start = None if members.get("from") is None else text_in(members, "from")
    found = look.list_rooms(conversation.server, conversation.session, ROOMS_LISTED, start)
    listed = look.RoomRows(found.rooms, TOPIC_LISTED)
    more = {"next": found.next} if found.next else {}

    def rows(some: Sequence[Room | look.RoomRow]) -> Rows:
        return [row.members for row in listed.rows(some)]

    _tell_list(
        conversation,
        "rooms",
        "rooms",
        listed.slices,
        rows,
        id=id_of(members),
        count=found.total,
        **more,
    )


def _tell_list(
    conversation: Conversation,
    type: str,
    name: str,
    slices: Sequence[Sequence[R]],
    rows: Callable[[Sequence[R]], Rows],
    **members: Any,
) -> None:
    """Send a message with a list ``name``, in pieces if there are several slices.

    ``rows`` returns the rows of the list for a slice.
    """
    parts = map(rows, each_once(slices))
    if len(slices) > 1:
        conversation.tell_in_pieces(type, name, parts, **members)
    else:
        conversation.tell(type, **members, **{name: [row for part in parts for row in part]})


def _stays(conversation: Conversation, members: Members) -> None:
    rooms = rooms_stayed_in(conversation.server, conversation.session)
    conversation.tell("stays", id=id_of(members), rooms=[room.name for room in rooms])


def _seen(conversation: Conversation, members: Members) -> None:
    room = _room_it_is_in(conversation, text_in(members, "room"))
    mark_seen(conversation.server, conversation.session, room, number_in(members, "seq"))


def _ping(conversation: Conversation, members: Members) -> None:
    conversation.tell("pong", id=id_of(members))


def _room_it_is_in(conversation: Conversation, name: str) -> Room:
    return look.joined_room(conversation.server, conversation.session, name)


def _room_to_read(conversation: Conversation, members: Members) -> Room:
    wanted = text_in(members, "room")
    return look.room_called(conversation.server, conversation.session, wanted)


TABLE = {
    "hello": Verb(hello.begin, ENTERING_COST),
    "line": Verb(_line, at_once=True),
    "text": Verb(_text, at_once=True),
    "whisper": Verb(whispers.whisper, scope=Scope.WRITE),
    "enter": Verb(_enter, ENTERING_COST),
    "leave": Verb(_leave),
    "commands": Verb(_commands, LISTING_COST, only_answers=True),
    "history": Verb(_history, PAGING_COST, only_answers=True),
    "search": Verb(_search, READING_COST, only_answers=True),
    "room": Verb(_room, only_answers=True),
    "people": Verb(_people, only_answers=True),
    "account": Verb(_account, only_answers=True),
    "rooms": Verb(_rooms, LISTING_COST, only_answers=True),
    "stays": Verb(_stays, only_answers=True),
    "seen": Verb(_seen, at_once=True, scope=Scope.WRITE),
    "decide": Verb(incident.decide, PAGING_COST, scope=Scope.WRITE),
    "decisions": Verb(incident.list_decisions, PAGING_COST, only_answers=True),
    "take": Verb(incident.take, PAGING_COST, scope=Scope.WRITE),
    "alerts": Verb(incident.list_alerts, LISTING_COST, only_answers=True),
    "ask": Verb(questions.begin, KEEPING_COST, scope=Scope.WRITE),
    "answer": Verb(questions.answer, scope=Scope.WRITE),
    "answers": Verb(questions.look, only_answers=True),
    "questions": Verb(questions.list_questions, LISTING_COST, only_answers=True),
    "close": Verb(questions.close, KEEPING_COST, scope=Scope.WRITE),
    "show": Verb(questions.show, KEEPING_COST, scope=Scope.WRITE),
    "ping": Verb(_ping, at_once=True, only_answers=True),
}
