"""Errors that a client receives: their kinds, and the exception that carries one.

This module must not know a session, a language or a format: the wording is in `chatd.i18n`.
"""

from __future__ import annotations

import enum

from chatd.text.messages import (
    MOST_MESSAGE_BYTES,
    MOST_MESSAGE_LINES,
    InvalidMessage,
    MessageFault,
)
from chatd.text.validation import LineFault

LINE_FAULTS = {
    LineFault.TOO_LONG: "too_long",
    LineFault.NOT_UTF8: "not_utf8",
    LineFault.CUT: "cut_line",
    LineFault.MARKS: "too_many_marks",
}
"""Keys of the sentences for the faults of a line, as its author receives them."""

_MESSAGE_FAULTS = {
    MessageFault.LINES: "message_has_lines",
    MessageFault.BYTES: "message_has_bytes",
    MessageFault.NOT_UTF8: "line_not_utf8",
    MessageFault.CUT: "line_cut",
    MessageFault.TOO_LONG: "line_too_long",
    MessageFault.MARKS: "line_has_marks",
    MessageFault.LATE: "line_was_dropped",
}


class ErrorKind(enum.Enum):
    """The kind of an error: the words after ``ERR``.

    The text under each kind says when it occurs and, in a second paragraph, what its receiver can
    do. The references, docs/reference.md and docs/referencia.md, list them.
    """

    INVALID_MESSAGE = "Invalid message"
    """A line is not UTF-8, is too long, has more than 30 combining marks in a row, or took too long
    to end; on bare ports it may also be blank. Or a message of several lines is too large.

    Send UTF-8, or shorter lines."""

    INVALID_NAME = "Invalid name"
    """The name of a person or of a room breaks the rule, mixes scripts, or is reserved for the
    server.

    Choose another name."""

    NAME_IN_USE = "Name in use"
    """A person here has the name, or one that looks like it. For a new room: a room, which may be
    hidden, has the name or one that looks like it.

    Take another name, or log in to your own; join the room that the detail names."""

    NO_ROOM = "No room"
    """The client is in no room, or the room does not exist or is hidden from the client.

    `/join` a room, or `/leave` to the lobby."""

    NOBODY = "Nobody"
    """No person of that name is connected, or in the room.

    `/who` lists the people of a room."""

    NO_LINE = "No line"
    """No line of the room that was said has that number or that word, or it is deleted.

    `/search` finds lines."""

    INBOX_FULL = "Inbox full"
    """`/msg` to a person who does not read: 64 KiB wait already.

    Try later."""

    NOT_REGISTERED = "Not registered"
    """The command needs a registered name, or a login.

    As the detail says."""

    WRONG_PASSWORD = "Wrong password"
    """The password is not that of the name.

    Use the right one."""

    TOO_MANY_TRIES = "Too many tries"
    """There were wrong passwords for this name from this address, or many registrations, or too
    many passwords wait. This one was not checked. Or several webhooks in a row were not wanted
    by their targets.

    Wait as long as the detail says."""

    USED_UP = "Used up"
    """A budget is used up: of lines or bytes in a day, say, for the account, the address, its
    network or the server. What was asked for was not done.

    Wait as long as the detail says, or log in: an account has a budget of its own."""

    NOT_ENCRYPTED = "Not encrypted"
    """A password came over a connection that others may read: no TLS, no UNIX socket, not from the
    server's machine.

    Connect in another way, and use another password."""

    NOT_SAID = "Not said"
    """The line looks like a password, or came within two seconds after its author was put into the
    lobby.

    Put `//` before it to say it; send it again."""

    NO_ACCOUNTS = "No accounts"
    """The server cannot check passwords.

    Tell the operator."""

    NOT_CHECKED = "Not checked"
    """A password could not be checked, because the sign-in of the organisation fails.

    Try later, and tell the operator."""

    NOT_ALLOWED = "Not allowed"
    """The client may not do that there: it is muted or banned, the room's mode forbids it, or the
    command is for people who run the room.

    As the detail says: whom to ask, or until when to wait."""

    UNKNOWN_COMMAND = "Unknown command"
    """The line is `/WORD`, and that is no command.

    `/help`; `//` before it says it; `/text` is for a program's output."""

    WRONG_USE = "Wrong use"
    """The command does not take that argument.

    As the detail says."""

    NOT_SAVED = "Not saved"
    """A line could not be stored. It was sent to no client.

    Say it again later, and tell the operator."""

    NOT_KNOWN = "Not known"
    """It is not known whether a line or a change was stored, because the store has not answered.

    Look, or send it again with its key."""

    NOT_READABLE = "Not readable"
    """Past lines cannot be read; a gap is shown in their place.

    Ask again later."""

    FULL = "Full"
    """The server, or the client's address, has as many connections as it may. The server closes the
    connection.

    Try later."""

    WRONG_PROTOCOL = "Wrong protocol"
    """The first line is one of HTTP, IRC or TLS. The server closes the connection.

    Use another port."""

    BAD_REQUEST = "Bad request"
    """Over HTTP: the request cannot be read, or its path does not exist.

    See /api/openapi.json."""

    SERVER_ERROR = "Server error"
    """A fault in the server.

    Tell the operator."""


UNSURE_SECONDS = 5
"""Seconds after which a program is to send again what is `ErrorKind.NOT_KNOWN`, or was refused by
one of `CUT_OFF`: the store has answered by then, or is tried anew."""

CUT_OFF = ("cut_off_line", "cut_off_change")
"""Keys of the sentences of refusals by a server that is cut off from its store."""


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

    def anew(self) -> Refusal:
        """Return an equal refusal, to be raised by a function that has this one in a variable.

        A traceback refers to the variables. So an error that is in one of them is in a cycle of
        references, which outlives the client that the other variables refer to.
        """
        return Refusal(self.kind, self.key, **self.values)


class InvalidAnswer(Refusal):
    """A refusal of a password, or another answer, for what it is: another one may be taken."""


def message_refusal(invalid: InvalidMessage, max_length: int) -> Refusal:
    """Return the refusal of a message of several lines, each of at most ``max_length``."""
    limits = {
        MessageFault.LINES: MOST_MESSAGE_LINES,
        MessageFault.BYTES: MOST_MESSAGE_BYTES,
    }
    values = {"number": invalid.number, "limit": limits.get(invalid.fault, max_length)}
    return Refusal(ErrorKind.INVALID_MESSAGE, _MESSAGE_FAULTS[invalid.fault], **values)


def short(text: str, most: int = 40) -> str:
    """Return text that a client sent, shortened to ``most`` characters so that it can be quoted."""
    return text if len(text) <= most else text[: most - 1] + "…"
