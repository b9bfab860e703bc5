"""`chatd.rooms.paging`: stretches of a log, as a view shows them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.event import Draft, Event, Kind
from chatd.rooms.paging import (
    BYTES_GIVEN,
    EVENTS_LOOKED_AT,
    EVENTS_READ,
    Stretch,
    first_events,
    last_events,
)
from chatd.rooms.room import Room
from chatd.rooms.view import View
from chatd.storage.memory import MemoryStore
from chatd.util.fair_queue import Asker
from tests.support.meters import NotingMeter

HALVES = [
    pytest.param("x" * (BYTES_GIVEN // 2), id="ordinary"),
    pytest.param("\x1b" * (BYTES_GIVEN // 4), id="escaped"),
    pytest.param("\U0001f600" * (BYTES_GIVEN // 8), id="of four bytes"),
]
"""Texts that are half as long as a page, once they are escaped and in UTF-8."""

ALL = View()
ANA = Asker("192.0.2.1", "ana")


def room_of(*said: tuple[str, int] | str) -> Room:
    """Return a room in which authors said so many lines, or texts of one author."""
    store = MemoryStore(Clock(), lambda: 1.0)
    for each in said:
        author, texts = ("luis", [each]) if isinstance(each, str) else (each[0], ["x"] * each[1])
        store.commit([Draft("ops", 1, author, Kind.MESSAGE, texts)])
    log = store._logs.get("ops")
    return Room("ops", store, 0 if log is None else log.head)


def got(reading: Coroutine[Any, Any, Stretch]) -> Stretch:
    results: list[Stretch] = []
    Deferred.fromCoroutine(reading).addCallback(results.append)
    return results[0]


def seqs(stretch: Stretch) -> list[int]:
    return [event.seq for event in stretch.events]


def count_reads(room: Room) -> list[tuple[int, int]]:
    """Return a list of the bounds of what is read of a room from now on."""
    reads: list[tuple[int, int]] = []
    read: Callable[[int, int, Asker], Any] = room.read

    def note(after: int, upto: int, asker: Asker) -> Any:
        reads.append((after, upto))
        return read(after, upto, asker)

    room.read = note  # type: ignore[method-assign]
    return reads


@pytest.fixture
def quiet() -> View:
    """Return a view that ignores eva."""
    return View(ignored=frozenset({"eva"}))


class TestFirst:
    def test_those_after_a_seq(self) -> None:
        stretch = got(first_events(room_of(("luis", 5)), 1, 5, 2, ALL, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([2, 3], 1, 3, True)

    def test_up_to_another(self) -> None:
        stretch = got(first_events(room_of(("luis", 5)), 1, 3, 9, ALL, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([2, 3], 1, 3, False)

    def test_as_many_as_there_are_leave_none(self) -> None:
        stretch = got(first_events(room_of(("luis", 3)), 1, 3, 2, ALL, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([2, 3], 1, 3, False)

    def test_of_none_nothing_is_read(self) -> None:
        room = room_of(("luis", 3))
        reads = count_reads(room)
        assert got(first_events(room, 3, 3, 2, ALL, ANA)) == Stretch([], 3, 3, False)
        assert reads == []

    def test_those_of_ignored_authors_are_passed_over(self, quiet: View) -> None:
        room = room_of(("luis", 1), ("eva", 2), ("luis", 2))
        stretch = got(first_events(room, 0, 5, 2, quiet, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([1, 4], 0, 4, True)

    def test_so_many_are_looked_at(self, quiet: View) -> None:
        room = room_of(("eva", EVENTS_LOOKED_AT), ("luis", 1))
        stretch = got(first_events(room, 0, EVENTS_LOOKED_AT + 1, 2, quiet, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([], 0, EVENTS_LOOKED_AT, True)

    def test_those_before_them_are_not_counted(self) -> None:
        start = EVENTS_LOOKED_AT
        stretch = got(first_events(room_of(("luis", start + 2)), start, start + 2, 1, ALL, ANA))
        assert seqs(stretch) == [start + 1]

    @pytest.mark.parametrize("half", HALVES)
    def test_so_many_bytes_are_given_as_they_are_sent(self, half: str) -> None:
        stretch = got(first_events(room_of(half, half, "y", "z"), 0, 4, 9, ALL, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([1, 2], 0, 2, True)

    def test_one_is_given_of_any_length(self) -> None:
        stretch = got(first_events(room_of("x" * 2 * BYTES_GIVEN, "y"), 0, 2, 9, ALL, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([1], 0, 1, True)

    def test_those_that_were_deleted_are_none(self) -> None:
        room = room_of(("luis", 3))
        room.read = _nothing  # type: ignore[method-assign]
        assert got(first_events(room, 0, 3, 9, ALL, ANA)) == Stretch([], 0, 3, False)


class TestLast:
    def test_those_up_to_a_seq(self) -> None:
        stretch = got(last_events(room_of(("luis", 5)), 4, 2, ALL, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([3, 4], 2, 4, True)

    def test_as_many_as_there_are_leave_none(self) -> None:
        stretch = got(last_events(room_of(("luis", 2)), 2, 2, ALL, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([1, 2], 0, 2, False)

    def test_more_than_there_are(self) -> None:
        stretch = got(last_events(room_of(("luis", 2)), 2, 9, ALL, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([1, 2], 0, 2, False)

    def test_no_more_is_read_than_is_needed(self) -> None:
        room = room_of(("luis", 5))
        reads = count_reads(room)
        got(last_events(room, 4, 2, ALL, ANA))
        assert reads == [(2, 4)]

    @pytest.mark.parametrize("upto", [-1, 0, 3])
    def test_none_says_if_there_are_any(self, upto: int) -> None:
        stretch = got(last_events(room_of(("luis", 3)), upto, 0, ALL, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([], max(0, upto), upto, upto > 0)

    def test_none_says_if_more_than_are_looked_at_are_ignored(self, quiet: View) -> None:
        room = room_of(("luis", 1), ("eva", EVENTS_LOOKED_AT + EVENTS_READ))
        assert got(last_events(room, room.head, 0, quiet, ANA)).more

    def test_none_says_if_there_are_any_but_ignored_ones(self, quiet: View) -> None:
        assert not got(last_events(room_of(("eva", 3)), 3, 0, quiet, ANA)).more
        assert got(last_events(room_of(("luis", 1), ("eva", 3)), 4, 0, quiet, ANA)).more

    def test_those_of_ignored_authors_are_passed_over(self, quiet: View) -> None:
        room = room_of(("luis", 2), ("eva", EVENTS_READ), ("luis", 1))
        stretch = got(last_events(room, EVENTS_READ + 3, 2, quiet, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([2, EVENTS_READ + 3], 1, EVENTS_READ + 3, True)

    def test_no_more_are_given_than_were_asked_for(self, quiet: View) -> None:
        room = room_of(("luis", 5), ("eva", 10), ("luis", 1))
        stretch = got(last_events(room, 16, 2, quiet, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([5, 16], 4, 16, True)

    @pytest.mark.parametrize(
        ("limit", "looked_at"),
        [(2, 2 + 10 * EVENTS_READ), (EVENTS_READ, 10 * EVENTS_READ), (500, 4 * 500)],
    )
    def test_so_many_are_looked_at(self, quiet: View, limit: int, looked_at: int) -> None:
        head = EVENTS_LOOKED_AT + 1000
        stretch = got(last_events(room_of(("luis", 1), ("eva", head - 1)), head, limit, quiet, ANA))
        assert stretch == Stretch([], head - looked_at, head, True)

    @pytest.mark.parametrize("half", HALVES)
    def test_so_many_bytes_are_given_as_they_are_sent(self, half: str) -> None:
        stretch = got(last_events(room_of("y", "z", half, half), 4, 9, ALL, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([3, 4], 2, 4, True)

    def test_of_long_lines_no_more_are_read_than_are_given_twice(self) -> None:
        most = "x" * (BYTES_GIVEN // 4)
        room = room_of(*["y"] * 5, *[most] * 95)
        reads = count_reads(room)
        stretch = got(last_events(room, 100, 100, ALL, ANA))
        assert seqs(stretch) == [97, 98, 99, 100]
        assert len(reads) <= 8

    def test_short_lines_before_long_ones_are_found(self) -> None:
        third = "x" * (BYTES_GIVEN // 3)
        room = room_of(third, third, third, *["y"] * 7)
        stretch = got(last_events(room, 10, 9, ALL, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([2, 3, 4, 5, 6, 7, 8, 9, 10], 1, 10, True)

    def test_one_is_given_of_any_length(self) -> None:
        stretch = got(last_events(room_of("y", "x" * 2 * BYTES_GIVEN), 2, 9, ALL, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([2], 1, 2, True)

    @pytest.mark.parametrize(("limit", "after"), [(2, 1), (9, 0)])
    def test_those_that_were_deleted_are_none(self, limit: int, after: int) -> None:
        room = room_of(("luis", 3))
        room.read = _nothing  # type: ignore[method-assign]
        assert got(last_events(room, 3, limit, ALL, ANA)) == Stretch([], after, 3, False)

    def test_those_before_deleted_ones_are_not_looked_for(self) -> None:
        room = room_of(("luis", 9))
        read: Callable[[int, int, Asker], Any] = room.read
        room.read = (  # type: ignore[method-assign]
            lambda after, upto, asker: read(max(after, 4), upto, asker)
        )
        stretch = got(last_events(room, 9, 8, ALL, ANA))
        assert (seqs(stretch), *stretch[1:]) == ([5, 6, 7, 8, 9], 4, 9, True)


async def _nothing(after: int, upto: int, asker: Asker) -> list[Event]:
    return []


def test_a_page_may_take_several_reads() -> None:
    room = room_of(("luis", 5))
    read: Callable[[int, int, Asker], Any] = room.read
    room.read = (  # type: ignore[method-assign]
        lambda after, upto, asker: read(after, min(upto, after + 2), asker)
    )
    assert seqs(got(first_events(room, 0, 5, 9, ALL, ANA))) == [1, 2, 3, 4, 5]
    assert seqs(got(last_events(room, 5, 4, ALL, ANA))) == [2, 3, 4, 5]


class TestTurns:
    """Text that takes escaping is looked at in a turn: many may have asked for the same lines."""

    @pytest.mark.parametrize("first", [True, False])
    @pytest.mark.parametrize(("text", "turns"), [("hola", 0), ("a\x1b", 1)])
    def test_are_taken_for_such_text_alone(self, first: bool, text: str, turns: int) -> None:
        room, meter = room_of("hola", text, "hola"), NotingMeter(holds=True)
        reading = (
            first_events(room, 0, 3, 3, ALL, ANA, meter)
            if first
            else last_events(room, 3, 3, ALL, ANA, meter)
        )
        results: list[Stretch] = []
        Deferred.fromCoroutine(reading).addCallback(results.append)
        assert (len(meter.turns), len(results)) == (turns, 1 - turns)
        if turns:
            meter.give_turn()
        assert [seqs(stretch) for stretch in results] == [[1, 2, 3]]
