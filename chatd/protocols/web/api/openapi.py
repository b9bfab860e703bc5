"""The description of the API in OpenAPI 3.1, made from the rows of the routes.

A daemon makes it once, when it starts. This module has what all routes share: the errors, the
credentials and the groups. It must not know the handlers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from chatd.protocols.web.api.operation import (
    JSON,
    Body,
    JsonObject,
    Named,
    Operation,
    Parameter,
    Returned,
)
from chatd.protocols.web.api.request_session import COOKIE, PROOF, SECURE_COOKIE
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.api.schemas import ERROR, TEXT

PATH = "/api/openapi.json"

INFO = {
    "title": "chatd",
    "version": "1",
    "summary": "The rooms of a chat daemon, over HTTP.",
    "description": "Lines that people write in terminals and browsers, for programs. Answers are"
    " JSON in UTF-8. All text in them is safe to print on a terminal. The sentence of an error is"
    " in the language of `Accept-Language` (en or es); its `kind` and its `key` are the same in"
    " each language.\n\nA request with an `Origin` that is not this host is refused with 403, and"
    " one for a `Host` that is not this daemon with 421. Requests of a connection that exceeds its"
    " rate limit are delayed; a request for the history of a room counts as a hundred lines.",
    "license": {"name": "MIT", "identifier": "MIT"},
}

GROUPS = {
    "rooms": "Rooms: reading and posting.",
    "questions": "Questions to a room: asking, answering, counting.",
    "account": "The account of the client.",
    "hooks": "Webhooks by which tools post.",
    "daemon": "The state of the daemon, and this document.",
}

CREDENTIALS = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "chatd_ and 64 hexadecimal digits",
        "description": "From `/token new NAME` in the chat, or from `/token new NAME read` for one"
        " that cannot post.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "From /api/signin; valid with its proof alone.",
    },
    "secureCookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": SECURE_COOKIE,
        "description": "The same over TLS.",
    },
    "proof": {
        "type": "apiKey",
        "in": "header",
        "name": PROOF,
        "description": "The `proof` of the answer of /api/signin.",
    },
}

_SCHEMES = {"token": (("token",),), "cookie": (("cookie", "proof"), ("secureCookie", "proof"))}


class Error(NamedTuple):
    """An answer that is an error: its name in the document, and the schemas of its headers."""

    name: str
    description: str
    headers: Mapping[str, JsonObject] = {}


_TOO_LARGE = Error("TooLarge", "A part of the request is too long.")

ERRORS = {
    400: Error("BadRequest", "The request cannot be read."),
    401: Error(
        "NotYou",
        "The token or the password is wrong, or ended while the request was under way.",
        {"WWW-Authenticate": {"schema": TEXT}},
    ),
    403: Error(
        "Refused",
        "The client has no right to do this, or its token is for reading alone; or another page"
        " sent the request; or the connection is not encrypted.",
    ),
    404: Error(
        "NotThere",
        "There is no such room or account. The answer is the same for a room that the client must"
        " not know of.",
    ),
    409: Error("InTheWay", "The name is another client's, or looks like one that is."),
    413: _TOO_LARGE,
    414: _TOO_LARGE,
    415: Error("WrongType", "The body is packed, in parts, or JSON of another type."),
    421: Error("OtherHost", "The request is for a host that this daemon is not."),
    422: Error("Wrong", "A parameter, a name or a line is not valid."),
    426: Error("UpgradeRequired", "The request is not the handshake of a WebSocket."),
    429: Error(
        "TooMany",
        "Too many tries, or a budget is used up.",
        {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}},
    ),
    431: _TOO_LARGE,
    500: Error("Failed", "An error in the daemon. Its log says more."),
    501: Error("NoAccounts", "This daemon has no accounts."),
    503: Error(
        "NotNow",
        "The store cannot be written or read now, the daemon is full, or the sign-in of the"
        " organisation fails. With `Retry-After`, the daemon does not reach its store: nothing was"
        " stored, or, if the error is of the kind `Not known`, that is in doubt. Send it again"
        " then, with the same `Idempotency-Key` if it has one.",
        {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}},
    ),
}

OF_EVERY_ROUTE = (400, 403, 413, 414, 421, 429, 431, 500, 503)
"""The statuses of errors that every route may answer with."""

LANGUAGE = Parameter(
    "Accept-Language", "header", TEXT, "The language of errors and deeds.", example="es"
)

ITSELF = Operation(
    "description",
    "daemon",
    "This document",
    returns=(
        Returned(200, "OpenAPI 3.1.", {"type": "object"}),
        Returned(304, "The document is the one that `If-None-Match` names."),
    ),
    credentials=(),
)


def document(routes: Iterable[Route]) -> JsonObject:
    """Return the description of some routes, and of the path of the description."""
    operations = [
        (route.method, route.path.replace("*}", "}"), route.operation) for route in routes
    ]
    operations.append(("GET", PATH, ITSELF))
    schemas: dict[str, object] = {}
    paths: dict[str, dict[str, object]] = {}
    for method, path, operation in operations:
        item = paths.setdefault(path, {})
        item[method.lower()] = _referring(_operation(operation), schemas)
    errors = {error.name: _referring(_error(error), schemas) for error in ERRORS.values()}
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in GROUPS.items()],
        "paths": paths,
        "components": {"securitySchemes": CREDENTIALS, "responses": errors, "schemas": schemas},
    }


def _referring(value: object, schemas: dict[str, object]) -> object:
    """Return a part of the document with references instead of named schemas.

    Add those schemas to `schemas`.
    """
    if isinstance(value, Named):
        if value.name not in schemas:
            schemas[value.name] = _referring(value.schema, schemas)
        return {"$ref": f"#/components/schemas/{value.name}"}
    if isinstance(value, Mapping):
        return {key: _referring(each, schemas) for key, each in value.items()}
    if isinstance(value, list):
        return [_referring(each, schemas) for each in value]
    return value


def _operation(operation: Operation) -> JsonObject:
    schemes = [scheme for each in operation.credentials for scheme in _SCHEMES[each]]
    statuses = {*OF_EVERY_ROUTE, *operation.errors}
    answers: dict[int, object] = {
        status: {"$ref": f"#/components/responses/{ERRORS[status].name}"} for status in statuses
    }
    for each in operation.returns:
        answers[each.status] = _returned(
            [of for of in operation.returns if of.status == each.status]
        )
    return {
        "operationId": operation.id,
        "tags": [operation.group],
        "summary": operation.summary,
        **_unless_empty(description=operation.description),
        "security": [{}, *({name: [] for name in scheme} for scheme in schemes)],
        "parameters": [_parameter(each) for each in (*operation.parameters, LANGUAGE)],
        **_unless_empty(requestBody=_bodies(operation.bodies)),
        "responses": {str(status): answers[status] for status in sorted(answers)},
    }


def _parameter(parameter: Parameter) -> JsonObject:
    return {
        "name": parameter.name,
        "in": parameter.place,
        **_unless_empty(required=parameter.place == "path", description=parameter.description),
        "schema": parameter.schema,
        **_unless_empty(example=parameter.example),
    }


def _bodies(bodies: Iterable[Body]) -> JsonObject:
    content = {body.type: {"schema": body.schema, "example": body.example} for body in bodies}
    return {"required": True, "content": content} if content else {}


def _returned(returns: Sequence[Returned]) -> JsonObject:
    """Return the description of an answer, which may be of several types."""
    content = {
        each.type: {"schema": each.schema, **_unless_empty(example=each.example)}
        for each in returns
        if each.schema is not None
    }
    headers = {
        name: {"description": text, "schema": TEXT}
        for each in returns
        for name, text in each.headers.items()
    }
    description = returns[0].description
    return {"description": description, **_unless_empty(content=content, headers=headers)}


def _error(error: Error) -> JsonObject:
    return {
        "description": error.description,
        "content": {JSON: {"schema": ERROR}},
        **_unless_empty(headers=error.headers),
    }


def _unless_empty(**members: object) -> JsonObject:
    return {name: value for name, value in members.items() if value}
