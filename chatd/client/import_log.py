"""`chatd import`: make rooms of logs, of chatd's own or of other programs', while no daemon runs.

It also moves all of a store to one of another kind. This module must not know the form of a log,
nor how events are written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from chatd.accounts.accounts import Accounts
from chatd.client.files import add_store, counted
from chatd.client.imports import irssi, jsonl, weechat
from chatd.client.imports.events import Importing
from chatd.client.imports.said import ImportRefused, Item
from chatd.client.imports.slack import Export
from chatd.client.loaded import LoadedStore
from chatd.client.stores import opened_for_import
from chatd.client.wire import ClientError, WrongUsage
from chatd.event import Event, is_inbox
from chatd.storage.contract import StoreError
from chatd.storage.paths import MEMORY, is_shared, wrong_store
from chatd.text.escaping import visible
from chatd.text.validation import InvalidName, check_end, validate_room_name
from chatd.util.command_manual import Example

SUCCESS = "all was imported"

EXAMPLES = (
    Example(
        "copy a room to another store",
        "chatd export --room ops --format jsonl | chatd import --store sqlite:other.sqlite",
    ),
    Example("make a room of a log of irssi", "chatd import --format irssi --into ops '#ops.log'"),
    Example(
        "make a room of a log of WeeChat",
        "chatd import --format weechat --into ops 'irc.libera.#ops.weechatlog'",
    ),
    Example("make the channels of a Slack workspace", "chatd import --format slack export.zip"),
    Example(
        "move a store to a database, with all that is in it",
        "chatd import --store postgresql:///chatd --format store sqlite:chatd.sqlite",
    ),
)

_OF_ONE_ROOM: dict[str, Callable[[Iterable[bytes]], Iterator[Item]]] = {
    "irssi": irssi.read,
    "weechat": weechat.read,
}

_TOLD = 20
"""Most changed names, and most bad lines, that are told."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd import` to *parser*."""
    add_store(parser)
    parser.add_argument(
        "file",
        nargs="?",
        default="-",
        metavar="FILE",
        help="the log (default, and -: standard input)",
    )
    parser.add_argument(
        "--format",
        choices=["irssi", "jsonl", "slack", "store", "weechat"],
        default="jsonl",
        help="jsonl: what chatd export --format jsonl writes; irssi, weechat: the log of a channel;"
        " slack: the folder or the zip of an export; store: all of another store, as --store names"
        " it, into an empty one (default: jsonl)",
    )
    parser.add_argument(
        "--into", type=_room, metavar="ROOM", help="the room to make of a log of one room"
    )
    parser.add_argument(
        "--skip-bad",
        action="store_true",
        help="leave out lines that cannot be read, and tell them; not for jsonl",
    )


def run(arguments: argparse.Namespace) -> int:
    """Import a log, and print what was imported. Raises `ClientError` if that is impossible."""
    if arguments.format in _OF_ONE_ROOM and arguments.into is None:
        raise WrongUsage(f"a log of {arguments.format} is of one room: give its name with --into")
    if arguments.format in ("jsonl", "store") and arguments.skip_bad:
        raise WrongUsage("--skip-bad is for logs of other programs")
    if arguments.format == "slack" and arguments.file == "-":
        raise WrongUsage("give the folder or the zip of the export as FILE")
    if arguments.format == "store":
        return _move(arguments)
    shown = visible(arguments.file)
    try:
        with ExitStack() as opened:
            # As the user who runs the command, who may not be the owner of the store. Files in a
            # folder are opened later, as the owner.
            read = _reader(arguments, opened)
            store = opened.enter_context(opened_for_import(arguments.store))
            accounts = Accounts(LoadedStore(store.rooms, store.records))
            importing = Importing(store.rooms, arguments.into, accounts, skips=arguments.skip_bad)
            store.write(read(importing))
    except (ImportRefused, StoreError) as error:
        raise ClientError(f"cannot import {shown}: {visible(str(error))}") from None
    except OSError as error:
        raise ClientError(f"cannot import {shown}: {error.strerror}.") from None
    _tell(importing, store.place, is_new=store.is_new)
    return 0


