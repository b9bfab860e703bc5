"""`chatd upgrade`: hand the daemon over to the version of chatd that is installed now.

The daemon of a store is asked at its control socket, which only its user can open. It starts what
it was started as itself: a request names no program. This module must not know how a handover is
done.
"""

from __future__ import annotations

import argparse
import socket
import time
from pathlib import Path
from typing import Any

from chatd.client.control import Closed, NotThere, ask, connected
from chatd.client.files import add_node, add_store, check_node, node_as_owner, path_as_owner
from chatd.client.wire import ClientError
from chatd.protocols.control import control_path
from chatd.storage.contract import StoreError
from chatd.storage.paths import is_shared
from chatd.storage.shared.settings import default_node
from chatd.text.escaping import visible
from chatd.util.command_manual import Example

ANSWER_SECONDS = 60.0
"""Seconds that the daemon has to reply. It gives the new version 30 to start
(`chatd.daemon.handover.giving.READY_SECONDS`), 20 to connect to a database, and needs a few for all
else."""

RESTART_SECONDS = 60.0
"""Seconds that a restart may take before this command waits no longer: the daemon has five to stop,
and a large store may have to be changed for the new version."""

LOOK_SECONDS = 0.1
"""Seconds between two looks whether the daemon is there again."""

SUCCESS = "the new version goes on"

EXAMPLES = (
    Example("go on with the version that is installed now", "chatd upgrade"),
    Example("of another store", "chatd upgrade --store sqlite:/srv/chat/chatd.sqlite"),
    Example("of the daemon called alba", "chatd upgrade --store postgresql:///chatd --node alba"),
    Example("with a version that cannot take over", "chatd upgrade --restart"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd upgrade` to *parser*."""
    add_store(parser)
    add_node(parser)
    parser.add_argument(
        "--restart",
        action="store_true",
        help="stop the daemon and start it again: everybody has to come back",
    )


def run(arguments: argparse.Namespace) -> int:
    """Have the daemon upgraded, and print the outcome. Raises `ClientError` if it is not."""
    check_node(arguments)
    try:
        path = control_path(_place(arguments.store, arguments.node))
    except StoreError as error:
        raise ClientError(f"cannot use --store {arguments.store}: {error}") from None
    try:
        connection = connected(path, ANSWER_SECONDS)
    except NotThere:
        raise ClientError(
            f"no daemon that uses {arguments.store} runs here. The next one that starts is the"
            " version that is installed now."
        ) from None
    with connection:
        reply = ask(connection, path, {"do": "upgrade", "restart": arguments.restart})
        if "error" in reply:
            raise ClientError(visible(str(reply["error"])))
        if not arguments.restart:
            print(visible(str(reply.get("said"))))
            return 0
        _wait_for_end(connection)
    print(_wait_for_start(path))
    return 0


def _place(where: str, node: str | None) -> Path:
    """Return the place of a daemon's files; as root, become their owner for good."""
    if not is_shared(where):
        return path_as_owner(where)
    name = node or default_node()
    if name is None:
        raise StoreError("the name of this machine cannot be that of a node: give --node NAME.")
    return node_as_owner(name)


def _wait_for_end(connection: socket.socket) -> None:
    """Wait until the daemon closes its control socket."""
    try:
        while connection.recv(1024):
            pass
    except ConnectionResetError:
        pass
    except OSError as error:
        raise ClientError(f"the daemon does not stop: {error.strerror or error}.") from None


def _wait_for_start(path: Path) -> str:
    """Wait for the daemon, and return that it goes on. Raises `ClientError`."""
    until = time.monotonic() + RESTART_SECONDS
    while time.monotonic() < until:
        try:
            with connected(path, ANSWER_SECONDS) as connection:
                found = ask(connection, path, {"do": "process"})
        except (NotThere, Closed):
            time.sleep(LOOK_SECONDS)
            continue
        return _restarted(found)
    raise ClientError(
        f"the daemon has stopped, and is not there after {RESTART_SECONDS:.0f} s. Its log says why;"
        " it may still be changing the store for the new version."
    )


def _restarted(found: dict[str, Any]) -> str:
    return f"restarted: process {found['process']} goes on with chatd {visible(found['version'])}."
