"""Rows of CSV: what people wrote stays text, in a spreadsheet and on a terminal."""

from __future__ import annotations

import csv
import io

import pytest

from chatd.text.rows import csv_row


@pytest.mark.parametrize("cell", ["plain", 'with "quotes"', "a,b", "ñ 漢", ""])
def test_a_cell_is_read_as_it_was_written(cell: str) -> None:
    (read,) = csv.reader(io.StringIO(csv_row([cell, "x"]).decode(), newline=""))
    assert read == [cell, "x"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert csv_row([cell]).decode() == f"'{cell}\r\n"


def test_no_cell_drives_a_terminal() -> None:
    assert b"\x1b" not in csv_row(["\x1b[2J"])
