"""`chatd.client.scrollback`: the lines of a room, and their rows from any place."""

from __future__ import annotations

from datetime import date

import pytest

from chatd.client import scrollback
from chatd.client.paragraph import Paragraph
from chatd.client.scrollback import Line, Place, Scrollback

DAY = date(2026, 11, 30)


def line(text: str, day: date = DAY) -> Line:
    return Line(Paragraph([], [("", text)]), day)


def lines(*texts: str) -> Scrollback:
    log = Scrollback()
    for text in texts:
        log.append(line(text))
    return log


def rows(log: Scrollback, place: Place | None = None, columns: int = 20) -> list[str]:
    """Return the rows from a place, by default from the first one, without styles and blanks."""
    found = log.rows_from(place or Place(log.numbers.start), columns)
    return ["".join(text for _, text in row).strip() for _, row in found]


RULE = "── 2026-11-30 ──────"


class TestRows:
    """Rows up and down from a place."""

    def test_rows_above_a_place_are_all_before_it(self) -> None:
        log = lines("one two three four five six", "b")
        down = [place for place, _ in log.rows_from(Place(0), 20)]
        for at, place in enumerate(down):
            assert [above for above, _ in log.rows_above(place, 20)] == down[:at][::-1]
        assert [above for above, _ in log.rows_above(None, 20)] == down[::-1]

    def test_a_place_within_a_row_is_that_row(self) -> None:
        log = lines("one two three four five six")
        assert rows(log, Place(0, 3))[0] == "one two three four"
        assert rows(log, Place(0, 22))[0] == "five six"

    def test_numbers_stay_when_older_lines_come(self) -> None:
        log = lines("a", "b")
        log.prepend([line("x"), line("y")])
        assert log[1] == line("b")
        assert log.numbers == range(-2, 2)
        assert rows(log) == [RULE, "x", "y", "a", "b"]

    def test_a_line_can_be_replaced(self) -> None:
        log = lines("a", "b")
        assert rows(log)[1] == "a"
        log.replace(0, line("a\nb"))
        log.replace(99, line("not there"))
        assert rows(log) == [RULE, "a", "b", "b"]


class TestRules:
    """Rules between days, and above unread lines."""

    def test_each_day_begins_with_one(self) -> None:
        log = lines("old", "too")
        log.append(line("next", date(2026, 12, 1)))
        assert rows(log) == [RULE, "old", "too", RULE.replace("11-30", "12-01"), "next"]

    def test_unread_lines_begin_with_one_until_they_are_read(self) -> None:
        log = lines("read")
        log.mark_new("new")
        assert log.has_new
        log.append(line("unread"))
        log.append(line("too"))
        assert rows(log) == [RULE, "read", "── new ─────────────", "unread", "too"]
        log.mark_read()
        assert rows(log) == [RULE, "read", "unread", "too"]


class TestBounds:
    """A log that is too long, or anew."""

    def test_the_oldest_lines_go_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(scrollback, "MAX_LINES", 3)
        log = lines(*"abcdef")
        assert log.numbers == range(3, 6)
        assert rows(log, Place(0)) == [RULE, "d", "e", "f"]

    def test_long_ones_are_fewer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(scrollback, "MAX_CHARACTERS", 10)
        log = lines("a" * 8, "bb", "cc")
        assert rows(log) == [RULE, "bb", "cc"]
        log.replace(2, line("c" * 9))
        assert rows(log) == [RULE, "c" * 9]
        log.prepend([line("a"), line("bbb")])
        log.append(line("d"))
        assert rows(log) == [RULE, "c" * 9, "d"]
        log.append(line("e" * 11))
        assert rows(log) == [RULE, "e" * 11]
        log.clear()
        log.append(line("f" * 10))
        log.append(line(""))
        assert rows(log) == [RULE, "f" * 10, ""]

    def test_a_cleared_log_is_empty(self) -> None:
        log = lines("a", "b")
        log.clear()
        assert rows(log, Place(0)) == []
        assert log.append(line("anew")) == 2
        assert rows(log) == [RULE, "anew"]
