"""A line of an IRC client, from bytes to its parts.

The grammar is read as other servers read it: any number of spaces separates parts, and a line may
begin with spaces. This module must not know commands, sessions or connections.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from chatd.formats.irc_lines import LINE_BYTES, TAG_BYTES, UNESCAPED

LONGEST = TAG_BYTES + LINE_BYTES
"""Most bytes of a line of a client that may be valid, without its line end."""


class MessageFault(enum.Enum):
    """The reason for which a line is invalid."""

    TOO_LONG = "too long"
    TAGS_TOO_LONG = "too long tags"
    NOT_UTF8 = "not UTF-8"
    CONTROL = "a NUL, a CR or an LF"


class Message(NamedTuple):
    """The parts of a line. ``command`` is in capitals; ``tags`` have their values unescaped.

    A tag without a value has an empty one, and so has a line without a source.
    """

    tags: Mapping[str, str]
    source: str
    command: str
    parameters: tuple[str, ...]


class InvalidMessage(ValueError):
    """An invalid line, of which nothing is done.

    ``message`` is as much of it as could be read, so that an answer can have the label of the line:
    it may have no command, and U+FFFD in the place of other characters.
    """

    def __init__(self, fault: MessageFault, message: Message) -> None:
        self.fault = fault
        self.message = message


_NO_TAGS: Mapping[str, str] = MappingProxyType({})
_NOTHING = Message(_NO_TAGS, "", "", ())

_REPLACED = dict.fromkeys(map(ord, "\0\r\n"), "\ufffd")

_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)


def parse(line: bytes) -> Message | None:
    """Return the parts of a line, which is without its line end; None if it has no command.

    Raises `InvalidMessage` if the tags have more than `TAG_BYTES` or the rest more than
    `LINE_BYTES`; if it is not strict UTF-8; or if it has a NUL, a CR or an LF in it.
    """
    if len(line) > LINE_BYTES:
        _check_length(line)
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise InvalidMessage(MessageFault.NOT_UTF8, _readable(line)) from None
    if "\0" in text or "\r" in text or "\n" in text:
        raise InvalidMessage(MessageFault.CONTROL, _readable(line))
    return _parts(text)


def _check_length(line: bytes) -> None:
    tags = line.find(b" ") + 1 or len(line) if line[:1] == b"@" else 0
    if tags > TAG_BYTES:
        raise InvalidMessage(MessageFault.TAGS_TOO_LONG, _NOTHING)
    if len(line) - tags > LINE_BYTES:
        raise InvalidMessage(MessageFault.TOO_LONG, _readable(line[: tags + LINE_BYTES]))


def _readable(line: bytes) -> Message:
    text = line.decode(errors="replace").translate(_REPLACED)
    return _parts(text) or _NOTHING


def _parts(text: str) -> Message | None:
    tags, source = _NO_TAGS, ""
    if text[:1] in "@: ":  # nearly no line of a client has a source, and few have tags
        if text[:1] == "@":
            written, _, text = text[1:].partition(" ")
            tags = _tags(written)
        text = text.lstrip(" ")
        if text[:1] == ":":
            source, _, text = text[1:].partition(" ")
    middle, colon, trailing = text.partition(" :")
    words = middle.split(" ")
    if "" in words:
        words = [word for word in words if word]
    if not words:
        return None
    command, *parameters = words
    if colon:
        parameters.append(trailing)
    if command.isascii():  # the capitals of other letters may be of ASCII
        command = command.upper()
    return Message(tags, source, command, tuple(parameters))


def _tags(written: str) -> Mapping[str, str]:
    tags = {}
    for tag in written.split(";"):
        key, _, value = tag.partition("=")
        if key:
            tags[key] = _ESCAPE.sub(_unescaped, value) if "\\" in value else value
    return tags


def _unescaped(escape: re.Match[str]) -> str:
    return UNESCAPED.get(escape[1], escape[1])
