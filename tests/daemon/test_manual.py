"""The help of the daemon: each option once, with its meaning and its default."""

from __future__ import annotations

import re

import pytest

from chatd.daemon.manual import text
from chatd.daemon.setting_row import Group, Row
from chatd.daemon.settings_table import ROWS


@pytest.fixture
def manual(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the manual on a terminal that is as wide as it gets."""
    monkeypatch.setenv("COLUMNS", "100")
    return text("chatd serve")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.option)
def test_an_option_has_its_meaning_and_its_default(manual: str, row: Row) -> None:
    found = re.search(rf"^  (?:-\w.*, )?--{row.option}\b.*(?:\n {{8,}}.*)*", manual, re.MULTILINE)
    assert found is not None
    words = " ".join(found[0].split())
    assert row.meaning[1:] in words
    default = row.shown_default
    assert (f"(default: {default})" in words) == (default not in ("none", "off"))
    assert bool(re.match(rf"(?:-\w .*, )?--{row.option} [A-Z]", words)) == row.takes_value
    assert words.startswith(f"-{row.letter}") or row.letter is None


def test_the_groups_are_the_headings(manual: str) -> None:
    headings = re.findall(r"^([A-Z].*):$", manual, re.MULTILINE)
    groups = [group.value for group in Group]
    assert [heading for heading in headings if heading in groups] == groups


def test_a_daemon_has_no_success(manual: str) -> None:
    statuses = manual.partition("Exit status:\n")[2].partition("\n\n")[0]
    assert re.findall(r"^  (\d+)", statuses, re.MULTILINE) == ["1", "2", "130", "143"]


def test_the_manual_is_that_of_the_program() -> None:
    assert text("twistd chat").startswith("twistd chat - run the daemon ")
    assert "\nUsage:\n  twistd chat [-h] " in text("twistd chat")
