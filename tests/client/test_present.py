"""The stays of people, as `chatd export --present` has them."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from chatd.client.present import FORMATS, Presence, present_in
from chatd.event import STAY, Deed, Event, Kind, register_of
from chatd.storage.contract import RoomRecord
from chatd.text.times import local_time

NINE = 1_764_579_600
"""09:00 in UTC, in seconds since 1970."""


class Log:
    """A log with the register of #class alone, read two events at a time."""

    def __init__(self, *texts: str) -> None:
        self._events = [
            Event(register_of("class"), seq, 0, 0, "ana", Kind.DEED, text)
            for seq, text in enumerate(texts, 1)
        ]

    def rooms(self) -> list[RoomRecord]:
        return [RoomRecord(register_of("class"), len(self._events))]

    def seq_before(self, room: str, time: int) -> int:
        return time // 1000

    def page(self, room: str, after: int, upto: int) -> list[Event]:
        assert room == register_of("class")
        return self._events[after : min(after + 2, upto)]


def stay(name: str, came: int, left: int) -> str:
    return Deed(STAY, name, left - came, f"{(NINE + came) * 1000}").text()


def found(log: Log, room: str = "class", since: int = 0) -> list[tuple[str, int, int]]:
    present = present_in(cast(Any, log), RoomRecord(room, 5), since)
    return [(name, came - NINE, left - NINE) for _, name, came, left in present]


def test_people_are_in_the_order_in_which_they_came() -> None:
    log = Log(stay("luis", 60, 70), stay("eva", 5, 80), stay("ana", 0, 100))
    assert found(log) == [("ana", 0, 100), ("eva", 5, 80), ("luis", 60, 70)]


def test_stays_of_one_person_that_overlap_are_one() -> None:
    log = Log(stay("ana", 0, 10), stay("ana", 5, 30), stay("eva", 6, 7), stay("ana", 30, 40))
    assert found(log) == [("ana", 0, 40), ("eva", 6, 7)]


def test_one_that_ends_within_another_is_part_of_it() -> None:
    assert found(Log(stay("ana", 5, 10), stay("ana", 0, 30))) == [("ana", 0, 30)]


def test_a_person_who_came_back_was_there_twice() -> None:
    assert found(Log(stay("ana", 0, 10), stay("ana", 11, 30))) == [("ana", 0, 10), ("ana", 11, 30)]


def test_only_those_who_left_since_a_time() -> None:
    log = Log(stay("ana", 0, 10), stay("luis", 0, 20))
    assert found(log, since=1000) == [("luis", 0, 20)]


def test_a_room_without_a_register_has_none() -> None:
    assert found(Log(stay("ana", 0, 10)), "tea") == []


@pytest.mark.parametrize(
    "text", ["present", "kick ana 0", "present ana 10 soon", "present ana x 1"]
)
def test_what_a_later_chatd_stored_is_left_out(text: str) -> None:
    assert found(Log(text, stay("ana", 0, 10))) == [("ana", 0, 10)]


class TestFormats:
    ANA = Presence("class", "ana", NINE, NINE + 3300)

    def written(self, format: str, present: Presence = ANA) -> str:
        return b"".join(FORMATS[format]([present])).decode()

    def test_csv_has_a_header_and_times_in_utc(self) -> None:
        assert self.written("csv").splitlines() == [
            "room,name,came,left,seconds",
            "class,ana,2025-12-01T09:00:00Z,2025-12-01T09:55:00Z,3300",
        ]

    def test_no_spreadsheet_takes_a_name_for_a_formula(self) -> None:
        assert ",'-1," in self.written("csv", self.ANA._replace(name="-1"))

    def test_jsonl_has_times_in_seconds(self) -> None:
        assert json.loads(self.written("jsonl")) == self.ANA._asdict()

    def test_text_has_the_local_times(self) -> None:
        times = f"{local_time(NINE)} {local_time(NINE + 3300)}"
        assert self.written("text") == f"#class {times} ana, for 55m\n"
