"""`chatd backup`: copy a store into a file, also while a daemon runs.

This module must not know how a store is copied.
"""

from __future__ import annotations

import argparse

from chatd.client.files import add_store, counted, existing_store, path_of_file
from chatd.client.wire import ClientError
from chatd.storage.contract import StoreError
from chatd.storage.sqlite.backup import back_up
from chatd.text.escaping import visible
from chatd.text.sizes import written_size
from chatd.util.command_manual import Example

SUCCESS = "the copy is whole, checked and on the disk"

EXAMPLES = (
    Example("keep the latest back-up", "chatd backup copy.sqlite"),
    Example("keep one for each day of the week", 'chatd backup "$(date +%a).sqlite"'),
    Example(
        "back up the store of a service, from cron",
        "chatd backup --store sqlite:/var/lib/chatd/chatd.sqlite /var/backups/chatd/chatd.sqlite",
    ),
    Example("look into a back-up", "chatd export --store sqlite:copy.sqlite"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd backup` to *parser*."""
    add_store(parser, "back up a database with pg_dump")
    parser.add_argument(
        "file",
        metavar="FILE",
        help="the copy, readable by the store's owner alone; an earlier back-up of that name is"
        " replaced once the copy is whole, any other file is refused",
    )


def run(arguments: argparse.Namespace) -> int:
    """Copy the store and print what the copy holds. Raises `ClientError` if that is impossible."""
    try:
        path = existing_store(arguments.store)
        target = path_of_file(arguments.file)
        found = back_up(path, target)
    except StoreError as error:
        raise ClientError(f"cannot back up {arguments.store}: {error}") from None
    size = written_size(target.stat().st_size)
    print(f"{visible(str(target))}: {counted(found.lines, found.rooms)}, {size}")
    return 0
