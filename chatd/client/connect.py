"""`chatd connect`: its arguments, and the checks before a conversation in a terminal starts.

The conversation itself is `chatd.client.console`, which needs prompt_toolkit. This module must not
import it before it has checked that prompt_toolkit is installed: else it says what to install.
"""

import argparse
import asyncio
import os
import sys
from importlib.util import find_spec

from chatd.client import wire
from chatd.client.wire import ClientError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd connect` to *parser*."""
    parser.add_argument(
        "host",
        nargs="?",
        default=wire.DEFAULT_HOST,
        type=wire.host_name,
        metavar="HOST",
        help="the host of the daemon (default: %(default)s)",
    )
    parser.add_argument(
        "port",
        nargs="?",
        default=wire.DEFAULT_PORT,
        type=wire.port_number,
        metavar="PORT",
        help="its port for chat lines (default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Talk until the user leaves. Raises `ClientError` without a server, or if it closes first."""
    if find_spec("prompt_toolkit") is None:
        raise ClientError("chatd connect needs prompt_toolkit: pip install 'chatd[client]'")
    where = f"{arguments.host} {arguments.port}"
    if not _can_edit():
        raise ClientError(
            "connect needs a terminal to type in. "
            f"For a pipe take `chatd say`, or `nc {where}` to see what others say."
        )
    from chatd.client.console import talk

    with wire.connect(arguments.host, arguments.port) as connection:
        return asyncio.run(talk(connection))


def _can_edit() -> bool:
    """Return True if there is a terminal to type in, and one (maybe standard error) to draw on."""
    return (
        os.environ.get("TERM") != "dumb"
        and sys.stdin is not None
        and sys.stdin.isatty()
        and sys.stdout is not None
        and (sys.stdout.isatty() or (sys.stderr is not None and sys.stderr.isatty()))
    )
