"""Rows of CSV (RFC 4180) and of JSON, with text that people wrote.

Pure. This module must not know what the rows are about.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence

from chatd.text.escaping import visible

_FORMULA = ("=", "+", "-", "@", "\t")
"""The characters with which a spreadsheet takes a cell for a formula."""


def csv_row(cells: Sequence[str]) -> bytes:
    """Return a row that no spreadsheet takes for formulas, and that drives no terminal."""
    line = io.StringIO(newline="")
    safe = (f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in map(visible, cells))
    csv.writer(line).writerow(safe)
    return line.getvalue().encode()


def json_row(members: Mapping[str, object]) -> bytes:
    """Return a row in ASCII, so that nothing in it drives a terminal."""
    # JSON leaves DEL as it is.
    return json.dumps(members).replace("\x7f", "\\u007f").encode() + b"\n"
