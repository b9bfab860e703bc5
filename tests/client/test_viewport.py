"""`chatd.client.viewport` and `scrollback`: the part of a log that is on a screen."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.client.paragraph import Paragraph
from chatd.client.scrollback import Line, Scrollback
from chatd.client.viewport import Size, View, Viewport

DAY = date(2026, 11, 30)
SIZE = Size(40, 4)


def line(text: str, day: date = DAY) -> Line:
    return Line(Paragraph([("", "12:34 ")], [("", text)]), day)


def lines(*texts: str) -> Viewport:
    shown = Viewport(Scrollback())
    for text in texts:
        shown.log.append(line(text))
    return shown


def numbered(count: int) -> Viewport:
    return lines(*(f"line {number}" for number in range(count)))


def shown(view: View) -> list[str]:
    """Return the rows of a view, without times and blanks."""
    rows = ("".join(text for _, text in row) for row in view.rows)
    return [row.removeprefix("12:34 ").strip() for row in rows]


def rows(window: Viewport, columns: int = 40, height: int = 4) -> list[str]:
    return shown(window.view(Size(columns, height)))


class TestFollowing:
    """A screen at the end of the window."""

    def test_the_last_rows_are_shown_and_new_ones_come_in(self) -> None:
        window = numbered(10)
        assert rows(window) == ["line 6", "line 7", "line 8", "line 9"]
        window.log.append(line("new"))
        assert rows(window)[-1] == "new"
        assert window.is_at_end

    def test_a_short_log_begins_with_its_day(self) -> None:
        assert rows(lines("one")) == ["── 2026-11-30 ──────────────────────────", "one"][:2]

    def test_each_new_day_has_a_rule(self) -> None:
        window = lines("old")
        window.log.append(line("next", date(2026, 12, 1)))
        window.log.append(line("more", date(2026, 12, 1)))
        assert [row[:13] for row in rows(window, height=9)] == [
            "── 2026-11-30", "old", "── 2026-12-01", "next", "more"
        ]  # fmt: skip

    def test_what_waits_is_after_all(self) -> None:
        window = numbered(10)
        waiting = [Paragraph([("", "")], [("", "mine")])]
        assert shown(window.view(Size(40, 3), waiting)) == ["line 8", "line 9", "mine"]

    def test_unread_lines_are_below_a_rule(self) -> None:
        window = lines("read")
        window.log.mark_new("new")
        window.log.append(line("unread"))
        assert rows(window)[-2:] == ["── new " + "─" * 33, "unread"]
        window.log.mark_read()
        assert rows(window)[-2:] == ["read", "unread"]


class TestScrolling:
    """A screen that has left the end."""

    def test_lines_that_arrive_do_not_move_it(self) -> None:
        window = numbered(10)
        assert window.scroll(-3, SIZE)
        assert rows(window) == ["line 3", "line 4", "line 5", "line 6"]
        assert not window.is_at_end
        window.log.append(line("new"))
        window.log.append(line("newer"))
        assert rows(window) == ["line 3", "line 4", "line 5", "line 6"]
        assert window.view(SIZE)[1:] == (5, 2)

    def test_older_lines_do_not_move_it(self) -> None:
        window = numbered(10)
        assert not window.scroll(-30, SIZE)
        window.log.prepend([line("older"), line("old")])
        assert rows(window)[0] == "line 0"
        assert window.scroll(-2, SIZE)
        assert rows(window)[0] == "older"

    def test_at_the_end_it_follows_again(self) -> None:
        window = numbered(10)
        window.scroll(-3, SIZE)
        window.scroll(2, SIZE)
        window.scroll(1, SIZE)
        assert window.is_at_end
        assert rows(window)[-1] == "line 9"

    def test_each_row_is_a_step_also_in_empty_lines(self) -> None:
        window = lines("a\n\n\n\nb", *"cdefgh")
        seen = []
        while window.scroll(-1, Size(40, 3)):
            seen.append(rows(window, height=3)[0])
        assert (
            seen == ["e", "d", "c", "b", "", "", "", "a", "── 2026-11-30 " + "─" * 26][: len(seen)]
        )
        assert seen[-1].startswith("──")
        back = []
        while not window.is_at_end:
            window.scroll(1, Size(40, 3))
            back.append(rows(window, height=3)[0])
        assert back == [*reversed(seen[:-1]), "f"]

    def test_a_line_that_is_cut_by_the_end_of_the_screen_is_below_it(self) -> None:
        window = lines(*("x" * 9), "\n".join("y" * 9))
        window.scroll(-1, SIZE)
        assert window.view(SIZE).below == 1

    def test_the_start_and_the_end_are_one_step_away(self) -> None:
        window = numbered(100)
        window.to_start(SIZE)
        assert rows(window)[1] == "line 0"
        window.follow()
        assert rows(window)[-1] == "line 99"

    def test_the_start_is_near_if_less_than_a_screen_is_above(self) -> None:
        window = numbered(12)
        near = []
        while window.scroll(-1, SIZE):
            near.append(window.is_near_start(SIZE))
        assert near == [False] * 5 + [True] * 4
        assert numbered(2).is_near_start(SIZE)

    def test_a_log_that_fits_does_not_move(self) -> None:
        window = numbered(2)
        assert not window.scroll(-1, SIZE)
        assert window.is_at_end

    @given(
        st.lists(st.text("ab \n漢", min_size=1, max_size=60), min_size=1, max_size=30),
        st.lists(st.tuples(st.integers(1, 90), st.integers(0, 30)), max_size=6),
        st.integers(1, 40),
        st.booleans(),
    )
    def test_the_place_survives_any_number_of_sizes(
        self, texts: list[str], sizes: list[tuple[int, int]], by: int, arrive: bool
    ) -> None:
        window = lines(*texts)
        window.scroll(-by, Size(40, 5))
        before = window.view(Size(40, 5)).rows
        if arrive and not window.is_at_end:
            window.log.append(line("new"))
        for columns, height in sizes:
            view = window.view(Size(columns, height))
            assert len(view.rows) <= height
        assert window.view(Size(40, 5)).rows == before

    @given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 20))
    def test_up_and_down_again_is_the_same_place(self, up: int, by: int, height: int) -> None:
        window = numbered(60)
        window.scroll(-up, Size(30, height))
        before = window.view(Size(30, height)).rows
        if window.scroll(-by, Size(30, height)):
            window.scroll(by, Size(30, height))
            assert window.view(Size(30, height)).rows == before


class TestSearch:
    """Searching in the lines that are there."""

    @pytest.fixture
    def window(self) -> Viewport:
        return lines("Deploy now", *("x" * 9), "the deploy is done", *("y" * 9))

    def test_the_latest_is_found_first_in_any_case(self, window: Viewport) -> None:
        assert window.search("DEPLOY", SIZE)
        assert "the deploy is done" in rows(window)
        assert window.search_on(back=True, size=SIZE)
        assert "Deploy now" in rows(window)
        assert not window.search_on(back=True, size=SIZE)
        assert window.search_on(back=False, size=SIZE)
        assert "the deploy is done" in rows(window)

    def test_accents_make_no_difference(self) -> None:
        window = lines("Un café, por favor", "vamos al café", "CAFÉ", "no")
        assert window.search("cafe", SIZE)
        assert "CAFÉ" in rows(window)
        assert [window.search_on(back=True, size=SIZE) for _ in range(3)] == [True, True, False]
        assert window.search("CAFÉ,", SIZE)

    def test_the_highlight_is_on_the_characters_that_were_found(self) -> None:
        window = lines("Straße ﬁn café fin")
        window.search("fin", SIZE)
        (row,) = window.view(SIZE).rows[-1:]
        assert [text for style, text in row if "found" in style] == ["ﬁn", "fin"]
        window.search("asse", SIZE)
        (row,) = window.view(SIZE).rows[-1:]
        assert [text for style, text in row if "found" in style] == ["aße"]

    def test_a_text_of_accents_alone_is_not_found(self, window: Viewport) -> None:
        assert not window.search("́", SIZE)

    def test_a_longer_text_stays_at_its_line(self, window: Viewport) -> None:
        found = [
            window.search(text, SIZE) and window.found for text in ("dep", "deploy", "deploy n")
        ]
        assert found == [10, 10, 0]

    def test_what_is_not_there_is_told(self, window: Viewport) -> None:
        before = rows(window)
        assert not window.search("nothing of it", SIZE)
        assert rows(window) == before

    def test_it_is_highlighted_until_the_search_ends(self, window: Viewport) -> None:
        window.search("deploy", SIZE)
        (row,) = [row for row in window.view(SIZE).rows if ("", "12:34 the ") in row]
        assert (" class:found.current", "deploy") in row
        window.end_search()
        assert not [row for row in window.view(SIZE).rows for style, _ in row if "found" in style]

    @given(st.text("ab", max_size=3), st.integers(4, 30))
    def test_highlights_change_no_text(self, text: str, columns: int) -> None:
        window = lines("abab ba", "bbb\nab")
        plain = rows(window, columns, 99)
        window.search(text, Size(columns, 99))
        assert rows(window, columns, 99) == plain
