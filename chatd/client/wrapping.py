"""The wrapping of lines to rows: on a screen every row but a line's first is indented.

Otherwise a line could be padded so that one of its rows looks like a line of another member, or of
the server. This module must not know the content of lines.
"""

import unicodedata
from itertools import groupby

from prompt_toolkit.utils import get_cwidth

from chatd.client.lines import Fragment

INDENT = "  "

_TAB = 8
_MARKS = ("Mn", "Me")
_EMOJI = "\ufe0f"

_Cell = tuple[str, str, int]
"""A style, a character, and the columns that it takes."""


def wrapped(fragments: list[Fragment], columns: int) -> list[Fragment]:
    """Return *fragments*, which are a line, with line ends and `INDENT` where a row is full.

    Rows end after a space if there is one in their second half. TAB becomes spaces. A terminal of
    fewer than four columns has no room for this; its lines are returned unchanged.
    """
    if columns < len(INDENT) + 2:
        return fragments
    rows: list[list[_Cell]] = []
    row: list[_Cell] = []
    used = 0
    for cell in _cells(fragments):
        while used + cell[2] > columns:
            end = _end(row)
            rows.append(row[:end])
            row = [("", " ", 1) for _ in INDENT] + row[end:]
            used = sum(width for _, _, width in row)
        row.append(cell)
        used += cell[2]
    rows.append(row)
    return [fragment for row in _joined(rows) for fragment in row]


def columns_of(character: str) -> int:
    """Return the most columns that a terminal may need for a character.

    Where terminals do not agree, too many is right: then a row ends early.
    """
    if character == _EMOJI:  # it makes the character before it twice as wide
        return 1
    if unicodedata.category(character) in _MARKS:
        return 0
    return max(1, get_cwidth(character))


def _cells(fragments: list[Fragment]) -> list[_Cell]:
    cells: list[_Cell] = []
    used = 0
    for style, text in fragments:
        for character in text:
            if character == "\t":
                count = _TAB - used % _TAB
                cells += [(style, " ", 1)] * count
                used += count
                continue
            width = columns_of(character)
            cells.append((style, character, width))
            used += width
    return cells


def _end(row: list[_Cell]) -> int:
    """Return the number of cells of a full row that stay in it; the others go to the next."""
    for place in range(len(row), max(len(row) // 2, len(INDENT)), -1):
        if row[place - 1][1] == " ":
            return place
    return len(row)


def _joined(rows: list[list[_Cell]]) -> list[list[Fragment]]:
    joined = []
    for number, row in enumerate(rows):
        fragments = [
            (style, "".join(character for _, character, _ in run))
            for style, run in groupby(row, key=lambda cell: cell[0])
        ]
        joined.append([("", "\n"), *fragments] if number else fragments)
    return joined
