"""A message of several lines that one session is typing, up to a line that is a dot.

None of its lines is a command: a message that turns out to be invalid takes its lines all the same,
and is refused at its end. It must not know what a message is for, nor the session.
"""

from __future__ import annotations

from contextlib import suppress

from chatd.errors import message_refusal
from chatd.rooms.room import Room
from chatd.text.messages import InvalidMessage, MessageFault, check_size, size_of
from chatd.util.state import State

END = "."
"""The line that ends a message. Of a line of more dots and nothing else, one is taken off."""


class Paste:
    """The lines so far. ``room`` is the one that they are meant for; None if there was none."""

    __slots__ = ("_fault", "_kept", "_lines", "_size", "room")

    def __init__(self, room: Room | None) -> None:
        self.room = room
        self._kept: list[str] = []
        self._lines = 0
        self._size = 0
        self._fault: InvalidMessage | None = None

    def state(self) -> State:
        """Return what another process needs to go on; the room by its name."""
        fault = self._fault
        return {
            "room": None if self.room is None else self.room.name,
            "kept": self._kept,
            "lines": self._lines,
            "size": self._size,
            "fault": None if fault is None else [fault.fault.name, fault.number],
        }

    def resume(self, state: State) -> None:
        """Go on from a state; ``room`` is there already."""
        self._kept, self._lines, self._size = state["kept"], state["lines"], state["size"]
        if state["fault"] is not None:
            name, number = state["fault"]
            self._fault = InvalidMessage(MessageFault[name], number)

    def take(self, line: str) -> bool:
        """Add a line. Return False, and add nothing, if it ends the message."""
        if line == END:
            return False
        if not line.strip(END):
            line = line[1:]
        self._lines += 1
        self._size += size_of(line) + 1
        with suppress(InvalidMessage):  # a message that is too large takes no memory
            self._check_size()
            self._kept.append(line)
        return True

    def spoil(self, fault: MessageFault) -> None:
        """Count a line that could not be read: nothing of the message is to be said."""
        self._lines += 1
        self._fault = self._fault or InvalidMessage(fault, self._lines)

    def text(self, max_length: int) -> str:
        """Return the lines, each of at most ``max_length``, separated by LF. Raises `Refusal`."""
        try:
            if self._fault is not None:
                raise self._fault
            self._check_size()
        except InvalidMessage as invalid:
            raise message_refusal(invalid, max_length) from None
        return "\n".join(self._kept)

    def _check_size(self) -> None:
        check_size(self._lines, self._size - 1)
