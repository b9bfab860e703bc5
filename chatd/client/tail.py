"""`chatd tail`: the last lines of a room, and those that follow.

Past lines are asked for from the oldest one on, page by page, so that any number of them takes
little memory. `chatd.client.following` has the lines that follow. This module must not know how
lines are printed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import closing
from itertools import count

from chatd.client import reading
from chatd.client.following import PAGE, QUIET_SECONDS, Following, number_of
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
        self._following = Following(room, self._print)

    def print_last(self, talk: JsonLink, lines: int, since: int | None) -> None:
        """Print the last *lines*, or with *since* those of so many seconds.

        Raises `ClientError`.
        """
        following = self._following
        page = reading.ask_about(talk, "history", following.room, limit=1)
        last = reading.rows(page, "events")[-1:]
        head = max(map(seq_of, last), default=number_of(page, "upto"))
        following.seq = max(0, head - lines)
        if since is not None:
            start = (time.time() - since) * 1000
            following.seq = self._last_before(talk, start, head + 1)
        if following.seq < head:
            following.take_missed(talk, head)
        elif last:
            following.mark(last[0])
        self._out.flush()

    def _last_before(self, talk: JsonLink, start: float, before: int) -> int:
        """Return the seq of the last line before the time *start*; 0 if there is none."""
        while True:
            page = talk.ask("history", room=self._following.room, before=before, limit=PAGE)
            events = reading.rows(page, "events")
            earlier = [seq_of(event) for event in events if time_of(event) < start]
            if earlier:
                return max(earlier)
            upto = number_of(page, "after")
            if not page.get("more") or upto + 1 >= before:
                return 0
            before = upto + 1

    def follow(self, talk: JsonLink) -> None:
        """Print new lines until the connection ends. Raises `ClientError` if the room is left."""
        following = self._following
        reading.ask_about(talk, "room", following.room)  # one that is gone is not made again
        following.enter(talk)
        asked = False
        while talk.is_open:
            self._out.flush()
            try:
                messages, _ = talk.exchange(QUIET_SECONDS)
            except TimeoutError:
                if asked:
                    return
                talk.send("ping")
                asked = True
                continue
            asked = False
            for message in messages:
                following.receive(message)

    def _print(self, events: Sequence[Message]) -> None:
        self._out.write_events(self._following.room, events)


def _seconds(text: str) -> int:
    try:
        return seconds_of(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 90m, 2h or 3d") from None
