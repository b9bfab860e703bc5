"""`chatd say`: send lines, wait until each is saved, and tell by the exit status if all were.

This module reads the command line, the password and the input; `chatd.client.say_session` speaks
with the server. It must not import anything beyond the standard library and chatd's pure modules,
because it is what cron jobs start.
"""

import argparse
import os
import sys
from codecs import BOM_UTF8
from contextlib import closing

from chatd.client import say_session, server, wire
from chatd.client.wire import ClientError, WrongUsage
from chatd.protocols.lines.framing import Framer, TooLong
from chatd.text.validation import InvalidName, validate_name, validate_room_name
from chatd.util.command_parser import Example

_READ_SIZE = 1 << 16

_PASSWORD = "CHATD_PASSWORD"
"""The variable of the environment that may contain a password."""


SUCCESS = "every line was saved"

EXAMPLES = (
    Example("say a line in the lobby", "chatd say 'the backup is done'"),
    Example("say it in a room, under a name", "chatd say --room builds --name ci 'build 7 passed'"),
    Example(
        "say the lines of a program as they come", "tail -f build.log | chatd say --room builds"
    ),
    Example(
        "say it under a registered name, over a UNIX socket",
        "chatd say --unix chat.sock --login ci --password-file ci.password 'build 7 passed'",
    ),
    Example("say a text that begins with a dash", "chatd say -- '-5% of the disk is left'"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `chatd say` to *parser*."""
    parser.add_argument(
        "--host",
        type=wire.host_name,
        help=f"the host of the daemon (default: {wire.DEFAULT_HOST})",
    )
    parser.add_argument(
        "--port",
        type=wire.port_number,
        help=f"its port for chat lines (default: {wire.DEFAULT_PORT})",
    )
    server.add_arguments(parser)
    parser.add_argument("--room", type=_room, help="the room to say it in (default: the lobby)")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--name", type=_name, help="a name to say it under (default: a guest's)")
    who.add_argument(
        "--login", type=_name, metavar="NAME", help="a registered name to say it under"
    )
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        help=f"a file whose first line is the password for --login (default: {_PASSWORD})",
    )
    parser.add_argument(
        "text",
        nargs="*",
        metavar="TEXT",
        help="the line to say (default, and -: standard input, by line)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Say the text that *arguments* name. Raises `ClientError` unless all of it was saved."""
    source: TextSource | StreamSource
    if arguments.text and arguments.text != ["-"]:
        source = TextSource(" ".join(arguments.text))
        if source.is_blank:
            raise WrongUsage("nothing to say: TEXT is empty. Without it, standard input is said.")
    elif sys.stdin is None:  # then descriptor 0 belongs to the next file that is opened
        raise ClientError("nothing to say: standard input is closed. Give the text as TEXT.")
    else:
        source = StreamSource(sys.stdin.fileno())
    if arguments.password_file is not None and arguments.login is None:
        raise WrongUsage("nothing was said: a password is for --login NAME.")
    password = _read_password(arguments.password_file) if arguments.login else None
    address = server.server_of(arguments)
    link, _ = address.connect(for_password=password is not None)
    with closing(link):
        name = say_session.enter(
            link, address.where, arguments.login or arguments.name, arguments.room, password
        )
        say_session.say(link, source, name)
    return 0


def _read_password(file: str | None) -> str:
    """Return the password in the first line of *file*, or without one that in the environment."""
    try:
        if file is None:
            text = os.environ.get(_PASSWORD, "")
        else:
            with open(file, encoding="utf-8-sig") as lines:
                text = lines.readline()
    except UnicodeDecodeError:
        raise ClientError(f"cannot read {file}: it is not UTF-8.") from None
    except OSError as error:
        raise ClientError(f"cannot read {file}: {error.strerror}.") from None
    password = text.splitlines()[0] if text.splitlines() else ""
    if not password.strip():
        raise ClientError(f"--login needs a password: --password-file FILE, or {_PASSWORD}.")
    return password


def _name(text: str) -> str:
    try:
        return validate_name(text)
    except InvalidName:
        raise argparse.ArgumentTypeError(
            f"{text!r} cannot be a name: 1 to 32 letters of one alphabet, digits, _ - or .,"
            " a letter or digit first"
        ) from None


def _room(text: str) -> str:
    try:
        return validate_room_name(text)
    except InvalidName:
        raise argparse.ArgumentTypeError(
            f"{text!r} cannot be a room: 1 to 32 letters of one alphabet, digits, _ - or .,"
            " a letter or digit first"
        ) from None


class TextSource:
    """The text given on the command line, as an input that has ended already."""

    fileno = None

    def __init__(self, text: str) -> None:
        # Bytes that the locale could not decode are sent as they were, to be refused.
        framer = _framer()
        data = text.encode(errors="surrogateescape").removeprefix(BOM_UTF8)
        self._lines = framer.feed(data) + framer.finish()

    @property
    def is_blank(self) -> bool:
        """True if the server would ignore every line."""
        return all(
            not isinstance(line, TooLong) and say_session.is_ignored(line) for line in self._lines
        )

    def read(self) -> list[bytes]:
        """Return all lines."""
        return self._lines


class StreamSource:
    """An input whose lines are said as they arrive."""

    def __init__(self, fileno: int) -> None:
        self.fileno: int | None = fileno
        self._framer = _framer()
        self._begun = False

    def read(self) -> list[bytes]:
        """Return the lines that arrived in one read; at the end `fileno` becomes None."""
        lines = self._read()
        if lines and not self._begun:
            self._begun = True
            if not isinstance(lines[0], TooLong):
                lines[0] = lines[0].removeprefix(BOM_UTF8)
        return lines

    def _read(self) -> list[bytes]:
        assert self.fileno is not None, "the input has ended"
        try:
            data = os.read(self.fileno, _READ_SIZE)
        except BlockingIOError:
            return []
        except OSError as error:
            raise ClientError(f"cannot read standard input: {error.strerror}.") from None
        if data:
            return self._framer.feed(data)
        self.fileno = None
        return self._framer.finish()


def _framer() -> Framer:
    # The server takes CR NUL for a line end, so it has to be one when lines are counted.
    return Framer(wire.MAX_LINE_BYTES, telnet_line_ends=True)
