"""The parts that `chatd tail`, `who`, `rooms` and `search` share: a quiet session, and output.

The session is a guest's without a name, or logged in, in no room, and nothing that it is sent
counts as read: no member notices it. Each command prints plain text, or JSON Lines. It exits with 0
if it printed something, else with 1, and with 2 if that is not known, as grep does. These modules
import only the standard library and chatd's pure modules, because scripts start them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chatd.client import json_lines, logging_in, server
from chatd.client.json_lines import JsonLink, Message, Refused
from chatd.client.shown import END_OF_TIME
from chatd.client.wire import ClientError
from chatd.text.escaping import encode_json, encode_screen_line
from chatd.text.times import local_time
from chatd.util.usage import nearest

MOST = 1_000_000
"""Most lines that may be asked for."""

_END_OF_LOG = 10**15
"""A number that no seq reaches: bookmarks have 15 digits (`chatd.event`)."""

_NO_ROOM = "No room"
"""The kind of the error for a room that does not exist."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that the commands share to *parser*."""
    server.add_options(parser)
    logging_in.add_arguments(parser, with_guests=False)
    parser.add_argument(
        "--json", action="store_true", help="print JSON Lines: an object a line, as in docs/wire.md"
    )


def add_room(parser: argparse.ArgumentParser) -> None:
    """Add the room that a command is about to *parser*."""
    parser.add_argument(
        "room",
        nargs="?",
        type=logging_in.room,
        metavar="ROOM",
        help="the room (default: the lobby)",
    )


def number(text: str) -> int:
    """Return *text* as a number of lines, for argparse."""
    if not (text.isascii() and text.isdecimal() and int(text) <= MOST):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of lines (0 to {MOST})")
    return int(text)


def begin(arguments: argparse.Namespace) -> tuple[JsonLink, Message]:
    """Begin a quiet session with the server that *arguments* name; return it and its hello.

    Raises `ClientError`.
    """
    login = logging_in.login_of(arguments)
    address = server.server_of(arguments)
    talk, hello = json_lines.begin(address, for_password=login is not None, rooms={})
    try:
        if login is not None:
            logging_in.log_in(talk, login)
        talk.ask("text")
    except BaseException:
        talk.close()
        raise
    return talk, hello


def room_of(arguments: argparse.Namespace, hello: Message) -> str:
    """Return the room that *arguments* name, or the lobby."""
    return arguments.room or json_lines.text_of(hello, "lobby")


def ask_about(talk: JsonLink, type: str, room: str, **members: Any) -> Message:
    """Ask about a room. Raises `ClientError`, with a similar name if there is no such room."""
    try:
        return talk.ask(type, room=room, **members)
    except Refused as refused:
        if refused.kind != _NO_ROOM:
            raise
        raise ClientError(f"there is no room #{room}.{_similar(talk, room)}") from None


def _similar(talk: JsonLink, room: str) -> str:
    rooms = [json_lines.text_of(each, "room") for each in rows(talk.ask("rooms"), "rooms")]
    similar = nearest(room, rooms)
    return f" Did you mean #{similar}?" if similar else " `chatd rooms` lists the rooms."


def all_rooms(talk: JsonLink) -> Iterator[Message]:
    """Yield the rooms that one may read: first those with most people, then the others by name.

    A server that does not get on with its list is not asked again.
    """
    answer = talk.ask("rooms")
    listed, asked = set[str](), set[str]()
    while True:
        for room in rows(answer, "rooms"):
            name = json_lines.text_of(room, "room")
            if name not in listed:
                listed.add(name)
                yield room
        start = json_lines.text_of(answer, "next")
        if not start or start in asked:
            return
        asked.add(start)
        members: dict[str, Any] = {"from": start}  # a word of Python
        answer = talk.ask("rooms", **members)


def rows(message: Message, member: str) -> list[Message]:
    """Return the objects in a list of a message."""
    found = message.get(member)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


class Output:
    """Standard output: plain lines, or objects if *as_json*. `printed` counts them.

    Text is escaped, although the server has done it: this may be another server. ``language`` is
    that of its sentences.
    """

    def __init__(self, *, as_json: bool, language: str = "") -> None:
        self.printed = 0
        self._as_json = as_json
        self._language = language

    def write(self, plain: str, members: Mapping[str, object]) -> None:
        """Print a line, or the object with these members."""
        self.printed += 1
        data = encode_json(members) + b"\n" if self._as_json else encode_screen_line(plain, b"\n")
        sys.stdout.buffer.write(data)

    def write_events(self, room: str, events: Iterable[Message], before: str = "") -> None:
        """Print events of a room, each after a text."""
        for event in events:
            self.write(f"{before}{_line_of(event, self._language)}", {"room": room, **event})

    def flush(self) -> None:
        """Hand on all that was printed."""
        sys.stdout.buffer.flush()

    @property
    def status(self) -> int:
        """The exit status: 0 if something was printed, else 1."""
        return 0 if self.printed else 1


def note(text: str) -> None:
    """Tell the user something that is not part of the output."""
    print(f"chatd: {text}", file=sys.stderr, flush=True)


def seq_of(event: Message) -> int:
    """Return the seq of an event; 0 if it has none."""
    seq = event.get("seq")
    return seq if isinstance(seq, int) and 0 < seq < _END_OF_LOG else 0


def time_of(event: Message) -> int:
    """Return the time of an event, in milliseconds since 1970."""
    time = event.get("time")
    return time if isinstance(time, int) and 0 <= time < END_OF_TIME else 0


def _line_of(event: Message, language: str) -> str:
    """Return an event as a chat port shows a past one."""
    author, text = (json_lines.text_of(event, member) for member in ("author", "text"))
    kind = event.get("kind")
    if kind == "action":
        said = f"* {author} {text}"
    elif kind == "topic":
        said = f"*** {_topic(author, text, language)}"
    elif kind == "deed":
        said = f"*** {text}"
    else:
        said = f"<{author}> {text}"
    return f"[{local_time(time_of(event) // 1000)}] {said}"


def _topic(author: str, topic: str, language: str) -> str:
    from chatd.i18n import Language, sentence  # takes a while

    known = {each.value: each for each in Language}
    key = "topic_set" if topic else "topic_cleared"
    return sentence(known.get(language, Language.ENGLISH), key, name=author, topic=topic)
