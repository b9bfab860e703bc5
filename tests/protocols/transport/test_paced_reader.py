"""Turns: the questions that a turn asks, and input that ends in the middle of an item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
from twisted.internet.error import ConnectionLost
from twisted.logger import LogEvent

from chatd.chat.line_quotas import LineQuotas
from chatd.protocols.transport.lifecycle import State
from chatd.protocols.transport.limits import BURST_SECONDS, Limits, Pace
from chatd.protocols.transport.paced_reader import ITEMS_A_TURN, SMALL_BYTES
from chatd.protocols.transport.scheduler import TURN_SECONDS
from tests.support.browser import browser, frame
from tests.support.connections import PIECE, Caller, NotingHandler
from tests.support.http import SiteWorld, request
from tests.support.world import World

Expect = Callable[..., list[LogEvent]]


@pytest.mark.parametrize("lines", [b"hola\n", b"uno\ndos\n", b"/who\nhola\n/who\n"])
def test_the_allowance_is_asked_once_a_turn(lines: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    allowance = LineQuotas.allowance

    def count(*given: object) -> int:
        nonlocal asked
        asked += 1
        return allowance(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(LineQuotas, "allowance", count)
    person = World().person()
    asked = 0
    person.send(lines)
    assert asked == 1


def test_a_message_that_has_not_ended_takes_no_turns_after_a_half_close() -> None:
    world = World()
    one = browser(world)
    one.send_bytes(frame(b'{"type":', fin=False))
    one.protocol.readConnectionLost()
    world.settle()
    assert one.closed
    assert not one.protocol.connection.reader.intake.unfinished


def test_lines_that_are_paid_for_wait_for_a_command_and_not_for_the_rate() -> None:
    world = World(slow=True, limits=Limits(lines_per_second=10))
    person = world.person()
    person.send(b"hola\n/who\n" + b"uno\n" * 2000)  # more than is decoded at a time
    world.settle()
    world.store.release()
    world.settle()
    assert person.session.queue.unpublished > 0


def test_input_after_a_request_for_events_is_dropped() -> None:
    door = SiteWorld()
    door.world.say("hola")
    caller = door.caller()
    caller.send(request("GET", "/api/rooms/lobby/stream") + b"x" * 5000)
    caller.settle()
    reader = caller.protocol.connection.reader
    assert not reader.intake.unread
    reader.wake()
    assert not caller.paused


@pytest.fixture
def caller() -> Caller:
    """Return a client that has connected; its handler's calls so far are not in ``calls``."""
    caller = Caller()
    assert caller.calls
    return caller


MUCH = b"x" * SMALL_BYTES + b"\n"
"""More input than is handled as it is read."""


class TestAtOnce:
    def test_little_input_is_handled_as_it_is_read(self, caller: Caller) -> None:
        caller.send(b"one\n")
        assert caller.handled == [b"one"]
        assert not caller.paused
        assert caller.transport.resumes == 0

    def test_as_much_as_counts_as_little_is_little(self, caller: Caller) -> None:
        caller.send(MUCH[1:])
        assert caller.handled == [MUCH[1:-1]]

    def test_much_input_awaits_a_turn_and_no_more_is_read(self, caller: Caller) -> None:
        caller.send(MUCH)
        assert caller.handled == []
        assert caller.paused
        caller.settle()
        assert caller.handled == [MUCH[:-1]]
        assert not caller.paused

    def test_a_handler_may_want_turns_alone(self, caller: Caller) -> None:
        caller.handler.at_once = False
        caller.send(b"one\n")
        assert caller.handled == []
        assert not caller.paused
        caller.settle()
        assert caller.handled == [b"one"]

    def test_input_of_an_item_that_began_long_ago_is_handled_as_it_is_read(
        self, caller: Caller
    ) -> None:
        caller.send(b"x" * SMALL_BYTES)
        caller.settle()
        caller.send(b"y\n")
        assert len(caller.handled) == 1

    def test_input_during_a_turn_is_handled_in_it(self, caller: Caller) -> None:
        handle = caller.handler.handle

        def send_more(item: bytes) -> None:
            handle(item)
            if item == b"one":
                caller.send(b"two\n")
                assert caller.handled == [b"one"]

        caller.handler.handle = send_more  # type: ignore[method-assign]
        caller.send(b"one\n")
        assert caller.handled == [b"one", b"two"]
        caller.settle()
        assert caller.handler.asked == 1

    def test_input_that_comes_while_a_turn_is_awaited_waits_for_it(self, caller: Caller) -> None:
        caller.connection.reader.await_turn()
        caller.send(b"one\n")
        assert caller.handled == []
        caller.settle()
        assert caller.handled == [b"one"]


