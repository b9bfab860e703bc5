r"""`chatd say`: says lines, waits until each is saved, and its exit status tells if all were.

How (docs/wire.md has the words): everything that one connection sends is answered in order, so the
error that answers a command which does not exist shows that the name and the room before it were
taken. From `/text` on no line can be a command. A line is saved once it comes back behind our name;
after the last one we half-close, and the server answers all that it owes before it closes.

    <- *** Welcome to chatd. You are guest7 in #lobby. ...
    -> /join \n /nick ci \n /join ops \n /saysync
    <- ERR Wrong use: ...
    <- *** You are now ci.
    <- *** You are in #ops. ...
    <- ERR Unknown command: /saysync. ...
    -> /text \n build 17 is done \n FIN
    <- *** From here on ...
    <- <ci> build 17 is done
    <- FIN

Nothing is sent before the server has welcomed us: another kind of server must not be told, and a
bare port would say these commands to everybody. This module must not import anything beyond the
standard library and chatd's pure modules, because it is what cron jobs start.
"""

import argparse
import contextlib
import ipaddress
import os
import re
import select
import socket
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator

from chatd.client import wire
from chatd.client.lines import names_in
from chatd.client.wire import ClientError
from chatd.protocols.lines.framing import Framer, TooLong
from chatd.text.escaping import visible
from chatd.text.folding import fold
from chatd.text.validation import (
    InvalidLine,
    InvalidName,
    LineFault,
    validate_line,
    validate_name,
    validate_room_name,
)

WELCOME_TIMEOUT = 15.0
"""Seconds that a server has to welcome us: one that waits for us to speak is not a chat port."""

ANSWER_TIMEOUT = 120.0
"""Seconds without a byte, while an answer is owed, after which a server is given up."""

_READ_SIZE = 1 << 16
_MAX_UNSENT = 1 << 18

_PASSWORD = "CHATD_PASSWORD"
"""The variable of the environment that may hold a password."""

_ERROR = wire.ERROR.encode()
_NOTICE = wire.NOTICE.encode()
_FENCE = b"/saysync"

# A /join that is refused before anything was said leads out of every room. A name that is taken
# there is announced to nobody: what says one line should be one line.
_TO_NO_ROOM = b"/join\n"

_GUEST = re.compile(rb"\bguest\d+\b")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `chatd say` takes to *parser*."""
    parser.add_argument(
        "--host", default=wire.DEFAULT_HOST, type=wire.host_name, help="default: %(default)s"
    )
    parser.add_argument(
        "--port", default=wire.DEFAULT_PORT, type=wire.port_number, help="default: %(default)s"
    )
    parser.add_argument("--room", type=_room, help="where to say it (default: the lobby)")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--name", type=_name, help="who says it (default: a guest)")
    who.add_argument("--login", type=_name, metavar="NAME", help="a registered name that says it")
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        help=f"its first line is the password for --login (default: that in {_PASSWORD})",
    )
    parser.add_argument(
        "--plaintext-password",
        action="store_true",
        help="send it also to another machine, where it may be read on the way",
    )
    parser.add_argument(
        "text",
        nargs="*",
        metavar="TEXT",
        help="what to say (default, and -: standard input, by line)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Say what *arguments* ask for. Raises `ClientError` unless all of it was saved."""
    source: _Words | _Stream
    if arguments.text and arguments.text != ["-"]:
        source = _Words(" ".join(arguments.text))
        if source.is_blank:
            raise ClientError("nothing to say: TEXT is empty. Without it, standard input is said.")
    elif sys.stdin is None:  # then descriptor 0 is whatever is opened next
        raise ClientError("nothing to say: standard input is closed. Give the text as TEXT.")
    else:
        source = _Stream(sys.stdin.fileno())
    for_login = arguments.password_file is not None or arguments.plaintext_password
    if for_login and arguments.login is None:
        raise ClientError("nothing was said: a password is for --login NAME.")
    password = _read_password(arguments.password_file) if arguments.login else None
    where = wire.show_address(arguments.host, arguments.port)
    with wire.connect(arguments.host, arguments.port) as connection:
        if password is not None and not arguments.plaintext_password and _is_far(connection):
            raise ClientError(
                f"nothing was said: the password could be read on its way to {where}."
                " Run this on the server's machine, or give --plaintext-password."
            )
        link = _Link(connection)
        name = _enter(link, where, arguments.login or arguments.name, arguments.room, password)
        _say(link, source, f"<{name}> ".encode())
    return 0


