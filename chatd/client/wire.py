"""The wire as every client needs it: a connection to a server, and lines as bytes.

This module must not know the content of lines, nor print anything: each failure becomes a
`ClientError`, in one line that says what to do.
"""

import argparse
import re
import socket

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 60060
TLS_PORT = 60062
"""The port with TLS in the README. It is not a default: a daemon opens none unless it is told to.
"""

CONNECT_TIMEOUT = 15.0
"""Seconds to wait for a host that does not answer at all."""

MAX_LINE_BYTES = 1 << 20
"""Bytes of a line. Longer ones are cut, so that neither an input nor a server can fill the memory.
"""

PROFILE_MARK = "@"
"""The first character of a profile in place of a host. No host begins with it."""

_BRACKETED = re.compile(r"\[([^\[\]]*)\](?::(.*))?")
"""An IPv6 address as it stands in front of a port."""

ERROR = "ERR "
NOTICE = "*** "

PASSING = frozenset(("stopping", "upgrading"))
"""Reasons for which a server ends all connections and takes new ones: at once, or later."""


class ClientError(Exception):
    """A command cannot go on. Its text is one line: the failure, the reason, and what to do."""


class UntrustedServer(ClientError):
    """A server is not the one that it should be, or may not be. Another attempt ends like this."""


class UnknownHost(ClientError):
    """There is no such ``host``, or it cannot be found now."""

    def __init__(self, host: str, why: str | None) -> None:
        super().__init__(f"cannot find {host}: {why}. Check the name.")
        self.host = host


class WrongUsage(ClientError):
    """The arguments of a command do not go together, so it has done nothing."""


def port_number(text: str) -> int:
    """Return *text* as a TCP port, for argparse."""
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to 65535)")
    return int(text)


def host_name(text: str) -> str:
    """Return *text* as a host, as a host and its port, or as ``@`` and a profile, for argparse.

    Refuse an empty text, which the system takes for this machine, and a plain number, which it
    takes for an address: neither was meant as that.
    """
    if text.startswith(PROFILE_MARK) and text != PROFILE_MARK:
        return text
    scheme, _, rest = text.rpartition("://")
    if scheme in ("tls", "ssl"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a host: write {rest}, and --tls")
    if scheme:
        raise argparse.ArgumentTypeError(f"{text!r} is not a host: write HOST, or HOST:PORT")
    if text.startswith("unix:"):
        path = text.removeprefix("unix:")
        raise argparse.ArgumentTypeError(f"{text!r} is not a host: write --unix {path}")
    host, port = split_address(text)
    if host in ("", PROFILE_MARK) or host.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a host (a name or an address)")
    if port is not None:
        port_number(port)
    return text


def split_address(text: str) -> tuple[str, str | None]:
    """Return the host of an address, without the brackets of IPv6, and its port, or None."""
    if (bracketed := _BRACKETED.fullmatch(text)) is not None:
        return bracketed[1], bracketed[2]
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, port
    return text, None


def show_address(host: str, port: int) -> str:
    """Return *host* and *port* as people write them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def connect(host: str, port: int, or_another: str = "name another host and port.") -> socket.socket:
    """Return a blocking socket to the server at *host* and *port*.

    Raises `ClientError`. If no server listens there, *or_another* is the end of its advice.
    """
    where = show_address(host, port)
    start = f"Start one with `chatd serve`, or {or_another}"
    try:
        connection = socket.create_connection((host, port), CONNECT_TIMEOUT)
    except ConnectionRefusedError:
        raise ClientError(f"no server at {where}: connection refused. {start}") from None
    except TimeoutError:
        raise ClientError(f"no answer from {where}: timed out. Check host and port.") from None
    except socket.gaierror as error:
        raise UnknownHost(host, error.strerror) from None
    except UnicodeError:
        raise UnknownHost(host, "it is not a host name") from None
    except OSError as error:
        why = error.strerror or str(error)
        raise ClientError(f"cannot reach {where}: {why}. Check host and port.") from None
    # Linux hands 60060 out as a source port too, and may pick it for this very connection.
    if connection.getsockname() == connection.getpeername():
        connection.close()
        raise ClientError(f"no server at {where}: the system connected us to ourselves. {start}")
    connection.settimeout(None)
    return connection


def as_line(line: bytes) -> bytes:
    """Return *line*, which contains no line end, as it goes over the wire.

    0xFF is in no UTF-8 text, but it is telnet's IAC. Doubled it is the byte itself (RFC 854): the
    server refuses the line as invalid, instead of executing the bytes after it as a command.
    """
    return line.replace(b"\xff", b"\xff\xff") + b"\n"
