"""The help of the daemon: each option once, with its meaning and its default."""

from __future__ import annotations

import re

import pytest

from chatd.daemon.manual import GROUPS, Option, options_of, text
from chatd.daemon.options import Options

OPTIONS = list(options_of(Options))


@pytest.fixture
def manual(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the manual on a terminal that is as wide as it gets."""
    monkeypatch.setenv("COLUMNS", "100")
    return text("chatd serve", Options)


def test_every_option_is_in_one_group() -> None:
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(option.name for option in OPTIONS)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_an_option_has_its_meaning_and_its_default(manual: str, option: Option) -> None:
    name, letter, meaning, default, takes_value = option
    row = re.search(rf"^  (?:-\w.*, )?--{name}\b.*(?:\n {{8,}}.*)*", manual, re.MULTILINE)
    assert row is not None
    words = " ".join(row[0].split())
    assert meaning[1:] in words
    assert (f"(default: {default})" in words) == (default not in ("none", "off"))
    assert bool(re.match(rf"(?:-\w .*, )?--{name} [A-Z]", words)) == takes_value
    assert words.startswith(f"-{letter}") or letter is None


def test_the_groups_are_the_headings(manual: str) -> None:
    assert [f"\n{title}:\n" in manual for title in GROUPS] == [True] * len(GROUPS)


def test_a_daemon_has_no_success(manual: str) -> None:
    statuses = manual.partition("Exit status:\n")[2].partition("\n\n")[0]
    assert re.findall(r"^  (\d+)", statuses, re.MULTILINE) == ["1", "2", "130", "143"]


def test_the_manual_is_that_of_the_program() -> None:
    assert text("twistd chat", Options).startswith("twistd chat - run the daemon ")
    assert "\nUsage:\n  twistd chat [-h] " in text("twistd chat", Options)
