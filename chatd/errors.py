"""Errors that a client receives: their kinds, and the exception that carries one.

This module must not know a session, a language or a format: the wording is in `chatd.i18n`.
"""

from __future__ import annotations

import enum

from chatd.text.validation import LineFault

LINE_FAULTS = {
    LineFault.TOO_LONG: "too_long",
    LineFault.NOT_UTF8: "not_utf8",
    LineFault.MARKS: "too_many_marks",
}
"""Keys of the sentences for the faults of a line, as its author receives them."""


class ErrorKind(enum.Enum):
    """The kind of an error: the words after ``ERR``. All are listed in docs/wire.md."""

    INVALID_MESSAGE = "Invalid message"
    INVALID_NAME = "Invalid name"
    NAME_IN_USE = "Name in use"
    NO_ROOM = "No room"
    NOBODY = "Nobody"
    INBOX_FULL = "Inbox full"
    NOT_REGISTERED = "Not registered"
    WRONG_PASSWORD = "Wrong password"
    TOO_MANY_TRIES = "Too many tries"
    NOT_ENCRYPTED = "Not encrypted"
    NOT_SAID = "Not said"
    NO_ACCOUNTS = "No accounts"
    NOT_ALLOWED = "Not allowed"
    UNKNOWN_COMMAND = "Unknown command"
    WRONG_USE = "Wrong use"
    NOT_SAVED = "Not saved"
    NOT_READABLE = "Not readable"
    FULL = "Full"
    WRONG_PROTOCOL = "Wrong protocol"
    BAD_REQUEST = "Bad request"
    SERVER_ERROR = "Server error"


class Refusal(Exception):
    """A request that cannot be fulfilled.

    ``key`` and ``values`` name a sentence of `chatd.i18n`, which says what is wrong, and what would
    be right.
    """

    def __init__(self, kind: ErrorKind, key: str, **values: object) -> None:
        super().__init__(kind, key, values)
        self.kind = kind
        self.key = key
        self.values = values


def short(text: str, most: int = 40) -> str:
    """Return text that a client sent, shortened to ``most`` characters so that it can be quoted."""
    return text if len(text) <= most else text[: most - 1] + "…"
