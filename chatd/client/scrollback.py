"""The lines of one room, as rows of a screen, from any place in them up and down.

Pure. Lines have numbers, which older lines in front do not change, and a place is a row's grapheme
and not its number: so it is the same while lines arrive, older ones are fetched, and the screen
changes its size. This module must not know which place is on the screen, nor how rows are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from chatd.client.paragraph import Fragment, Paragraph, Row, cut, rows_of
from chatd.client.sought import Sought

MAX_LINES = 5000
MAX_CHARACTERS = 4_000_000
"""Most lines of a room, and characters in them; the oldest go first. The server has them all."""

_DAY = -2
_NEW = -1
"""The `start` of rows that are rules above a line: with the day, and above unread lines."""

_ROWS_KEPT = 1000
"""Most lines whose rows are stored, for one width."""


class Line(NamedTuple):
    """A paragraph of the log, and the day on which it was said, for the rule between days."""

    paragraph: Paragraph
    day: date

    @property
    def characters(self) -> int:
        """The number of characters in it."""
        return sum(len(text) for part in self.paragraph for _, text in part)


class Place(NamedTuple):
    """A row: the number of its line, and the grapheme with which it starts."""

    line: int
    start: int = _DAY


class Scrollback:
    """The lines of a room."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._first = 0
        self._characters = 0
        self._new_from: int | None = None
        self._new_word = ""
        self._sought: Sought | None = None
        self._found: int | None = None
        self._rows: dict[int, list[Row]] = {}
        self._columns = 0

    def __getitem__(self, number: int) -> Line:
        return self._lines[number - self._first]

    @property
    def numbers(self) -> range:
        """The numbers of all lines."""
        return range(self._first, self._first + len(self._lines))

    def append(self, line: Line) -> int:
        """Add the latest line, and return its number."""
        self._lines.append(line)
        self._characters += line.characters
        self._cut()
        return self.numbers[-1]

    def prepend(self, lines: Iterable[Line]) -> None:
        """Add older lines, in the order in which they were said."""
        older = list(lines)
        self._lines[:0] = older
        self._characters += sum(each.characters for each in older)
        self._first -= len(older)
        self._rows.clear()

    def replace(self, number: int, line: Line) -> None:
        """Show another line in the place of one."""
        if number in self.numbers:
            self._characters += line.characters - self[number].characters
            self._lines[number - self._first] = line
            self._rows.pop(number, None)
            self._cut()

    def clear(self) -> None:
        """Forget all lines."""
        self._first = self.numbers.stop
        self._lines.clear()
        self._characters = 0
        self._rows.clear()
        self._new_from = None

    def mark_new(self, word: str) -> None:
        """Have a rule with a word above the next line, from which on lines are unread."""
        self._new_from = self.numbers.stop
        self._new_word = word

    def mark_read(self) -> None:
        """Remove the rule above unread lines."""
        if self._new_from is not None:
            self._rows.pop(self._new_from, None)
            self._new_from = None

    @property
    def has_new(self) -> bool:
        """True while there is a rule above unread lines."""
        return self._new_from is not None

    def highlight(self, sought: Sought | None, found: int | None = None) -> None:
        """Highlight a text wherever it is, in the line *found* more than in others."""
        self._sought, self._found = sought, found
        self._rows.clear()

    def rows_from(self, place: Place, columns: int) -> Iterator[tuple[Place, list[Fragment]]]:
        """Yield the rows to the end, with their places, from the one on that has *place* in it."""
        for number in range(max(place.line, self._first), self.numbers.stop):
            rows = self._rows_of(number, columns)
            if number == place.line:
                before = [at for at, row in enumerate(rows) if row.start <= place.start]
                rows = rows[before[-1] :] if before else rows
            for row in rows:
                yield Place(number, row.start), row.fragments

    def rows_above(
        self, place: Place | None, columns: int
    ) -> Iterator[tuple[Place, list[Fragment]]]:
        """Yield the rows above a place, or above the end, upwards."""
        numbers = self.numbers
        for number in reversed(numbers if place is None else range(numbers.start, place.line + 1)):
            for row in reversed(self._rows_of(number, columns)):
                if place is None or number < place.line or row.start < place.start:
                    yield Place(number, row.start), row.fragments

    def _cut(self) -> None:
        """Remove the oldest lines, but for the last one, if there are too many."""
        surplus = max(0, len(self._lines) - MAX_LINES)
        left = self._characters - sum(each.characters for each in self._lines[:surplus])
        while left > MAX_CHARACTERS and surplus < len(self._lines) - 1:
            left -= self._lines[surplus].characters
            surplus += 1
        if surplus:
            del self._lines[:surplus]
            self._first += surplus
            self._characters = left
            self._rows.clear()

    def _rows_of(self, number: int, columns: int) -> list[Row]:
        if columns != self._columns or len(self._rows) >= _ROWS_KEPT:
            self._rows.clear()
            self._columns = columns
        if (rows := self._rows.get(number)) is None:
            paragraph = self._highlighted(number)
            rows = [*self._rules_above(number, columns), *rows_of(paragraph, columns)]
            self._rows[number] = rows
        return rows

    def _rules_above(self, number: int, columns: int) -> Iterator[Row]:
        day = self[number].day
        if number == self._first or self[number - 1].day != day:
            yield Row(_DAY, _rule(f"{day:%Y-%m-%d}", "class:day", columns))
        if number == self._new_from:
            yield Row(_NEW, _rule(self._new_word, "class:new", columns))

    def _highlighted(self, number: int) -> Paragraph:
        paragraph = self[number].paragraph
        if self._sought is None:
            return paragraph
        style = "class:found.current" if number == self._found else "class:found"
        spans = self._sought.spans(paragraph.text)
        head, offset = _restyled(paragraph.head, 0, spans, style)
        return Paragraph(head, _restyled(paragraph.body, offset, spans, style)[0])


def _rule(text: str, style: str, columns: int) -> list[Fragment]:
    """Return a rule across a screen, with a text in it."""
    row = cut(f"── {text} ", columns)
    return [(style, row + "─" * (columns - len(row)))]


def _restyled(
    fragments: list[Fragment], offset: int, spans: list[tuple[int, int]], style: str
) -> tuple[list[Fragment], int]:
    """Return *fragments* with *style* on *spans* of a text in which they begin at *offset*.

    Also return where they end in it.
    """
    restyled: list[Fragment] = []
    for plain, text in fragments:
        done = 0
        for start, end in spans:
            start, end = max(done, start - offset), min(len(text), end - offset)
            if start < end:
                restyled += [(plain, text[done:start]), (f"{plain} {style}", text[start:end])]
                done = end
        restyled.append((plain, text[done:]))
        offset += len(text)
    return [fragment for fragment in restyled if fragment[1]], offset
