"""`chatd.client.paragraph`: no row is wider than the screen, and none is another's beginning."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth

from chatd.client.paragraph import MIN_COLUMNS, Paragraph, cut, rows_of
from chatd.text.escaping import visible

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1ea\U0001f1f8"
THUMB = "\U0001f44d\U0001f3fd"

TEXTS = st.lists(
    st.one_of(
        st.sampled_from([*"ab <>*\t\n漢字한é", "e\u0301", "\u0301", "\u200d", "\ufe0f", "\u0e33"]),
        st.sampled_from([FAMILY, FLAG, THUMB, "\U0001f44d", "\U0001f3fd", "\U0001f1ea"]),
        st.characters(exclude_categories=["Cs", "Cc"]).map(visible),
    )
).map("".join)


def plain_rows(paragraph: Paragraph, columns: int) -> list[str]:
    """Return the rows without styles."""
    return ["".join(text for _, text in row.fragments) for row in rows_of(paragraph, columns)]


def said(text: str, name: str = "ana") -> Paragraph:
    return Paragraph([("", f"12:34 <{name}> ")], [("", text)])


class TestRows:
    """Rows as a screen shows them."""

    def test_a_row_ends_after_a_word_and_the_next_is_below_the_text(self) -> None:
        assert plain_rows(said("one two three four five"), 26) == [
            "12:34 <ana> one two three ",
            "        four five",
        ]
        assert plain_rows(said("one two three"), 40) == ["12:34 <ana> one two three"]

    def test_a_space_at_the_end_of_a_full_row_does_not_begin_the_next(self) -> None:
        assert plain_rows(said("abcd efgh ij"), 21) == ["12:34 <ana> abcd efgh", "       ij"]
        assert plain_rows(said("abcd efgh ij"), 20) == ["12:34 <ana> abcd ", "      efgh ij"]

    def test_a_text_without_a_head_is_indented_by_one_column(self) -> None:
        assert plain_rows(Paragraph([], [("", "abc def")]), 5) == ["abc ", " def"]

    def test_lines_of_a_message_are_one_block(self) -> None:
        assert plain_rows(said("if x:\n    y\n\nz"), 40) == [
            "12:34 <ana> if x:",
            "                y",
            "            ",
            "            z",
        ]

    def test_a_tab_is_as_wide_in_each_line_of_a_message(self) -> None:
        assert plain_rows(said("a\tb\n\tb"), 60) == [
            "12:34 <ana> a       b",
            "                    b",
        ]

    def test_a_tab_counts_from_the_beginning_of_the_text(self) -> None:
        assert plain_rows(said("a\tb\n\tb"), 24) == [
            "12:34 <ana> a       b",
            f"{'b':>17}",
        ]  # fmt: skip

    @pytest.mark.parametrize("pad", [" ", "漢", "\t", "\U0001f44d"])
    @pytest.mark.parametrize("columns", [20, 80])
    def test_no_text_can_begin_a_row_as_another_line_does(self, pad: str, columns: int) -> None:
        for count in range(columns):
            rows = plain_rows(said(f"{pad * count}<vic> yes\n12:34 <vic> yes"), columns)
            assert all(row.startswith("      ") for row in rows[1:])

    @given(TEXTS, st.integers(1, 90))
    def test_no_row_is_wider_than_the_screen(self, text: str, columns: int) -> None:
        for row in plain_rows(said(text, "josé"), columns):
            assert get_cwidth(row) <= columns

    @given(TEXTS, st.integers(MIN_COLUMNS, 90))
    def test_nothing_of_a_text_is_lost(self, text: str, columns: int) -> None:
        def seen(shown: str) -> str:
            return re.sub("[\ufe0f\u200d]", "", "".join(shown.split()))

        paragraph = said(text)
        assert seen("".join(plain_rows(paragraph, columns))) == seen(paragraph.text)

    @given(TEXTS, st.integers(MIN_COLUMNS, 90))
    def test_each_row_starts_after_the_row_before_it(self, text: str, columns: int) -> None:
        starts = [row.start for row in rows_of(said(text), columns)]
        assert starts == sorted(set(starts))
        assert starts[0] == 0

    def test_a_family_is_shown_as_its_members_on_all_terminals(self) -> None:
        assert plain_rows(said(f"{FAMILY}!"), 40) == ["12:34 <ana> \U0001f468\U0001f469\U0001f467!"]

    @pytest.mark.parametrize("grapheme", ["ক\u200dষ", FLAG, THUMB, "e\u0301", "漢"])
    @pytest.mark.parametrize("columns", [14, 20, 33])
    def test_no_grapheme_is_torn_apart(self, grapheme: str, columns: int) -> None:
        rows = plain_rows(said(grapheme * 30), columns)
        assert len(rows) > 1
        assert "".join(row.replace("12:34 <ana>", "").strip() for row in rows) == grapheme * 30
        assert all(row.replace(grapheme, "").isascii() for row in rows)

    @pytest.mark.parametrize("columns", [0, 1, 2, 3])
    def test_a_screen_that_is_too_narrow_shows_nothing(self, columns: int) -> None:
        assert plain_rows(said("hola"), columns) == [""]


class TestCut:
    """A text that one row has room for."""

    def test_what_is_cut_ends_in_an_ellipsis(self) -> None:
        assert [cut("hola", columns) for columns in (4, 3, 1, 0)] == ["hola", "ho…", "…", ""]
        assert cut("漢字漢", 5) == "漢字…"
        assert cut(f"{THUMB}{THUMB}", 5) == f"{THUMB}…"

    @given(TEXTS.filter(lambda text: "\t" not in text and "\n" not in text), st.integers(0, 40))
    def test_it_is_never_wider(self, text: str, columns: int) -> None:
        assert get_cwidth(cut(text, columns)) <= columns
