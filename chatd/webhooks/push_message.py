"""The messages of pushes: what an absent person missed, in a few sentences.

Lines are gathered by room, and a message has a sentence for each: how many there were, and by whom
if there was one. It has the text of the last line only if its receiver wants that. Pure. This
module must not know an account, a session or a URL.

One body fits all receivers: JSON with a title, a message and a priority, which Gotify takes, with
all else as further members, for programs. ntfy is told by `HEADERS` to take the title and the
message from such a body (its message templates, of version 2.10 and later).
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.i18n import Language, sentence
from chatd.text.escaping import Lines, encode_json, excerpt

TITLE = "chatd"

PRIORITY = 5
"""The middle of Gotify's priorities, from 0 to 10: below 4 its app makes no sound."""

HEADERS = {
    "Content-Type": "application/json",
    "X-Template": "yes",
    "X-Title": "{{.title}}",
    "X-Message": "{{.message}}",
}

LOGS_SHOWN = 5
"""Most rooms, and private lines as one of them, that a message has a sentence for. With texts of
letters of four bytes a message stays below the 4,096 bytes of ntfy's."""

TEXT_SHOWN = 120
"""Most characters of the text of a line in a message, once it is escaped."""


class Missed(NamedTuple):
    """A line for a person who is away. ``room`` is the name of the room, "" of a private line."""

    room: str
    author: str
    text: str


class Gathered:
    """The lines that the next message is about: of each log, their number and the last one."""

    def __init__(self) -> None:
        self._logs: dict[str, tuple[int, Missed]] = {}
        self._more = 0  # in further rooms

    def __bool__(self) -> bool:
        return bool(self._logs)

    def add(self, line: Missed, count: int = 1) -> None:
        """Add lines of one log, of which this is the last one.

        No more of its text is held than `excerpt` looks at: a target may be down for days.
        """
        before, _ = self._logs.get(line.room, (0, line))
        if before or len(self._logs) < LOGS_SHOWN:
            self._logs[line.room] = (
                before + count,
                line._replace(text=line.text[: TEXT_SHOWN + 1]),
            )
        else:
            self._more += count

    def merge(self, later: Gathered) -> None:
        """Add the lines that were gathered later."""
        for count, line in later._logs.values():
            self.add(line, count)
        self._more += later._more

    def body(self, language: Language, account: str, *, with_text: bool) -> bytes:
        """Return the body of the message for an account, in its language."""
        told = [_told(language, *log, with_text=with_text) for log in self._logs.values()]
        if self._more:
            told.append(sentence(language, "push_more", count=self._more))
        lines = [_line(*log, with_text=with_text) for log in self._logs.values()]
        return _body("\n".join(told), kind="lines", account=account, lines=lines, more=self._more)


def code_body(language: Language, account: str, code: str) -> bytes:
    """Return the body of the message with the code that proves a target."""
    message = sentence(language, "push_code", name=account, code=code)
    return _body(message, kind="code", account=account)


def _told(language: Language, count: int, last: Missed, *, with_text: bool) -> str:
    key = "push_mentions" if last.room else "push_privates"
    told = sentence(language, key, count=count, name=last.author, room=last.room)
    if not with_text:
        return told
    text = excerpt(last.text, TEXT_SHOWN)
    return sentence(language, "push_with_text", what=told, name=last.author, text=text)


def _line(count: int, last: Missed, *, with_text: bool) -> dict[str, object]:
    line: dict[str, object] = {
        "kind": "mention" if last.room else "private",
        "room": last.room or None,
        "author": last.author,
        "count": count,
    }
    return line | {"text": excerpt(last.text, TEXT_SHOWN)} if with_text else line


def _body(message: str, **more: object) -> bytes:
    # The first line ends are between sentences: an author's own were escaped before.
    return encode_json({"title": TITLE, "message": Lines(message), "priority": PRIORITY, **more})
