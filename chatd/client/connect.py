"""`chatd connect`: its arguments, and the checks before a conversation in a terminal starts.

The conversation itself is `chatd.client.console`, which needs prompt_toolkit. This module must not
import it before it has checked that prompt_toolkit is installed: else it says what to install.
"""

import argparse
import asyncio
import getpass
import os
import sys
from contextlib import closing
from importlib.util import find_spec

from chatd.client import json_lines, logging_in, sentences, server, wire
from chatd.client.sentences import Sentence
from chatd.client.server import Connection
from chatd.client.wire import ClientError
from chatd.util.command_manual import Example
from chatd.util.extras import how_to_install

SUCCESS = "you left"

DETAILS = {"Keys": str(Sentence("keys"))}

EXAMPLES = (
    Example("talk on this machine", "chatd connect"),
    Example("talk on another machine, over TLS", "chatd connect --tls chat.example.com 60062"),
    Example("talk where a profile says", "chatd connect @work"),
    Example(
        "talk over a UNIX socket, which may ask for passwords", "chatd connect --unix chat.sock"
    ),
    Example(
        "enter two rooms under a registered name",
        "chatd connect @work --login ana --room ops --room dev",
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd connect` to *parser*."""
    parser.add_argument(
        "host",
        nargs="?",
        type=wire.host_name,
        metavar="HOST",
        help=f"the host of the daemon, HOST:PORT, or @PROFILE (default: {server.DEFAULT})",
    )
    parser.add_argument(
        "port",
        nargs="?",
        type=wire.port_number,
        metavar="PORT",
        help=f"its port for chat lines (default: {wire.DEFAULT_PORT})",
    )
    server.add_arguments(parser)
    names = parser.add_mutually_exclusive_group()
    names.add_argument(
        "--name", type=logging_in.name, help="a name to talk under (default: a guest's)"
    )
    names.add_argument(
        "--login",
        type=logging_in.name,
        metavar="NAME",
        help="a registered name to talk under; its password is asked for",
    )
    parser.add_argument(
        "--room",
        type=logging_in.room,
        action="append",
        help="a room to enter (default: the lobby; may be repeated)",
    )


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
    from chatd.client.chat import View
    from chatd.client.console import talk
    from chatd.client.conversation import Conversation, Login
    from chatd.client.reconnecting import Reconnecting

    def connect() -> Connection:
        return json_lines.connect(address, for_password=arguments.login is not None)

    connection = connect()
    login = None
    if arguments.login is not None:
        # The server is known, and does not wait while a password is typed: come again with it.
        connection.link.close()
        login = Login(arguments.login, _password(arguments.login))
        connection = connect()
    # A profile has one room.
    rooms = [arguments.room] if isinstance(arguments.room, str) else arguments.room or []

    def begin(view: View) -> Reconnecting:
        language = sentences.language_of(os.environ)
        conversation = Conversation(
            view,
            name=arguments.name or "",
            rooms=rooms,
            login=login,
            language=language,
            found=None if address.is_named else address.where,
        )
        return Reconnecting(connect, conversation)

    with closing(connection.link):
        return asyncio.run(talk(begin, connection))


def _password(name: str) -> str:
    """Return the password of an account, which is typed without being shown."""
    try:
        password = getpass.getpass(f"Password for {name}: ")
    except EOFError:
        password = ""
    if not password.strip():
        raise ClientError("no password was typed, so nothing was sent.")
    return password


def _has_screen() -> bool:
    """Return True if there is a terminal to type in and to draw on."""
    streams = sys.stdin, sys.stdout
    return os.environ.get("TERM") != "dumb" and all(each and each.isatty() for each in streams)
