"""The kind of a server that is no chat port of chatd: by its first line, or by a harmless request.

A server that does not speak first may be one with TLS, the web port of chatd, or a bare port, where
each line is shown to all clients. None of them takes a request of HTTP for a line to show. So
`find_kind` sends one, on a connection of its own, and nothing of the user's. This module must not
know what a client wants to say.
"""

from __future__ import annotations

import contextlib
import re
from time import monotonic

from chatd.client import wire
from chatd.client.server import Server
from chatd.client.wire import ClientError
from chatd.text.escaping import visible

PROBE_TIMEOUT = 0.7
"""Seconds that a server has to answer the request, and again to begin TLS."""

_REQUEST = b"HEAD / HTTP/1.0\r\n\r\n"

_QUOTED = 60
"""Most characters of a first line that are quoted."""

_SPEAKING_FIRST = (
    (re.compile(rb"SSH-\d"), "an SSH server"),
    (re.compile(rb"220[ -]"), "a mail or FTP server"),
    (re.compile(rb"\+OK\b|\* OK\b"), "a mailbox server (POP3 or IMAP)"),
    (re.compile(rb"RFB \d"), "a VNC server"),
    (re.compile(rb"HTTP/\d"), "a web server"),
)

_CHECK = "Check host and port."


def kind_of_greeting(line: bytes) -> str:
    """Return the end of a sentence about a server whose first line is no welcome of a chat port."""
    for pattern, kind in _SPEAKING_FIRST:
        if pattern.match(line):
            return f"is {kind}, not a chat port of chatd. {_CHECK}"
    shown = visible(line[:_QUOTED].decode(errors="backslashreplace"))
    return f"is not a chat port of chatd: its first line is {shown!r}. {_CHECK}"


def find_kind(server: Server) -> str | None:
    """Return the end of a sentence about a server that has not spoken; None for a chat port.

    This takes at most twice `PROBE_TIMEOUT`.
    """
    other_port = (
        "Chat lines have another socket."
        if server.unix is not None
        else f"Chat lines have another port: {wire.DEFAULT_PORT}, if no other one was chosen."
    )
    try:
        answer, closed = _answer(server)
    except ClientError:
        answer, closed = b"", False
    if answer.startswith(wire.NOTICE.encode()):
        return None
    if answer.startswith(b"HTTP/"):
        return f"is a web port, for browsers and `curl`. {other_port}"
    if answer.startswith(wire.ERROR.encode()):
        return f"is a bare port, where lines have no names. {other_port}"
    if answer.startswith(b"-ERR"):
        return f"is a server like Redis, not a chat port of chatd. {_CHECK}"
    if answer:
        return kind_of_greeting(answer)
    if closed and not server.tls and server.unix is None and _begins_tls(server):
        return "speaks TLS: add --tls, or --fingerprint."
    return f"is silent, so it is not a chat port of chatd. {_CHECK}"


def _answer(server: Server) -> tuple[bytes, bool]:
    """Return the first line of the answer to a request, and True if the connection was closed."""
    link, _ = server.connect()
    with contextlib.closing(link):
        link.send(_REQUEST)
        end = monotonic() + PROBE_TIMEOUT
        while link.is_open and (left := end - monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                lines, _ = link.exchange(left, None)
                if lines and isinstance(lines[0], bytes):
                    return lines[0], False
        return b"", not link.is_open


def _begins_tls(server: Server) -> bool:
    """Return True if the server answers to the beginning of TLS, with any certificate."""
    import ssl

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with wire.connect(server.host, server.port) as plain:
            plain.settimeout(PROBE_TIMEOUT)
            context.wrap_socket(plain).close()
    except (OSError, ClientError):
        return False
    return True
