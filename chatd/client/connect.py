"""`chatd connect`: its arguments, and the checks before a conversation in a terminal starts.

The conversation itself is `chatd.client.console`, which needs prompt_toolkit. This module must not
import it before it has checked that prompt_toolkit is installed: else it says what to install.
"""

import argparse
import asyncio
import os
import sys
from contextlib import closing
from importlib.util import find_spec

from chatd.client import server, wire
from chatd.client.wire import ClientError
from chatd.util.command_parser import Example
from chatd.util.extras import how_to_install

SUCCESS = "you left"

EXAMPLES = (
    Example("talk on this machine", "chatd connect"),
    Example("talk on another machine, over TLS", "chatd connect --tls chat.example.com 60062"),
    Example("talk where a profile says", "chatd connect @work"),
    Example(
        "talk over a UNIX socket, which may ask for passwords", "chatd connect --unix chat.sock"
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd connect` to *parser*."""
    parser.add_argument(
        "host",
        nargs="?",
        type=wire.host_name,
        metavar="HOST",
        help=f"the host of the daemon, HOST:PORT, or @PROFILE (default: {wire.DEFAULT_HOST})",
    )
    parser.add_argument(
        "port",
        nargs="?",
        type=wire.port_number,
        metavar="PORT",
        help=f"its port for chat lines (default: {wire.DEFAULT_PORT})",
    )
    server.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Talk until the user leaves. Raises `ClientError` without a server, or if it closes first."""
    if find_spec("prompt_toolkit") is None:
        raise ClientError(f"chatd connect needs prompt_toolkit: {how_to_install('client')}")
    address = server.server_of(arguments)
    if not _has_screen():
        raise ClientError(
            "connect needs a terminal to type in and to draw on. For a pipe take `chatd say` and"
            " `chatd tail -f`, such as `chatd tail -f ROOM | tee log`."
        )
    from chatd.client.console import talk
    from chatd.client.conversation import Conversation
    from chatd.client.reconnecting import Reconnecting

    def connect() -> server.Connection:
        connection = address.connect()
        connection.link.send(b"/json\n")
        return connection

    connection = connect()
    with closing(connection.link):
        return asyncio.run(talk(lambda view: Reconnecting(connect, Conversation(view)), connection))


def _has_screen() -> bool:
    """Return True if there is a terminal to type in and to draw on."""
    streams = sys.stdin, sys.stdout
    return os.environ.get("TERM") != "dumb" and all(each and each.isatty() for each in streams)