class TestTurns:
    def test_the_handler_is_asked_once_and_settles_after_each_piece(self, caller: Caller) -> None:
        caller.send(b"one\ntwo\n")
        assert caller.handler.asked == 1
        assert caller.handler.settled == [False]

    def test_so_many_items_are_handled_as_are_allowed(self, caller: Caller) -> None:
        caller.handler.most = 2
        caller.send(b"one\ntwo\nthree\n")
        assert caller.handled == [b"one", b"two"]
        assert caller.handler.settled == [True]
        assert caller.paused
        caller.settle()
        assert caller.handled == [b"one", b"two", b"three"]
        assert not caller.paused

    def test_an_allowance_that_is_used_up_exactly_is_asked_again(self, caller: Caller) -> None:
        caller.handler.most = 1
        caller.send(b"one\n")
        assert caller.paused
        caller.settle()
        assert caller.handler.asked == 2
        assert not caller.paused

    def test_one_that_is_refused_waits_until_it_is_woken(self, caller: Caller) -> None:
        caller.handler.most = 0
        caller.send(b"one\n")
        caller.settle()
        assert caller.handler.asked == 1
        assert caller.handler.settled == []
        assert caller.paused
        caller.handler.most = 1
        caller.connection.reader.wake()
        assert caller.handled == [b"one"]

    def test_so_many_items_are_handled_in_a_turn(self, caller: Caller) -> None:
        caller.send(b"x\n" * (ITEMS_A_TURN + 1))
        assert len(caller.handled) == ITEMS_A_TURN
        caller.settle()
        assert len(caller.handled) == ITEMS_A_TURN + 1

    def test_a_turn_ends_with_its_time(self, caller: Caller) -> None:
        caller.handler.seconds = TURN_SECONDS / 2
        caller.send(b"one\ntwo\nthree\n")
        assert caller.handled == [b"one", b"two"]
        assert caller.paused
        caller.settle()
        assert caller.handled == [b"one", b"two", b"three"]

    def test_an_item_may_have_to_have_its_effect_first(self, caller: Caller) -> None:
        caller.send(b"wait\ntwo\n")
        caller.settle()
        assert caller.handled == [b"wait"]
        assert caller.handler.settled == [True]
        assert caller.paused
        caller.handler.ready = True
        caller.connection.reader.wake()
        assert caller.handled == [b"wait", b"two"]

    def test_one_that_has_handled_some_items_asks_once_more(self, caller: Caller) -> None:
        caller.send(b"wait\ntwo\n")
        caller.handler.ready = True
        caller.settle()
        assert caller.handled == [b"wait", b"two"]

    def test_decoding_takes_time_of_it_too(self, caller: Caller) -> None:
        def accept(items: Sequence[bytes]) -> Sequence[bytes]:
            cast(Any, caller.clock).rightNow += TURN_SECONDS
            return []

        caller.handler.accept = accept  # type: ignore[method-assign]
        caller.send(b"x" * PIECE + b"rest")
        assert caller.connection.reader.intake.unread == b"rest"
        caller.settle()
        assert caller.connection.reader.intake.unread == b""

    def test_one_that_is_interrupted_and_ready_goes_on_in_the_turn(self, caller: Caller) -> None:
        settle = caller.handler.settle

        def be_ready(more: bool) -> bool:
            settle(more)
            return True

        caller.handler.settle = be_ready  # type: ignore[method-assign]
        caller.send(b"wait\ntwo\n")
        assert caller.handled == [b"wait", b"two"]
        assert caller.handler.settled == [True, False]
        assert caller.handler.asked == 1

    def test_an_item_that_fails_is_reported_and_the_next_one_is_handled(
        self, caller: Caller
    ) -> None:
        caller.send(b"fail\ntwo\n")
        assert caller.handled == [b"fail", b"two"]
        assert caller.calls == ["item_failed"]

    def test_items_after_the_last_answer_are_dropped(self, caller: Caller) -> None:
        caller.connection.output.writer.hold()
        caller.handler.most = 1
        caller.send(b"end\ntwo\n")
        caller.settle()
        assert caller.handled == [b"end"]
        assert caller.connection.lifecycle.state is State.DRAINING
        assert caller.connection.reader.intake.items == []

    def test_none_is_begun_once_the_client_is_drained(self, caller: Caller) -> None:
        caller.connection.reader.await_turn()
        caller.connection.lifecycle.advance(State.DRAINING)
        caller.settle()
        assert caller.handler.asked == 0

    def test_none_is_begun_for_a_handler_that_takes_no_input(self, caller: Caller) -> None:
        caller.connection.reader.await_turn()
        caller.handler.takes_input = False
        caller.settle()
        assert caller.handler.asked == 0

    def test_the_output_does_not_end_with_one(self, caller: Caller) -> None:
        caller.send(b"one\n")
        assert caller.connection.output.writer.push(b"hola")

    def test_what_is_sent_leaves_in_one_piece(self, caller: Caller) -> None:
        pieces: list[bytes] = []
        handle = caller.handler.handle

        def answer(item: bytes) -> None:
            handle(item)
            caller.handler.stream.put(item)
            pieces.append(caller.transport.value())

        caller.handler.handle = answer  # type: ignore[method-assign]
        caller.send(b"one\ntwo\n")
        assert pieces == [b"", b""]
        assert caller.transport.value() == b"onetwo"

    def test_what_one_sends_by_itself_leaves_at_once(self, caller: Caller) -> None:
        caller.handler.in_one_piece = False
        handle = caller.handler.handle

        def answer(item: bytes) -> None:
            handle(item)
            caller.handler.stream.put(item)
            assert caller.transport.value().endswith(item)

        caller.handler.handle = answer  # type: ignore[method-assign]
        caller.send(b"one\ntwo\n")
        assert caller.calls == []

    @pytest.mark.parametrize("much", [True, False])
    def test_an_error_costs_the_client_its_connection(
        self, caller: Caller, much: bool, expected_errors: Expect
    ) -> None:
        caller.handler.settle = lambda more: bool(1 / 0)  # type: ignore[method-assign]
        caller.send(MUCH if much else b"one\n")
        caller.settle()
        assert caller.calls == ["apologise"]
        assert not caller.connection.reader.handling
        assert caller.transport.value() == b"sorry\n"
        expected_errors()


