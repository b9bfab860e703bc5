"""The handshake that turns an HTTP connection into a WebSocket (RFC 6455 section 4.2). Pure."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterable

from wsproto.utilities import generate_accept_token

from chatd.errors import ErrorKind
from chatd.protocols.web.http.messages import Problem, Request, bad_request

VERSION = "13"
_KEY_BYTES = 16


def listed(header: str) -> list[str]:
    """Return the words that a header lists (RFC 9110 section 5.6.1)."""
    return list(filter(None, map(str.strip, header.split(","))))


def opened(request: Request, headers: Iterable[tuple[str, str]] = ()) -> bytes:
    """Return the answer, with these headers, after which it is a WebSocket. Raise `Problem`.

    It accepts no extension, so that no message can be small on the wire and large in memory.
    """
    upgrade = listed((request.header("upgrade") or "").lower())
    connection = listed((request.header("connection") or "").lower())
    if request.method != "GET" or "websocket" not in upgrade or "upgrade" not in connection:
        raise _upgrade_required("websocket_wanted")
    if request.header("sec-websocket-version") != VERSION:
        raise _upgrade_required("websocket_version")
    key = request.header("sec-websocket-key") or ""
    try:
        right = len(b64decode(key, validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        right = False
    if not right:
        raise bad_request("websocket_key")
    lines = [f"{name}: {value}\r\n".encode("latin-1") for name, value in headers]
    return (
        b"HTTP/1.1 101 Switching Protocols\r\n"
        b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: %s\r\n%s\r\n"
    ) % (generate_accept_token(key.encode("ascii")), b"".join(lines))


def _upgrade_required(key: str) -> Problem:
    headers = (("Upgrade", "websocket"), ("Sec-WebSocket-Version", VERSION))
    return Problem(ErrorKind.BAD_REQUEST, key, status=426, headers=headers)
