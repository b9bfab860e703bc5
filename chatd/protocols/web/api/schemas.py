"""JSON schemas of requests and answers, and parameters that several routes have.

This module must not know the routes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chatd.chat.actions.speak import KINDS
from chatd.event import Kind
from chatd.formats.json import TOPIC_CHARACTERS
from chatd.i18n import Language
from chatd.protocols.web.api.operation import JsonObject, Named, Parameter

TEXT: Final = {"type": "string"}
TEXT_OR_NULL: Final = {"type": ["string", "null"]}
FLAG: Final = {"type": "boolean"}
TIME: Final = {"type": "integer", "description": "Milliseconds since 1970."}
COUNT: Final = {"type": "integer", "minimum": 0}


def members(required: Mapping[str, object], **optional: object) -> JsonObject:
    """Return the schema of an object with these members, each with its schema."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **optional},
    }


def array(items: object, **more: object) -> JsonObject:
    """Return the schema of an array."""
    return {"type": "array", "items": items, **more}


SEQ = Named(
    "Seq",
    {
        "type": "integer",
        "minimum": 1,
        "description": "The position of an event in the log of its room: from 1, without gaps.",
    },
)

BOOKMARK = Named(
    "Bookmark",
    {
        "type": "string",
        "pattern": "^[0-9]{1,15}(-[0-9]{1,15})?$",
        "description": "The seq and the time of the last event that the client has; or a seq alone;"
        " or 0 for the beginning.",
        "example": "121-1764100000000",
    },
)

HEALTH = Named("Health", members({"status": {"enum": ["ok", "not saving"]}}))

ME = Named(
    "Me",
    members(
        {
            "name": {**TEXT_OR_NULL, "description": "null for a guest."},
            "guest": FLAG,
            "account": FLAG,
            "scope": {
                **TEXT_OR_NULL,
                "enum": ["read", "write", None],
                "description": "The scope of the token; null for a cookie and a guest.",
            },
            "language": {"enum": [language.value for language in Language]},
        }
    ),
)

WHO = Named("Who", members({"name": TEXT_OR_NULL, "guest": FLAG, "account": FLAG}))

SIGNED_IN = Named(
    "SignedIn",
    members(
        {
            "name": TEXT,
            "guest": FLAG,
            "account": FLAG,
            "proof": {
                **TEXT,
                "description": "The second half of the sign-in, of 64 hexadecimal digits. The page"
                " stores it where no page of another port can read it.",
            },
        }
    ),
)

ROOMS = Named(
    "Rooms",
    members(
        {
            "count": {**COUNT, "description": "The number of rooms, also beyond those listed."},
            "rooms": array(
                members(
                    {
                        "room": TEXT,
                        "people": COUNT,
                        "head": {**COUNT, "description": "The seq of the last event."},
                        "topic": {
                            **TEXT,
                            "description": f"The topic, cut to {TOPIC_CHARACTERS} characters.",
                        },
                    },
                    topic_by={
                        **TEXT,
                        "description": "The name under which the topic was set, or taken away; left"
                        " out if it is not known, as are the members below.",
                    },
                    topic_at={**TIME, "description": "When that was, in milliseconds since 1970."},
                    made_by={**TEXT, "description": "The name under which the room was made."},
                    made_at={**TIME, "description": "When that was, in milliseconds since 1970."},
                )
            ),
        },
        next={**TEXT, "description": "The name to go on from; left out if there are no more."},
    ),
)

REMARK = Named(
    "Remark",
    members(
        {
            "verb": {
                "enum": ["ack", "read", "decision"],
                "description": "`ack` if the author has taken on an alert, `read` if it has read a"
                " question, `decision` if it keeps a line as one.",
            },
            "seq": SEQ,
            "author": {**TEXT, "description": "The author of the line."},
            "excerpt": {**TEXT, "description": "The beginning of its text."},
            "words": {**TEXT, "description": 'The words of the author of the remark, or "".'},
        }
    ),
)

ALERT = Named(
    "Alert",
    members(
        {
            "seq": SEQ,
            "number": {"type": "integer", "description": "Unique in the room while it goes on."},
            "author": {**TEXT, "description": "The name of the webhook."},
            "excerpt": {**TEXT, "description": "The beginning of its line."},
            "by": {**TEXT_OR_NULL, "description": "Who has it; null if nobody has."},
            "words": {**TEXT, "description": "The words of that person."},
        }
    ),
)

