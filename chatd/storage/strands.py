"""Strands of stored times: the order of the times of a log whose clock was set back.

Theory of operation. A room's log is cut into stretches, each of which belongs to a strand. Along a
strand, times never decrease, also from one of its stretches to the next. While the clock is right a
room has one stretch. A line that is stored with an earlier time than the line before it begins a
stretch, of the strand whose last time is nearest below it; only if there is none, it begins a new
strand. So a clock that jumps between two times and back makes two strands, however often it does
so, and a question about times takes a bisection for each strand.

This module must not know how a log or a stretch is stored.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping


class Strands:
    """The strands of one log, for its writer.

    ``lasts`` are the last times, by the number of the strand; ``current`` is the number of the
    strand of the last stretch, None for a log without events.
    """

    __slots__ = ("_current", "_lasts", "_numbers")

    def __init__(self, lasts: Mapping[int, int], current: int | None = None) -> None:
        ordered = sorted((last, number) for number, last in lasts.items())
        self._lasts = [last for last, _ in ordered]  # ascending, and stays so
        self._numbers = [number for _, number in ordered]
        self._current = current

    def add(self, time: int) -> int | None:
        """Add an event with this time to the log.

        Return the number of its strand if it begins a stretch; None if it continues the last one.
        """
        place = bisect_right(self._lasts, time) - 1
        if place >= 0:
            self._lasts[place] = time
        else:
            place = 0
            self._lasts.insert(0, time)
            self._numbers.insert(0, max(self._numbers, default=-1) + 1)
        number = self._numbers[place]
        if number == self._current:
            return None
        self._current = number
        return number
