"""`chatd.protocols.transport.intake`: input that is not handled yet, and what decoding costs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.protocols.transport.intake import UNENDED_LINES, Intake
from chatd.protocols.transport.lifecycle import Lifecycle, State
from chatd.protocols.transport.limits import BURST_SECONDS, Limits, Pace
from chatd.protocols.transport.rate import ClientRate
from tests.support.connections import PIECE, NotingHandler


class Desk:
    """An intake of one client, which has used up its burst at the time 0 if it has a pace."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.clock = Clock()
        self.lifecycle = Lifecycle()
        self.lifecycle.advance(State.OPEN)
        self.handler = NotingHandler()
        self.pace = None if limits is None else Pace(limits)
        address: Any = SimpleNamespace(pace=self.pace)
        turns: Any = None  # no answer is made here, and no delay ends
        rate = ClientRate(address, self.clock, turns)
        self.intake = Intake(self.lifecycle, rate, self.clock, self.handler)
        if self.pace is not None and limits is not None:
            lines, length = limits.lines_per_second, limits.bytes_per_second
            self.pace.spend(0, lines * BURST_SECONDS, round(length * BURST_SECONDS))

    def decode(self) -> bool:
        return self.intake.decode(self.clock.seconds())

    def taken(self) -> list[bytes]:
        """Decode a piece; return its items, the next one first."""
        assert self.decode()
        items = self.intake.items[::-1]
        self.intake.items.clear()
        return items

    def wait(self) -> float:
        assert self.pace is not None
        return self.pace.wait(self.clock.seconds())


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestDecoding:
    def test_without_input_there_is_nothing_to_decode(self, desk: Desk) -> None:
        assert not desk.decode()

    def test_items_come_in_order(self, desk: Desk) -> None:
        desk.intake.add(b"one\ntw")
        desk.intake.add(b"o\nth")
        assert desk.taken() == [b"one", b"two"]
        assert desk.intake.unfinished
        assert desk.intake.held == 2
        assert desk.intake.unread == b""

    def test_one_piece_is_decoded_at_a_time(self, desk: Desk) -> None:
        desk.intake.add(b"x" * (PIECE - 1) + b"\ntwo\n")
        assert desk.taken() == [b"x" * (PIECE - 1)]
        assert desk.intake.unread == b"two\n"
        assert desk.taken() == [b"two"]

    def test_items_without_an_effect_are_left_out(self, desk: Desk) -> None:
        desk.intake.add(b"\n\none\n")
        assert desk.taken() == [b"one"]

    def test_what_is_forgotten_is_not_decoded(self, desk: Desk) -> None:
        desk.intake.add(b"one\n")
        assert desk.decode()
        desk.intake.add(b"two\n")
        desk.intake.forget()
        assert desk.intake.items == []
        assert not desk.decode()

    def test_an_item_that_is_dropped_is_not_taken(self, desk: Desk) -> None:
        desk.intake.add(b"one")
        assert desk.taken() == []
        desk.intake.drop_item(5)
        assert not desk.intake.unfinished
        assert desk.intake.since == 5


class TestEnd:
    """The client sends nothing more."""

    @pytest.mark.parametrize("state", [State.HALF_CLOSED, State.LOST])
    def test_an_item_ends_with_the_input(self, desk: Desk, state: State) -> None:
        desk.intake.add(b"one\ntwo")
        desk.lifecycle.advance(state)
        assert desk.taken() == [b"one"]
        assert desk.taken() == [b"two"]
        assert not desk.decode()

    def test_before_the_end_an_item_has_to_be_ended(self, desk: Desk) -> None:
        desk.intake.add(b"one")
        assert desk.taken() == []
        assert not desk.decode()

    def test_while_it_is_drained_nothing_ends(self, desk: Desk) -> None:
        desk.intake.add(b"one")
        assert desk.taken() == []
        desk.lifecycle.advance(State.DRAINING)
        assert not desk.decode()

    def test_an_item_that_was_broken_off_is_dropped(self, desk: Desk) -> None:
        desk.intake.add(b"one\ntwo")
        desk.intake.break_off()
        desk.lifecycle.advance(State.LOST)
        assert desk.taken() == [b"one"]
        assert desk.taken() == []

    def test_the_last_item_may_have_no_effect(self, desk: Desk) -> None:
        desk.handler.accept = lambda items: []  # type: ignore[method-assign]
        desk.intake.add(b"one")
        assert desk.taken() == []
        desk.lifecycle.advance(State.HALF_CLOSED)
        assert desk.taken() == []


