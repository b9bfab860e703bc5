"""`tests.proofs.threats.tables`: all tables of the document are tried, and a wrong cell is red."""

from __future__ import annotations

import re

import pytest

from tests.proofs.threats.tables import DOCUMENT, TABLES, check, tables, wrong_cells
from tests.support.documents import read

TRIED = {"doors", "credentials", "roles", "pages", "targets", "files", "users"}
"""The tables that a module of this package tries."""

LINES = 200
"""Most lines of the document."""

EXAMPLE = """
<!-- cats: tests/proofs/threats tries each cell -->
| action | cat | dog |
|---|---|---|
| purr | yes | no |
| eat | yes | yes |
<!-- end -->
"""


def test_a_table_is_read_by_rows_and_columns() -> None:
    rows = {"purr": {"cat": "yes", "dog": "no"}, "eat": {"cat": "yes", "dog": "yes"}}
    assert tables(EXAMPLE) == {"cats": rows}


def test_each_table_of_yes_and_no_is_tried() -> None:
    assert set(TABLES) == TRIED
    rest = re.sub(r"<!-- .*? -->\n.*?<!-- end -->", "", read(DOCUMENT), flags=re.DOTALL)
    assert not re.search(r"\| (yes|no|guest|refused) \|", rest)


def test_a_cell_that_is_wrong_is_found_with_what_happened() -> None:
    cells = {"cat": "yes", "dog": "yes"}
    found = wrong_cells(cells, lambda column: {"at home": "yes" if column == "cat" else "no"})
    assert found == {"dog": {"at home": "no"}}


def test_a_cell_that_is_right_at_one_door_alone_is_wrong() -> None:
    found = wrong_cells({"cat": "no"}, lambda column: {"at home": "no", "outside": "yes"})
    assert found == {"cat": {"at home": "no", "outside": "yes"}}


def test_a_cell_that_was_tried_at_no_door_is_wrong() -> None:
    assert wrong_cells({"cat": "no"}, lambda column: {}) == {"cat": {}}


def test_the_document_is_short() -> None:
    assert read(DOCUMENT).count("\n") <= LINES


def test_a_wrong_cell_is_red_and_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLES, "cats", tables(EXAMPLE)["cats"])
    check("cats", "eat", lambda column: {"at home": "yes"})
    message = r"cats, purr; for dog, it says no, .*\{'at home': 'yes'\}"
    with pytest.raises(AssertionError, match=message):
        check("cats", "purr", lambda column: {"at home": "yes"})