EVENT = Named(
    "Event",
    members(
        {
            "seq": SEQ,
            "time": TIME,
            "author": TEXT,
            "kind": {
                "enum": [kind.name.lower() for kind in Kind if kind is not Kind.PRIVATE],
                "description": "A notice is a message of a program, which no program may answer. A"
                " deed is an act of moderation. A question, an answer (to a question that is closed"
                " or shown), an ack and a decision are remarks. The `text` of a deed or a remark is"
                " a sentence in the language of the request; the `text` of a topic is the topic.",
            },
            "text": TEXT,
        },
        part_of={
            "type": "integer",
            "minimum": 1,
            "description": "Of each line of a message of several: the seq of the first one.",
        },
        deed={
            "type": "object",
            "description": "The parts of a deed.",
            "properties": {
                "verb": TEXT,
                "target": TEXT,
                "seconds": {"type": "integer"},
                "reason": TEXT,
            },
        },
        question={
            "type": "object",
            "description": "The parts of a question. Without options it is answered by words.",
            "properties": {"words": TEXT, "options": array(TEXT), "anonymous": FLAG},
        },
        answer={
            "type": "object",
            "description": "The answers to the question with that `seq`, which its author has"
            " closed, or shows. The names are left empty if they are not shown.",
            "properties": {
                "verb": {"enum": ["close", "show"]},
                "seq": SEQ,
                "counts": array(
                    members({"answer": TEXT, "people": COUNT, "names": array(TEXT)}),
                ),
            },
        },
        ack=REMARK,
        decision=REMARK,
    ),
)

EVENTS = Named(
    "Events",
    members(
        {
            "room": TEXT,
            "head": {**COUNT, "description": "The seq of the last event of the room."},
            "after": {
                **COUNT,
                "description": "The seq before the first event that was looked at. Between it and"
                " `upto`, lines of people whom the account ignores are left out.",
            },
            "upto": {**COUNT, "description": "The seq of the last event that was looked at."},
            "bookmark": {
                **TEXT_OR_NULL,
                "description": "The bookmark of `upto`, or of the last event in `events`; null if"
                " it is not known.",
            },
            "anew": {
                **FLAG,
                "description": "True if the bookmark of the request is of another log; then the"
                " events are those from the beginning.",
            },
            "events": array(EVENT),
            "more": {
                **FLAG,
                "description": "True if there are more events in the direction of the request.",
            },
        }
    ),
)

KIND: Final = {"enum": list(KINDS), "default": next(iter(KINDS))}

SAY = Named(
    "Say",
    {
        "type": "object",
        "properties": {
            "text": {**TEXT, "description": "One or more lines, each of them a message."},
            "message": {**TEXT, "description": "One message, of one or several lines."},
            "kind": {
                **KIND,
                "description": "A notice is shown as a message is, and no program may answer it.",
            },
        },
        "oneOf": [{"required": ["text"]}, {"required": ["message"]}],
    },
)

SAID = Named(
    "Said",
    members(
        {
            "room": TEXT,
            "seq": {
                "type": ["integer", "null"],
                "description": "The seq of the last line; null if the lines of this key are not"
                " known any more.",
            },
            "seqs": array(SEQ, description="The seqs of all lines, in order."),
        }
    ),
)

SIGN_IN = Named(
    "SignIn",
    members(
        {"name": TEXT, "password": TEXT},
        register={**FLAG, "default": False, "description": "Register the account first."},
        key={
            **TEXT,
            "description": "With `register`: the `key` of the hello of the browser, whose tabs may"
            " have the name as guests.",
        },
    ),
)

ERROR = Named(
    "Error",
    members(
        {
            "error": members(
                {
                    "kind": {
                        **TEXT,
                        "description": "The kind of the error; docs/wire.md lists them.",
                    },
                    "key": {**TEXT, "description": "The error itself."},
                    "text": {
                        **TEXT,
                        "description": "A sentence: what is wrong, and what would be right.",
                    },
                },
                line={
                    "type": "integer",
                    "minimum": 1,
                    "description": "The number of the line of the body that is wrong.",
                },
            )
        }
    ),
)

ROOM = Parameter(
    "room",
    "path",
    {**TEXT, "minLength": 1},
    "The name of a room, with or without #.",
    example="lobby",
)

AFTER = Parameter("after", "query", BOOKMARK, "Events after this seq, or after this bookmark.")
