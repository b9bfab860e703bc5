"""`chatd export`: writes out what is stored, also while a daemon runs.

It reads the store's file itself, and only reads. It knows nothing of connections.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from chatd.client.wire import ClientError
from chatd.event import Event
from chatd.formats import ChatFormat
from chatd.store import RoomRecord, StoreError
from chatd.stores import path_of
from chatd.stores.sqlite import Archive
from chatd.validation import InvalidName, fold, seconds_of, validate_room_name


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what it takes."""
    parser.add_argument(
        "--store", default="sqlite:chatd.sqlite", metavar="WHERE", help="sqlite:PATH"
    )
    parser.add_argument("--room", metavar="R", help="only this room")
    parser.add_argument(
        "--since",
        type=_since,
        default=0,
        metavar="WHEN",
        help="only from then on: 10m, 2h or 3d ago, or a time like 2026-11-22 or 2026-11-22T12:01",
    )
    parser.add_argument(
        "--format",
        choices=sorted(_FORMATS),
        default="text",
        help="text, as people saw it, or jsonl: a JSON object a line (default: text)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write every event that was asked for to standard output, room by room, in order."""
    written = _FORMATS[arguments.format]
    try:
        for event in _events(arguments.store, arguments.room, arguments.since):
            sys.stdout.buffer.write(written(event))
    except StoreError as error:
        raise ClientError(f"cannot export {arguments.store}: {error}") from None
    return 0


def _events(store: str, room: str | None, since: int) -> Iterator[Event]:
    path = path_of(store, Path.cwd())
    if path is None:
        raise StoreError("it keeps nothing that could be exported.")
    if not path.exists():
        raise StoreError("there is no such file. Name the one that the daemon was given.")
    archive = Archive(path)
    try:
        for record in _rooms(archive, room):
            seq = archive.seq_before(record.name, since)
            while page := archive.page(record.name, seq, record.head):
                yield from page
                seq = page[-1].seq
    finally:
        archive.close()


def _rooms(archive: Archive, wanted: str | None) -> list[RoomRecord]:
    rooms = archive.rooms()
    if wanted is None:
        return rooms
    try:
        key = fold(validate_room_name(wanted))
    except InvalidName:
        raise StoreError(f"{wanted!r} cannot be a room's name.") from None
    rooms = [record for record in rooms if fold(record.name) == key]
    if not rooms:
        raise StoreError(f"nothing was said in a room called {wanted!r}.")
    return rooms


def _since(text: str) -> int:
    """A moment, in milliseconds since 1970; a day or an hour without a zone is the local one."""
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


def _as_text(event: Event) -> bytes:
    return f"#{event.room} {event.seq} ".encode() + ChatFormat(times=True).render([event])


def _as_json(event: Event) -> bytes:
    fields = event._asdict() | {"kind": event.kind.name.lower()}
    # ASCII, so that nothing in it can drive a terminal; JSON leaves DEL as it is.
    return json.dumps(fields).replace("\x7f", "\\u007f").encode() + b"\n"


_FORMATS: dict[str, Callable[[Event], bytes]] = {"text": _as_text, "jsonl": _as_json}
