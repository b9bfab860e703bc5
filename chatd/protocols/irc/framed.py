"""The stream of an IRC client that is sent each line in a frame of its own (IRCv3 websocket).

This module must not know commands, nor what is said.
"""

from __future__ import annotations

from functools import lru_cache

from chatd.formats.envelopes import FRAMES
from chatd.formats.irc_labels import EOL
from chatd.protocols.irc.labels import AnswerStream
from chatd.rooms.stream import Owner
from chatd.util.meter import Meter
from chatd.util.state import State

PUSHED_KEPT = 16
"""Most pieces of data of which the frames are kept: a room pushes one to all of its readers."""


class FramedStream(AnswerStream):
    """The stream of one client. All that is put into it, and what sources have, is whole lines."""

    __slots__ = ("_last_frame", "_opening", "_other_frame")

    def __init__(self, meter: Meter, owner: Owner | None = None) -> None:
        super().__init__(meter, owner)
        self._opening = self._other_frame = self._last_frame = b""

    def begin_with(self, opening: bytes) -> None:
        """Send bytes that are no frame before all else."""
        self._opening = opening
        self.wake()

    def state(self) -> State:
        """Return the bytes that wait and are no lines, for another process."""
        return {"opening": self._opening, "other_frame": self._other_frame}

    def resume(self, state: State) -> None:
        """Go on from a state."""
        self._opening, self._other_frame = state["opening"], state["other_frame"]

    def send_frame(self, frame: bytes) -> None:
        """Send a frame that is no line, before the lines that wait.

        It takes the place of one that waits: only the last ping has to be answered (RFC 6455,
        section 5.5.3).
        """
        self._other_frame = frame
        self.wake()

    def end_in(self, frame: bytes) -> None:
        """Send a frame that is no line after all else."""
        self._last_frame = frame

    @property
    def ready_socket(self) -> None:
        """None: data of live sources is not framed yet."""

    @property
    def drained(self) -> bool:
        return super().drained and not self._last_frame

    def push(self, data: bytes) -> bool:
        return super().push(_pushed(data))

    def take(self) -> bytes:
        if first := self._opening + self._other_frame:
            self._opening = self._other_frame = b""
            return first
        data = in_frames(super().take())
        if super().drained:
            data, self._last_frame = data + self._last_frame, b""
        return data


def in_frames(lines: bytes) -> bytes:
    """Return whole lines in frames, which have no line ends."""
    return b"".join([FRAMES.whole(line) for line in lines.split(EOL) if line])


_pushed = lru_cache(PUSHED_KEPT)(in_frames)
