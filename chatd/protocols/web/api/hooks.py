"""The routes of incoming hooks: tools post there as to a webhook of Slack's, Discord's or Gotify's.

The path is the secret, so neither the host nor the page that sends a request is looked at, and
parameters that a tool adds are ignored. Answers are the words that tools know from Slack. This
module must not know what a body says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chatd.chat.actions.hook_posts import Outcome, Post, Taken, take_post
from chatd.protocols.web.api.client_keys import HEADER, KEY, KEY_CHARACTERS, key_in
from chatd.protocols.web.api.operation import Body, Operation, Parameter, Returned
from chatd.protocols.web.api.request_session import Call
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.api.schemas import TEXT
from chatd.protocols.web.http.messages import NO_STORE, Answer, Problem, bad_request, json_answer

WRONG_TOKEN_COST = 50
"""Cost of a token that no hook has, in lines, for the address that sent it."""

STATUS: Mapping[Outcome, int] = {
    Outcome.SAID: 200,
    Outcome.INVALID_PAYLOAD: 400,
    Outcome.NO_TEXT: 400,
    Outcome.NO_SERVICE: 404,
    Outcome.ARCHIVED: 410,
    Outcome.IN_CLEAR: 403,
    Outcome.OTHER_POST: 422,
    Outcome.LATER: 503,
}
"""The statuses of answers. A tool tries again after 503, and after nothing else."""

_GOTIFY_KEY = "X-Gotify-Key"

_REASONS = {
    Outcome.IN_CLEAR: "over HTTP without TLS from another machine, only rooms where guests may"
    " speak take posts. Use https://, or have the operator set --allow-plaintext-hooks",
}
"""Explanations for people who look at the answer, beside words that no tool looks for."""

_WRONG_KEY = f"an {HEADER} has 1 to {KEY_CHARACTERS} characters"


async def post(call: Call) -> Answer:
    """Say what a body says in the room of the hook of the path; answer once it is on disk."""
    return await _taken(call, call.names["token"])


async def post_as_gotify(call: Call) -> Answer:
    """As `post`, with the token of Gotify, whose clients expect an object."""
    token = call.request.header(_GOTIFY_KEY.lower()) or _token_in_query(call)
    return await _taken(call, token, json_answer(200, {"id": 0}))


async def look(call: Call) -> Answer:
    """Answer that there is a hook, with every token: some tools look before they post."""
    return json_answer(200, {})


async def _taken(call: Call, token: str, said: Answer | None = None) -> Answer:
    """Return the answer to a post; ``said`` to one that was said, if it has one of its own."""
    request = call.request
    if (request.header("content-encoding") or "identity").lower() != "identity":
        raise bad_request("body_is_packed", 415)
    type = request.header("content-type") or ""
    try:
        key = key_in(request)
    except Problem:
        return _answer(Taken(Outcome.INVALID_PAYLOAD), _WRONG_KEY)
    post = Post(type, request.body, call.asker.confidential, key)
    taken = await take_post(call.server, token, post, call.max_length)
    call.asker.charge(WRONG_TOKEN_COST if taken.outcome is Outcome.NO_SERVICE else taken.lines)
    if said is not None and taken.outcome is Outcome.SAID:
        return said
    return _answer(taken, _REASONS.get(taken.outcome, ""))


def _token_in_query(call: Call) -> str:
    try:
        return call.request.parameter("token") or ""
    except Problem:
        return ""  # it is there twice, or is no text


def _answer(taken: Taken, reason: str) -> Answer:
    word = taken.outcome.value
    headers = [("Content-Type", "text/plain; charset=utf-8"), NO_STORE]
    if taken.retry_after:
        headers.append(("Retry-After", str(taken.retry_after)))
    body = f"{word}: {reason}\n" if reason else word
    return Answer(STATUS[taken.outcome], headers, body.encode())


def _returned(outcome: Outcome, description: str) -> Returned:
    return Returned(STATUS[outcome], description, TEXT, outcome.value, type="text/plain")


_TOKEN = Parameter("token", "path", TEXT, "The token, from `/hook in NAME` in the chat.")
_REST = Parameter("rest", "path", TEXT, "Ignored: some tools add a part to the path.")

_RETURNS = (
    _returned(Outcome.SAID, "The lines are on disk, and shown."),
    _returned(
        Outcome.INVALID_PAYLOAD, "The body cannot be read, or, as `no_text`, has nothing to say."
    ),
    _returned(
        Outcome.IN_CLEAR,
        "Over HTTP without TLS from another machine, into a room where guests may not speak.",
    ),
    _returned(Outcome.NO_SERVICE, "No webhook has the token."),
    _returned(Outcome.ARCHIVED, "The room is closed."),
    _returned(Outcome.OTHER_POST, "Something else was posted with this `Idempotency-Key`."),
    _returned(
        Outcome.LATER,
        "The lines could not be stored, or a budget is used up: try again after `Retry-After`.",
    )._replace(headers={"Retry-After": "Seconds."}),
)

_BODIES = (
    Body(
        {
            "type": "object",
            "description": "A message of Slack, Mattermost, Discord or Gotify, or the alerts of"
            " Alertmanager or Grafana. Members that are not known are ignored.",
        },
        {"text": "disk of db1 at 97 %"},
    ),
    Body(
        {**TEXT, "description": "`payload=` and the same JSON, or another form, or text."},
        "payload=%7B%22text%22%3A%22hola%22%7D",
        type="application/x-www-form-urlencoded",
    ),
    Body(TEXT, "disk of db1 at 97 %", type="text/plain"),
)

_POST = Operation(
    "postToHook",
    "hooks",
    "Say lines by a webhook",
    description="In the name of the webhook, as one message: of at most 50 lines, and one that says"
    " how many there are beside. Answers are text: the words that tools know from Slack. Neither"
    " `Host` nor `Origin` is looked at here, and parameters of the query are ignored. With an"
    " `Idempotency-Key`, a retry within a day says nothing, and is answered as before. Without one,"
    " a post that is sent again, because its answer was lost, is said again.",
    parameters=(_TOKEN, KEY),
    bodies=_BODIES,
    returns=_RETURNS,
    errors=(415,),
    credentials=(),
)

_LOOK = Operation(
    "lookAtHook",
    "hooks",
    "Look if there is a webhook",
    description="The answer is the same for every token.",
    parameters=(_TOKEN,),
    returns=(Returned(200, "An empty object.", {"type": "object"}, {}),),
    credentials=(),
)

_GOTIFY = replace(
    _POST,
    id="postMessage",
    summary="Say lines by a webhook, as to Gotify",
    description="As to the path of a webhook, with its token in a header or in the query.",
    parameters=(
        Parameter(_GOTIFY_KEY, "header", TEXT, "The token."),
        Parameter("token", "query", TEXT, "The token, in place of the header."),
        KEY,
    ),
    returns=(
        Returned(200, "The lines are on disk, and shown.", {"type": "object"}, {"id": 0}),
        *_RETURNS[1:],
    ),
)


def _with_rest(operation: Operation) -> Operation:
    """Return an operation at a path with more parts."""
    return replace(operation, id=f"{operation.id}Below", parameters=(*operation.parameters, _REST))


TABLE = (
    Route("POST", "/hooks/message", post_as_gotify, _GOTIFY, foreign=True),
    Route("POST", "/hooks/{token}", post, _POST, foreign=True),
    Route("GET", "/hooks/{token}", look, _LOOK, foreign=True),
    Route("POST", "/hooks/{token}/{rest*}", post, _with_rest(_POST), foreign=True),
    Route("GET", "/hooks/{token}/{rest*}", look, _with_rest(_LOOK), foreign=True),
)
"""The routes; the first one that matches a path counts."""
