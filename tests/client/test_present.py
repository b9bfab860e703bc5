"""The stays of people, as `chatd export --present` has them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from chatd.client.present import FORMATS, present_in
from chatd.event import STAY, Deed, Event, Kind, Record, register_of
from chatd.rooms.stays import RoomStay
from chatd.storage.contract import RoomRecord
from chatd.text.times import local_time

NINE = 1_764_579_600
"""09:00 in UTC, in seconds since 1970."""


class Log:
    """A log with the register of #class alone, read two events at a time.

    ``ending`` is appended to it after the records were read.
    """

    def __init__(
        self, *texts: str, records: Sequence[Record] = (), ending: Sequence[str] = ()
    ) -> None:
        self._texts = [*texts]
        self._records = records
        self._ending = [*ending]

    def rooms(self) -> list[RoomRecord]:
        return [RoomRecord(register_of("class"), len(self._texts))]

    def records(self) -> Sequence[Record]:
        self._texts += self._ending
        return self._records

    def seq_before(self, room: str, time: int) -> int:
        return time // 1000

    def page(self, room: str, after: int, upto: int) -> list[Event]:
        assert room == register_of("class")
        events = [
            Event(room, seq, 0, 0, "ana", Kind.DEED, text)
            for seq, text in enumerate(self._texts, 1)
        ]
        return events[after : min(after + 2, upto)]


def stay(name: str, came: int, left: int) -> str:
    return Deed(STAY, name, left - came, f"{(NINE + came) * 1000}").text()


def present(name: str, came: int, room: str = "class") -> Record:
    value = {"room": room, "name": name, "came": (NINE + came) * 1000}
    return Record("present", f"{room}/{came}", json.dumps(value))


def found(log: Log, room: str = "class", since: int = 0) -> list[tuple[str, int, int | None]]:
    ((name, stays),) = present_in(cast(Any, log), [RoomRecord(room, 5)], since)
    assert name == room
    return [
        (name, came - NINE, None if left is None else left - NINE) for name, came, left in stays
    ]


def test_people_are_in_the_order_in_which_they_came() -> None:
    log = Log(stay("luis", 60, 70), stay("eva", 5, 80), stay("ana", 0, 100))
    assert found(log) == [("ana", 0, 100), ("eva", 5, 80), ("luis", 60, 70)]


def test_only_those_who_left_since_a_time() -> None:
    log = Log(stay("ana", 0, 10), stay("luis", 0, 20))
    assert found(log, since=1000) == [("luis", 0, 20)]


def test_a_room_without_a_register_has_none() -> None:
    assert found(Log(stay("ana", 0, 10)), "tea") == []


def test_what_a_later_chatd_stored_is_left_out() -> None:
    assert found(Log("present", stay("ana", 0, 10))) == [("ana", 0, 10)]


def test_those_who_have_not_left_have_no_end() -> None:
    records = [present("ana", 5), present("eva", 7), present("luis", 8, "tea")]
    other = Record("known", "", '{"time": 5}')
    log = Log(stay("ana", 0, 10), records=[other, *records])
    assert found(log) == [("ana", 0, None), ("eva", 7, None)]


def test_a_stay_that_ends_while_it_is_read_has_its_end() -> None:
    log = Log(stay("eva", 5, 9), records=[present("ana", 0)], ending=[stay("ana", 0, 100)])
    assert found(log) == [("ana", 0, 100), ("eva", 5, 9)]


class TestFormats:
    ANA = RoomStay("ana", NINE, NINE + 3300)
    EVA = RoomStay("eva", NINE, None)

    def written(self, format: str, stay: RoomStay = ANA) -> str:
        return b"".join(FORMATS[format]([("class", [stay])])).decode()

    def test_csv_has_a_header_and_times_in_utc(self) -> None:
        assert self.written("csv").splitlines() == [
            "room,name,came,left,seconds",
            "class,ana,2025-12-01T09:00:00Z,2025-12-01T09:55:00Z,3300",
        ]

    def test_jsonl_has_times_in_seconds(self) -> None:
        for stay in self.ANA, self.EVA:
            assert json.loads(self.written("jsonl", stay)) == {"room": "class", **stay._asdict()}

    def test_text_has_the_local_times(self) -> None:
        times = f"{local_time(NINE)} {local_time(NINE + 3300)}"
        assert self.written("text") == f"#class {times} ana, for 55m\n"
        assert self.written("text", self.EVA) == f"#class {local_time(NINE)} eva, has not left\n"
