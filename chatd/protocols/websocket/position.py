"""The position of a decoder in the frames of a client, and the bytes that lead another one there.

wsproto says what it has decoded, but not how far it is in a frame that has begun. This module knows
of a frame only where it ends (RFC 6455 section 5.2). It must not know what a message is.
"""

from __future__ import annotations

from itertools import cycle
from typing import NamedTuple

_LAST, _OPCODE, _CONTROL, _MASKED, _LENGTH = 0x80, 0x0F, 0x08, 0x80, 0x7F
_LENGTH_BYTES = {126: 2, 127: 8}
_MASK_BYTES = 4
_UNMASKED = bytes(_MASK_BYTES)

_CHARACTER_BYTES = 4
"""Most bytes of a character in UTF-8. Of one that has not ended, at least one is missing."""


class _Head(NamedTuple):
    """The head of a frame: its own bytes, and those of the payload after it."""

    size: int
    length: int


class Position:
    """A position in valid frames of a client, which are masked."""

    __slots__ = ("_begun", "_is_last", "_left", "_mask", "_opcode", "_text")

    def __init__(self) -> None:
        self._begun = b""  # of a head, or of a frame that is not of a message
        self._opcode = 0  # of the message that has begun; 0 for none
        self._text = b""  # its last bytes, of which some may be of a character that has begun
        self._left = 0  # bytes of its frame that are still to come
        self._is_last = False  # that frame ends it
        self._mask = _UNMASKED  # for the next of these bytes

    def advance(self, data: bytes) -> None:
        """Take note of bytes that were decoded."""
        if not (self._begun or self._opcode) and _is_short_frame(data):
            return  # most reads
        data, at = self._begun + data, 0
        self._begun = b""
        while at < len(data):
            if self._left:
                at = self._pass_payload(data, at)
                continue
            head = _head_in(data, at)
            end = len(data) + 1 if head is None else at + head.size + head.length
            begins = data[at]
            if not begins & _CONTROL:
                if end <= len(data) and begins & _LAST:
                    self._end_message()
                elif head is not None:
                    end = at + head.size
                    self._begin_frame(begins, data[end - _MASK_BYTES : end], head.length)
            if end > len(data):
                self._begun = data[at:]
            at = end

    def way(self) -> bytes:
        """Return bytes that lead a decoder which has decoded nothing to this position.

        They end no message and have no whole character.
        """
        if not self._opcode:
            return self._begun
        text = _begun_character(self._text)
        way = bytes((self._opcode, _MASKED | len(text))) + _UNMASKED + text
        if self._left:
            last = _LAST if self._is_last else 0
            way += bytes((last,)) + _length(self._left) + self._mask
        return way + self._begun

    def _begin_frame(self, begins: int, mask: bytes, length: int) -> None:
        self._opcode = self._opcode or begins & _OPCODE
        self._is_last = bool(begins & _LAST)
        self._left, self._mask = length, mask

    def _pass_payload(self, data: bytes, at: int) -> int:
        """Pass over payload. Return the place after it."""
        size = min(self._left, len(data) - at)
        masked, turned = data[at : at + size], size % _MASK_BYTES
        kept = max(0, size - _CHARACTER_BYTES) // _MASK_BYTES * _MASK_BYTES
        text = bytes(a ^ b for a, b in zip(masked[kept:], cycle(self._mask), strict=False))
        self._text = (self._text + text)[-_CHARACTER_BYTES:]
        self._mask = self._mask[turned:] + self._mask[:turned]
        self._left -= size
        if self._is_last and not self._left:
            self._end_message()
        return at + size

    def _end_message(self) -> None:
        self._opcode, self._text = 0, b""


def _is_short_frame(data: bytes) -> bool:
    """Return True if some bytes are one frame, the only one of its message."""
    size = len(data) - 2 - _MASK_BYTES
    return 0 <= size < min(_LENGTH_BYTES) and data[1] == _MASKED | size and data[0] >= _LAST


def _head_in(data: bytes, at: int) -> _Head | None:
    """Return the head of the frame that begins at a place; None if it is not whole."""
    if len(data) < at + 2:
        return None
    length = data[at + 1] & _LENGTH
    more = _LENGTH_BYTES.get(length, 0)
    size = 2 + more + _MASK_BYTES
    if len(data) < at + size:
        return None
    return _Head(size, int.from_bytes(data[at + 2 : at + 2 + more], "big") if more else length)


def _length(length: int) -> bytes:
    """Return a length as a head has it, with the bit of a mask."""
    for word, size in _LENGTH_BYTES.items():
        if length < 1 << 8 * size and length >= 126:
            return bytes((_MASKED | word,)) + length.to_bytes(size, "big")
    return bytes((_MASKED | length,))


def _begun_character(text: bytes) -> bytes:
    """Return the bytes at the end of a text that begin a character and do not end it."""
    for size in range(1, min(len(text), _CHARACTER_BYTES - 1) + 1):
        byte = text[-size]
        if byte >= 0xC0:
            whole = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return text[-size:] if size < whole else b""
        if byte < 0x80:
            break
    return b""
