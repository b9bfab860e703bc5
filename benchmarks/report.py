"""The output: figures, and the bars they are held against.

The bars are the project's own. A figure that has none is printed all the same.
"""

from __future__ import annotations

import operator
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
}


class Bar(NamedTuple):
    """A figure, and its bar. Without ``must`` it has none."""

    what: str
    where: str
    value: float
    unit: str = ""
    must: str = ""
    limit: float = 0.0

    @property
    def missed(self) -> bool:
        """True if the figure misses its bar."""
        return bool(self.must) and not _OPERATORS[self.must](self.value, self.limit)

    @property
    def distance(self) -> float:
        """The distance of the figure from its bar: over 1 on the wrong side, 1 on it."""
        if not self.must or not self.value or not self.limit:
            return self.value
        return self.limit / self.value if self.must == ">=" else self.value / self.limit

    def verdict(self) -> str:
        """Return the figure beside its bar."""
        unit = f" {self.unit}" if self.unit else ""
        figure = f"{rounded(self.value)}{unit}"
        if not self.must:
            return f"{figure}  measured"
        verdict = "MISSED" if self.missed else "ok"
        return f"{figure}  {self.must} {rounded(self.limit)}{unit}  {verdict}"


def rounded(value: float) -> str:
    """Return a figure with three significant digits, or all before the point."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def median(values: Iterable[float]) -> float:
    """Return the median of some values."""
    return statistics.median(values)


def say(line: str = "") -> None:
    """Print a line, and flush it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def say_table(rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns, the first one to the left. The first row is the heading."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first, *rest = (
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        say("  " + "  ".join([first, *rest]).rstrip())


def say_bars(bars: Iterable[Bar]) -> None:
    """Print figures beside their bars."""
    for bar in bars:
        say(f"    {bar.what}: {bar.verdict()}")


def say_summary(bars: Sequence[Bar]) -> None:
    """Print every bar once, with the figure that is furthest from it."""
    if not bars:
        return
    say("\nThe bars, each with its worst figure")
    for worst, same in worst_of(bars):
        missed = sum(bar.missed for bar in same)
        of_all = f" ({missed} of {len(same)} missed)" if missed and len(same) > 1 else ""
        where = f"  [{worst.where}]" if worst.where else ""
        say(f"  {worst.what}: {worst.verdict()}{of_all}{where}")


def worst_of(bars: Iterable[Bar]) -> list[tuple[Bar, list[Bar]]]:
    """Return for each figure the one that is furthest from its bar, and all of them."""
    by_what: dict[str, list[Bar]] = {}
    for bar in bars:
        by_what.setdefault(bar.what, []).append(bar)
    return [(max(same, key=lambda bar: bar.distance), same) for same in by_what.values()]
