"""The server that the arguments of a command name: how it is reached, and if it is known.

A server is known, by its UNIX socket or its key, if no other program can be taken for it.
On a TCP port any program may listen, also on this machine, while the daemon does not run. Passwords
are only for a known server. This module must not know what is said to a server.
"""

from __future__ import annotations

import argparse
import re
from typing import NamedTuple

from chatd.client import wire
from chatd.client.duplex import DuplexLink
from chatd.client.sentences import Sentence
from chatd.client.wire import ClientError, WrongUsage

DEFAULT = (
    "the first of /run/chatd/chat.sock, $XDG_RUNTIME_DIR/chatd/chat.sock and"
    f" {wire.DEFAULT_HOST} where a daemon listens"
)
"""The server that is meant if none is named: see `unix_socket.find`."""

_MAYBE_TLS = "If that port uses TLS, add --tls or --fingerprint sha256:..."

_OF_CERTIFICATE = r"(?i:(?:sha-?256(?: fingerprint=|:))?[0-9a-f]{2}(?::?[0-9a-f]{2}){31})"
"""The fingerprint of a certificate, as `openssl x509 -fingerprint -sha256` prints it."""


class Connection(NamedTuple):
    """A connection to a server."""

    link: DuplexLink

    doubt: Sentence | None
    """Why the server is not known, and how it would be; None if it is known."""


class Server:
    """The address of a server. It is the UNIX socket, if there is one.

    ``fingerprint`` is that of its key, if it was given. If it is not ``is_named``, it is the first
    daemon of this machine that is found (`unix_socket`).
    """

    # Not a dataclass: `dataclasses` takes a tenth of the time in which `chatd say` starts.
    def __init__(
        self,
        host: str,
        port: int,
        unix: str | None,
        tls: bool,
        fingerprint: str | None,
        is_named: bool = True,
    ) -> None:
        self.host = host
        self.port = port
        self.unix = unix
        self.tls = tls
        self.fingerprint = fingerprint
        self.is_named = is_named
        self.is_sought = not is_named
        """True until it is known if a daemon listens at a socket of this machine."""
        self.may_ask = True
        """True until there was a connection: a person is asked about a key then, or never."""

    @property
    def where(self) -> str:
        """The address as people write it."""
        return self.unix or wire.show_address(self.host, self.port)

    def connect(self, *, for_password: bool = False) -> Connection:
        """Connect. Raises `ClientError`; also if a password is to be sent, and it may not be.

        A server that was found once is the one of the next connection, too.
        """
        connection = self._connect(for_password)
        self.is_sought = self.may_ask = False
        return connection

    def _connect(self, for_password: bool) -> Connection:
        if self.is_sought or self.unix is not None:
            from chatd.client import unix_socket

            if self.is_sought and (found := unix_socket.find()) is not None:
                self.unix, plain = found
                return Connection(DuplexLink(plain), None)
            if self.unix is not None:
                plain, reason = unix_socket.connect(self.unix)
                doubt = None if reason is None else self._doubt(reason)
                if for_password and doubt is not None:
                    plain.close()
                    raise ClientError(str(doubt))
                return Connection(DuplexLink(plain), doubt)
        if self.tls:
            from chatd.client import trust

            secure = trust.connect(self.host, self.port, self.fingerprint, may_ask=self.may_ask)
            return Connection(DuplexLink(secure), None)
        doubt = self._doubt(Sentence("any_program"))
        if for_password:
            raise ClientError(str(doubt))
        plain = wire.connect(self.host, self.port)
        return Connection(DuplexLink(plain, if_silent=_MAYBE_TLS), doubt)

    def _doubt(self, reason: Sentence) -> Sentence:
        return Sentence("unknown_server", where=self.where, reason=reason)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a server to *parser*, its host and port as options."""
    parser.add_argument(
        "--host",
        type=wire.host_name,
        help=f"the host of the daemon (default: {DEFAULT})",
    )
    parser.add_argument(
        "--port",
        type=wire.port_number,
        help=f"its port for chat lines (default: {wire.DEFAULT_PORT})",
    )
    add_arguments(parser)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a known server to *parser*."""
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help="take the rest from this profile (default: the profile default, if there is one)",
    )
    known = parser.add_mutually_exclusive_group()
    known.add_argument(
        "--unix",
        type=_path,
        metavar="PATH",
        help="the UNIX socket of the daemon, instead of a host",
    )
    known.add_argument(
        "--tls",
        action="store_true",
        help="use TLS, with a valid certificate or a known key; a new key is asked about",
    )
    known.add_argument(
        "--fingerprint",
        type=fingerprint,
        metavar="SHA256",
        help="use TLS, and accept only the server whose key has this fingerprint, sha256:BASE64",
    )


def server_of(arguments: argparse.Namespace) -> Server:
    """Return the server that the arguments name. Raises `WrongUsage` if they name two.

    If they name none, it is a daemon of this machine, by its UNIX socket if one is found.
    """
    if arguments.unix is not None and (arguments.host is not None or arguments.port is not None):
        raise WrongUsage("--unix names a server, so leave out its host and port.")
    host, port, tls = arguments.host, arguments.port, arguments.tls or bool(arguments.fingerprint)
    names_none = (host, port, arguments.unix) == (None, None, None) and not tls
    if host is not None:
        host, behind = wire.split_address(host)
        if behind is not None and port is not None:
            raise WrongUsage(f"{arguments.host} has a port already, so leave out {port}.")
        port = port if behind is None else int(behind)
    return Server(
        wire.DEFAULT_HOST if host is None else host,
        wire.DEFAULT_PORT if port is None else port,
        arguments.unix,
        tls,
        arguments.fingerprint,
        is_named=not names_none,
    )


def _path(text: str) -> str:
    if not text or "\0" in text:
        raise argparse.ArgumentTypeError(f"{text!r} is not a path")
    return text


def fingerprint(text: str) -> str:
    """Return *text* as the fingerprint of a key, for argparse."""
    from chatd.util import public_keys

    try:
        return public_keys.parse(text)
    except public_keys.NotAFingerprint:
        if re.fullmatch(_OF_CERTIFICATE, text.strip()):
            why = "is that of a certificate, and chatd takes that of the key"
        else:
            why = "is not the fingerprint of a key"
        raise argparse.ArgumentTypeError(
            f"{text!r} {why}: sha256: and 44 characters, as the log of the daemon says at its start"
        ) from None
