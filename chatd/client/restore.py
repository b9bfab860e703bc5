"""`chatd restore`: put a back-up in the place of a store, while no daemon runs.

This module must not know how the files are exchanged.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from chatd.client.files import add_store, counted, path_as_owner
from chatd.client.wire import ClientError
from chatd.storage.contract import StoreError
from chatd.storage.sqlite.restoring import open_back_up, restore
from chatd.text.escaping import visible
from chatd.util.command_manual import Example

SUCCESS = "the back-up is in the place of the store"

EXAMPLES = (
    Example("go back to a back-up, with the daemon stopped", "chatd restore copy.sqlite"),
    Example(
        "restore the store of a service",
        "systemctl stop chatd && chatd restore --store sqlite:/var/lib/chatd/chatd.sqlite"
        " /var/backups/chatd/chatd.sqlite && systemctl start chatd",
    ),
    Example("look into the back-up first", "chatd check --store sqlite:copy.sqlite"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd restore` to *parser*."""
    add_store(parser, "restore a database with pg_restore")
    parser.add_argument(
        "file",
        metavar="FILE",
        help="the back-up; it stays, and so does the old store, under a name that is printed",
    )


def run(arguments: argparse.Namespace) -> int:
    """Restore, and print what the store holds now. Raises `ClientError` if that is impossible."""
    file = Path(arguments.file)
    try:
        # As the user who runs the command: root may keep back-ups that the store's owner cannot
        # read.
        descriptor = open_back_up(file)
        path = path_as_owner(arguments.store)
        restored = restore(descriptor, file, path)
    except StoreError as error:
        raise ClientError(f"cannot restore {arguments.store}: {error}") from None
    held = counted(restored.found.lines, restored.found.rooms)
    aside = f" The old store is {visible(str(restored.aside))}." if restored.aside else ""
    print(f"{visible(str(path))}: {held}, from {visible(str(file))}.{aside}")
    return 0
