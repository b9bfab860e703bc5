"""Routes of an incident: the decisions of a room, its alerts, and acks.

This module must not know the connection.
"""

from __future__ import annotations

from functools import partial

from chatd.chat.actions import acks, decisions, history
from chatd.chat.actions.costs import LISTING_COST, PAGING_COST
from chatd.chat.actions.look import room_called
from chatd.chat.actions.once import Made
from chatd.chat.actions.remarks import valid_words
from chatd.chat.key_owners import key_of_request
from chatd.errors import ErrorKind
from chatd.event import Kind
from chatd.formats.json import event_members
from chatd.protocols.web.api.client_keys import KEY, RETRIED, check_no_key, key_in
from chatd.protocols.web.api.operation import Body, Named, Operation, Parameter, Returned
from chatd.protocols.web.api.request_session import Call, check_still, visitor
from chatd.protocols.web.api.rooms import LAST_SEQ
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.api.schemas import ALERT, EVENT, REMARK, ROOM, SEQ, TEXT, array, members
from chatd.protocols.web.http.messages import Answer, Problem, json_answer
from chatd.remarks import Remark
from chatd.storage.contract import StoreError


async def decide(call: Call) -> Answer:
    """Keep a line as a decision, and answer with it once it is on disk."""
    line, key, wanted = _line_in(call), key_in(call.request), call.names["room"]
    with visitor(call) as (session, _):
        own, check = key_of_request(session, key), partial(check_still, session)
        made = await decisions.decide_once(call.server, session, wanted, *line, own, check)
    return _answer_with("decision", made)


async def ack(call: Call) -> Answer:
    """Tell a room that the client has an alert, and answer once that is on disk."""
    line, key, wanted = _line_in(call), key_in(call.request), call.names["room"]
    with visitor(call) as (session, _):
        own, check = key_of_request(session, key), partial(check_still, session)
        made = await acks.ack_once(call.server, session, wanted, *line, own, check)
    return _answer_with("ack", made)


async def list_alerts(call: Call) -> Answer:
    """Answer with the alerts that go on in a room, the oldest first."""
    with visitor(call) as (session, _):
        room = room_called(call.server, session, call.names["room"])
        alerts = [each.members for each in acks.alerts_of(call.server, session, room)]
    return json_answer(200, {"room": room.name, "alerts": alerts})


def _answer_with(name: str, made: Made) -> Answer:
    remark = None if made.remark is None else made.remark._asdict()
    return json_answer(200 if made.again else 201, {"room": made.room, name: remark})


def _line_in(call: Call) -> tuple[int | None, str]:
    """Return the seq of the line that a body names, if it names one, and the words in it.

    Raises `Problem` and `Refusal`.
    """
    given = call.request.json_object("seq", "words")
    check_no_key(given)
    seq, words = given.get("seq"), given.get("words", "")
    if seq is not None and (not isinstance(seq, int) or isinstance(seq, bool) or seq < 1):
        raise Problem(ErrorKind.WRONG_USE, "not_a_seq", name="seq")
    if not isinstance(words, str):
        raise Problem(ErrorKind.WRONG_USE, "not_a_text", name="words")
    return seq, valid_words(words, call.max_length)


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


def _made(schema: str, name: str) -> Named:
    """Return the schema of a remark that a client has made."""
    deleted = "Null if it was made before with this key, and is deleted by now."
    either = {"anyOf": [REMARK, {"type": "null"}], "description": deleted}
    return Named(schema, members({"room": TEXT, name: either}))


_ACK = Remark("ack", 119, "alerts", "FIRING DiskFull on db1", "on it")._asdict()
_DECISION = Remark("decision", 118, "luis", "shall we go back?", "yes, to 1.2")._asdict()

_DECIDED_EXAMPLE = {"room": "ops", "decision": _DECISION}
_ACKED_EXAMPLE = {"room": "ops", "ack": _ACK}

_DECIDED = _made("Decided", "decision")
_ACKED = _made("Acked", "ack")

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
            f" that was said. The room is shown an event of the kind `decision`.{RETRIED}",
            parameters=(ROOM, KEY),
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
                Returned(201, "It is on disk, and shown.", _DECIDED, _DECIDED_EXAMPLE),
                Returned(200, "It was kept before, with this key.", _DECIDED, _DECIDED_EXAMPLE),
            ),
            errors=(401, 404, 422),
        ),
        cost=PAGING_COST,
    ),
    Route(
        "GET",
        "/api/rooms/{room}/alerts",
        list_alerts,
        Operation(
            "alerts",
            "rooms",
            "The alerts of a room that go on",
            description="The oldest first. An alert is what a tool says of it by an incoming"
            " webhook, and ends when the tool says that it is over. Those of webhooks that the"
            " account ignores are left out.",
            parameters=(ROOM,),
            returns=(
                Returned(
                    200,
                    "The alerts, each with the line that says it.",
                    members({"room": TEXT, "alerts": array(ALERT)}),
                    {
                        "room": "ops",
                        "alerts": [
                            {
                                "seq": 119,
                                "number": 1,
                                "author": "alerts",
                                "excerpt": "FIRING DiskFull on db1",
                                "by": "luis",
                                "words": "on it",
                            }
                        ],
                    },
                ),
            ),
            errors=(401, 404, 422),
        ),
        cost=LISTING_COST,
    ),
    Route(
        "POST",
        "/api/rooms/{room}/acks",
        ack,
        Operation(
            "ack",
            "rooms",
            "Take on an alert",
            description="Who may speak in the room may do so. Without a `seq` it is the only alert"
            " that nobody has, or the only one; if no alert goes on, the last line of a webhook, or"
            f" question. The room is shown an event of the kind `ack`.{RETRIED}",
            parameters=(ROOM, KEY),
            bodies=(
                Body(
                    members({}, seq=SEQ, words={**TEXT, "description": "One line."}),
                    {"seq": 119, "words": "on it"},
                ),
            ),
            returns=(
                Returned(201, "It is on disk, and shown.", _ACKED, _ACKED_EXAMPLE),
                Returned(200, "It was sent before, with this key.", _ACKED, _ACKED_EXAMPLE),
            ),
            errors=(401, 404, 422),
        ),
        cost=PAGING_COST,
    ),
)
