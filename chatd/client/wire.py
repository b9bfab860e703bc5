"""What every client needs of the wire: a connection to a server, and bytes that are one line.

This module must not know what is said over the connection, nor print anything: whatever goes wrong
becomes a `ClientError`, in one line that says what to do.
"""

import argparse
import socket

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 60060
CONNECT_TIMEOUT = 15.0
"""Seconds until a host that does not answer at all is given up."""

MAX_LINE_BYTES = 1 << 20
"""Longer lines are cut, so that neither an input nor a server can fill the memory."""

ERROR = "ERR "
NOTICE = "*** "
BELL = b"\x07"
"""What stands before a line for which a terminal is to ring, if that was asked for."""


class ClientError(Exception):
    """What stopped a command, in one line: what, why, and what to do."""


def port_number(text: str) -> int:
    """Return *text* as a TCP port, for argparse."""
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to 65535)")
    return int(text)


def host_name(text: str) -> str:
    """Return *text* as a host, for argparse. An empty text, which the system takes for this
    machine, and a plain number, which it takes for an address, are refused: they were meant
    otherwise."""
    if not text or text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a host (a name or an address)")
    return text


def show_address(host: str, port: int) -> str:
    """Return *host* and *port* as people write them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def connect(host: str, port: int) -> socket.socket:
    """Return a blocking socket to the server at *host* and *port*. Raises `ClientError`."""
    where = show_address(host, port)
    start = "Start one with `chatd serve`, or name another host and port."
    try:
        connection = socket.create_connection((host, port), CONNECT_TIMEOUT)
    except ConnectionRefusedError:
        raise ClientError(f"no server at {where}: connection refused. {start}") from None
    except TimeoutError:
        raise ClientError(f"no answer from {where}: timed out. Check host and port.") from None
    except socket.gaierror as error:
        raise ClientError(f"cannot find {host}: {error.strerror}. Check the name.") from None
    except UnicodeError:
        raise ClientError(f"cannot find {host}: it is not a host name. Check the name.") from None
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
    """Return *line*, which holds no line end, as it goes over the wire.

    0xFF is no part of any text, but telnet's IAC: twice it is the byte itself (RFC 854), which the
    server then refuses as it should, instead of obeying what follows.
    """
    return line.replace(b"\xff", b"\xff\xff") + b"\n"
