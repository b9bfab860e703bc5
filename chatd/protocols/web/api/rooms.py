"""What programs ask over HTTP: the rooms, what was said, and saying something.

Handlers are given a `Call` and give an answer, or raise `Refusal` or `StoreError`. They know no
connection.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from functools import partial

from twisted.internet.defer import Deferred

from chatd.accounts.credentials import TOKEN
from chatd.chat.actions.enter import enter
from chatd.chat.actions.rename import rename
from chatd.chat.idempotency import KeyOwner, account_owner, guest_owner
from chatd.chat.permissions import Act
from chatd.chat.server import UNPUBLISHED_LINES, ChatServer
from chatd.chat.session import Session
from chatd.commands.base import KEEPING_COST, READING_COST
from chatd.errors import LINE_FAULTS, ErrorKind, Refusal, short
from chatd.formats.json import TOPIC_CHARACTERS, event_members
from chatd.protocols.web.api.request_session import Call, check_still, visitor
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.http.messages import Answer, Problem, Request, bad_request, json_answer
from chatd.rooms.bookmarks import end_of, is_of
from chatd.rooms.paging import Stretch, first_events, last_events
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.text.folding import fold
from chatd.text.validation import MAX_NAME_LENGTH, InvalidLine, LineFault, validate_line

ROOMS_LISTED = 1000
"""How many rooms are listed at most."""

EVENTS_GIVEN = 500
EVENTS_ASKED = 100
"""How many events are given at a time at most, and how many when it is not said."""

MESSAGES = "/api/rooms/{room}/messages"

LAST_SEQ = 10**15 - 1
"""A seq that no room comes to."""

_BLANK = frozenset((b"", b"\r"))

KEY_CHARACTERS = 255
"""How long an ``Idempotency-Key`` may be."""


async def health(call: Call) -> Answer:
    """Whether what is said can be kept."""
    if call.server.saves:
        return json_answer(200, {"status": "ok"})
    return json_answer(503, {"status": "not saving"})


async def me(call: Call) -> Answer:
    """Who asks. A guest has a name only while something is asked, so it is told none."""
    with visitor(call) as (session, _):
        name = None if session.is_guest else session.name
        grant = session.grant
        scope = None if grant is None or grant.kind != TOKEN else grant.scope.name.lower()
        return json_answer(
            200,
            {
                "name": name,
                "guest": session.is_guest,
                "account": session.account is not None,
                "scope": scope,
                "language": session.language.value,
            },
        )


async def rooms(call: Call) -> Answer:
    """Which rooms there are."""
    server = call.server
    with visitor(call) as (session, _):
        count, listed = server.rooms.listed(ROOMS_LISTED, session, server.peopled)
        members = [
            {
                "room": room.name,
                "people": room.people,
                "head": room.head,
                "topic": short(room.topic, TOPIC_CHARACTERS),
            }
            for room in listed
        ]
        return json_answer(200, {"count": count, "rooms": members})


async def messages(call: Call) -> Answer:
    """What was said in a room: behind a seq, before one, or last."""
    request, server = call.request, call.server
    limit = request.number("limit", 1, EVENTS_GIVEN) or EVENTS_ASKED
    after, before = request.bookmark("after"), request.number("before", 1, LAST_SEQ)
    if after is not None and before is not None:
        raise Problem(ErrorKind.WRONG_USE, "one_of_parameters", first="after", second="before")
    with visitor(call) as (session, _):
        room = server.rooms.called(call.names["room"], session)
        server.moderation.check(session, room, Act.READ)
        head, view, anew = room.head, session.subscriptions.view.of_past, False
        try:
            if after is not None:
                anew = after.time is not None and not await is_of(room, after)
                found = await first_events(room, 0 if anew else after.seq, head, limit, view)
            else:
                upto = head if before is None else min(before - 1, head)
                found = await last_events(room, upto, limit, view)
        except StoreError:
            raise Refusal(ErrorKind.NOT_READABLE, "not_readable", first=1, last=head) from None
        check_still(session)
        server.moderation.check(session, room, Act.READ)  # still
        return json_answer(
            200,
            {
                "room": room.name,
                "head": head,
                "after": found.after,
                "upto": found.upto,
                "bookmark": _bookmark_of(room, found),
                "anew": anew,
                "events": [event_members(event, call.language) for event in found.events],
                "more": found.more,
            },
        )


def _bookmark_of(room: Room, found: Stretch) -> str | None:
    """The bookmark of the end of what was found; None if that is not known: nothing was."""
    if found.upto == room.head:
        return str(end_of(room))
    return str(found.events[-1].bookmark) if found.events else None


async def say(call: Call) -> Answer:
    """Say some lines in a room, all or none, and tell where they stand once they are on disk."""
    request, server = call.request, call.server
    texts = lines_of(request, call.max_length, call.names["room"])
    key, name = _key(request), request.parameter("name")
    call.asker.charge(len(texts))
    with visitor(call) as (session, told):
        owner = _owner(session, name or "")
        if key is not None:
            # Before all that may have changed since: what was said stays said.
            found = await server.idempotency.find(owner, key, call.names["room"], texts)
            check_still(session)
            if found is not None:
                return _where(200, found.room, found.seqs)
        if name is not None:
            rename(server, session, name)
        await _allowed(server, session)
        room = await _room_to_speak_in(call, session)
        room.expected += 1  # it is not forgotten while this waits for what was sent before
        try:
            seqs = await server.idempotency.say(session, room, texts, owner, key)
        finally:
            room.expected -= 1
            server.rooms.forget_if_empty(room)
        if seqs is None:
            told.check()
            raise Refusal(ErrorKind.NOT_SAVED, "not_saved")
        again = key is not None and not server.idempotency.were_said_by(session, owner, key)
        return _where(200 if again else 201, room.name, seqs)


def _owner(session: Session, name: str) -> KeyOwner:
    """Return the owner of the keys that a session uses which asked for that name."""
    if session.account is not None:
        return account_owner(session.account)
    # A longer text is no name.
    return guest_owner(name[: 4 * MAX_NAME_LENGTH], session.network)


def _where(status: int, room: str, seqs: Sequence[int]) -> Answer:
    last = seqs[-1] if seqs else None
    return json_answer(status, {"room": room, "seq": last, "seqs": list(seqs)})


def lines_of(request: Request, max_length: int, room: str) -> list[str]:
    """Return the lines of a body that is to be said in a room. Raises `Problem`."""
    texts: list[str] = []
    for number, line in enumerate(_text_of(request, room).split(b"\n"), 1):
        if line in _BLANK:  # there may be very many
            continue
        try:
            texts.append(validate_line(line.removesuffix(b"\r"), max_length))
        except InvalidLine as invalid:
            if invalid.reason is not LineFault.BLANK:
                key = LINE_FAULTS[invalid.reason]
                raise Problem(
                    ErrorKind.INVALID_MESSAGE, key, line=number, limit=max_length
                ) from None
        if len(texts) > UNPUBLISHED_LINES:
            limit = UNPUBLISHED_LINES
            raise Problem(ErrorKind.NOT_SAID, "too_many_lines", status=413, limit=limit)
    if not texts:
        raise Problem(ErrorKind.NOT_SAID, "nothing_to_say")
    return texts


def _text_of(request: Request, room: str) -> bytes:
    """Return the text of a body that is to be said in a room. Raises `Problem`.

    A body is said as it is, whatever its type: `curl -d` calls all text a form. A body that is
    certainly meant to be read in another way is refused.
    """
    if (request.header("content-encoding") or "identity").lower() != "identity":
        raise bad_request("body_is_packed", 415)
    body, type = request.body.removeprefix(BOM_UTF8), request.content_type
    if type == "application/json":
        members = request.json("text")
        _check_members(members, room)
        text = members["text"]
        if not isinstance(text, str):
            raise Problem(ErrorKind.WRONG_USE, "not_a_text", name="text")
        return text.encode("utf-8", "surrogatepass")
    if type.startswith("multipart/"):
        raise bad_request("body_has_parts", 415)
    if type == "text/json" or type.endswith("+json"):
        raise bad_request("other_json", 415)
    if body.startswith(b"payload="):  # what posts to a webhook of Slack's sends
        raise Problem(ErrorKind.WRONG_USE, "body_is_a_form")
    return body


def _check_members(members: Mapping[str, object], room: str) -> None:
    """Raise `Problem` for members that belong elsewhere in a request: without the name a guest
    would say it, in another room than was meant, and twice when it is sent again."""
    if members.get("name") is not None:
        raise Problem(ErrorKind.WRONG_USE, "name_in_body")
    if members.get("key") is not None:
        raise Problem(ErrorKind.WRONG_USE, "key_in_body")
    named = members.get("room")
    if isinstance(named, str) and fold(named.removeprefix("#")) != fold(room.removeprefix("#")):
        raise Problem(ErrorKind.WRONG_USE, "room_in_body", room=short(room.removeprefix("#")))


def _key(request: Request) -> str | None:
    key = request.header("idempotency-key")
    if key is not None and not 1 <= len(key) <= KEY_CHARACTERS:
        raise bad_request("key_too_long", limit=KEY_CHARACTERS)
    return key


async def _room_to_speak_in(call: Call, session: Session) -> Room:
    """The room of a path, which is made if it is not there, as /join does."""
    server, name = call.server, call.names["room"]
    room = server.rooms.find(name, session)
    if room is None:
        call.asker.charge(KEEPING_COST)
        await enter(server, session, name)
        check_still(session)
        room = session.room or server.rooms.called(name, session)
    server.moderation.check(session, room, Act.SPEAK)
    return room


async def _allowed(server: ChatServer, session: Session) -> None:
    """Wait until a session may say something."""
    while not server.allowance(session):
        check_still(session)
        changed: Deferred[None] = Deferred()
        session.queue.when_changed(partial(_fire, changed))
        await changed
    check_still(session)
    session.queue.when_changed(None)


def _fire(changed: Deferred[None]) -> None:
    if not changed.called:
        changed.callback(None)


TABLE = (
    Route("GET", "/healthz", health),
    Route("GET", "/api/me", me),
    Route("GET", "/api/rooms", rooms),
    # With "name", which matters to who speaks, so that one URL is for both.
    Route("GET", MESSAGES, messages, READING_COST, parameters=("after", "before", "limit", "name")),
    Route("POST", MESSAGES, say, parameters=("name",)),
)
