"""`chatd check`: look for faults in a store or in a back-up, also while a daemon runs.

The rows are checked by `chatd.storage.sqlite.examination`. This module reads the records as a
daemon does that starts, and compares them with the logs. It must not know the rows of a file.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import islice

from twisted.internet.task import Clock

from chatd.chat.read_marks import ReadMark
from chatd.chat.server import ChatServer
from chatd.client.files import add_store, counted, existing_store
from chatd.client.loaded import LoadedStore
from chatd.client.wire import ClientError
from chatd.storage.contract import StoreError
from chatd.storage.records import Table
from chatd.storage.sqlite.backup import last_back_up
from chatd.storage.sqlite.examination import MOST_FAULTS, Examination, examine_file
from chatd.text.escaping import visible
from chatd.text.folding import fold
from chatd.text.times import local_time
from chatd.util.command_manual import Example
from chatd.webhooks.registry import HookRecord

SUCCESS = "there is no fault"

EXAMPLES = (
    Example("check the store in this directory", "chatd check"),
    Example("check a back-up", "chatd check --store sqlite:copy.sqlite"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd check` to *parser*."""
    add_store(parser, "check a database with pg_amcheck")


def run(arguments: argparse.Namespace) -> int:
    """Print what a store holds, or its faults. Raises `ClientError` if it cannot be read."""
    try:
        path = existing_store(arguments.store)
        found = examine_file(path)
    except StoreError as error:
        raise ClientError(f"cannot check {arguments.store}: {error}") from None
    faults = list(islice((*found.faults, *_faults_of_records(found)), MOST_FAULTS))
    for fault in faults:
        print(fault)
    if faults:
        more = " or more" if len(faults) == MOST_FAULTS else ""
        print(
            f"chatd: {len(faults)} fault{'s' * (len(faults) != 1)}{more} in {arguments.store}."
            " Keep the file, and restore a back-up: chatd restore FILE.",
            file=sys.stderr,
        )
        return 1
    held = counted(found.lines, found.rooms)
    if found.is_older:
        print(
            f"{held}, no fault that SQLite finds; an older chatd wrote the file (version"
            f" {found.version}), so start this one on it to check the rest"
        )
    else:
        last = last_back_up(path)
        told = "" if last is None else f"; last back-up {local_time(last)}"
        print(f"{held}, no fault{told}")
    return 0


def _faults_of_records(found: Examination) -> Iterator[str]:
    """Yield the faults of the records, and of their relation to the logs."""
    store = LoadedStore(found.rooms, found.records)
    if _start(store):
        for kind in sorted({record.kind for record in found.records}):
            of_kind = [record for record in found.records if record.kind == kind]
            if why := _start(LoadedStore(found.rooms, of_kind)):
                yield f"records of the kind {visible(kind)}: {why}"
        return
    names: dict[str, str] = {}
    for room in found.rooms:
        other = names.setdefault(fold(room.name), room.name)
        if other != room.name:
            yield f"#{visible(other)} and #{visible(room.name)} are one room to a daemon"
    heads = {fold(record.name): record.head for record in found.rooms}
    for key, mark in Table(store, "place", ReadMark).items():
        account, _, log = key.partition("/")
        if mark.seq > heads.get(log, 0):
            yield f"the read mark of {visible(account)} in #{visible(log)} is after its last line"
    for key, hook in Table(store, "hook", HookRecord).items():
        log, _, _ = key.rpartition("/")
        if hook.seq > heads.get(log, 0):
            yield f"the webhook {visible(key)} is after the last line of its room"


def _start(store: LoadedStore) -> str:
    """Return why a daemon could not start with a store; "" if it could."""
    try:
        ChatServer(store, Clock())
    except StoreError as error:
        return str(error)
    return ""