def _read_password(file: str | None) -> str:
    """The password that is in a file, or else in the environment."""
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


def _is_far(connection: socket.socket) -> bool:
    """Whether what is sent leaves this machine."""
    host: str = connection.getpeername()[0]
    ip = ipaddress.ip_address(host.partition("%")[0])
    return not (getattr(ip, "ipv4_mapped", None) or ip).is_loopback


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


class _Words:
    """The text given on the command line, as an input that has ended already."""

    fileno = None

    def __init__(self, text: str) -> None:
        # What the locale could not decode goes out as the bytes it was, to be refused.
        framer = _framer()
        data = text.encode(errors="surrogateescape").removeprefix(BOM_UTF8)
        self._lines = framer.feed(data) + framer.finish()

    @property
    def is_blank(self) -> bool:
        """True if nothing in it could be said."""
        return all(not isinstance(line, TooLong) and _is_blank(line) for line in self._lines)

    def read(self) -> list[bytes]:
        """Return all lines."""
        return self._lines


class _Stream:
    """An input that is said as it comes."""

    def __init__(self, fileno: int) -> None:
        self.fileno: int | None = fileno
        self._framer = _framer()
        self._begun = False

    def read(self) -> list[bytes]:
        """Return the lines that came in one read; at its end `fileno` becomes None."""
        lines = self._read()
        if lines and not self._begun:
            self._begun = True
            if not isinstance(lines[0], TooLong):
                lines[0] = lines[0].removeprefix(BOM_UTF8)
        return lines

    def _read(self) -> list[bytes]:
        assert self.fileno is not None, "nobody reads on after the end"
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


class _Link:
    """A connection that is read whenever it is written, so that neither side waits for the other.

    `is_open` is true until all that the server sent was read.
    """

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.is_open = True
        self._connection = connection
        self._framer = Framer(wire.MAX_LINE_BYTES, telnet_line_ends=False)
        self._unsent = bytearray()
        self._can_send = True
        self._said_all = False

    def send(self, data: bytes) -> None:
        """Let *data* go out during the coming exchanges."""
        self._unsent += data

    def finish(self) -> None:
        """Half-close, once everything is sent."""
        self._said_all = True
        if not self._unsent:
            self._send()

    def exchange(self, timeout: float | None, also: int | None) -> tuple[list[bytes], bool]:
        """Wait until something can be done; return the lines that came, and if *also* is readable.

        *also* is not looked at while much is unsent. Raises TimeoutError when nothing can be done.
        """
        readers: list[socket.socket | int] = [self._connection]
        if also is not None and len(self._unsent) < _MAX_UNSENT:
            readers.append(also)
        writers = [self._connection] if self._unsent else []
        readable, writable, _ = select.select(readers, writers, [], timeout)
        if not readable and not writable:
            raise TimeoutError
        if writable:
            self._send()
        lines = self._receive() if self._connection in readable else []
        return lines, also in readable

    def _send(self) -> None:
        if not self._can_send:
            self._unsent.clear()
            return
        try:
            with contextlib.suppress(BlockingIOError):
                if self._unsent:
                    del self._unsent[: self._connection.send(self._unsent)]
                if self._said_all and not self._unsent:
                    self._can_send = False
                    self._connection.shutdown(socket.SHUT_WR)
        except OSError:  # gone; what it said before that can still be read
            self._can_send = False
            self._unsent.clear()

    def _receive(self) -> list[bytes]:
        data = b""
        with contextlib.suppress(ConnectionError):
            data = self._connection.recv(_READ_SIZE)
        if data:
            return self._framer.feed(data)
        self.is_open = False
        return self._framer.finish()


