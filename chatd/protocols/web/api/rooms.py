"""Routes of the API for programs: the rooms, their messages, the account and the store.

Handlers receive a `Call` and return an answer, or raise `Refusal` or `StoreError`. They must not
know the connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from chatd.accounts.credentials import TOKEN
from chatd.chat.actions import history, look
from chatd.chat.actions.costs import READING_COST
from chatd.errors import ErrorKind
from chatd.formats.json import TOPIC_CHARACTERS, event_members, origin_members
from chatd.protocols.web.api.operation import JsonObject, Operation, Parameter, Returned
from chatd.protocols.web.api.request_session import Call, check_still, visitor
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.api.schemas import (
    AFTER,
    EVENTS,
    HEALTH,
    ME,
    ROOM,
    ROOMS,
    TEXT,
)
from chatd.protocols.web.http.messages import Answer, Problem, json_answer, json_list_answer
from chatd.rooms.bookmarks import end_of
from chatd.rooms.paging import Stretch
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError

ROOMS_LISTED = 1000
"""Most rooms in one answer."""

EVENTS_GIVEN = 500
EVENTS_ASKED = 100
"""Most events in one answer, and the number of events if the request gives none."""

LAST_SEQ = 10**15 - 1
"""A seq that no room reaches."""


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
    """Answer with the rooms that the requester may read: those with most people, or by name."""
    start = call.request.parameter("from")
    with visitor(call) as (session, _):
        found = look.list_rooms(call.server, session, ROOMS_LISTED, start)
        listed = look.RoomRows(found.rooms, TOPIC_CHARACTERS)
    described = {"count": found.total, **({"next": found.next} if found.next else {})}

    def rows(some: Sequence[Room | look.RoomRow]) -> list[JsonObject]:
        described = listed.rows(some)
        return [{**row.members, **origin_members(row.topic_set, row.made)} for row in described]

    return json_list_answer(described, "rooms", listed.slices, rows)


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
        described = {
            "room": room.name,
            "head": page.head,
            "after": found.after,
            "upto": found.upto,
            "bookmark": _bookmark_of(room, found),
            "anew": page.anew,
            "more": found.more,
        }
    events = [event_members(event, call.language) for event in found.events]
    return json_answer(200, {**described, "events": events})


def _bookmark_of(room: Room, found: Stretch) -> str | None:
    """Return the bookmark of the end of a page; None if the page is empty, and not the last."""
    if found.upto == room.head:
        return str(end_of(room))
    return str(found.events[-1].bookmark) if found.events else None


TABLE = (
    Route(
        "GET",
        "/healthz",
        health,
        Operation(
            "health",
            "daemon",
            "The state of the store",
            returns=(
                Returned(200, "The store saves lines.", HEALTH, {"status": "ok"}),
                Returned(503, "The last write failed.", HEALTH, {"status": "not saving"}),
            ),
            credentials=(),
        ),
    ),
    Route(
        "GET",
        "/api/me",
        me,
        Operation(
            "me",
            "account",
            "The account of the client",
            returns=(
                Returned(
                    200,
                    "The account of the token or the cookie.",
                    ME,
                    {
                        "name": "ana",
                        "guest": False,
                        "account": True,
                        "scope": None,
                        "language": "en",
                    },
                ),
            ),
            errors=(401,),
        ),
    ),
    Route(
        "GET",
        "/api/rooms",
        rooms,
        Operation(
            "rooms",
            "rooms",
            "The rooms",
            description=f"Those that the client may read, at most {ROOMS_LISTED}: first those with"
            " the most people, then those without people; or, with `from`, in the order of their"
            " names. If there is a `next`, ask again with `from` set to it.",
            parameters=(
                Parameter("from", "query", TEXT, "The rooms from this name on, in that order."),
            ),
            returns=(
                Returned(
                    200,
                    "The rooms.",
                    ROOMS,
                    {
                        "count": 1,
                        "rooms": [
                            {
                                "room": "ops",
                                "people": 2,
                                "head": 121,
                                "topic": "release on Friday",
                                "topic_by": "ana",
                                "topic_at": 1764100000000,
                                "made_by": "ana",
                                "made_at": 1764000000000,
                            }
                        ],
                    },
                ),
            ),
            errors=(401, 422),
        ),
    ),
    Route(
        "GET",
        "/api/rooms/{room}/messages",
        messages,
        Operation(
            "messages",
            "rooms",
            "Events of a room",
            description="The last ones, without `after` and `before`, of which a request has at"
            " most one. There may be fewer than `limit`: long lines fill an answer sooner, and"
            " lines of people whom the account ignores are left out. With `more`, go on with"
            " `after` set to the `upto` of the answer, or with `before` set to its `after` + 1.",
            parameters=(
                ROOM,
                AFTER,
                Parameter(
                    "before",
                    "query",
                    {"type": "integer", "minimum": 1, "maximum": LAST_SEQ},
                    "Events before this seq.",
                ),
                Parameter(
                    "limit",
                    "query",
                    {
                        "type": "integer",
                        "minimum": 1,
                        "maximum": EVENTS_GIVEN,
                        "default": EVENTS_ASKED,
                    },
                    "The most events in the answer.",
                ),
                Parameter("name", "query", TEXT, "Ignored: one URL is for reading and posting."),
            ),
            returns=(
                Returned(
                    200,
                    "Events in the order of their seqs.",
                    EVENTS,
                    {
                        "room": "ops",
                        "head": 121,
                        "after": 120,
                        "upto": 121,
                        "bookmark": "121-1764100000000",
                        "anew": False,
                        "events": [
                            {
                                "seq": 121,
                                "time": 1764100000000,
                                "author": "ana",
                                "kind": "message",
                                "text": "hola",
                            }
                        ],
                        "more": True,
                    },
                ),
            ),
            errors=(401, 404, 422),
        ),
        READING_COST,
    ),
)
