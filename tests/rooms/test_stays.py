"""Stays of people in rooms: those of a person that overlap are one, and their rows in CSV."""

from __future__ import annotations

import pytest

from chatd.event import STAY, Deed, Event, Kind, register_of
from chatd.rooms.stays import HEADER, RoomStay, rows_in_csv, stay_of, together

NINE = 1_764_579_600
"""09:00 in UTC, in seconds since 1970."""


def event(text: str) -> Event:
    return Event(register_of("class"), 1, 0, 0, "ana", Kind.DEED, text)


def test_an_event_has_when_a_person_came_and_how_long_that_person_was_there() -> None:
    stay = stay_of(event(Deed(STAY, "ana", 70, f"{NINE * 1000 + 900}").text()))
    assert stay == RoomStay("ana", NINE, NINE + 70)


@pytest.mark.parametrize(
    "text", ["present", "kick ana 0", "present ana 10 soon", "present ana x 1"]
)
def test_what_a_later_chatd_stored_is_none(text: str) -> None:
    assert stay_of(event(text)) is None


@pytest.mark.parametrize(
    ("stays", "found"),
    [
        ([("luis", 60, 70), ("eva", 5, 80)], [("eva", 5, 80), ("luis", 60, 70)]),
        ([("ana", 0, 10), ("ana", 5, 30), ("ana", 30, 40)], [("ana", 0, 40)]),
        ([("ana", 5, 10), ("ana", 0, 30)], [("ana", 0, 30)]),
        ([("ana", 0, 10), ("ana", 11, 30)], [("ana", 0, 10), ("ana", 11, 30)]),
        (
            [("ana", 0, 10), ("eva", 5, None), ("ana", 9, None)],
            [("ana", 0, None), ("eva", 5, None)],
        ),
        ([("ana", 0, None), ("ana", 5, 7), ("ana", 8, 9)], [("ana", 0, None)]),
        ([("ana", 0, 10), ("ana", 0, 10)], [("ana", 0, 10)]),
    ],
)
def test_those_of_a_person_that_overlap_are_one(
    stays: list[tuple[str, int, int | None]], found: list[tuple[str, int, int | None]]
) -> None:
    assert together(RoomStay(*stay) for stay in stays) == found


def test_rows_have_times_in_utc_and_no_end_that_is_not_known() -> None:
    stays = [RoomStay("ana", NINE, NINE + 3300), RoomStay("eva", NINE, None)]
    assert b"".join([HEADER, *rows_in_csv("class", stays)]).decode().splitlines() == [
        "room,name,came,left,seconds",
        "class,ana,2025-12-01T09:00:00Z,2025-12-01T09:55:00Z,3300",
        "class,eva,2025-12-01T09:00:00Z,,",
    ]


def test_no_spreadsheet_takes_a_name_for_a_formula() -> None:
    (row,) = rows_in_csv("class", [RoomStay("-1", NINE, None)])
    assert row.startswith(b"class,'-1,")
