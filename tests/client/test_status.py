"""`chatd.client.status`: the rows above and below the log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth

from chatd.client.paragraph import Fragment
from chatd.client.status import OtherRoom, Status, status_row, title_row

OTHERS = (OtherRoom("2:#ops", 3, 0), OtherRoom("3:#tea", 0, 0), OtherRoom("4:#dev", 1, 1))
UNREAD = OTHERS[:1]


def plain(row: list[Fragment]) -> str:
    return "".join(text for _, text in row).rstrip()


class TestTitle:
    """The room and its topic."""

    @pytest.mark.parametrize(
        ("columns", "shown"),
        [
            (40, "#ops  the topic of today"),
            (20, "#ops  the topic of …"),
            (10, "#ops  the…"),
            (8, "#ops"),
            (3, "#o…"),
        ],
    )
    def test_the_topic_is_cut_to_fit(self, columns: int, shown: str) -> None:
        assert plain(title_row("#ops", "the topic of today", columns)) == shown

    @given(st.text(st.sampled_from("ab漢é\u0301\U0001f44d")), st.integers(0, 50))
    def test_it_is_as_wide_as_the_screen(self, text: str, columns: int) -> None:
        row = title_row(f"#{text}", text, columns)
        assert sum(get_cwidth(each) for _, each in row) == columns


class TestStatus:
    """The clock, the names, the other rooms, and the connection."""

    def test_a_wide_screen_has_it_all(self) -> None:
        status = Status("12:34", "ana", "1:#lobby", OTHERS, 0, "", "3 new lines below")
        assert plain(status_row(status, 80)) == (
            "12:34 │ ana │ 1:#lobby, 2:#ops 3, 3:#tea, 4:#dev 1@ │ 3 new lines below"
        )

    @pytest.mark.parametrize(
        ("columns", "shown"),
        [
            (43, "ana │ 1:#lobby, 2:#ops 3 │ reconnecting"),
            (36, "1:#lobby, 2:#ops 3 │ reconnecting"),
            (26, "1:#lobby │ reconnecting"),
            (20, "reconnecting"),
            (9, "reconnec…"),
        ],
    )
    def test_a_narrow_one_has_what_matters(self, columns: int, shown: str) -> None:
        status = Status("12:34", "ana", "1:#lobby", UNREAD, 0, "reconnecting")
        assert plain(status_row(status, columns)) == shown

    def test_rooms_are_in_the_order_of_their_numbers(self) -> None:
        others = OtherRoom("1:#lobby", 0, 0), OtherRoom("3:#tea", 2, 0)
        status = Status("12:34", "ana", "2:#ops", others, 1)
        assert plain(status_row(status, 60)) == "12:34 │ ana │ 1:#lobby, 2:#ops, 3:#tea 2"

    @pytest.mark.parametrize(
        ("columns", "shown"),
        [
            (40, "1:#lobby, 2:#ops 3, 3:#tea, 4:#dev 1@"),
            (27, "2:#ops 3, 3:#tea, 4:#dev 1@"),
            (22, "4:#dev 1@, 2:#ops 3 …"),
            (20, "4:#dev 1@ …"),
        ],
    )
    def test_the_room_of_a_mention_is_listed_first_if_not_all_fit(
        self, columns: int, shown: str
    ) -> None:
        assert plain(status_row(Status("12:34", "ana", "1:#lobby", OTHERS), columns)) == shown

    @pytest.mark.parametrize(
        ("columns", "shown"),
        [
            (24, "12:34 │ guest1 │ #lobby"),
            (20, "guest1 │ #lobby"),
            (14, "#lobby"),
            (5, "#lob…"),
        ],
    )
    def test_a_part_is_left_out_as_a_whole(self, columns: int, shown: str) -> None:
        assert plain(status_row(Status("12:34", "guest1", "#lobby"), columns)) == shown

    def test_a_part_that_matters_less_does_not_take_the_place_of_one_left_out(self) -> None:
        status = Status("12:34", "guest1", "#lobby", (), 0, "reconnecting")
        assert plain(status_row(status, 20)) == "reconnecting"

    def test_a_hint_is_rather_shown_than_the_room(self) -> None:
        status = Status("12:34", "ana", "#lobby", UNREAD, note="Ctrl+C again to leave")
        assert plain(status_row(status, 24)) == "Ctrl+C again to leave"

    @given(st.integers(4, 90), st.booleans())
    def test_the_connection_is_never_left_out(self, columns: int, is_too_long: bool) -> None:
        status = Status(
            *("12:34", "ana", "#lobby", UNREAD, 0, "reconnecting", "no older lines", "3 too many"),
            is_too_long,
        )
        assert "reconnecting"[: columns - 1] in plain(status_row(status, columns))

    @given(
        st.builds(
            Status,
            *[st.text(st.sampled_from("ab漢é\u0301\U0001f44d"), max_size=12)] * 3,
            st.lists(st.builds(OtherRoom, st.text("a漢"), st.just(3), st.integers(0, 1))),
            st.integers(0, 2),
            *[st.text("ab漢", max_size=12)] * 2,
        ),
        st.integers(0, 90),
    )
    def test_it_is_as_wide_as_the_screen(self, status: Status, columns: int) -> None:
        assert sum(get_cwidth(text) for _, text in status_row(status, columns)) == columns
