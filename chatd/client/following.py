"""A room that is followed over several connections: no line is missing, and none comes twice.

Theory of operation. The session enters the room with the bookmark of the last line that it took,
over each new connection again. If more lines were missed than the server sends on entering, the
session leaves again, and asks for them first, page by page. This module must not know what becomes
of the lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from chatd.client.json_lines import JsonLink, Message, text_of
from chatd.client.reading import note, rows, seq_of, time_of
from chatd.client.wire import PASSING, ClientError
from chatd.event import bookmark_of as parsed_bookmark

PAGE = 200
"""Lines of a page: the most that a server returns."""

QUIET_SECONDS = 60.0
"""Seconds of silence after which the server is asked for a sign of life, which it has as long."""

Take = Callable[[Sequence[Message]], None]
"""A function that takes events of the room, each once, in their order."""


class PutOut(ClientError):
    """The session is not in the room any more, or ended: another connection is not wanted."""


class Following:
    """The place in the log of a room up to which its lines were taken.

    `bookmark` is that of the last line; "" makes the session a newcomer, who takes the last lines.
    `head` is the last seq that the room had when the session entered it. It `began_anew` if the
    room had another log then.
    """

    def __init__(self, room: str, take: Take, bookmark: str = "0-0") -> None:
        self.room = room
        self.seq = int(bookmark.partition("-")[0] or 0)
        self.bookmark = bookmark
        self.head = 0
        self.began_anew = False
        self._take = take
        self._reason = ""

    def enter(self, talk: JsonLink) -> None:
        """Enter the room where the last line was taken, and take those that were missed."""
        while True:
            held: list[Message] = []
            entered = talk.ask(
                "enter", room=self.room, after=self.bookmark or None, otherwise=held.append
            )
            self.head = number_of(entered, "head")
            self.began_anew = bool(entered.get("anew"))
            comes_back = self.bookmark and not entered.get("resumed")
            if self.began_anew:
                note(f"#{self.room} has another log now; these are its last lines.")
                self.seq = 0
            elif comes_back and self.seq < number_of(entered, "after"):
                talk.send("leave", room=self.room)
                before = self.seq
                self.take_missed(talk)
                if self.seq == before:
                    raise ClientError(f"the server does not send the lines of #{self.room}.")
                continue
            self.room = text_of(entered, "room") or self.room
            with suppress(ValueError):  # it is none if there are lines to take
                bookmark = parsed_bookmark(text_of(entered, "bookmark"))
                if bookmark.time is not None:
                    self.seq, self.bookmark = bookmark.seq, str(bookmark)
            for message in held:
                self.receive(message)
            return

    def take_missed(self, talk: JsonLink, head: int | None = None) -> None:
        """Take the lines from the last one that was taken up to *head*, or all.

        A server that does not get on with them is not asked again.
        """
        more = True
        while more and (head is None or self.seq < head):
            before = self.seq
            page = talk.ask("history", room=self.room, after=before, limit=PAGE)
            self.take(rows(page, "events"))
            self.seq = max(self.seq, number_of(page, "upto"))
            more = page.get("more") is True and self.seq > before

    def receive(self, message: Message) -> None:
        """Take the lines in a message. Raises `PutOut` if it ends the session, or its stay."""
        kind = message.get("type")
        if kind == "say":
            self._reason = text_of(message, "text")
        elif kind == "closing" and message.get("reason") not in PASSING:
            raise PutOut(self._reason or "the server ended the session.")
        elif kind == "left" and message.get("room") == self.room:
            reason = _why_left(message) or self._reason
            raise PutOut(reason or f"you are not in #{self.room} any more.")
        elif kind == "events" and message.get("room") == self.room:
            self.take(rows(message, "events"))

    def take(self, events: Sequence[Message]) -> None:
        """Take the lines among some events that were not taken before."""
        lines = [event for event in events if seq_of(event) > self.seq]
        self._take(lines)
        if lines:
            self.mark(lines[-1])

    def mark(self, event: Message) -> None:
        """Take an event for the last one that was taken."""
        self.seq = seq_of(event)
        self.bookmark = bookmark_of(event)


def bookmark_of(event: Message) -> str:
    """Return the bookmark of a client that has an event."""
    return f"{seq_of(event)}-{time_of(event)}"


def number_of(message: Message, member: str) -> int:
    """Return the number in a message; 0 without one."""
    number = message.get(member)
    return number if isinstance(number, int) else 0


def _why_left(message: Message) -> str:
    """Return who put the client out of its room, and why; "" if no person did."""
    by, reason = text_of(message, "by"), text_of(message, "reason")
    if not by:
        return ""
    about = f": {reason}" if reason else "."
    return f"{by} removed you from #{text_of(message, 'room')}{about}"
