"""Bytes in, lines out: telnet and framing, one piece after another.

This module must not know what a line may contain, or what is done with it.
"""

from __future__ import annotations

import re
from functools import cache

from chatd.protocols.lines.framing import Framer, TooLong
from chatd.protocols.lines.telnet import IAC, TelnetFilter
from chatd.util.state import State

PIECE_BYTES = 4096
"""Number of bytes that are cut into lines at a time. (Cut at once, a read of short lines would
weigh twenty times as much, until its client may go on.)"""

TELNET_BYTES = 512
"""The same where telnet has commands in it, which are looked at byte by byte (0.25 ms)."""

BYTES_A_CHARACTER = 32
"""Most bytes that one character of a line takes on the wire: four bytes of UTF-8, and the colour
codes before it (the longest that programs print, a 24-bit colour, is 19 bytes, and its end is
4)."""

_LINE = re.compile(rb"[^\n\0]*[\n\0]")
"""A line with its end, which may be a CR NUL whose CR came before. (Else a NUL ends no line, and it
does no harm to decode it apart.)"""


@cache
def most_bytes(max_length: int) -> int:
    """Return the most bytes of a line of so many characters: one object for all connections."""
    return max_length * BYTES_A_CHARACTER


class LineDecoder:
    """The decoder of one connection. ``longest`` is the most bytes of a line.

    With ``first_apart``, no byte after the first line is decoded with that line, so that another
    decoder may take them.
    """

    __slots__ = ("_framer", "_takes_telnet", "_telnet", "first_apart", "reply", "unfinished")

    overhead = 0

    def __init__(self, longest: int, *, telnet: bool, first_apart: bool = False) -> None:
        self.first_apart = first_apart
        """True until the handler has seen the first line that is not blank."""
        self._framer = Framer(longest, telnet_line_ends=telnet)
        self._takes_telnet = telnet
        self._telnet: TelnetFilter | None = None  # from the first IAC on: most clients send none
        self.unfinished = False
        """True if a line has begun that has not ended yet."""
        self.reply = b""
        """The answers of telnet that are to be sent: see `take_reply`."""

    def state_of(self, line: bytes) -> State:
        """Return the state of a line."""
        return {"line": line, "too_long": isinstance(line, TooLong)}

    def item_from(self, state: State) -> bytes:
        """Return the line of a state."""
        return TooLong(state["line"]) if state["too_long"] else bytes(state["line"])

    def state(self) -> State:
        """Return what another process needs to go on in the middle of a line."""
        return {
            "framer": self._framer.state(),
            "telnet": None if self._telnet is None else self._telnet.state(),
            "first_apart": self.first_apart,
        }

    def resume(self, state: State) -> None:
        """Go on from a state."""
        self._framer.resume(state["framer"])
        if state["telnet"] is not None:
            self._telnet = TelnetFilter()
            self._telnet.resume(state["telnet"])
        self.first_apart = state["first_apart"]
        self.unfinished = self._framer.unfinished

    @property
    def held(self) -> int:
        """Number of bytes that are stored of that line."""
        return self._framer.held

    @property
    def first_line_ended_in_cr(self) -> bool:
        """True if the first line has come and had a CR at its end."""
        return self._framer.first_line_ended_in_cr

    def feed(self, unread: bytes) -> tuple[list[bytes], bytes]:
        """Decode a piece of bytes. Return the lines that ended in it, and the bytes after it."""
        size = PIECE_BYTES
        if self._takes_telnet and IAC in unread[:PIECE_BYTES]:
            size = TELNET_BYTES
            self._telnet = self._telnet or TelnetFilter()
        if self.first_apart:
            size = self._end_of_first_line(unread[:size])
        piece, rest = unread[:size], unread[size:]
        if self._telnet is not None:
            piece, reply = self._telnet.feed(piece)
            self.reply += reply
        lines = self._framer.feed(piece)
        self.unfinished = self._framer.unfinished
        return lines, rest

    def finish(self) -> list[bytes]:
        """Return the line that has begun, as whole."""
        self.unfinished = False
        return self._framer.finish()

    def drop(self) -> None:
        """Drop the line that has begun, with all of it that still comes."""
        self._framer.drop()

    def _end_of_first_line(self, piece: bytes) -> int:
        """Return the length of a piece up to the end of the first line that is not empty."""
        empty = 0 if self.unfinished else len(piece) - len(piece.lstrip(b"\r\n"))
        line = _LINE.match(piece, empty)
        return len(piece) if line is None else line.end()

    def take_reply(self) -> bytes:
        """Return the answers of telnet that are to be sent, once."""
        reply, self.reply = self.reply, b""
        return reply

    @property
    def hides_typing(self) -> bool:
        """True while a telnet client is asked to show no typed text."""
        return self._telnet is not None and self._telnet.hides

    def hide_typing(self, hidden: bool) -> bytes:
        """Return the bytes to send so that typed text is hidden, or shown again: see telnet."""
        return b"" if self._telnet is None else self._telnet.hide(hidden)
