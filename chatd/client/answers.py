"""The lists in the answers of a server, such as that of /help, as they are wrapped to a screen.

A row of a list is a word or several, two spaces or more, and a text. A server wraps the text for a
screen of 80 columns, below its beginning. Pure. This module must not know commands, nor a screen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chatd.client.paragraph import GAP, Fragment

_ROW = re.compile(r"(\S+(?: \S+)*)( {2,})(\S.*)")
_INDENTED = re.compile(r"()( {4,})(\S.*)")
"""A text without its words: they are in the line above, because they are too wide."""


@dataclass
class _Row:
    words: str
    gap: str
    text: str

    def takes(self, other: _Row) -> bool:
        """Return True if *other* is the rest of this text."""
        column = len(self.words) + len(self.gap)
        return bool(self.gap) and not other.words and len(other.gap) == column


def unwrapped(text: str, style: str) -> list[Fragment]:
    """Return an answer with the texts of its rows in one line each, and their gaps marked."""
    rows: list[_Row] = []
    for line in text.split("\n"):
        found = _ROW.fullmatch(line) or _INDENTED.fullmatch(line)
        row = _Row(*found.groups()) if found is not None else _Row(line, "", "")
        if rows and rows[-1].takes(row):
            rows[-1].text += f" {row.text}"
        else:
            rows.append(row)
    fragments: list[Fragment] = []
    for number, row in enumerate(rows):
        words = row.words if number == 0 else f"\n{row.words}"
        fragments += [(style, words), (f"{style} {GAP}", row.gap), (style, row.text)]
    return [fragment for fragment in fragments if fragment[1]]
