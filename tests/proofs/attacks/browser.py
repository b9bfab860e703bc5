"""The bytes that browsers send: HTTP requests and WebSocket frames, right ones and wrong ones.

This module opens no connection, and must not know an attack.
"""

from __future__ import annotations

import json
import struct
from typing import Any

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
CONTINUED = 0

MASK = b"\x37\xfa\x21\x3d"


def request(
    port: int,
    target: str | bytes = "/",
    *headers: str | bytes,
    method: str = "GET",
    host: str = "",
    body: bytes = b"",
) -> bytes:
    """Return a request of a page of this daemon's own, or, with a host, of another one."""
    where = target if isinstance(target, bytes) else target.encode()
    lines = [b"%s %s HTTP/1.1" % (method.encode(), where)]
    lines.append(b"Host: " + (host or f"127.0.0.1:{port}").encode())
    lines += [each if isinstance(each, bytes) else each.encode() for each in headers]
    if body:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body])


def upgrade(port: int, origin: str = "", host: str = "") -> bytes:
    """Return the request for a WebSocket."""
    return request(
        port,
        "/ws",
        f"Origin: {origin or f'http://127.0.0.1:{port}'}",
        *(b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13"),
        b"Sec-WebSocket-Key: " + KEY,
        host=host,
    )


def frame(
    payload: bytes,
    opcode: int = TEXT,
    *,
    final: bool = True,
    masked: bool = True,
    reserved: int = 0,
    claimed: int | None = None,
) -> bytes:
    """Return a frame. The length that it gives may be ``claimed``."""
    length = len(payload) if claimed is None else claimed
    first = final << 7 | reserved << 4 | opcode
    mask = masked << 7
    if length < 126:
        head = bytes((first, mask | length))
    elif length < 1 << 16:
        head = struct.pack("!BBH", first, mask | 126, length)
    else:
        head = struct.pack("!BBQ", first, mask | 127, length)
    return head + MASK + _masked(payload) if masked else head + payload


def message(**members: Any) -> bytes:
    """Return a message in a frame: a JSON object with some members."""
    return frame(json.dumps(members).encode())


def hello(**members: Any) -> bytes:
    """Return the first message."""
    return message(type="hello", **members)


def payloads(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Return the opcode and payload of each whole frame of a server, and the rest of the data."""
    found = []
    start = 0
    while len(data) - start >= 2:
        opcode, length = data[start] & 15, data[start + 1]
        begin = start + 2
        if length >= 126:
            size = 2 if length == 126 else 8
            length = int.from_bytes(data[begin : begin + size], "big")
            begin += size
        if len(data) < begin + length:
            break
        start = begin + length
        found.append((opcode, data[begin:start]))
    return found, data[start:]


def _masked(payload: bytes) -> bytes:
    size = len(payload)
    mask = (MASK * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")).to_bytes(size, "big")