class TestWaking:
    def test_a_client_that_waits_for_nothing_has_no_turn(self, caller: Caller) -> None:
        caller.connection.reader.wake()
        assert caller.handler.asked == 0

    def test_one_that_may_go_on_is_read_again(self, caller: Caller) -> None:
        caller.send(b"wait\n")
        assert caller.paused
        caller.handler.ready = True
        caller.connection.reader.wake()
        assert not caller.paused

    def test_one_with_nothing_to_handle_needs_no_turn_of_its_own(self, caller: Caller) -> None:
        caller.handler.at_once = False
        caller.send(b"wait\n")
        caller.settle()
        assert caller.paused
        caller.handler.ready = True
        caller.connection.reader.wake()
        assert not caller.paused

    def test_one_that_wants_turns_alone_awaits_one(self, caller: Caller) -> None:
        caller.handler.at_once = False
        caller.send(b"wait\ntwo\n")
        for _ in range(2):
            caller.settle()
        caller.handler.ready = True
        caller.connection.reader.wake()
        assert caller.handled == [b"wait"]
        caller.settle()
        assert caller.handled == [b"wait", b"two"]

    def test_one_that_has_ended_has_a_turn(self, caller: Caller) -> None:
        caller.handler.busy = True
        caller.half_close()
        caller.handler.busy = False
        caller.connection.reader.wake()
        assert caller.calls == ["end_of_input"]

    def test_one_that_is_woken_by_the_end_of_its_turn_has_another(self, caller: Caller) -> None:
        """Output at the end of the turn may make room for more answers."""

        def wake() -> int:
            caller.connection.reader.wake()
            return 0

        caller.handler.allowance = wake  # type: ignore[method-assign]
        caller.send(b"one\n")
        caller.handler.allowance = lambda: 2  # type: ignore[method-assign]
        caller.settle()
        assert caller.handled == [b"one"]
        assert not caller.paused


