"""The tables of docs/threats.md, and the comparison of their cells with what a server did."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tests.support.documents import read

DOCUMENT = "docs/threats.md"

Table = dict[str, dict[str, str]]
"""Cells by the names of their row and their column."""

_TABLE = re.compile(
    r"^<!-- ([a-z ]+): tests/proofs/threats tries each cell -->\n(.*?)^<!-- end -->$",
    re.MULTILINE | re.DOTALL,
)


def tables(text: str) -> dict[str, Table]:
    """Return the tables of a text, by the names in the comments before them."""
    return {name: _table(rows.splitlines()) for name, rows in _TABLE.findall(text)}


def _table(lines: list[str]) -> Table:
    header, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    table = {}
    for name, *cells in rows:
        assert name not in table, f"there are two rows of: {name}"
        table[name] = dict(zip(header[1:], cells, strict=True))
    return table


TABLES = tables(read(DOCUMENT))
"""The tables of the document."""


def wrong_cells(
    cells: Mapping[str, str], did: Callable[[str], Mapping[str, str]]
) -> dict[str, Mapping[str, str]]:
    """Return what happened for each column of a row where that is not what its cell says.

    ``did`` tries a column, and returns what happened at each of the doors where it was tried.
    """
    happened = {column: did(column) for column in cells}
    return {
        column: found
        for column, found in happened.items()
        if set(found.values()) != {cells[column]}
    }


def check(table: str, row: str, did: Callable[[str], Mapping[str, str]]) -> None:
    """Raise `AssertionError` if a cell of a row of the document is wrong; see `wrong_cells`."""
    cells = TABLES[table][row]
    wrong = [
        f"for {column}, it says {cells[column]}, and tried it was {dict(found)}"
        for column, found in wrong_cells(cells, did).items()
    ]
    assert not wrong, "; ".join([f"{DOCUMENT}, {table}, {row}", *wrong])


def yes_or_no(done: bool) -> str:
    """Return the cell for an action that a server carried out, or did not."""
    return "yes" if done else "no"
