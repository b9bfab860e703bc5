"""The part of a scrollback that is on the screen: following the end, scrolling, searching.

Pure. While the screen has left the end, its top row stays at the top. This module must not know
keys, nor the layout of the screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from chatd.client.paragraph import Fragment, Paragraph, rows_of
from chatd.client.scrollback import Place, Scrollback
from chatd.client.sought import Sought


class Size(NamedTuple):
    """The size of the part of a screen that shows a log."""

    columns: int
    rows: int


class View(NamedTuple):
    """The rows that a screen shows."""

    rows: list[list[Fragment]]

    below: int
    """The lines below the screen, also one whose beginning is on it."""

    new: int
    """Those of them that came after the screen left the end."""


class Viewport:
    """The place in a scrollback that a screen shows."""

    def __init__(self, log: Scrollback) -> None:
        self.log = log
        self._top: Place | None = None
        """The top row; None if the screen follows the end."""
        self._left_at = 0
        """The number of the line after the last one, when the screen left the end."""
        self._sought: Sought | None = None
        self._found: int | None = None

    @property
    def is_at_end(self) -> bool:
        """True if the screen follows new lines."""
        return self._top is None

    @property
    def found(self) -> int | None:
        """The number of the line that the search has found."""
        return self._found

    def is_near_start(self, size: Size) -> bool:
        """Return True if less than a screen of rows is above the rows that are shown."""
        above = self.log.rows_above(self._shown_top(size), size.columns)
        return sum(1 for _ in islice(above, size.rows)) < size.rows

    def follow(self) -> None:
        """Show the end, and follow it."""
        self._top = None

    def to_start(self, size: Size) -> None:
        """Show the first line at the top."""
        self._go(Place(self.log.numbers.start), size)

    def scroll(self, by: int, size: Size) -> bool:
        """Move the screen by rows, up if *by* is negative. Return False if that met the start."""
        top = self._shown_top(size)
        if by >= 0:
            below = [place for place, _ in islice(self.log.rows_from(top, size.columns), by + 1)]
            self._go(below[-1] if below else top, size)
            return True
        above = [place for place, _ in islice(self.log.rows_above(top, size.columns), -by)]
        self._go(above[-1] if above else top, size)
        return len(above) == -by

    def view(self, size: Size, waiting: Iterable[Paragraph] = ()) -> View:
        """Return the rows of the screen; *waiting* is shown after the last line."""
        if size.rows < 1 or size.columns < 1:
            return View([], 0, 0)
        if self._top is not None:
            rows = self.log.rows_from(self._top, size.columns)
            shown = [*islice(rows, size.rows)]
            if len(shown) == size.rows:
                end = self.log.numbers.stop
                next_line = next((place.line for place, _ in rows), end)
                below = end - next_line
                return View([row for _, row in shown], below, min(below, end - self._left_at))
        tail = [row.fragments for each in waiting for row in rows_of(each, size.columns)]
        above = islice(self.log.rows_above(None, size.columns), max(0, size.rows - len(tail)))
        body = [row for _, row in above]
        return View([*reversed(body), *tail][-size.rows :], 0, 0)

    def search(self, text: str, size: Size) -> bool:
        """Show the latest line with *text*, with any case and accents. Return True if there is one.

        If the text was longer or shorter before, search on from the line that was found then. All
        places with the text are highlighted.
        """
        numbers = self.log.numbers
        last = numbers.stop if self._found is None else min(self._found + 1, numbers.stop)
        self._sought = Sought(text) or None
        self._found = None
        nearest = [*reversed(range(numbers.start, last)), *reversed(range(last, numbers.stop))]
        return self._find(nearest, size)

    def search_on(self, *, back: bool, size: Size) -> bool:
        """Show the next line with the text, upwards if *back*. Return False if there is none."""
        numbers = self.log.numbers
        if self._found is None:
            return False
        older, newer = range(numbers.start, self._found), range(self._found + 1, numbers.stop)
        return self._find(older[::-1] if back else newer, size)

    def end_search(self) -> None:
        """Highlight nothing more."""
        self._sought = self._found = None
        self.log.highlight(None)

    def _find(self, numbers: Sequence[int], size: Size) -> bool:
        """Show the first line of some that has the text."""
        found = None
        if self._sought is not None:
            texts = ((number, self.log[number].paragraph.text) for number in numbers)
            found = next((number for number, text in texts if self._sought.is_in(text)), None)
        if found is not None:
            self._found = found
            above = islice(self.log.rows_above(Place(found), size.columns), size.rows // 3)
            self._go([Place(found), *(place for place, _ in above)][-1], size)
        self.log.highlight(self._sought, self._found)
        return found is not None

    def _go(self, place: Place, size: Size) -> None:
        """Have *place* at the top, or follow the end if it is then on the screen."""
        was_at_end = self._top is None
        rows = sum(1 for _ in islice(self.log.rows_from(place, size.columns), size.rows + 1))
        self._top = place if rows > size.rows else None
        if was_at_end:
            self._left_at = self.log.numbers.stop

    def _shown_top(self, size: Size) -> Place:
        """Return the place of the row that is at the top of the screen."""
        if self._top is not None:
            shown = [*islice(self.log.rows_from(self._top, size.columns), max(1, size.rows))]
            if len(shown) >= size.rows:
                return shown[0][0]
        rows = [*islice(self.log.rows_above(None, size.columns), max(1, size.rows))]
        return rows[-1][0] if rows else Place(self.log.numbers.start)
