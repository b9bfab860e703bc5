"""The output of a program as a message that a server takes, and the answers in JSON.

Output is taken as it comes: bytes that are not UTF-8 are shown by their numbers, and what is too
much is left out, with the number of the lines. The server escapes what a terminal would obey. Pure.
This module must not know how a program is run.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from chatd.client.following import number_of
from chatd.client.json_lines import Message, text_of
from chatd.client.sentences import ENGLISH, LANGUAGES, Sentence
from chatd.text.escaping import visible
from chatd.text.json_input import decode_json
from chatd.text.messages import MOST_MESSAGE_BYTES, size_of
from chatd.text.validation import InvalidLine, InvalidName, LineFault, validate_name, validate_text

MOST_LINES = 50
"""Most lines of an answer. More of them push the talk of people off their screens."""

_RESERVED = 400
"""Bytes of a message that are left for the lines after the output."""

_CUT = "…"


class WrongAnswer(ValueError):
    """A line that a program printed is no answer in JSON. The text says why."""


class Limits(NamedTuple):
    """The limits of a message to a server, and the language of its sentences."""

    max_length: int = 4096
    max_bytes: int = MOST_MESSAGE_BYTES
    language: str = ENGLISH

    @classmethod
    def of(cls, hello: Message) -> Limits:
        """Return those that a server has told, as far as a message fits into them."""
        usual, language = cls(), text_of(hello, "language")
        length, size = number_of(hello, "max_length"), number_of(hello, "max_bytes")
        return cls(
            length if length > 0 else usual.max_length,
            size if size > _RESERVED else usual.max_bytes,
            language if language in LANGUAGES else ENGLISH,
        )


class Part(NamedTuple):
    """A message that a program has said: to the room, or ``to`` a person alone.

    ``reply_to`` is the seq of the call that it answers; ``key`` a name that the program gave it, by
    which it is said once; "" for none. The bot says something of its own ``after`` it.
    """

    text: str
    to: str = ""
    reply_to: int | None = None
    key: str = ""
    after: Sentence | None = None


def text_in(output: bytes) -> str:
    r"""Return output as text; a byte that is not UTF-8 becomes ``\xff``."""
    return output.decode(errors="backslashreplace")


def message_of(part: Part, limits: Limits) -> str:
    """Return the text of a message within the limits; "" if it is blank."""
    lines = _without_blank_ends(part.text)
    kept = [_line_of(line, limits.max_length) for line in lines[:MOST_LINES]]
    while size_of("\n".join(kept)) > limits.max_bytes - _RESERVED:
        kept.pop()
    more = len(lines) - len(kept)
    left_out = Sentence("bot_more_lines", count=more) if more else None
    own = [each.in_language(limits.language) for each in (left_out, part.after) if each is not None]
    return "\n".join([*kept, *own])


def part_in(line: bytes) -> Part:
    """Return the message in a line that a program printed. Raises `WrongAnswer`.

    One without a text only says that a call is dealt with.
    """
    try:
        found = decode_json(line.decode())
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise WrongAnswer(f"it is no object: {visible(text_in(line[:60]))}")
    text, to, key = ("" if found.get(name) is None else found[name] for name in _TEXTS)
    if not all(isinstance(each, str) for each in (text, to, key)):
        raise WrongAnswer(f"{', '.join(_TEXTS)} must be texts")
    reply_to = found.get("reply_to")
    if not isinstance(reply_to, int | None) or isinstance(reply_to, bool):
        raise WrongAnswer("reply_to must be the seq of a call")
    return Part(text.encode(errors="backslashreplace").decode(), _name_of(to), reply_to, key)


_TEXTS = ("text", "to", "key")
"""The members of an answer that are texts."""


def _name_of(to: str) -> str:
    try:
        return validate_name(to) if to else ""
    except InvalidName:
        raise WrongAnswer(f"to is no name: {visible(to[:60])}") from None


def _without_blank_ends(text: str) -> list[str]:
    lines = deque(text.replace("\r\n", "\n").strip("\n").split("\n"))
    while lines and _is_blank(lines[0]):
        lines.popleft()
    while lines and _is_blank(lines[-1]):
        lines.pop()
    return list(lines)


def _is_blank(line: str) -> bool:
    try:
        validate_text(line, len(line))
    except InvalidLine as invalid:
        return invalid.reason is LineFault.BLANK
    return False


def _line_of(line: str, max_length: int) -> str:
    """Return a line as one that is valid: cut, and without too many marks in a row."""
    try:
        return validate_text(line, max_length)
    except InvalidLine as invalid:
        if invalid.reason is LineFault.BLANK:
            return ""
        if invalid.reason is LineFault.MARKS:
            return _line_of(visible(line), max_length)
        return _line_of(line[: max_length - 1] + _CUT, max_length)