class TestPausing:
    def test_a_client_is_paused_and_read_again_as_often_as_it_needs(self, caller: Caller) -> None:
        for _ in range(2):
            caller.send(MUCH)
            assert caller.paused
            caller.settle()
            assert not caller.paused
        assert (caller.transport.pauses, caller.transport.resumes) == (2, 2)

    def test_one_that_is_paused_is_not_told_so_again(self, caller: Caller) -> None:
        caller.handler.most = 0
        caller.send(b"one\n")
        caller.connection.reader.wake()
        assert caller.transport.pauses == 1

    def test_one_that_has_ended_is_not_read_again(self, caller: Caller) -> None:
        caller.handler.most = 0
        caller.send(b"one\n")
        caller.half_close()
        caller.connection.stop_reading()
        assert caller.transport.resumes == 0


class TestEnd:
    def test_the_rest_awaits_a_turn(self, caller: Caller) -> None:
        caller.send(b"one")
        caller.connection.half_closed()
        assert caller.handled == []
        caller.settle()
        assert caller.handled == [b"one"]
        assert caller.calls == ["end_of_input"]

    def test_it_comes_when_the_last_item_has_had_its_effect(self, caller: Caller) -> None:
        caller.handler.busy = True
        caller.send(b"one\n")
        caller.half_close()
        assert caller.calls == []

    def test_a_client_whose_output_ends_meanwhile_is_drained(self, caller: Caller) -> None:
        caller.connection.output.writer.hold()
        caller.send(b"end")
        caller.half_close()
        assert caller.connection.lifecycle.state is State.DRAINING
        assert caller.calls == []

    def test_one_that_has_gone_departs_after_its_last_answer(self, caller: Caller) -> None:
        caller.send(b"end")
        caller.hang_up()
        assert caller.calls == ["lost", "depart"]

    def test_one_that_departs_in_a_turn_does_not_end_again(self, caller: Caller) -> None:
        caller.handler.most = 0
        caller.send(b"one\n")
        caller.handler.most = 10
        caller.handler.handle = lambda item: caller.connection.abort()  # type: ignore[method-assign]
        caller.hang_up()
        assert caller.calls == ["lost", "depart"]

    def test_it_comes_after_all_turns(self, caller: Caller) -> None:
        handle = caller.handler.handle

        def note(item: bytes) -> None:
            handle(item)
            caller.handler.calls.append(item.decode())

        caller.handler.handle = note  # type: ignore[method-assign]
        caller.handler.most = 0
        caller.send(b"one\ntwo\nthree")
        caller.handler.most = 1
        caller.half_close()
        assert caller.calls == ["one", "two", "three", "end_of_input"]

    def test_a_line_of_any_length_awaits_a_turn(self, caller: Caller) -> None:
        for _ in range(3):
            caller.send(b"x" * SMALL_BYTES)
            caller.settle()
        caller.connection.lost()
        assert caller.handled == []
        caller.settle()
        assert caller.handled == [b"x" * 3 * SMALL_BYTES]
        assert caller.departed
        assert caller.transport.pauses == 0

    def test_it_has_to_be_taken_in_time(self, caller: Caller) -> None:
        caller.connection.output.writer.pauseProducing()
        caller.handler.busy = True
        caller.half_close()
        caller.handler.stream.finish()
        assert caller.clock.getDelayedCalls()

    def test_a_broken_connection_ends_at_once_if_nothing_waits(self, caller: Caller) -> None:
        caller.connection.lost()
        assert caller.departed


class TestRate:
    """A client whose rate is one line a second, and that has used up its burst."""

    @pytest.fixture
    def slow(self) -> Caller:
        pace = Pace(Limits(lines_per_second=1))
        pace.spend(0, BURST_SECONDS, 0)
        return Caller(pace)

    def test_it_is_left_alone_until_it_has_paid(self, slow: Caller) -> None:
        slow.send(b"one\n")
        assert slow.paused
        slow.send(b"two\n")
        slow.settle()
        assert slow.handled == [b"one"]
        assert slow.paused
        slow.clock.advance(1)
        assert slow.handled == [b"one", b"two"]

    def test_what_is_paid_for_is_handled_first(self, slow: Caller) -> None:
        slow.handler.most = 1
        slow.send(b"one\ntwo\n")
        slow.settle()
        assert slow.handled == [b"one", b"two"]

    def test_time_that_its_items_take_is_charged(self, slow: Caller) -> None:
        slow.handler.seconds = 0.001
        slow.send(b"one\n")
        pace = slow.connection.address.pace
        assert pace is not None
        assert pace.wait(0) == pytest.approx(1 + 10)

    def test_much_input_waits_for_the_rate_and_not_for_a_turn(self, slow: Caller) -> None:
        slow.connection.reader.rate.spend(1, 0)
        slow.send(MUCH)
        slow.settle()
        assert slow.handler.asked == 0
        slow.clock.advance(1)
        slow.settle()
        assert slow.handler.asked == 1

    def test_so_does_input_of_a_client_that_wants_turns_alone(self, slow: Caller) -> None:
        slow.handler.at_once = False
        slow.send(b"one\n")
        slow.settle()
        slow.send(b"two\n")
        slow.settle()
        assert slow.handler.asked == 1
        slow.clock.advance(1)
        assert slow.handled == [b"one", b"two"]

    def test_a_charge_makes_the_next_item_wait(self, slow: Caller) -> None:
        handle = slow.handler.handle

        def charge(item: bytes) -> None:
            handle(item)
            slow.connection.reader.rate.charge(1)
            slow.handler.interrupted = True

        slow.handler.handle = charge  # type: ignore[method-assign]
        slow.send(b"one\ntwo\n")
        slow.settle()
        assert slow.handled == [b"one"]
        slow.clock.advance(3)
        slow.settle()
        assert slow.handled == [b"one", b"two"]