class TestTimes:
    def test_an_item_began_with_its_first_bytes(self, desk: Desk) -> None:
        for data in b"on", b"e":
            desk.clock.advance(1)
            desk.intake.add(data)
            desk.decode()
        assert desk.intake.since == 1

    def test_an_item_that_began_with_the_end_of_another_did_so_then(self, desk: Desk) -> None:
        for data in b"on", b"e\ntw", b"o":
            desk.clock.advance(1)
            desk.intake.add(data)
            desk.decode()
        assert desk.intake.since == 2

    def test_an_item_without_an_effect_ends_none(self, desk: Desk) -> None:
        desk.handler.accept = lambda items: []  # type: ignore[method-assign]
        for data in b"on", b"e\ntw":
            desk.clock.advance(1)
            desk.intake.add(data)
            desk.decode()
        assert desk.intake.since == 1

    @pytest.mark.parametrize(("timed", "heard"), [(True, 1), (False, 0)])
    def test_the_last_bytes_are_timed_for_a_handler_that_is_timed(
        self, desk: Desk, timed: bool, heard: float
    ) -> None:
        desk.handler.timed = timed
        desk.clock.advance(1)
        desk.intake.add(b"x")
        assert desk.intake.heard == heard

    def test_they_begin_when_the_client_comes(self) -> None:
        clock = Clock()
        clock.advance(5)
        rate: Any = None
        intake = Intake(Lifecycle(), rate, clock, NotingHandler())
        assert (intake.heard, intake.since) == (5, 5)


class TestRate:
    LINES, BYTES = Limits(lines_per_second=1), Limits(bytes_per_second=1)

    def test_nothing_is_decoded_until_the_client_has_paid(self) -> None:
        desk = Desk(self.LINES)
        assert desk.pace is not None
        desk.pace.spend(0, 1, 0)
        desk.intake.add(b"one\n")
        assert not desk.decode()
        assert desk.intake.unread == b"one\n"
        desk.clock.advance(1)
        assert desk.decode()

    def test_each_item_costs_what_the_handler_says(self) -> None:
        desk = Desk(self.LINES)
        desk.handler.item_cost = 5
        desk.intake.add(b"one\ntwo\n")
        desk.decode()
        assert desk.wait() == 10

    def test_items_without_an_effect_cost_as_much_as_input_without_an_end(self) -> None:
        desk = Desk(self.LINES)
        desk.intake.add(b"\n\n\n\n\n\n")
        desk.decode()
        assert desk.wait() == UNENDED_LINES

    def test_input_in_which_no_item_ends_has_a_cost(self) -> None:
        desk = Desk(self.LINES)
        desk.intake.add(b"o")
        desk.decode()
        assert desk.wait() == UNENDED_LINES

    def test_the_decoder_says_what_it_costs_beside_the_items(self) -> None:
        desk = Desk(self.LINES)
        desk.handler.decoder.overhead = 2.5
        desk.intake.add(b"one\n")
        desk.decode()
        assert desk.wait() == 3.5

    def test_bytes_cost_once_they_are_decoded(self) -> None:
        desk = Desk(self.BYTES)
        desk.intake.add(b"x" * PIECE + b"rest")
        desk.decode()
        assert desk.wait() == PIECE


class TestAnotherHandler:
    def test_the_bytes_are_decoded_for_it(self, desk: Desk) -> None:
        desk.intake.add(b"one\n")
        other = NotingHandler()
        other.accept = lambda items: [item.upper() for item in items]  # type: ignore[method-assign]
        desk.intake.give_to(other)
        desk.intake.add(b"two\nth")
        assert desk.taken() == [b"ONE", b"TWO"]
        assert other.decoder.unfinished
        assert desk.intake.unfinished

    def test_they_are_dropped_if_it_takes_no_input(self, desk: Desk) -> None:
        desk.intake.add(b"one\n")
        other = NotingHandler()
        other.takes_input = False
        desk.intake.give_to(other)
        assert desk.intake.unread == b""
