"""Routes of an incident: the decisions of a room.

This module must not know the connection.
"""

from __future__ import annotations

from functools import partial

from chatd.chat.actions import decisions, history
from chatd.chat.actions.costs import PAGING_COST
from chatd.chat.actions.look import room_called
from chatd.chat.actions.remarks import valid_words
from chatd.errors import ErrorKind
from chatd.event import Kind
from chatd.formats.json import event_members
from chatd.protocols.web.api.operation import Body, Operation, Parameter, Returned
from chatd.protocols.web.api.request_session import Call, check_still, visitor
from chatd.protocols.web.api.rooms import LAST_SEQ
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.api.schemas import EVENT, REMARK, ROOM, SEQ, TEXT, array, members
from chatd.protocols.web.http.messages import Answer, Problem, json_answer
from chatd.remarks import Remark
from chatd.storage.contract import StoreError


async def decide(call: Call) -> Answer:
    """Keep a line as a decision, and answer with it once it is on disk."""
    given = call.request.json_object("seq", "words")
    seq, words = given.get("seq"), given.get("words", "")
    if seq is not None and (not isinstance(seq, int) or isinstance(seq, bool) or seq < 1):
        raise Problem(ErrorKind.WRONG_USE, "not_a_seq", name="seq")
    if not isinstance(words, str):
        raise Problem(ErrorKind.WRONG_USE, "not_a_text", name="words")
    words = valid_words(words, call.max_length)
    with visitor(call) as (session, _):
        room = room_called(call.server, session, call.names["room"])
        check = partial(check_still, session)
        decision = await decisions.decide(call.server, session, room, seq, words, check)
    return json_answer(201, {"room": room.name, "decision": decision._asdict()})


async def list_decisions(call: Call) -> Answer:
    """Answer with the decisions of a room, the newest first."""
    limit = call.request.number("limit", 1, decisions.DECISIONS_GIVEN) or decisions.DECISIONS_ASKED
    before = call.request.number("before", 1, LAST_SEQ)
    with visitor(call) as (session, _):
        room = room_called(call.server, session, call.names["room"])
        check = partial(check_still, session)
        try:
            found = await decisions.decisions_before(
                call.server, session, room, before, limit, check
            )
        except StoreError:
            raise history.not_readable(1, room.head) from None
    events = [event_members(event, call.language) for event in found.events]
    more = {"next": found.next} if found.next else {}
    return json_answer(200, {"room": room.name, "events": events, **more})


_DECISION = Remark("decision", 118, "luis", "shall we go back?", "yes, to 1.2")._asdict()

NEXT = {"type": "integer", "description": "Left out if there are no earlier ones."}

_PATH = "/api/rooms/{room}/decisions"

TABLE = (
    Route(
        "GET",
        _PATH,
        list_decisions,
        Operation(
            "decisions",
            "rooms",
            "The decisions of a room",
            description="The newest first. If there is a `next`, ask again with `before` set to it."
            " Those of people whom the account ignores are left out.",
            parameters=(
                ROOM,
                Parameter(
                    "before",
                    "query",
                    {"type": "integer", "minimum": 1, "maximum": LAST_SEQ},
                    "Decisions before this seq.",
                ),
                Parameter(
                    "limit",
                    "query",
                    {
                        "type": "integer",
                        "minimum": 1,
                        "maximum": decisions.DECISIONS_GIVEN,
                        "default": decisions.DECISIONS_ASKED,
                    },
                    "The most decisions in the answer.",
                ),
            ),
            returns=(
                Returned(
                    200,
                    "Events of the kind `decision`.",
                    members({"room": TEXT, "events": array(EVENT)}, next=NEXT),
                    {
                        "room": "ops",
                        "events": [
                            {
                                "seq": 121,
                                "time": 1764100000000,
                                "author": "ana",
                                "kind": Kind.DECISION.name.lower(),
                                "text": "ana marked a decision: <luis> shall we go back?"
                                " (yes, to 1.2)",
                                "decision": _DECISION,
                            }
                        ],
                    },
                ),
            ),
            errors=(401, 404, 422),
        ),
        cost=PAGING_COST,
    ),
    Route(
        "POST",
        _PATH,
        decide,
        Operation(
            "decide",
            "rooms",
            "Keep a line as a decision",
            description="Who may speak in the room may do so. Without a `seq` it is the last line"
            " that was said. The room is shown an event of the kind `decision`.",
            parameters=(ROOM,),
            bodies=(
                Body(
                    members(
                        {},
                        seq=SEQ,
                        words={**TEXT, "description": "One line that says what was decided."},
                    ),
                    {"seq": 118, "words": "yes, to 1.2"},
                ),
            ),
            returns=(
                Returned(
                    201,
                    "It is on disk, and shown.",
                    members({"room": TEXT, "decision": REMARK}),
                    {"room": "ops", "decision": _DECISION},
                ),
            ),
            errors=(401, 404, 422),
        ),
        cost=PAGING_COST,
    ),
)
