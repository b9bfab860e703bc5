"""Routes of the API for programs: the rooms, their messages, and posting.

Handlers receive a `Call` and return an answer, or raise `Refusal` or `StoreError`. They must not
know the connection.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Mapping
from functools import partial

from chatd.accounts.credentials import TOKEN
from chatd.chat.actions import history, look
from chatd.chat.actions.costs import READING_COST
from chatd.chat.actions.post import post
from chatd.chat.line_quotas import UNPUBLISHED_LINES
from chatd.errors import LINE_FAULTS, ErrorKind, Refusal, short
from chatd.formats.json import TOPIC_CHARACTERS, event_members
from chatd.protocols.web.api.request_session import Call, check_still, visitor
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.http.messages import Answer, Problem, Request, bad_request, json_answer
from chatd.rooms.bookmarks import end_of
from chatd.rooms.paging import Stretch
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.text.folding import fold
from chatd.text.validation import InvalidLine, LineFault, validate_line

ROOMS_LISTED = 1000
"""Most rooms in one answer."""

EVENTS_GIVEN = 500
EVENTS_ASKED = 100
"""Most events in one answer, and the number of events if the request gives none."""

MESSAGES = "/api/rooms/{room}/messages"

LAST_SEQ = 10**15 - 1
"""A seq that no room reaches."""

_BLANK = frozenset((b"", b"\r"))

KEY_CHARACTERS = 255
"""Most characters of an ``Idempotency-Key``."""


async def health(call: Call) -> Answer:
    """Answer if the store saves lines."""
    if call.server.saves:
        return json_answer(200, {"status": "ok"})
    return json_answer(503, {"status": "not saving"})


async def me(call: Call) -> Answer:
    """Answer with the identity of the requester.

    A guest has a name only during a request, so the answer has none.
    """
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
    """Answer with the rooms that the requester may read."""
    with visitor(call) as (session, _):
        total, listed = look.list_rooms(call.server, session, ROOMS_LISTED)
        members = [
            {
                "room": room.name,
                "people": room.people,
                "head": room.head,
                "topic": short(room.topic, TOPIC_CHARACTERS),
            }
            for room in listed
        ]
        return json_answer(200, {"count": total, "rooms": members})


async def messages(call: Call) -> Answer:
    """Answer with events of a room: those after a bookmark, those before a seq, or the last."""
    request, server = call.request, call.server
    limit = request.number("limit", 1, EVENTS_GIVEN) or EVENTS_ASKED
    after, before = request.bookmark("after"), request.number("before", 1, LAST_SEQ)
    if after is not None and before is not None:
        raise Problem(ErrorKind.WRONG_USE, "one_of_parameters", first="after", second="before")
    with visitor(call) as (session, _):
        room = look.room_called(server, session, call.names["room"])
        head = room.head
        check = partial(check_still, session)
        try:
            if after is not None:
                page = await history.page_after(server, session, room, after, limit, check)
            else:
                page = await history.page_before(server, session, room, before, limit, check)
        except StoreError:
            raise history.not_readable(1, head) from None
        found = page.found
        return json_answer(
            200,
            {
                "room": room.name,
                "head": page.head,
                "after": found.after,
                "upto": found.upto,
                "bookmark": _bookmark_of(room, found),
                "anew": page.anew,
                "events": [event_members(event, call.language) for event in found.events],
                "more": found.more,
            },
        )


def _bookmark_of(room: Room, found: Stretch) -> str | None:
    """Return the bookmark of the end of a page; None if the page is empty, and not the last."""
    if found.upto == room.head:
        return str(end_of(room))
    return str(found.events[-1].bookmark) if found.events else None


async def say(call: Call) -> Answer:
    """Say some lines in a room, all or none, and answer with their seqs once they are on disk."""
    request, server = call.request, call.server
    texts = lines_of(request, call.max_length, call.names["room"])
    key, name = _key(request), request.parameter("name")
    call.asker.charge(len(texts))
    with visitor(call) as (session, told):
        posted = await post(
            server,
            session,
            call.names["room"],
            texts,
            name=name,
            key=key,
            check=partial(check_still, session),
            charge=call.asker.charge,
        )
        if posted is None:
            told.check()
            raise Refusal(ErrorKind.NOT_SAVED, "not_saved")
        last = posted.seqs[-1] if posted.seqs else None
        members = {"room": posted.room, "seq": last, "seqs": list(posted.seqs)}
        return json_answer(200 if posted.again else 201, members)


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

    A body is said as it is, of any type: `curl -d` calls all text a form. A body that is certainly
    meant to be read in another way is refused.
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
    """Raise `Problem` for members that belong elsewhere in a request.

    If they were ignored, a guest would post without its name, in another room, or twice.
    """
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


TABLE = (
    Route("GET", "/healthz", health),
    Route("GET", "/api/me", me),
    Route("GET", "/api/rooms", rooms),
    # With "name", which matters to who speaks, so that one URL is for both.
    Route("GET", MESSAGES, messages, READING_COST, parameters=("after", "before", "limit", "name")),
    Route("POST", MESSAGES, say, parameters=("name",)),
)
