"""The table of settings: each has one place, one option, and a default that it takes."""

from __future__ import annotations

import pytest

from chatd.daemon.listener_table import LISTENER_ROWS
from chatd.daemon.options import Options
from chatd.daemon.setting_row import Row
from chatd.daemon.settings_table import OPTIONS, ROWS


def test_each_setting_has_one_place_and_one_option() -> None:
    for names in ([row.path for row in ROWS], [row.option for row in ROWS]):
        assert sorted(set(names)) == sorted(names)
    letters = [row.letter for row in ROWS if row.letter]
    assert sorted(set(letters)) == sorted(letters)


def test_the_options_are_those_of_the_table() -> None:
    names = {name.rstrip("=") for name in Options().longOpt} - {"help", "version"}
    letters = {row.letter for row in OPTIONS if row.letter}
    assert names - letters == {row.option for row in OPTIONS}


@pytest.mark.parametrize("row", [*ROWS, *LISTENER_ROWS], ids=lambda row: row.path)
def test_a_default_is_a_value_that_the_setting_takes(row: Row) -> None:
    if row.default is not None:
        row.kind.value_of(row.default)


def test_nothing_is_given_by_no_arguments() -> None:
    options = Options()
    options.parseOptions([])
    assert options.given == {}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.option)
def test_what_is_given_is_told_from_the_default(row: Row) -> None:
    options = Options()
    value = [row.default or "x"] if row.takes_value else []
    options.parseOptions([f"--{row.option}", *value])
    assert list(options.given) == [row.path]
