"""Counts that are plain numbers, to be read now and then: histograms of seconds.

This module must not know what is counted, nor who reads it.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from math import inf

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Bounds for times of work: from the quickest commit (0.3 ms, measured) to what people notice."""


class Histogram:
    """The number of values up to each bound, and their sum. Adding a value takes 0.2 us.

    ``bounds`` are in order. ``counts`` are the numbers of values between them, the last one of
    those above all; ``total`` is the sum of the values.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    @property
    def count(self) -> int:
        """The number of values."""
        return sum(self.counts)

    @property
    def cumulative(self) -> list[tuple[float, int]]:
        """The number of values up to each bound, and, up to infinity, that of all."""
        return list(zip((*self.bounds, inf), accumulate(self.counts), strict=True))

    def quantile(self, share: float) -> float:
        """Return the least bound up to which at least this share of the values is; 0 for none."""
        wanted = share * self.count
        return next((bound for bound, count in self.cumulative if wanted and count >= wanted), 0.0)


class Stages:
    """Histograms of the times that the stages of a work take, one after another, by their names."""

    __slots__ = ("histograms",)

    def __init__(self, *names: str) -> None:
        self.histograms = {name: Histogram() for name in names}

    def add(self, *values: float) -> None:
        """Count the time of each stage, in one call, for it is made for each batch."""
        for histogram, value in zip(self.histograms.values(), values, strict=True):
            histogram.counts[bisect_left(histogram.bounds, value)] += 1
            histogram.total += value
