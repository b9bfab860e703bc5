"""Answers that are made slice by slice, as their client takes them.

An answer that others make long (`chatd.util.meter`) is never held whole: each slice is made in a
turn, once the one before was taken, and is charged for.

This module must not know what is made, nor who takes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from chatd.util.meter import Meter

T = TypeVar("T")


def slices_by_number(rows: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """Yield slices of some rows, of so many at most, each as it is wanted."""
    for start in range(0, len(rows), most):
        yield rows[start : start + most]


class Slices:
    """A source (`chatd.rooms.replay.Source`) whose pieces are made in turns of ``meter``.

    ``wake`` is called when there is one to take. If one cannot be made, the source is done, and
    ``failed`` is called with a description while the error is handled.
    """

    __slots__ = ("_failed", "_made", "_making", "_meter", "_slices", "_wake", "done")

    def __init__(
        self,
        slices: Iterator[bytes],
        meter: Meter,
        wake: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        self.done = False
        self._slices = slices
        self._meter = meter
        self._wake = wake
        self._failed = failed
        self._made = b""
        self._making = False

    def take(self) -> bytes:
        """Return the slice that was made. If there is none, have the next one made."""
        if not (self._made or self._making or self.done):
            self._making = True
            self._meter.turn().addCallback(self._make)
        made, self._made = self._made, b""
        return made

    def left(self) -> Sequence[bytes]:
        """Return all slices that were not taken: the rest of the answer is made at once."""
        self._made += b"".join(self._slices)
        return [self._made]

    def owes(self, log: str, seq: int) -> bool:
        """Return False: it is an answer, and no part of a log."""
        return False

    def _make(self, _: None) -> None:
        self._making = False
        try:
            made = next(self._slices, None)
        except Exception:
            self.done = True
            self._failed("an answer could not be made")
            return
        if made is None:
            self.done = True
        else:
            self._meter.made(len(made))
            self._made = made
        self._wake()
