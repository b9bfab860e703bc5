"""Lines that an account missed: each is shown once, under the heading of the server.

After a crash of the server, and only then, it counts lines of the last minute as missed once more.
So the heading of such lines waits for the first one that was not shown before. Pure. This module
must not know terminals, nor the connection.
"""

from __future__ import annotations

from collections import deque

from chatd.client.chat import Chat
from chatd.client.rooms import Room
from chatd.client.shown import Kind, Message, Shown

LINES_KEPT = 400
"""Lines of which is known that they were shown: missed ones, and private ones."""

_HEADINGS = {"missed", "private_missed"}
"""The keys of the sentences above missed lines."""


class MissedLines:
    """The missed lines, and private lines, that were shown in a conversation."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._shown: deque[tuple[str, float | None, str, str]] = deque(maxlen=LINES_KEPT)
        self._heading: tuple[Room | None, Shown] | None = None
        self._are_listed = False

    def head(self, message: Message) -> bool:
        """Take a sentence of the server. Return False if it is no heading of missed lines."""
        if message.get("key") not in _HEADINGS:
            return False
        self._heading = self._chat.origin(message), Shown(Kind.ANSWER, message["text"])
        self._are_listed = True
        return True

    def end(self) -> None:
        """Take the end of an answer: past lines that come later were asked for."""
        self._heading, self._are_listed = None, False

    def show(self, message: Message, room: Room | None, shown: Shown, log: str = "") -> None:
        """Show a line of a message, unless it is a missed line that was shown before.

        ``log`` is the name of the room that it was said in; "" for a private line.
        """
        is_missed = bool(message.get("past")) and (self._are_listed or not log)
        line = (log, shown.time, shown.author, shown.text)
        if is_missed and line in self._shown:
            return
        if is_missed and self._heading is not None:
            self._chat.view.show(*self._heading)
            self._heading = None
        if is_missed or not log:
            self._shown.append(line)
        self._chat.view.show(room, shown)
