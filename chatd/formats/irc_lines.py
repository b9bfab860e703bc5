"""Lines of IRC, from their parts to text.

The grammar is that of RFC 1459, section 2.3.1, with the tags of IRCv3
(https://ircv3.net/specs/extensions/message-tags) and the words of https://modern.ircdocs.horse.
Pure. This module must not know commands, events or clients.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from chatd.text.escaping import visible_on_screen

LINE_BYTES = 510
"""Most bytes of a line without its tags and its line end (RFC 1459, section 2.3)."""

TAG_BYTES = 4096
"""Most bytes of the tags of a client, and of the tags that it is sent, with ``@`` and the space
after them: half of the 8,191 that a line may have belong to each side (IRCv3 message-tags)."""

UNESCAPED = {":": ";", "s": " ", "\\": "\\", "r": "\r", "n": "\n"}
"""The characters of the value of a tag that are written as a backslash and another character."""

_ESCAPED = str.maketrans({value: f"\\{key}" for key, value in UNESCAPED.items()})

_ENDS_A_LINE = re.compile("[\0\r\n]")
_NO_MIDDLE = re.compile("[\0\r\n ]")
_KEY = re.compile(r"\+?(?:[A-Za-z0-9.-]+/)?[A-Za-z0-9-]+")


class Unwritable(ValueError):
    """A part that cannot be written as it is: it would end its line, or be read as other parts."""


def irc_line(
    command: str,
    *parameters: str,
    source: str = "",
    tags: Mapping[str, str] | None = None,
    trailing: bool = False,
) -> str:
    """Return a line without its line end. The parts are written as they are, in this order.

    Only the last parameter may be empty, have a space in it or begin with a colon. It has a colon
    before it if it needs one, or if ``trailing``: some clients misread other parameters with one.
    The values of tags may be any text without NUL. Raises `Unwritable`. The caller escapes the text
    of others (`chatd.text.escaping`), and sees to the length.
    """
    middle = [command, *parameters]
    last = middle.pop() if parameters else None
    for each in middle:
        if not is_middle(each):
            raise Unwritable("not a middle parameter")
    if last is not None:
        if _ENDS_A_LINE.search(last):
            raise Unwritable("a parameter that ends its line")
        middle.append(f":{last}" if trailing or not is_middle(last) else last)
    if source:
        if _NO_MIDDLE.search(source):
            raise Unwritable("not a source")
        middle.insert(0, f":{source}")
    if tags:
        middle.insert(0, f"@{';'.join(irc_tag(key, value) for key, value in tags.items())}")
    return " ".join(middle)


def irc_tag(key: str, value: str) -> str:
    """Return a tag with its value escaped; without a value if it is empty. Raises `Unwritable`."""
    if not _KEY.fullmatch(key) or "\0" in value:
        raise Unwritable("not a tag")
    return f"{key}={value.translate(_ESCAPED)}" if value else key


def is_middle(text: str) -> bool:
    """Return True if a text can be a parameter that others follow."""
    return text != "" and text[0] != ":" and _NO_MIDDLE.search(text) is None


def echoed(text: str) -> str:
    """Return a client's parameter, escaped, as a parameter that others follow; ``*`` if it is none.

    It is for errors, which quote the parameter that they are about.
    """
    shown = visible_on_screen(text)
    return shown if is_middle(shown) else "*"
