"""Paragraphs of the log on a screen, and the rows to which they are wrapped.

Pure. A paragraph is what one person said at once, of one or several lines, or a notice. Each row
but its first is indented: else a text could be padded so that one of its rows looks like a line of
another member, or of the server. No row is wider than the screen, by the widths with which
prompt_toolkit draws, and no grapheme is torn apart. This module must not know the content of lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from prompt_toolkit.utils import get_cwidth

Fragment = tuple[str, str]
"""A style, and the text that is in it."""

MIN_COLUMNS = 4
"""Columns of the narrowest screen on which anything is shown."""

GAP = "class:gap"
"""The style of the blanks between the words and the text of a row of a list."""

LEAST_BESIDE = 24
"""Least columns for a text beside its words; with fewer it is below them."""

_TAB = 8
_JOINER = "\u200d"
_VARIATION = "\ufe0f"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)


class Paragraph(NamedTuple):
    """A text to show: *head*, such as time and name, and *body*, in which LF ends a line."""

    head: list[Fragment]
    body: list[Fragment]

    @property
    def text(self) -> str:
        """The text without styles."""
        return "".join(text for _, text in (*self.head, *self.body))


class Row(NamedTuple):
    """A row of a paragraph. *start* is the number of graphemes and line ends before it."""

    start: int
    fragments: list[Fragment]


class _Cell(NamedTuple):
    style: str
    text: str
    width: int


def rows_of(paragraph: Paragraph, columns: int) -> list[Row]:
    """Return *paragraph* wrapped to rows of at most *columns*.

    A row ends at a space if there is one in its second half. TAB becomes spaces. A body is
    indented as far as its head is wide, at most by a third of the screen. The text of a list
    (`GAP`) is below its beginning.
    """
    if columns < MIN_COLUMNS:
        return [Row(0, [])]
    head = sum(get_cwidth(text) for _, text in paragraph.head)
    indent = min(max(head, 1), columns // 3)
    rows: list[Row] = []
    start = 0
    for number, line in enumerate(_lines(paragraph)):
        first = 0 if number == 0 else indent
        origin = head if number == 0 else indent
        hang, is_below = _hang(line, first, indent, columns)
        cells = _without_tabs(_cells(line, columns - hang), first, origin)
        row: list[_Cell] = []
        used = first
        for cell in cells:
            if is_below and GAP in cell.style:
                if row:
                    rows.append(_row(start, first, row))
                    start += len(row)
                row, first = [], hang
                start, used = start + 1, first
                continue
            is_full = used + cell.width > columns
            while used + cell.width > columns:
                end = len(row) if cell.text == " " else _end(row)
                rows.append(_row(start, first, row[:end]))
                start += end
                row, first = row[end:], hang
                used = first + sum(each.width for each in row)
            if is_full and cell.text == " ":  # it is the end of the row before
                start += 1
                continue
            row.append(cell)
            used += cell.width
        rows.append(_row(start, first, row))
        start += len(row) + 1
    return rows


def _hang(line: list[Fragment], first: int, indent: int, columns: int) -> tuple[int, bool]:
    """Return how far the rows of a line are indented that comes after *first* columns.

    Also return True if the text of a list is below its words, because there is no room beside them.
    """
    column = first
    for style, text in line:
        column += get_cwidth(text)
        if GAP in style:
            if column + LEAST_BESIDE <= columns:
                return column, False
            return min(indent + 2, columns // 2), True
    return indent, False


def cut(text: str, columns: int) -> str:
    """Return as much of a line as *columns* take; one that is cut ends in an ellipsis."""
    if get_cwidth(text) <= columns:
        return text
    kept, used = "", 0
    for cell in _cells([("", text)], columns):
        if used + cell.width > columns - 1:
            break
        kept += cell.text
        used += cell.width
    return f"{kept}…" if columns > 0 else ""


def _lines(paragraph: Paragraph) -> list[list[Fragment]]:
    lines: list[list[Fragment]] = [list(paragraph.head)]
    for style, text in paragraph.body:
        first, *others = text.split("\n")
        lines[-1].append((style, first))
        lines += [[(style, other)] for other in others]
    return lines


def _cells(line: list[Fragment], widest: int) -> Iterator[_Cell]:
    """Yield the graphemes of a line, each of at most *widest* columns.

    The selector of a coloured variant, and joiners of emoji, are left out: terminals do not agree
    on the width of what they make.
    """
    cell = None
    for style, text in line:
        for character in text:
            if character == _VARIATION or (character == _JOINER and cell and cell.width > 1):
                continue
            width = get_cwidth(character)
            if cell is not None and _joins(cell, character, width, widest):
                cell = _Cell(cell.style, cell.text + character, cell.width + width)
                continue
            if cell is not None:
                yield cell
            cell = _Cell(style, character, width)
    if cell is not None:
        yield cell


def _joins(cell: _Cell, character: str, width: int, widest: int) -> bool:
    """Return True if a character is of the same grapheme as the *cell* before it."""
    if character == "\t" or cell.text == "\t":
        return False
    if width == 0:
        return True
    if cell.width + width > widest:
        return False
    code = ord(character)
    is_flag = code in _FLAGS and len(cell.text) == 1 and ord(cell.text) in _FLAGS
    return is_flag or code in _SKIN_TONES or cell.text.endswith(_JOINER)


def _without_tabs(cells: Iterator[_Cell], used: int, origin: int) -> Iterator[_Cell]:
    for cell in cells:
        if cell.text != "\t":
            yield cell
            used += cell.width
            continue
        count = _TAB - (used - origin) % _TAB
        for _ in range(count):
            yield _Cell(cell.style, " ", 1)
        used += count


def _end(row: list[_Cell]) -> int:
    """Return the number of cells of a full row that stay in it; the others go to the next."""
    for place in range(len(row), len(row) // 2, -1):
        if row[place - 1].text == " ":
            return place
    return len(row)


def _row(start: int, indent: int, cells: list[_Cell]) -> Row:
    fragments = [
        (style, "".join(cell.text for cell in run))
        for style, run in groupby(cells, key=lambda cell: cell.style)
    ]
    return Row(start, [("", " " * indent), *fragments] if indent else fragments)