class TestAnotherHandler:
    def test_it_is_given_the_rest_in_a_turn(self, caller: Caller) -> None:
        caller.handler.most = 0
        caller.send(b"one\n")
        other = NotingHandler()
        caller.connection.switch(other)
        assert not caller.paused
        assert other.handled == []
        caller.settle()
        assert other.handled == [b"one"]

    def test_without_a_rest_it_has_no_turn(self, caller: Caller) -> None:
        other = NotingHandler()
        caller.connection.reader.await_turn()
        caller.connection.switch(other)
        caller.settle()
        assert other.asked == 0

    def test_a_client_that_is_read_is_not_told_so_again(self, caller: Caller) -> None:
        caller.connection.switch(NotingHandler())
        assert caller.transport.resumes == 0

    def test_what_comes_next_is_handled_as_it_is_read(self, caller: Caller) -> None:
        other = NotingHandler()
        caller.connection.reader.await_turn()
        caller.connection.switch(other)
        caller.send(b"one\n")
        assert other.handled == [b"one"]

    def test_a_delay_ends_with_the_handler_before_it(self) -> None:
        pace = Pace(Limits(lines_per_second=1))
        pace.spend(0, BURST_SECONDS, 0)
        caller = Caller(pace)
        caller.send(b"one\n")
        assert caller.connection.reader.rate.delayed
        caller.connection.switch(NotingHandler())
        assert not caller.clock.getDelayedCalls()

    def test_it_ends_if_the_client_has_ended(self, caller: Caller) -> None:
        caller.handler.busy = True
        caller.half_close()
        other = NotingHandler()
        caller.connection.switch(other)
        caller.settle()
        assert other.calls == ["connect", "enter", "end_of_input"]

    def test_its_output_has_to_be_taken_in_time_then(self, caller: Caller) -> None:
        caller.handler.busy = True
        caller.half_close()
        other = NotingHandler()
        other.busy = True
        caller.connection.switch(other)
        writer = caller.connection.output.writer
        writer.pauseProducing()
        writer.pump()
        caller.settle()
        assert caller.clock.getDelayedCalls()

    def test_one_that_takes_no_input_has_no_turn(self, caller: Caller) -> None:
        caller.handler.busy = True
        caller.half_close()
        other = NotingHandler()
        other.takes_input = False
        caller.connection.switch(other)
        caller.settle()
        assert other.asked == 0

    def test_a_turn_in_which_it_takes_over_is_over(self, caller: Caller) -> None:
        other = NotingHandler()
        other.takes_input = False
        caller.handler.handle = lambda item: caller.connection.switch(other)  # type: ignore[method-assign]
        caller.handler.most = 1
        caller.send(b"one\n")
        caller.settle()
        assert not caller.paused

    def test_half_closing_one_that_takes_no_input_gives_it_no_turn(self, caller: Caller) -> None:
        caller.handler.takes_input = False
        caller.connection.lifecycle.advance(State.HALF_CLOSED)
        caller.connection.reader.half_close()
        caller.settle()
        assert caller.handler.asked == 0


def test_a_connection_that_breaks_while_a_turn_is_awaited_is_handled_in_it() -> None:
    caller = Caller()
    caller.connection.reader.await_turn()
    caller.send(b"one\ntwo")
    caller.hang_up(ConnectionLost)
    assert caller.handled == [b"one"]
    assert caller.departed
