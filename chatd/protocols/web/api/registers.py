"""The route that answers who was in a room, and when, from the register of that room.

This module must not know the connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain

from chatd.chat.actions.costs import READING_COST
from chatd.chat.actions.look import room_called
from chatd.chat.actions.registered_stays import (
    STAYS_GIVEN,
    Stays,
    list_stays,
    path_of_register,
)
from chatd.errors import ErrorKind
from chatd.protocols.web.api.operation import JsonObject, Named, Operation, Parameter, Returned
from chatd.protocols.web.api.request_session import Call, check_still, visitor
from chatd.protocols.web.api.rooms import LAST_SEQ
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.api.schemas import FLAG, ROOM, TEXT, TIME, array, members
from chatd.protocols.web.http.messages import (
    NO_STORE,
    Answer,
    Problem,
    json_list_answer,
)
from chatd.rooms.room import Room
from chatd.rooms.slices import slices_by_number
from chatd.rooms.stays import HEADER, RoomStay, rows_in_csv

ROWS_A_SLICE = 200
"""Most rows that are made at a time; it takes 1 ms."""

_FORMATS = ("json", "csv")


async def register(call: Call) -> Answer:
    """Answer who was in a room, and when."""
    request, server = call.request, call.server
    after, since = request.number("after", 0, LAST_SEQ), request.number("since", 0, LAST_SEQ)
    format = request.parameter("format")
    if format not in (None, *_FORMATS):
        raise Problem(ErrorKind.WRONG_USE, "not_a_format")
    with visitor(call) as (session, _):
        room = room_called(server, session, call.names["room"])
        check = partial(check_still, session)
        found = await list_stays(server, session, room, after or 0, since or 0, check)
    slices = tuple(slices_by_number(found.stays, ROWS_A_SLICE))
    if format == "csv":
        return _in_csv(room, found, slices)
    more = {} if found.next is None else {"next": found.next}
    described = {"room": room.name, "kept": found.kept, **more}
    return json_list_answer(described, "stays", slices, _described)


def _described(stays: Sequence[RoomStay]) -> list[JsonObject]:
    return [
        {
            "name": name,
            "came": came * 1000,
            "left": None if left is None else left * 1000,
        }
        for name, came, left in stays
    ]


def _in_csv(room: Room, found: Stays, slices: Sequence[Sequence[RoomStay]]) -> Answer:
    headers = [("Content-Type", "text/csv; charset=utf-8; header=present"), NO_STORE]
    if found.next is not None:
        headers.append(("Link", f'<{path_of_register(room)}&after={found.next}>; rel="next"'))
    rows = (b"".join(rows_in_csv(room.name, some)) for some in slices)
    return Answer(200, headers, pieces=chain([HEADER], rows))


_STAY = members(
    {
        "name": {**TEXT, "description": "The name that the person had."},
        "came": TIME,
        "left": {
            "type": ["integer", "null"],
            "description": "Milliseconds since 1970; null while the person is there.",
        },
    }
)

REGISTER = Named(
    "Register",
    members(
        {
            "room": TEXT,
            "kept": {**FLAG, "description": "False if the register is switched off."},
            "stays": array(_STAY),
        },
        next={"type": "integer", "description": "Left out if there are no later ones."},
    ),
)

_CSV = (
    "room,name,came,left,seconds\r\n"
    "class,luis,2025-11-25T19:46:40Z,2025-11-25T20:41:40Z,3300\r\n"
    "class,eva,2025-11-25T19:47:00Z,,\r\n"
)

TABLE = (
    Route(
        "GET",
        "/api/rooms/{room}/register",
        register,
        Operation(
            "register",
            "rooms",
            "Who was in a room, and when",
            description="For the room's owner, who keeps a register by `/mode register on`, also by"
            " a token. The stays are in the order in which they began; clients of one person at the"
            " same time are one stay, and `left` is null of people who are there now. After about"
            f" {STAYS_GIVEN} stays there is a `next`, in CSV a `Link`: ask again with `after` set"
            " to it. A stay that overlaps with one of the answer before is there again.",
            parameters=(
                ROOM,
                Parameter(
                    "since",
                    "query",
                    {**TIME, "minimum": 0, "maximum": LAST_SEQ},
                    "Only people who left since then, or have not left.",
                ),
                Parameter(
                    "after",
                    "query",
                    {"type": "integer", "minimum": 0, "maximum": LAST_SEQ},
                    "The `next` of the answer before.",
                ),
                Parameter(
                    "format",
                    "query",
                    {"enum": list(_FORMATS), "default": _FORMATS[0]},
                    "The type of the answer.",
                ),
            ),
            returns=(
                Returned(
                    200,
                    "The stays.",
                    REGISTER,
                    {
                        "room": "class",
                        "kept": True,
                        "stays": [
                            {"name": "luis", "came": 1764100000000, "left": 1764103300000},
                            {"name": "eva", "came": 1764100020000, "left": None},
                        ],
                    },
                ),
                Returned(
                    200,
                    "The stays.",
                    TEXT,
                    _CSV,
                    type="text/csv",
                    headers={"Link": 'With `rel="next"`: where to go on, if there are later ones.'},
                ),
            ),
            errors=(401, 404, 422),
        ),
        READING_COST,
    ),
)
