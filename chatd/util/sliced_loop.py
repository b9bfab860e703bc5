"""A loop over many items that lets others have their turns: some items in each turn of the reactor.

This module must not know what is done with an item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from twisted.internet.interfaces import IReactorTime

T = TypeVar("T")

SLICE_SECONDS = 0.0005
"""Seconds for which items are handled before others have their turn, about."""


class SlicedLoop(Generic[T]):
    """Handles items in slices of about `SLICE_SECONDS`."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._left: list[T] = []  # the next one last

    @property
    def running(self) -> bool:
        """True while items are left."""
        return bool(self._left)

    def run(self, items: Iterable[T], handle: Callable[[T], object]) -> None:
        """Call ``handle`` for items in order, at once for the first ones.

        To be called if none are left of those before.
        """
        end = self._clock.seconds() + SLICE_SECONDS  # listing ten thousand takes as long
        self._left = list(items)
        self._left.reverse()
        self._handle_until(end, handle)

    def _go_on(self, handle: Callable[[T], object]) -> None:
        self._handle_until(self._clock.seconds() + SLICE_SECONDS, handle)

    def _handle_until(self, end: float, handle: Callable[[T], object]) -> None:
        try:
            while self._left and self._clock.seconds() < end:
                handle(self._left.pop())
        finally:  # an error in one costs the others nothing
            if self._left:
                self._clock.callLater(0, self._go_on, handle)