def _move(arguments: argparse.Namespace) -> int:
    """Import all of a store into an empty one, and print how much that was."""
    source, target = arguments.file, arguments.store
    if arguments.into is not None:
        raise WrongUsage("--into is for a log of one room")
    if wrong := "it keeps nothing" if source == MEMORY else wrong_store(source):
        raise WrongUsage(f"give the store that is to be imported as FILE: {wrong}")
    if is_shared(source) == is_shared(target):
        how = "pg_dump" if is_shared(source) else "chatd backup"
        raise WrongUsage(f"a store is moved to one of another kind; {how} copies one")
    lines = 0

    def count(events: Iterable[Event]) -> Iterator[Event]:
        nonlocal lines
        for event in events:
            lines += 1
            yield event

    try:
        with (
            opened_for_import(source, must_exist=True) as old,
            opened_for_import(target) as new,
        ):
            if new.rooms or new.records:
                raise StoreError(
                    f"{target} is not empty, and a store is moved to an empty one alone."
                    " Give another --store."
                )
            rooms, records, events = old.whole()
            new.write(count(events), rooms, records)
    except StoreError as error:
        raise ClientError(f"cannot import {visible(source)}: {visible(str(error))}") from None
    stored = f"{len(records)} record{'s' * (len(records) != 1)}"
    print(f"{visible(new.place)}: {counted(lines, rooms)} imported, and {stored}.")
    return 0


def _room(text: str) -> str:
    try:
        name = validate_room_name(text)
        check_end(name)
    except InvalidName as invalid:
        raise argparse.ArgumentTypeError(
            f"{text!r} cannot be a room's name: it {invalid.reason.value}"
        ) from None
    return name


def _reader(
    arguments: argparse.Namespace, opened: ExitStack
) -> Callable[[Importing], Iterator[Event]]:
    """Open the log, and return what makes its events. Raises `ClientError` and `OSError`."""
    if arguments.format == "slack":
        export = Export(Path(arguments.file))
        return lambda importing: importing.foreign(export.read())
    lines: BinaryIO
    if arguments.file != "-":
        lines = Path(arguments.file).open("rb")  # noqa: SIM115 - the stack closes it
        opened.callback(lines.close)
    elif sys.stdin is None:
        raise ClientError("nothing to import: standard input is closed. Give a FILE.")
    else:
        lines = sys.stdin.buffer
    if arguments.format == "jsonl":
        return lambda importing: importing.own(jsonl.read(lines))
    return lambda importing: importing.foreign(_OF_ONE_ROOM[arguments.format](lines))


def _tell(importing: Importing, place: str, *, is_new: bool) -> None:
    rooms = sum(not is_inbox(room) for room in importing.made.names)
    notices = f"{importing.notices} notice{'s' * (importing.notices != 1)}"
    without = f", without {notices}" if importing.notices else ""
    made = " The store is new." if is_new else ""
    print(
        f"{visible(place)}: {importing.lines} line{'s' * (importing.lines != 1)} imported into"
        f" {rooms} room{'s' * (rooms != 1)}{without}.{made}"
    )
    for bad in importing.bad[:_TOLD]:
        _note(f"left out {visible(bad.place)}: {visible(bad.why)}")
    if len(importing.bad) > _TOLD:
        _note(f"left out {len(importing.bad)} in all")
    for what, changed in ("names", importing.names.changed), ("rooms", importing.made.changed):
        some = [f"{visible(old)} is {new}" for old, new in list(changed.items())[:_TOLD]]
        more = f", and {len(changed) - _TOLD} more" if len(changed) > _TOLD else ""
        if some:
            _note(f"{what} that changed: {', '.join(some)}{more}")


def _note(text: str) -> None:
    print(f"chatd: {text}.", file=sys.stderr)
