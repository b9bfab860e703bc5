"""`chatd tail`: the last lines of a room, and those that follow.

Theory of operation. Past lines are asked for from the oldest one on, page by page, so that any
number of them takes little memory. To follow, the session enters the room with the bookmark of the
last line that was printed, and again over a new connection when one has broken: so no line is
missing and none is printed twice. If more lines were missed than the server sends on entering, the
session leaves again, and asks for them first. This module must not know how lines are printed.
"""

from __future__ import annotations

import argparse
import time
from contextlib import closing
from itertools import count

from chatd.client import reading
from chatd.client.json_lines import JsonLink, Message, Refused, text_of
from chatd.client.pauses import pause_after
from chatd.client.reading import note, seq_of, time_of
from chatd.client.wire import ClientError, UntrustedServer
from chatd.text.times import seconds_of
from chatd.util.command_manual import Example

SUCCESS = "lines were printed"
NOTHING = "there are none"

EXAMPLES = (
    Example("print the last lines of the lobby", "chatd tail"),
    Example("print the last hundred lines of a room", "chatd tail -n 100 ops"),
    Example("print the lines of two hours, as JSON Lines", "chatd tail --since 2h --json ops"),
    Example("go on with each new line", "chatd tail -f ops"),
)

_LINES = 10

_PAGE = 200
"""Lines of a page: the most that a server returns."""

_QUIET_SECONDS = 60.0
"""Seconds of silence after which the server is asked for a sign of life, which it has as long."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd tail` to *parser*."""
    reading.add_arguments(parser)
    parser.add_argument(
        "-f", dest="follow", action="store_true", help="go on with new lines, until Ctrl+C"
    )
    first = parser.add_mutually_exclusive_group()
    first.add_argument(
        "-n",
        dest="lines",
        type=reading.number,
        default=_LINES,
        metavar="N",
        help=f"print the last N lines (default: {_LINES})",
    )
    first.add_argument(
        "--since", type=_seconds, metavar="TIME", help="print the lines of this time: 90m, 2h, 3d"
    )
    reading.add_room(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the last lines of a room, and with ``-f`` all that follow."""
    talk, hello = reading.begin(arguments)
    out = reading.Output(as_json=arguments.json, language=text_of(hello, "language"))
    tail = _Tail(out, reading.room_of(arguments, hello))
    with closing(talk):
        tail.print_last(talk, arguments.lines, arguments.since)
        if not arguments.follow:
            return out.status
        tail.follow(talk)
    while True:
        note(f"{talk.ending} Trying again.")
        talk = _connect_again(arguments)
        note("connected again.")
        with closing(talk):
            tail.follow(talk)


def _connect_again(arguments: argparse.Namespace) -> JsonLink:
    for failures in count():
        time.sleep(pause_after(failures))
        try:
            return reading.begin(arguments)[0]
        except (Refused, UntrustedServer):
            raise
        except ClientError as error:
            note(f"{error} Trying again.")
    raise AssertionError("the attempts never end")


class _Tail:
    """The end of the log of a room, as far as it is printed."""

    def __init__(self, out: reading.Output, room: str) -> None:
        self._out = out
        self._room = room
        self._seq = 0  # of the last line that was printed, or that is not to be
        self._bookmark = "0-0"

    def print_last(self, talk: JsonLink, lines: int, since: int | None) -> None:
        """Print the last *lines*, or with *since* those of so many seconds.

        Raises `ClientError`.
        """
        page = reading.ask_about(talk, "history", self._room, limit=1)
        last = reading.rows(page, "events")[-1:]
        head = max(map(seq_of, last), default=_number(page, "upto"))
        self._seq = max(0, head - lines)
        if since is not None:
            start = (time.time() - since) * 1000
            self._seq = self._last_before(talk, start, head + 1)
        if self._seq < head:
            self._print_missed(talk, head)
        elif last:
            self._mark(last[0])
        self._out.flush()

    def _last_before(self, talk: JsonLink, start: float, before: int) -> int:
        """Return the seq of the last line before the time *start*; 0 if there is none."""
        while True:
            page = talk.ask("history", room=self._room, before=before, limit=_PAGE)
            events = reading.rows(page, "events")
            earlier = [seq_of(event) for event in events if time_of(event) < start]
            if earlier:
                return max(earlier)
            upto = _number(page, "after")
            if not page.get("more") or upto + 1 >= before:
                return 0
            before = upto + 1

    def _print_missed(self, talk: JsonLink, head: int | None = None) -> None:
        """Print the lines from the last one that was printed up to *head*, or all.

        A server that does not get on with them is not asked again.
        """
        more = True
        while more and (head is None or self._seq < head):
            before = self._seq
            page = talk.ask("history", room=self._room, after=before, limit=_PAGE)
            self._print(reading.rows(page, "events"))
            self._seq = max(self._seq, _number(page, "upto"))
            more = page.get("more") is True and self._seq > before

    def follow(self, talk: JsonLink) -> None:
        """Print new lines until the connection ends. Raises `ClientError` if the room is left."""
        self._enter(talk)
        reason, asked = "", False
        while talk.is_open:
            self._out.flush()
            try:
                messages, _ = talk.exchange(_QUIET_SECONDS)
            except TimeoutError:
                if asked:
                    return
                talk.send("ping")
                asked = True
                continue
            asked = False
            for message in messages:
                kind = message.get("type")
                if kind == "say":
                    reason = text_of(message, "text")
                elif kind == "closing" and message.get("reason") != "stopping":
                    raise ClientError(reason or "the server ended the session.")
                elif kind == "left" and message.get("room") == self._room:
                    reason = _why_left(message) or reason
                    raise ClientError(reason or f"you are not in #{self._room} any more.")
                else:
                    self._take(message)

    def _enter(self, talk: JsonLink) -> None:
        """Enter the room where printing stopped."""
        while True:
            # A room that is gone must not be made again.
            reading.ask_about(talk, "room", self._room)
            held: list[Message] = []
            entered = talk.ask(
                "enter", room=self._room, after=self._bookmark, otherwise=held.append
            )
            if entered.get("anew"):
                note(f"#{self._room} has another log now; these are its last lines.")
                self._seq = 0
            elif not entered.get("resumed") and self._seq < _number(entered, "after"):
                talk.send("leave", room=self._room)
                before = self._seq
                self._print_missed(talk)
                if self._seq == before:
                    raise ClientError(f"the server does not send the lines of #{self._room}.")
                continue
            self._room = text_of(entered, "room") or self._room
            for message in held:
                self._take(message)
            return

    def _take(self, message: Message) -> None:
        if message.get("type") == "events" and message.get("room") == self._room:
            self._print(reading.rows(message, "events"))

    def _print(self, events: list[Message]) -> None:
        """Print the lines among some events: those that were not printed before."""
        lines = [event for event in events if seq_of(event) > self._seq]
        self._out.write_events(self._room, lines)
        if lines:
            self._mark(lines[-1])

    def _mark(self, event: Message) -> None:
        self._seq = seq_of(event)
        self._bookmark = f"{self._seq}-{time_of(event)}"


def _number(message: Message, member: str) -> int:
    number = message.get(member)
    return number if isinstance(number, int) else 0


def _seconds(text: str) -> int:
    try:
        return seconds_of(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 90m, 2h or 3d") from None


def _why_left(message: Message) -> str:
    """Return who put the client out of its room, and why; "" if no person did."""
    by, reason = text_of(message, "by"), text_of(message, "reason")
    if not by:
        return ""
    about = f": {reason}" if reason else "."
    return f"{by} removed you from #{text_of(message, 'room')}{about}"