def _enter(
    link: _Link, where: str, name: str | None, room: str | None, password: str | None
) -> str:
    """Take *name* and go to *room*, and return the name that stands before what we say.

    With a *password* the name is a registered one, and stands there as it was registered.
    """
    welcome = next(_lines(link, f"{where} did not welcome us", WELCOME_TIMEOUT))
    if welcome.startswith(_ERROR):
        raise ClientError(f"nothing was said: {_reason(welcome)}")
    guest = _GUEST.search(welcome)
    if not welcome.startswith(_NOTICE) or guest is None:
        raise ClientError(f"nothing was said: {where} is not a chat port of chatd. Check the port.")
    if name is not None:
        take = f"/nick {name}" if password is None else f"/login {name} {password}"
        link.send(_TO_NO_ROOM + f"{take}\n".encode(errors="surrogateescape"))
    if room is not None:
        link.send(f"/join {room}\n".encode())
    elif name is not None:
        link.send(b"/leave\n")
    link.send(_FENCE + b"\n")
    refusals = []
    for line in _lines(link, "the server did not answer", ANSWER_TIMEOUT):
        if line.startswith(_ERROR):
            if _FENCE in line:
                break
            refusals.append(line)
        elif name is not None and password is not None and line.startswith(_NOTICE):
            names = names_in(line.decode(errors="backslashreplace"))
            name = next((each for each in names if fold(each) == fold(name)), name)
    if name is not None:
        del refusals[:1]  # the one asked for
    if refusals:
        raise ClientError(f"nothing was said: {_reason(refusals[0])}")
    link.send(b"/text\n")
    return guest[0].decode() if name is None else name


def _lines(link: _Link, complaint: str, timeout: float) -> Iterator[bytes]:
    """Yield what the server says, until it has not said anything for *timeout* seconds."""
    while link.is_open:
        try:
            lines, _ = link.exchange(timeout, None)
        except TimeoutError:
            raise ClientError(
                f"nothing was said: {complaint} within {timeout:.0f} seconds. Check host and port."
            ) from None
        yield from lines
    raise ClientError("nothing was said: the server closed the connection.")


class _Tally:
    """How many lines were said, and what became of them."""

    def __init__(self, receipt: bytes) -> None:
        self._receipt = receipt
        self._said = self._saved = self._refused = 0
        self._refusal = ""

    @property
    def is_owed(self) -> bool:
        """Whether the server has yet to answer a line."""
        return self._saved + self._refused < self._said

    def say(self, lines: Iterable[bytes]) -> bytes:
        """Return *lines* as they go over the wire, without those that say nothing."""
        spoken = []
        for line in lines:
            if isinstance(line, TooLong):
                self._said += 1
                self._refuse(f"a line of more than {wire.MAX_LINE_BYTES} bytes.")
            elif not _is_blank(line):
                self._said += 1
                spoken.append(wire.as_line(line))
        return b"".join(spoken)

    def hear(self, line: bytes) -> None:
        """Take what the server says, which may be the answer to one of our lines."""
        if line.startswith(self._receipt):
            self._saved += 1
        elif line.startswith(_ERROR):
            self._refuse(_reason(line))

    def _refuse(self, reason: str) -> None:
        self._refused += 1
        self._refusal = self._refusal or reason

    def check(self, interruption: str | None) -> None:
        """Raise `ClientError` unless everything was said, and saved."""
        count = f"{self._saved} of {self._said} lines were saved"
        if self._refused:
            raise ClientError(f"not all was said, {count}: {self._refusal}")
        if interruption or self.is_owed:
            why = interruption or "the server closed the connection before all was said"
            raise ClientError(f"{why}: {count}.")


def _say(link: _Link, source: _Words | _Stream, receipt: bytes) -> None:
    """Say what comes from *source*, until the server has answered all of it and closed."""
    tally = _Tally(receipt)
    interruption = None
    ended = False
    readable = source.fileno is None
    while link.is_open:
        if readable:
            link.send(tally.say(source.read()))
        if source.fileno is None and not ended:
            ended = True
            link.finish()
        try:
            timeout = ANSWER_TIMEOUT if ended or tally.is_owed else None
            lines, readable = link.exchange(timeout, source.fileno)
        except TimeoutError:
            interruption = f"the server has not answered for {ANSWER_TIMEOUT:.0f} seconds"
            break
        for line in lines:
            tally.hear(line)
    if not ended:
        interruption = interruption or "the server closed the connection before all was said"
    tally.check(interruption)


def _is_blank(line: bytes) -> bool:
    """Whether the server ignores *line* (it also drops a line's first Ctrl+D)."""
    try:
        validate_line(line.replace(b"\4", b"", 1), wire.MAX_LINE_BYTES)
    except InvalidLine as fault:
        return fault.reason is LineFault.BLANK
    return False


def _reason(line: bytes) -> str:
    """Return what an error says, fit for a terminal."""
    return visible(line[len(_ERROR) :].decode(errors="backslashreplace"))
