"""`chatd connect`: a terminal in a room. What it takes, and what must be there before it starts.

The conversation itself is `chatd.client.console`, which needs prompt_toolkit; this module must not
import that before it knows that it can, so that whoever lacks it is told what to install.
"""

import argparse
import asyncio
import os
import sys
from importlib.util import find_spec

from chatd.client import wire
from chatd.client.wire import ClientError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `chatd connect` takes to *parser*."""
    parser.add_argument(
        "host",
        nargs="?",
        default=wire.DEFAULT_HOST,
        type=wire.host_name,
        metavar="HOST",
        help="default: %(default)s",
    )
    parser.add_argument(
        "port",
        nargs="?",
        default=wire.DEFAULT_PORT,
        type=wire.port_number,
        metavar="PORT",
        help="default: %(default)s",
    )


def run(arguments: argparse.Namespace) -> int:
    """Talk until the person leaves. Raises `ClientError` if the server is not there, or goes."""
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
    """Whether there is a terminal to type in, and one (maybe standard error) to draw on."""
    return (
        os.environ.get("TERM") != "dumb"
        and sys.stdin is not None
        and sys.stdin.isatty()
        and sys.stdout is not None
        and (sys.stdout.isatty() or (sys.stderr is not None and sys.stderr.isatty()))
    )
