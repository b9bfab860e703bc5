"""`chatd export`: write out stored events, also while a daemon runs.

It opens the store itself, for reading only. This module must not know connections.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from chatd.client import marked, present
from chatd.client.files import add_store
from chatd.client.markdown import Headings, plain
from chatd.client.stores import Log, opened_log
from chatd.client.wire import ClientError
from chatd.event import Event, Kind, is_inbox, is_room
from chatd.formats.base import told
from chatd.formats.chat import ChatFormat
from chatd.i18n import Language
from chatd.storage.contract import RoomRecord, StoreError
from chatd.text.escaping import encode_lines
from chatd.text.folding import fold
from chatd.text.rows import json_row
from chatd.text.times import local_time, seconds_of
from chatd.text.validation import InvalidName, validate_room_name
from chatd.util.command_manual import Example

SUCCESS = "all was written"

EXAMPLES = (
    Example("read what was said today in a room", "chatd export --room builds --since 24h"),
    Example("make a transcript", "chatd export --room builds --format markdown > builds.md"),
    Example("give all stored lines to a program", "chatd export --format jsonl | jq -r .text"),
    Example(
        "begin a post-mortem with the decisions",
        "chatd export --room ops --marked --format markdown > post-mortem.md",
    ),
    Example(
        "see who was in a lesson, and when",
        "chatd export --room class --present --since 8h --format csv > class.csv",
    ),
    Example("read a copy of a store", "chatd export --store sqlite:copy.sqlite"),
    Example("read what several daemons share", "chatd export --store postgresql:///chatd"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd export` to *parser*."""
    add_store(parser)
    parser.add_argument("--room", metavar="ROOM", help="only this room")
    parser.add_argument(
        "--since",
        type=_since,
        default=0,
        metavar="WHEN",
        help="only lines since then: 10m, 2h or 3d ago, or a time like 2026-11-22T12:01",
    )
    parser.add_argument(
        "--format",
        choices=sorted(marked.FORMATS),
        default="text",
        help="text: the lines as people saw them; jsonl: a JSON object a line; markdown: a"
        " transcript to read and to paste; csv: a table, with --marked or --present (default:"
        " text)",
    )
    parser.add_argument(
        "--language",
        choices=[language.value for language in Language],
        default=Language.ENGLISH.value,
        help="the language of the server's sentences, in text and markdown (default: en)",
    )
    about = parser.add_mutually_exclusive_group()
    about.add_argument(
        "--marked",
        action="store_true",
        help="only the decisions, which /mark made, each with its line",
    )
    about.add_argument(
        "--present",
        action="store_true",
        help="no lines, but who was there and when, of rooms that keep a register; of people who"
        " have left since or not yet",
    )
    parser.add_argument(
        "--private",
        action="store_true",
        help="also the private lines that are stored for people with an account",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the events that *arguments* select to standard output, room by room, in order."""
    language = Language(arguments.language)
    if arguments.present and arguments.format not in present.FORMATS:
        raise ClientError(f"--present has no format {arguments.format}: use csv, jsonl or text")
    if arguments.format not in _FORMATS and not (arguments.marked or arguments.present):
        raise ClientError(
            f"--format {arguments.format} is for tables: give --marked or --present, too"
        )
    try:
        with opened_log(arguments.store) as log:
            for lines in _lines(log, arguments, language):
                sys.stdout.buffer.write(lines)
    except StoreError as error:
        raise ClientError(f"cannot export {arguments.store}: {error}") from None
    return 0


def _lines(log: Log, arguments: argparse.Namespace, language: Language) -> Iterator[bytes]:
    rooms, since = _rooms(log, arguments.room, arguments.private), arguments.since
    if arguments.present:
        return present.FORMATS[arguments.format](present.present_in(log, rooms, since))
    if arguments.marked:
        found = (
            each
            for room in rooms
            for each in marked.marked_in(log, room, log.seq_before(room.name, since))
        )
        return marked.FORMATS[arguments.format](found, language)
    events = (event for room in rooms for event in _events(log, room, since))
    return _FORMATS[arguments.format](events, language)


def _events(log: Log, room: RoomRecord, since: int) -> Iterator[Event]:
    seq = log.seq_before(room.name, since)
    while page := log.page(room.name, seq, room.head):
        yield from page
        seq = page[-1].seq


def _rooms(log: Log, wanted: str | None, private: bool) -> list[RoomRecord]:
    rooms = [
        record
        for record in log.rooms()
        if is_room(record.name) or (private and is_inbox(record.name))
    ]
    if wanted is None:
        return rooms
    try:
        name = wanted if private and is_inbox(wanted) else validate_room_name(wanted)
    except InvalidName:
        raise StoreError(f"{wanted!r} cannot be a room's name.") from None
    rooms = [record for record in rooms if fold(record.name) == fold(name)]
    if not rooms:
        raise StoreError(f"nothing was said in a room called {wanted!r}.")
    return rooms


def _since(text: str) -> int:
    """Return a time in milliseconds since 1970; a date or time without a zone is local."""
    try:
        return (int(time.time()) - seconds_of(text)) * 1000
    except ValueError:
        pass
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither a time span like 10m, 2h, 3d nor a time like 2026-11-22T12:01"
        ) from None


def _as_text(events: Iterable[Event], language: Language) -> Iterator[bytes]:
    format = ChatFormat(language, times=True)
    for event in events:
        yield f"#{event.room} {event.seq} ".encode() + format.render([event])


def _as_json(events: Iterable[Event], _: Language) -> Iterator[bytes]:
    for event in events:
        fields = event._asdict() | {"kind": event.kind.name.lower()}
        if event.part_of is None:
            del fields["part_of"]
        yield json_row(fields)


def _as_markdown(events: Iterable[Event], language: Language) -> Iterator[bytes]:
    headings = Headings()
    for event in events:
        date, clock = local_time(event.time // 1000).split(" ")
        lines = headings.before(event.room, date)
        yield encode_lines([*lines, f"- {clock} {_entry(event, language)}"], b"\n")


def _entry(event: Event, language: Language) -> str:
    text = plain(event.text)
    if event.kind in (Kind.MESSAGE, Kind.NOTICE):
        return f"**{plain(event.author)}**: {text}"
    if event.kind is Kind.ACTION:
        return f"**{plain(event.author)}** {text}"
    if event.kind is Kind.PRIVATE:
        return f"**{plain(event.author)}** (private): {text}"
    return f"*{plain(told(language, event))}*"


_FORMATS: dict[str, Callable[[Iterable[Event], Language], Iterator[bytes]]] = {
    "text": _as_text,
    "jsonl": _as_json,
    "markdown": _as_markdown,
}
