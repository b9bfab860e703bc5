"""The last lines that a client said to guests, in memory: they are in no inbox.

This module must not know how they are sent, nor shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from chatd.event import Event, Kind
from chatd.text.folding import fold
from chatd.text.messages import size_of

SENT_BYTES = 16 * 1024
"""Most bytes of their texts, some ten times what a person says to one guest."""


class SentLines:
    """The lines of one client, each with the name of the guest, the earliest first."""

    __slots__ = ("_count", "_lines", "_size")

    def __init__(self) -> None:
        self._lines: deque[tuple[str, Event]] = deque()
        self._size = self._count = 0

    def state(self) -> list[list[Any]]:
        """Return what another process needs to go on: of each line, what `add` is given."""
        return [[name, line.author, line.time, line.text] for name, line in self._lines]

    def resume(self, state: Iterable[Sequence[Any]]) -> None:
        """Go on from a state."""
        for line in state:
            self.add(*line)

    def add(self, receiver: str, author: str, time: int, text: str) -> None:
        """Take note of a line, given its time in milliseconds since 1970."""
        self._count += 1
        line = Event("", self._count, time, 0, author, Kind.PRIVATE, text)
        self._lines.append((fold(receiver), line))
        self._size += size_of(text)
        while self._size > SENT_BYTES:
            _, dropped = self._lines.popleft()
            self._size -= size_of(dropped.text)

    def to(self, receiver: str, author: str) -> list[Event]:
        """Return what the author of a name said to a guest; both names are folded."""
        return [
            line for name, line in self._lines if name == receiver and fold(line.author) == author
        ]
