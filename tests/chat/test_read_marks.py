"""`chatd.chat.read_marks`: the seq up to which a log was sent, for all kinds of stretches."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from chatd.chat.read_marks import (
    PLACES_KEPT,
    SPANS_KEPT,
    ReadMark,
    ReadMarks,
    ReadTracker,
    Span,
    reached,
)
from chatd.rooms.room import Room
from chatd.storage.memory import MemoryStore
from chatd.storage.records import Put, change


class Shown(NamedTuple):
    """A stretch of a log: shown up to ``given``, and to be shown up to ``end``."""

    start: int
    given: int
    end: int
    done: bool = False


def shown(start: int, given: int, end: int | None = None, done: bool = False) -> Span:
    return Shown(start, given, given if end is None else end, done)  # type: ignore[return-value]


class TestReached:
    def test_is_the_place_with_nothing_shown(self) -> None:
        assert reached([], 3) == 3
        assert reached([], None) is None

    def test_moves_with_what_is_shown_from_the_place_on(self) -> None:
        assert reached([shown(3, 7)], 3) == 7

    def test_moves_over_stretches_that_meet_in_whatever_order(self) -> None:
        assert reached([shown(7, 9), shown(1, 5), shown(4, 7)], 3) == 9

    def test_does_not_move_past_a_gap(self) -> None:
        assert reached([shown(4, 7)], 3) == 3
        assert reached([shown(3, 5), shown(6, 9)], 3) == 5

    def test_does_not_go_back(self) -> None:
        assert reached([shown(1, 2)], 3) == 3

    def test_begins_where_one_came_in_without_a_place(self) -> None:
        assert reached([shown(5, 5)], None) == 5
        assert reached([shown(8, 9), shown(5, 8)], None) == 9

    @given(
        st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), max_size=6), st.integers(0, 30)
    )
    def test_is_what_counting_line_by_line_says(
        self, stretches: list[tuple[int, int]], place: int
    ) -> None:
        seen = {seq for start, count in stretches for seq in range(start + 1, start + count + 1)}
        expected = place
        while expected + 1 in seen:
            expected += 1
        spans = [shown(start, start + count) for start, count in stretches]
        assert reached(spans, place) == expected


def visit(*spans: Span) -> ReadTracker:
    visit = ReadTracker("ana", Room("@ana", MemoryStore(Clock())))
    for span in spans:
        visit.show("ops", span)
    return visit


class TestVisit:
    def test_what_is_due_is_all_behind_the_place(self) -> None:
        assert visit().due("ops", 3, 9) == (3, 9)

    def test_what_is_due_ends_where_the_next_stretch_begins(self) -> None:
        assert visit(shown(7, 7, 9)).due("ops", 3, 9) == (3, 7)

    def test_what_is_on_its_way_is_not_due_again(self) -> None:
        assert visit(shown(3, 3, 5), shown(7, 7, 9)).due("ops", 3, 9) == (5, 7)

    def test_nothing_is_due_when_all_is_on_its_way(self) -> None:
        after, upto = visit(shown(3, 3, 7), shown(7, 7, 9)).due("ops", 3, 9)
        assert after == upto

    def test_nothing_is_due_behind_the_end_of_the_log(self) -> None:
        assert visit().due("ops", 12, 9) == (9, 9)

    def test_forgets_what_was_shown_once_the_place_is_behind_it(self) -> None:
        here = visit(shown(3, 5, 5, True), shown(5, 5, 9))
        here.prune("ops", 5)
        assert here.spans("ops") == [shown(5, 5, 9)]

    def test_forgets_what_stands_behind_a_gap_once_it_left(self) -> None:
        here = visit(shown(7, 9, 9, True))
        here.prune("ops", 5)
        assert not here.spans("ops")
        assert not here.logs

    def test_remembers_so_many_stretches_and_first_forgets_what_is_done(self) -> None:
        here = visit(*(shown(seq, seq, seq, seq == 5) for seq in range(SPANS_KEPT + 1)))
        assert [span.start for span in here.spans("ops")] == [
            seq for seq in range(SPANS_KEPT + 1) if seq != 5
        ]
        here.show("ops", shown(999, 999))
        assert len(here.spans("ops")) == SPANS_KEPT


class TestPlaces:
    def setup_method(self) -> None:
        self.store = MemoryStore(clock := Clock())
        self.clock = clock
        self.places = ReadMarks(self.store)

    def keep(self, account: str, log: str, seq: int | None) -> None:
        self.change(*self.places.puts(account, log, seq))

    def change(self, *puts: Put) -> None:
        change(self.store, *puts)
        self.clock.advance(0)

    def test_are_of_one_account_and_one_log(self) -> None:
        self.keep("ana", "ops", 3)
        assert self.places.of("ana", "ops") == 3
        assert self.places.of("ana", "lobby") is self.places.of("luis", "ops") is None
        assert self.places.logs("ana") == ["ops"]
        assert self.places.logs("luis") == []

    def test_are_there_when_the_store_is_opened_again(self) -> None:
        self.keep("ana", "ops", 3)
        self.keep("ana", "@ana", 1)
        again = ReadMarks(self.store)
        assert (again.of("ana", "ops"), again.logs("ana")) == (3, ["ops", "@ana"])

    def test_those_that_moved_last_come_last(self) -> None:
        for log in "ops", "lobby", "ops":
            self.keep("ana", log, 3)
        assert self.places.logs("ana") == ["lobby", "ops"]

    def test_of_very_many_the_oldest_is_forgotten_but_not_that_of_the_inbox(self) -> None:
        self.keep("ana", "@ana", 1)
        for number in range(PLACES_KEPT):
            self.keep("ana", f"room{number}", 1)
        assert len(self.places.logs("ana")) == len(self.places.table) == PLACES_KEPT
        assert self.places.of("ana", "room0") is None
        assert self.places.of("ana", "@ana") == 1

    def test_all_of_an_account_can_be_forgotten(self) -> None:
        for account in "ana", "luis":
            self.keep(account, "ops", 3)
        self.keep("ana", "@ana", 1)
        self.change(*self.places.account_gone("ana"))
        assert dict(self.places.table) == {"luis/ops": ReadMark(3)}
        assert self.places.logs("ana") == []
