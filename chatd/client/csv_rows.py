"""Rows of CSV (RFC 4180) with text that people wrote.

Pure. This module must not know what the rows are about.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from chatd.text.escaping import visible

_FORMULA = ("=", "+", "-", "@", "\t")
"""The characters with which a spreadsheet takes a cell for a formula."""


def row(cells: Sequence[str]) -> bytes:
    """Return a row that no spreadsheet takes for formulas, and that drives no terminal."""
    line = io.StringIO(newline="")
    safe = (f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in map(visible, cells))
    csv.writer(line).writerow(safe)
    return line.getvalue().encode()
