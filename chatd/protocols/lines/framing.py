"""Bytes in, lines out.

A read is split once, and a line that has not ended is never searched again, so the work is linear
in the bytes, regardless of where they are cut. (That of LineReceiver is quadratic: one read of
newlines stops all clients.) This module must not know what a line may contain, or who reads it.
"""

from __future__ import annotations

from chatd.util.state import State

_HEAD, _TAIL = 256, 16


class TooLong(bytes):
    """A line that was too long: its beginning and its end, joined.

    A type of its own rather than a field of every line, because lines are counted in millions.
    """


class Framer:
    """The framer of one connection.

    The places at which its bytes are cut into reads make no difference.

    A line ends in LF or CR LF and, if *telnet_line_ends*, also in CR NUL (RFC 854, the NVT
    printer). Any other CR or NUL is a byte of the line. A line of more than *max_bytes*, its line
    end not counted, is dropped as it arrives and is among the others as one `TooLong`. Between two
    reads no more is stored than one such line.
    """

    __slots__ = (
        "_cut",
        "_dropped",
        "_first_line_ended_in_cr",
        "_held",
        "_max_bytes",
        "_telnet_line_ends",
    )

    def __init__(self, max_bytes: int, *, telnet_line_ends: bool) -> None:
        self._max_bytes = max_bytes
        self._telnet_line_ends = telnet_line_ends
        # The line that has not ended yet; once it is cut, its two ends.
        self._held: bytes | bytearray = b""
        self._cut = False
        self._dropped = False
        self._first_line_ended_in_cr: bool | None = None

    def state(self) -> State:
        """Return what another process needs to go on in the middle of a line."""
        return {
            "held": bytes(self._held),
            "cut": self._cut,
            "dropped": self._dropped,
            "first_in_cr": self._first_line_ended_in_cr,
        }

    def resume(self, state: State) -> None:
        """Go on from a state."""
        self._held = bytearray(state["held"])
        self._cut, self._dropped = state["cut"], state["dropped"]
        self._first_line_ended_in_cr = state["first_in_cr"]

    @property
    def first_line_ended_in_cr(self) -> bool:
        """True if the first line has come and had a CR at its end."""
        return bool(self._first_line_ended_in_cr)

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes that were read; return the lines that ended in them, without their ends."""
        if self._telnet_line_ends and b"\0" in data:
            data = self._without_cr_nul(data)
        if b"\n" not in data:
            self._hold(data)
            return []
        if self._held:
            data = bytes(self._held) + data
            self._held = b""
        ended = data.split(b"\n")
        rest = ended.pop()
        if self._first_line_ended_in_cr is None:
            self._first_line_ended_in_cr = ended[0].endswith(b"\r")
        if len(data) > self._max_bytes and max(map(len, ended)) > self._max_bytes:
            lines = [self._line(line) for line in ended]
        elif b"\r" in data:
            lines = [line.removesuffix(b"\r") for line in ended]
        else:
            lines = ended
        if self._dropped:
            del lines[0]
        elif self._cut:
            lines[0] = _too_long(ended[0])
        self._dropped = self._cut = False
        if rest:
            self._hold(rest)
        return lines

    @property
    def held(self) -> int:
        """Number of bytes that are stored of a line that has not ended."""
        return len(self._held)

    @property
    def unfinished(self) -> bool:
        """True if a line has begun that has not ended yet."""
        return bool(self._held)

    def drop(self) -> None:
        """Drop the line that has begun, with all of it that still comes."""
        self._dropped = True

    def finish(self) -> list[bytes]:
        """Return the last line, if the input ended without a line end."""
        return self.feed(b"\n") if self._held else []

    def _without_cr_nul(self, data: bytes) -> bytes:
        """Replace CR NUL by CR LF, also if the CR came with the read before."""
        if data.startswith(b"\0") and self._held.endswith(b"\r"):
            data = b"\n" + data[1:]
        return data.replace(b"\r\0", b"\r\n")

    def _hold(self, piece: bytes) -> None:
        if not self._held:
            self._held = bytearray()
        self._held += piece
        # One more than a line may have: the last may be the CR of its line end.
        if len(self._held) > self._max_bytes + 1:
            self._cut = True
            self._held = bytearray(_ends(self._held))

    def _line(self, ended: bytes) -> bytes:
        line = ended.removesuffix(b"\r")
        return line if len(line) <= self._max_bytes else _too_long(ended)


def _too_long(ended: bytes) -> TooLong:
    return TooLong(_ends(ended).removesuffix(b"\r"))


def _ends(line: bytes | bytearray) -> bytes | bytearray:
    """Return the two ends of a long line. The ends of its ends and more are those of the whole."""
    return line if len(line) <= _HEAD + _TAIL else line[:_HEAD] + line[-_TAIL:]
