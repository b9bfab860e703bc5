"""Envelopes: the bytes around one message in JSON on its way to a client.

This module must not know what a message contains.
"""

from __future__ import annotations

import abc
from collections.abc import Iterator
from functools import partial

_TEXT, _LAST = 0x01, 0x80
"""Bits of the first byte of a frame (RFC 6455 section 5.2): a text message begins; a message ends.
"""


class Envelope(abc.ABC):
    """A kind of envelope. All clients with one kind are sent the same bytes."""

    @abc.abstractmethod
    def whole(self, payload: bytes) -> bytes:
        """Return a message as it is sent."""

    @abc.abstractmethod
    def in_pieces(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Return a message, of which there is at least one piece, piece by piece."""


class Frames(Envelope):
    """Frames of a WebSocket. A server does not mask them (RFC 6455 section 5.1)."""

    def whole(self, payload: bytes, first: int = _TEXT | _LAST) -> bytes:
        """Return a message as it is sent; with another ``first`` byte, a fragment of one."""
        length = len(payload)
        if length < 126:
            return bytes((first, length)) + payload
        if length < 1 << 16:
            return bytes((first, 126)) + length.to_bytes(2, "big") + payload
        return bytes((first, 127)) + length.to_bytes(8, "big") + payload

    def in_pieces(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        yield self.whole(next(pieces), _TEXT)
        yield from map(partial(self.whole, first=0), pieces)
        yield self.whole(b"", _LAST)


class Lines(Envelope):
    """Lines, each of one message, which has no line end in it."""

    def whole(self, payload: bytes) -> bytes:
        return payload + b"\n"

    def in_pieces(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        yield from pieces
        yield b"\n"


FRAMES = Frames()
LINES = Lines()
