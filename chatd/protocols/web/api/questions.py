"""Routes of questions: asking a room, answering, the answers so far, and closing.

Two requests of a guest may be of two people, so these routes are for accounts. This module must not
know the connection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from chatd.chat.actions import ask
from chatd.chat.actions.costs import KEEPING_COST
from chatd.chat.actions.look import room_called
from chatd.chat.key_owners import key_of_request
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.i18n import Phrase
from chatd.protocols.live.members import WrongMessage
from chatd.protocols.live.questions import (
    answer_in,
    asked_members,
    given_members,
    question_in,
    standing_members,
)
from chatd.protocols.web.api.client_keys import KEY, RETRIED, check_no_key, key_in
from chatd.protocols.web.api.operation import Body, Named, Operation, Parameter, Returned
from chatd.protocols.web.api.request_session import Call, visitor
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.api.schemas import COUNT, FLAG, ROOM, SEQ, TEXT, array, members
from chatd.protocols.web.http.messages import Answer, Problem, json_answer


async def begin(call: Call) -> Answer:
    """Ask a room a question, and answer with its seq once it is on disk."""
    given, key = call.request.json_object("question", "options", "anonymous"), key_in(call.request)
    check_no_key(given)
    with _account(call) as session:
        question, own = question_in(given, call.max_length), key_of_request(session, key)
        wanted = call.names["room"]
        asked, again = await ask.ask_once(call.server, session, wanted, question, own)
        return json_answer(200 if again else 201, asked_members(asked))


async def answer(call: Call) -> Answer:
    """Answer a question, and answer with that once it is on disk."""
    given, seq, key = call.request.json_object("answer"), _seq(call), key_in(call.request)
    check_no_key(given)
    with _account(call) as session:
        text, own = answer_in(given, call.max_length), key_of_request(session, key)
        wanted = call.names["room"]
        found = await ask.answer_once(call.server, session, wanted, text, seq, own)
        return json_answer(200 if found.again else 201, given_members(found))


async def standing(call: Call) -> Answer:
    """Answer with the answers to a question so far."""
    seq = _seq(call)
    with _account(call) as session:
        room = room_called(call.server, session, call.names["room"])
        return json_answer(200, standing_members(ask.look(call.server, session, room, seq)))


async def close(call: Call) -> Answer:
    """Close a question, and answer with the answers to it."""
    seq = _seq(call)
    with _account(call) as session:
        room = room_called(call.server, session, call.names["room"])
        found = await ask.close(call.server, session, room, seq)
        return json_answer(200, standing_members(found))


@contextmanager
def _account(call: Call) -> Iterator[Session]:
    """Yield a session of an account. Raises `Refusal` and `Problem`."""
    with visitor(call) as (session, _):
        if session.account is None:
            raise Refusal(ErrorKind.NOT_ALLOWED, "answer_needs_account")
        try:
            yield session
        except WrongMessage as wrong:
            right = Phrase(str(wrong.values["right"]))
            member = wrong.values["member"]
            raise Problem(ErrorKind.WRONG_USE, wrong.key, member=member, right=right) from None


def _seq(call: Call) -> int:
    if not re.fullmatch("[0-9]{1,15}", seq := call.names["seq"]):
        raise Problem(ErrorKind.WRONG_USE, "not_a_seq", name="seq")
    return int(seq)


_ASKED: Final[dict[str, Any]] = {
    "room": TEXT,
    "seq": SEQ,
    "question": TEXT,
    "options": array(TEXT),
    "anonymous": FLAG,
    "by": {**TEXT, "description": "The name of the author."},
    "open": FLAG,
}

QUESTION = Named("Question", members(_ASKED))

STANDING = Named(
    "Standing",
    members(
        {
            **_ASKED,
            "answered": {**COUNT, "description": "The number of people who have answered."},
            "expected": {**COUNT, "description": "The same with those who are missing."},
            "missing": array(TEXT, description="Names of people who have not answered."),
        },
        counts=array(
            COUNT,
            description="How many chose each option. Left out without options, and of an anonymous"
            " question until it is closed.",
        ),
        answers=array(
            members({"name": TEXT, "text": TEXT}),
            description='Answers in words, for the author alone. A `text` of "" is a yes.',
        ),
    ),
)

_EXAMPLE = {
    "room": "class",
    "seq": 17,
    "question": "Which port does HTTP use?",
    "options": ["21", "80", "443"],
    "anonymous": False,
    "by": "ana",
    "open": True,
}
_STANDING = {
    **_EXAMPLE,
    "answered": 21,
    "expected": 24,
    "missing": ["pablo", "nora", "guest14"],
    "counts": [3, 17, 1],
}

_PATH = "/api/rooms/{room}/questions"
_OF_ONE = (ROOM, Parameter("seq", "path", SEQ, "The seq of the question.", example=17))
_ERRORS = (401, 404, 422)

TABLE = (
    Route(
        "POST",
        _PATH,
        begin,
        Operation(
            "ask",
            "questions",
            "Ask a room a question",
            description="For an account that may ask there: in a room that is run, operators."
            f" Without `options`, people answer in words.{RETRIED}",
            parameters=(ROOM, KEY),
            bodies=(
                Body(
                    members({"question": TEXT}, options=array(TEXT, maxItems=9), anonymous=FLAG),
                    {"question": "Which port does HTTP use?", "options": ["21", "80", "443"]},
                ),
            ),
            returns=(
                Returned(201, "The question is on disk.", QUESTION, _EXAMPLE),
                Returned(200, "It was asked before, with this key.", QUESTION, _EXAMPLE),
            ),
            errors=_ERRORS,
        ),
        KEEPING_COST,
    ),
    Route(
        "GET",
        f"{_PATH}/{{seq}}",
        standing,
        Operation(
            "answers",
            "questions",
            "The answers to a question so far",
            description="For its author, and operators of the room.",
            parameters=_OF_ONE,
            returns=(Returned(200, "The answers.", STANDING, _STANDING),),
            errors=_ERRORS,
        ),
    ),
    Route(
        "POST",
        f"{_PATH}/{{seq}}/answers",
        answer,
        Operation(
            "answer",
            "questions",
            "Answer a question",
            description="For an account that may read the room. It may answer again until the"
            f" question is closed, if that is not anonymous.{RETRIED} An answer to an anonymous"
            " question is counted once without a key, and none is kept: a retry is refused.",
            parameters=(*_OF_ONE, KEY),
            bodies=(
                Body(
                    members(
                        {},
                        answer={
                            "type": ["string", "integer"],
                            "description": "The number of an option, or its text; or words. Left"
                            " out, it is a yes.",
                        },
                    ),
                    {"answer": 2},
                ),
            ),
            returns=(
                Returned(
                    201,
                    "The answer is on disk.",
                    ANSWERED := Named(
                        "Answered",
                        members(
                            {"room": TEXT, "seq": SEQ, "again": FLAG, "text": TEXT},
                            option={"type": "integer", "minimum": 1},
                        ),
                    ),
                    {"room": "class", "seq": 17, "again": False, "option": 2, "text": "80"},
                ),
                Returned(
                    200,
                    "It has taken the place of an earlier one, or was given before with this key.",
                    ANSWERED,
                    {"room": "class", "seq": 17, "again": True, "option": 3, "text": "443"},
                ),
            ),
            errors=_ERRORS,
        ),
    ),
    Route(
        "POST",
        f"{_PATH}/{{seq}}/close",
        close,
        Operation(
            "close",
            "questions",
            "Close a question",
            description="For its author, and operators of the room, which is shown the counts.",
            parameters=_OF_ONE,
            returns=(Returned(200, "It is closed.", STANDING, {**_STANDING, "open": False}),),
            errors=_ERRORS,
        ),
    ),
)
