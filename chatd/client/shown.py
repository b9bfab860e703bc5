"""The things that a person in a conversation is shown: typed values, without colours or layout.

Pure. All text is escaped already. This module must not know terminals, nor a connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from chatd.text.escaping import visible
from chatd.text.folding import fold
from chatd.text.mentions import mentions

Message = Mapping[str, Any]
"""A message of the protocol, as docs/wire.md describes it."""


class Kind(Enum):
    """The kind of a thing that is shown."""

    MESSAGE = "message"
    ACTION = "action"
    NOTICE = "notice"
    """A message of a program."""
    TOPIC = "topic"
    """The author set the topic; without text, removed it."""
    DEED = "deed"
    """An act of moderation, a question, or what people make of a line: a sentence."""
    NEWS = "news"
    """A sentence: a person came, left or is renamed; or what became of a room."""
    PRIVATE = "private"
    ANSWER = "answer"
    """A sentence of the server."""
    ERROR = "error"
    """A sentence of the server that says why a request was refused."""
    OWN = "own"
    """A sentence of this program."""
    UNSAID = "unsaid"
    """A text that was typed and is not said, whole, so that it can be copied."""
    GAP = "gap"
    """A place in a room after which lines join up with none before: a sentence."""


_TOLD = ("deed", "question", "answer", "ack", "decision")
"""The kinds of events whose text is a sentence."""

_SPOKEN = (Kind.MESSAGE, Kind.ACTION, Kind.NOTICE)
"""The kinds of lines of a room that are said to people."""


@dataclass(frozen=True)
class Shown:
    """A thing that is shown in the window of a room."""

    kind: Kind
    text: str
    """The text that was said, or a sentence. An answer may have several lines, with LFs between."""

    author: str = ""
    """The name of its author; "" for sentences."""

    seq: int | None = None
    """The place in the log of the room; None for a thing that is not of its log."""

    time: float | None = None
    """Seconds since 1970; None for a thing of this moment."""

    part_of: int | None = None
    """The seq of the first line of the message of several that this is a line of."""

    own: bool = False
    """True if the reader wrote it."""

    mention: bool = False
    """True if it names the reader, and another wrote it."""

    to: str = ""
    """Of a private line that the reader wrote, the name of its receiver."""

    source: str = ""
    """The room of whose log it is, if a command such as `/history` or `/search` found it."""

    @property
    def is_spoken(self) -> bool:
        """True if it was said in a room."""
        return self.kind in _SPOKEN

    @property
    def continues(self) -> bool:
        """True for a line of a message of several that is not the first one."""
        return self.part_of is not None and self.part_of != self.seq


END_OF_TIME = 253_370_764_800_000
"""The year 9999, in milliseconds since 1970: later times are no dates in all zones."""


def text_in(message: Message, member: str) -> str:
    """Return a text of a message. Raises LookupError or TypeError for one that has none."""
    text = message[member]
    if not isinstance(text, str):
        raise TypeError(f"{text!r} is not a text")
    return text


def seconds_in(message: Message) -> float:
    """Return the time of a message, in seconds since 1970.

    Raises LookupError, TypeError or ValueError for one that has none.
    """
    time = message["time"]
    if not 0 <= time < END_OF_TIME:
        raise ValueError(f"{time!r} is not a time")
    return float(time / 1000)


def event_shown(event: Message, me: str, source: str = "") -> Shown:
    """Return an event of a log as it is shown to a reader of the name *me*."""
    seq, author, text = int(event["seq"]), visible(event["author"]), visible(event["text"])
    kind = Kind.DEED if event["kind"] in _TOLD else Kind(event["kind"])
    own = fold(author) == fold(me)
    spoken = kind in _SPOKEN
    return Shown(
        kind,
        text,
        author,
        seq,
        seconds_in(event),
        event.get("part_of"),
        own,
        bool(spoken and not own and me and mentions(text, fold(me))),
        source=source,
    )


LONGEST_TEXT = 1 << 16
"""Most characters of a text of a server: they take 50 ms to wrap. A line of 4,096 characters has at
most 40,960 once it is escaped."""


def escaped(value: Any) -> Any:
    """Return a value of a message with each string in it escaped, LFs aside, and cut if too long.

    A server escapes what it sends, but it may be another program.
    """
    if isinstance(value, str):
        end = "…" if len(value) > LONGEST_TEXT else ""
        return "\n".join(map(visible, value[:LONGEST_TEXT].split("\n"))) + end
    if isinstance(value, list):
        return [escaped(each) for each in value]
    if isinstance(value, dict):
        return {escaped(key): escaped(each) for key, each in value.items()}
    return value
