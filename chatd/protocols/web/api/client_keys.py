"""The header by which a client names a request, so that a retry is carried out once.

This module must not know what a request does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chatd.errors import ErrorKind
from chatd.protocols.web.api.operation import Parameter
from chatd.protocols.web.api.schemas import TEXT
from chatd.protocols.web.http.messages import Problem, Request, bad_request

KEY_CHARACTERS = 255
"""Most characters of an ``Idempotency-Key``."""

HEADER = "Idempotency-Key"

KEY: Final = Parameter(
    HEADER,
    "header",
    {**TEXT, "minLength": 1, "maxLength": KEY_CHARACTERS},
    "A key that the client makes up, another one for each post.",
)

RETRIED = (
    f" With an `{HEADER}`, a retry within a day changes nothing, and is answered with 200, whatever"
    " has changed since."
)
"""The part of a description that says what a key does."""


def check_no_key(members: Mapping[str, object]) -> None:
    """Raise `Problem` if a body has a key: if it were ignored, a retry would be done twice."""
    if members.get("key") is not None:
        raise Problem(ErrorKind.WRONG_USE, "key_in_body")


def key_in(request: Request) -> str | None:
    """Return the key of a request, if it has one. Raises `Problem`."""
    key = request.header(HEADER.lower())
    if key is not None and not 1 <= len(key) <= KEY_CHARACTERS:
        raise bad_request("key_too_long", limit=KEY_CHARACTERS)
    return key
