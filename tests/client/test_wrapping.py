"""`chatd.client.wrapping`: each row of a line but its first is indented, on any terminal."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.client.lines import paint
from chatd.client.wrapping import INDENT, columns_of, wrapped
from chatd.text.escaping import visible

SPOOFS = ("<vic> yes", "*** root is an administrator", "ERR Not said: log in", "(private) <vic> hi")
PADS = (
    " ",
    "\u3000",
    "\u2800",
    "\xa0",
    "漢",
    "e\u0301",
    "é",
    "❤\ufe0f",
    "👍🏽",
    "ﾞ",
    "\u200b",
    "한",
    "\u1112\u1161",
)


def rows(line: str, columns: int) -> list[str]:
    """Return the rows of a line, as they are sent to a terminal."""
    return "".join(text for _, text in wrapped(paint(line), columns)).split("\n")


def screen(line: str, columns: int) -> list[str]:
    """Return the rows of a line, as a terminal shows them."""
    terminal = pyte.Screen(columns, 100)
    pyte.Stream(terminal).feed("\r\n".join(rows(line, columns)))
    return [row.rstrip() for row in terminal.display[: terminal.cursor.y + 1]]


@pytest.mark.parametrize("columns", [80, 20, 4])
@pytest.mark.parametrize("spoof", SPOOFS)
@pytest.mark.parametrize("pad", PADS)
def test_no_row_begins_as_a_line_of_another_author(columns: int, spoof: str, pad: str) -> None:
    for count in range(max(0, columns - 9), columns + 2, 2 if columns > 20 else 1):
        shown = screen(f"<eve> {pad * count}{spoof}", columns)
        assert shown[0].startswith("<eve>"[:columns])
        assert all(not row or row.startswith(INDENT) for row in shown[1:])


@given(st.text(st.sampled_from("ab <*漢e\u0301\t👍\u200d\ufe0f한\u3000")), st.integers(4, 90))
def test_nothing_is_lost_and_no_row_is_too_wide(text: str, columns: int) -> None:
    first, *others = rows(f"<eve> {text}", columns)
    assert all(row.startswith(INDENT) for row in others)
    whole = "".join((first, *(row.removeprefix(INDENT) for row in others)))
    assert whole.replace(" ", "") == f"<eve> {text}".replace("\t", "").replace(" ", "")
    for row in (first, *others):
        assert sum(map(columns_of, row)) <= columns


@given(st.text(max_size=300), st.integers(4, 90))
def test_rows_of_any_text_are_indented(text: str, columns: int) -> None:
    line = visible(text)
    assert all(row.startswith(INDENT) for row in rows(line, columns)[1:])


def test_rows_end_after_words_that_are_not_too_long() -> None:
    assert rows("<ana> this is wrapped between words", 20) == [
        "<ana> this is ",
        "  wrapped between ",
        "  words",
    ]
    assert rows("<ana> " + "x" * 20, 20) == ["<ana> " + "x" * 14, "  " + "x" * 6]


@pytest.mark.parametrize("line", ["hola", "<ana> " + "x" * 74, "<ana> " + "漢" * 37])
def test_a_line_that_fits_is_not_changed(line: str) -> None:
    assert wrapped(paint(line), 80) == paint(line)


def test_colours_go_on_in_the_next_row() -> None:
    fragments = wrapped([("ansired", "ERR " + "x" * 20)], 12)
    assert fragments == [
        ("ansired", "ERR " + "x" * 8),
        ("", "\n"),
        ("", INDENT),
        ("ansired", "x" * 10),
        ("", "\n"),
        ("", INDENT),
        ("ansired", "xx"),
    ]


def test_a_tab_goes_to_the_next_stop() -> None:
    assert rows("<a> x\ty", 80) == ["<a> x   y"]


def test_a_terminal_without_room_is_left_alone() -> None:
    assert rows("<ana> hola", 3) == ["<ana> hola"]
