"""The route that posts lines in a room, and the lines or the message that a request's body is.

This module must not know the connection.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Mapping
from functools import partial

from chatd.chat.actions.post import post
from chatd.chat.actions.speak import KINDS
from chatd.chat.line_quotas import UNPUBLISHED_LINES
from chatd.errors import LINE_FAULTS, ErrorKind, message_refusal, short
from chatd.event import Kind
from chatd.protocols.web.api.client_keys import KEY, check_no_key, key_in
from chatd.protocols.web.api.operation import Body, Operation, Parameter, Returned
from chatd.protocols.web.api.request_session import Call, check_still, visitor
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.api.schemas import KIND, ROOM, SAID, SAY, TEXT
from chatd.protocols.web.http.messages import Answer, Problem, Request, bad_request, json_answer
from chatd.text.folding import fold
from chatd.text.messages import (
    MOST_MESSAGE_BYTES,
    MOST_MESSAGE_LINES,
    InvalidMessage,
    validate_message,
)
from chatd.text.validation import InvalidLine, LineFault, validate_line

_BLANK = frozenset((b"", b"\r"))

_TEXTS = frozenset(("text", "message"))
"""The members of a body of which it has one."""


async def say(call: Call) -> Answer:
    """Say some lines in a room, all or none, and answer with their seqs once they are on disk."""
    request, server = call.request, call.server
    texts, kind = said_in(request, call.max_length, call.names["room"])
    key, name = key_in(request), request.parameter("name")
    call.asker.charge(len(texts) + sum(text.count("\n") for text in texts))
    with visitor(call) as (session, _):
        posted = await post(
            server,
            session,
            call.names["room"],
            texts,
            kind=kind,
            name=name,
            key=key,
            check=partial(check_still, session),
            charge=call.asker.charge,
        )
        last = posted.seqs[-1] if posted.seqs else None
        members = {"room": posted.room, "seq": last, "seqs": list(posted.seqs)}
        return json_answer(200 if posted.again else 201, members)


def said_in(request: Request, max_length: int, room: str) -> tuple[list[str], Kind]:
    """Return the lines that are to be said in a room, or the one message of several; and the kind.

    Raises `Problem` and `Refusal`.
    """
    text, kind = _text_of(request, room)
    if isinstance(text, bytes):
        return _lines_of(text, max_length), kind
    try:
        message = validate_message(text, max_length)
    except InvalidMessage as invalid:
        raise message_refusal(invalid, max_length) from None
    if not message:
        raise Problem(ErrorKind.NOT_SAID, "nothing_to_say")
    return [message], kind


def _lines_of(text: bytes, max_length: int) -> list[str]:
    texts: list[str] = []
    for number, line in enumerate(text.split(b"\n"), 1):
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


def _text_of(request: Request, room: str) -> tuple[bytes | str, Kind]:
    """Return the text of a body that is to be said in a room, and its kind. Raises `Problem`.

    The text is a string if it is one message, and bytes if each line is one. A body is said as it
    is, of any type: `curl -d` calls all text a form. A body that is certainly meant to be read in
    another way is refused.
    """
    if (request.header("content-encoding") or "identity").lower() != "identity":
        raise bad_request("body_is_packed", 415)
    body, type = request.body.removeprefix(BOM_UTF8), request.content_type
    if type == "application/json":
        members = request.json_object("text")
        _check_members(members, room)
        name = "message" if "message" in members else "text"
        if len(_TEXTS & members.keys()) != 1:
            raise Problem(ErrorKind.WRONG_USE, "text_or_message")
        text, kind = members[name], _kind_of(request.parameter("kind"), members.get("kind"))
        if not isinstance(text, str):
            raise Problem(ErrorKind.WRONG_USE, "not_a_text", name=name)
        return text if name == "message" else text.encode("utf-8", "surrogatepass"), kind
    if type.startswith("multipart/"):
        raise bad_request("body_has_parts", 415)
    if type == "text/json" or type.endswith("+json"):
        raise bad_request("other_json", 415)
    if body.startswith(b"payload="):  # what posts to a webhook of Slack's sends
        raise Problem(ErrorKind.WRONG_USE, "body_is_a_form")
    return body, _kind_of(request.parameter("kind"))


def _kind_of(in_path: object, in_body: object = None) -> Kind:
    """Return the kind of the lines, given in one of two places. Raises `Problem`."""
    if in_path is not None and in_body is not None:
        raise Problem(ErrorKind.WRONG_USE, "kind_twice")
    name = in_body if in_path is None else in_path
    if name is None:
        return Kind.MESSAGE
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise Problem(ErrorKind.WRONG_USE, "not_a_kind")
    return kind


def _check_members(members: Mapping[str, object], room: str) -> None:
    """Raise `Problem` for members that belong elsewhere in a request.

    If they were ignored, a guest would post without its name, in another room, or twice.
    """
    if members.get("name") is not None:
        raise Problem(ErrorKind.WRONG_USE, "name_in_body")
    check_no_key(members)
    named = members.get("room")
    if isinstance(named, str) and fold(named.removeprefix("#")) != fold(room.removeprefix("#")):
        raise Problem(ErrorKind.WRONG_USE, "room_in_body", room=short(room.removeprefix("#")))


_POSTED = {"room": "ops", "seq": 121, "seqs": [121]}

TABLE = (
    Route(
        "POST",
        "/api/rooms/{room}/messages",
        say,
        Operation(
            "say",
            "rooms",
            "Post lines",
            description="All lines or none. The answer comes when they are on disk. A room that"
            " does not exist is made. A line that begins with a slash is text, never a command."
            f" Blank lines are left out. At most {UNPUBLISHED_LINES} lines."
            "\n\nThe lines of a `message` are one message, which people are shown as one: blank"
            f" lines in it stay. At most {MOST_MESSAGE_LINES} lines and {MOST_MESSAGE_BYTES} bytes"
            " of UTF-8."
            "\n\nWith an `Idempotency-Key`, a retry within a day posts nothing: the answer is 200,"
            " with the seqs of the lines, whatever has changed since. Keys belong to an account, or"
            " to the name of a guest at an address. So retry after a 503 with a `Retry-After`: the"
            " lines were not stored, or that is not known."
            "\n\nA body in parts, packed, or in another type of JSON is answered with 415; one"
            " that begins with `payload=`, as a form for Slack does, with 422.",
            parameters=(
                ROOM,
                Parameter(
                    "name",
                    "query",
                    TEXT,
                    "The name of a guest: 1 to 32 letters, digits, _, - and . of one script.",
                    example="build",
                ),
                Parameter(
                    "kind",
                    "query",
                    KIND,
                    "The kind of the lines, as `kind` in a body of JSON: one of the two.",
                ),
                KEY,
            ),
            bodies=(
                Body(SAY, {"text": "the build is done"}),
                Body(
                    {
                        **TEXT,
                        "description": "UTF-8 text, a message a line. So is a body of any other"
                        " type, as `curl -d` sends it, but for parts and other types of JSON.",
                    },
                    "the build is done",
                    type="text/plain",
                ),
            ),
            returns=(
                Returned(201, "The lines are on disk, and shown.", SAID, _POSTED),
                Returned(200, "The lines were posted before, with this key.", SAID, _POSTED),
            ),
            errors=(401, 404, 409, 415, 422),
        ),
    ),
)
