"""Calls: the lines of a room that a program is to answer, and the forms in which it is given them.

Only a message that a person said is a call: no notice, which is said by a program or a webhook, no
action, topic or deed, and of a message of several lines only the first one. So programs never
answer one another without end. Pure. This module must not know how a program is run.
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.client.json_lines import Message, text_of
from chatd.client.reading import seq_of, time_of
from chatd.text.escaping import encode_json
from chatd.text.folding import fold
from chatd.text.validation import InvalidName, validate_name

MARK = "!"
"""The first character of a line that calls a program."""


class Call(NamedTuple):
    """A line that a program is to answer.

    ``time`` is in milliseconds since 1970. ``account`` is the name of the account that said it, ""
    for a guest; so it is until the server was asked.
    """

    room: str
    seq: int
    time: int
    author: str
    text: str
    account: str = ""

    @property
    def person(self) -> str:
        """The key of the person who said it."""
        return fold(self.author)

    @property
    def word(self) -> str:
        """The first word, by which people know what was called."""
        return self.text.split(maxsplit=1)[0]

    @property
    def wants_answer(self) -> bool:
        """True if its author waits for an answer; a program may be given all other lines, too."""
        return self.text.startswith(MARK)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that tell a program of it. None of them has a text that a person wrote."""
        return {
            "CHATD_ROOM": self.room,
            "CHATD_SEQ": str(self.seq),
            "CHATD_AUTHOR": self.author,
            "CHATD_ACCOUNT": self.account,
            "CHATD_TIME": str(self.time // 1000),
        }

    @property
    def plain(self) -> bytes:
        """The line for a program: the author, a space, and the text. No name has a space."""
        return f"{self.author} {self.text}\n".encode()

    @property
    def json(self) -> bytes:
        """The line for a program that reads JSON."""
        return encode_json({**self._asdict(), "account": self.account or None}) + b"\n"


def call_in(event: Message, room: str, *, takes_all: bool) -> Call | None:
    """Return the call in an event of a room, if it is one.

    If it *takes_all*, each message of a person is a call, else only one that begins with `MARK`.
    """
    seq, author, text = seq_of(event), text_of(event, "author"), text_of(event, "text")
    if event.get("kind") != "message" or not (seq and author and text.strip()):
        return None
    if event.get("part_of") not in (None, seq) or not _is_name(author):
        return None
    if not (takes_all or text.startswith(MARK)):
        return None
    return Call(room, seq, time_of(event), author, text)


def _is_name(author: str) -> bool:
    """Return True for a valid name: another server may send others, and a program relies on it."""
    try:
        return validate_name(author) == author
    except InvalidName:
        return False
