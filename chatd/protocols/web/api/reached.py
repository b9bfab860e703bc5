"""The route that answers who has a line.

This module must not know the connection.
"""

from __future__ import annotations

import re

from chatd.chat.actions.costs import READING_COST
from chatd.chat.actions.look import room_called
from chatd.chat.actions.reached import PEOPLE_A_SLICE, line_of, readers_of
from chatd.chat.reach import Reached
from chatd.errors import ErrorKind
from chatd.protocols.web.api.operation import JsonObject, Named, Operation, Parameter, Returned
from chatd.protocols.web.api.request_session import Call, check_still, visitor
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.api.schemas import FLAG, ROOM, SEQ, TEXT, TIME, array, members
from chatd.protocols.web.http.messages import Answer, Problem, json_answer
from chatd.rooms.slices import slices_by_number

_LISTED = (Reached.HAS, Reached.SENT, Reached.NOT_YET, Reached.NOT_KNOWN)

_READERS = array(members({"name": TEXT, "away": FLAG}))

REACH = Named(
    "Reach",
    members(
        {
            "room": TEXT,
            "seq": SEQ,
            "time": TIME,
            "author": TEXT,
            "has": _READERS,
            "sent": _READERS,
            "not_yet": _READERS,
            "not_known": _READERS,
        }
    ),
)


async def reached(call: Call) -> Answer:
    """Answer who of those who were there has a line."""
    if not re.fullmatch("[0-9]{1,15}", seq := call.names["seq"]):
        raise Problem(ErrorKind.WRONG_USE, "not_a_seq", name="seq")
    server = call.server
    with visitor(call) as (session, _):
        room = room_called(server, session, call.names["room"])
        line = await line_of(server, session, room, int(seq))
        check_still(session)
        found = await readers_of(server, session, room, line)
        lists: dict[str, list[JsonObject]] = {reach.value: [] for reach in _LISTED}
        for number, some in enumerate(slices_by_number(found.readers, PEOPLE_A_SLICE)):
            if number:
                await session.stream.meter.turn()
            for name, reach in some:
                away = server.marked.is_away(name, room)
                lists[reach.value].append({"name": name, "away": away})
        check_still(session)
        about = {"seq": line.seq, "time": line.time, "author": line.author}
        return json_answer(200, {"room": room.name, **about, **lists})


TABLE = (
    Route(
        "GET",
        "/api/rooms/{room}/messages/{seq}/reached",
        reached,
        Operation(
            "reached",
            "rooms",
            "Who has a line",
            description="For its author, and for those who run the room, if they allow it"
            " (`/mode seen`). The people are those who were there when it was said, and are there"
            " now, or have an account and lost the connection before they had it; without its"
            " author. `has`: the system of a client of theirs has acknowledged all that it was sent"
            " until now, with the line; of one who is not there now, the line is read."
            " `sent`: the same of a system in front of it, because the client is behind TLS or a"
            " proxy. `not_known`: a node has not answered. It takes up to a second.",
            parameters=(ROOM, Parameter("seq", "path", SEQ, "The seq of the line.", example=121)),
            returns=(
                Returned(
                    200,
                    "The people.",
                    REACH,
                    {
                        "room": "ops",
                        "seq": 121,
                        "time": 1764100000000,
                        "author": "ana",
                        "has": [{"name": "luis", "away": False}],
                        "sent": [],
                        "not_yet": [{"name": "nora", "away": True}],
                        "not_known": [],
                    },
                ),
            ),
            errors=(401, 404, 422),
        ),
        READING_COST,
    ),
)
