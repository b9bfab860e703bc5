"""`chatd.protocols.transport.managed_connection`: the lifecycle of a connection, and failures."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import pytest
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.logger import LogEvent

from chatd.protocols.transport.lifecycle import State
from chatd.protocols.transport.managed_connection import HANDSHAKE_SECONDS, READ_BYTES
from tests.support.connections import SECRET, Caller, NotingHandler

Expect = Callable[..., list[LogEvent]]


@pytest.fixture
def caller() -> Caller:
    """Return a client that has connected; its handler's calls so far are not in ``calls``."""
    caller = Caller()
    assert caller.calls == ["connect", "enter"]
    return caller


def state_of(caller: Caller) -> State:
    return caller.connection.lifecycle.state


class TestComing:
    def test_a_client_is_greeted_and_counted(self) -> None:
        caller = Caller()
        assert state_of(caller) is State.OPEN
        assert caller.calls == ["connect", "enter"]
        assert not caller.departed
        assert not caller.connection.lifecycle.departed

    def test_so_many_bytes_are_read_at_a_time(self, caller: Caller) -> None:
        assert vars(caller.transport)["bufferSize"] == READ_BYTES

    def test_its_address_knows_the_transport(self, caller: Caller) -> None:
        assert not caller.connection.address.confidential

    def test_over_tls_it_is_greeted_after_the_handshake(self) -> None:
        caller = Caller(encrypted=True)
        assert state_of(caller) is State.HANDSHAKING
        assert caller.calls == ["connect"]
        caller.connection.handshake_completed()
        assert state_of(caller) is State.OPEN
        assert caller.calls == ["enter"]

    def test_it_is_greeted_once(self) -> None:
        caller = Caller(encrypted=True)
        caller.connection.handshake_completed()
        caller.connection.handshake_completed()
        assert caller.calls == ["connect", "enter"]

    def test_one_that_is_let_go_in_the_handshake_is_not_greeted(self) -> None:
        caller = Caller(encrypted=True)
        caller.handler.stream.finish()
        caller.connection.handshake_completed()
        assert caller.calls == ["connect"]

    @pytest.mark.parametrize("located", [True, False])
    def test_an_address_that_is_known_later_is_told_to_the_handler(self, located: bool) -> None:
        caller = Caller(located=located)
        caller.connection.address_known()
        assert ("address_known" in caller.calls) is not located

    def test_the_address_of_one_that_is_let_go_is_not_asked(self) -> None:
        caller = Caller(located=False)
        caller.handler.stream.finish()
        caller.connection.address_known()
        assert "address_known" not in caller.calls


class TestInput:
    def test_it_is_handled(self, caller: Caller) -> None:
        caller.send(b"one\ntwo\n")
        assert caller.handled == [b"one", b"two"]

    def test_it_is_not_for_a_handler_that_takes_none(self, caller: Caller) -> None:
        caller.handler.takes_input = False
        caller.send(b"one\n" * 5)
        assert caller.connection.reader.intake.unread == b""
        assert not caller.paused

    @pytest.mark.parametrize("drained", [True, False])
    def test_after_the_last_answer_so_much_is_dropped(self, caller: Caller, drained: bool) -> None:
        if drained:
            caller.connection.lifecycle.advance(State.DRAINING)
        else:
            caller.connection.output.writer.hold()  # so the transport is not closed yet
            caller.handler.stream.finish()
        caller.send(b"one\ntwo\nxx")
        assert not caller.paused
        caller.send(b"x")
        assert caller.paused
        assert caller.handled == []


class TestChecks:
    def test_a_client_that_has_begun_nothing_needs_none(self, caller: Caller) -> None:
        caller.send(b"one\n")
        assert caller.connection not in caller.factory.checks

    def test_a_handshake_has_to_end(self) -> None:
        caller = Caller(encrypted=True)
        assert caller.connection in caller.factory.checks

    def test_an_item_that_has_begun_has_to_end(self, caller: Caller) -> None:
        caller.send(b"on")
        assert caller.connection in caller.factory.checks

    def test_the_handler_says_when_the_next_one_is_needed(self, caller: Caller) -> None:
        caller.handler.due = 50
        assert caller.connection.check(10) == 50

    def test_one_that_fails_ends_the_client(
        self, caller: Caller, expected_errors: Callable[[], list[LogEvent]]
    ) -> None:
        caller.handler.failing.add("check")
        assert caller.connection.check(10) == inf
        assert caller.connection.lifecycle.state is State.DRAINING
        expected_errors()

    @pytest.mark.parametrize("state", State)
    def test_the_handler_checks_while_the_client_may_be_handled(
        self, caller: Caller, state: State
    ) -> None:
        caller.connection.lifecycle.advance(state)
        caller.connection.check(100)
        assert ("check" in caller.calls) is (state < State.DRAINING)

    def test_a_handshake_may_take_so_long(self) -> None:
        caller = Caller(encrypted=True, now=5)
        caller.connection.check(5 + HANDSHAKE_SECONDS)
        assert not caller.transport.disconnecting
        caller.connection.check(6 + HANDSHAKE_SECONDS)
        assert caller.transport.disconnecting
        assert "check" not in caller.calls


class TestHalfClose:
    def test_the_rest_is_handled_and_the_handler_ends(self, caller: Caller) -> None:
        caller.send(b"one\ntwo")
        caller.half_close()
        assert state_of(caller) is State.HALF_CLOSED
        assert caller.handled == [b"one", b"two"]
        assert caller.calls == ["end_of_input"]

    def test_a_client_that_was_sent_everything_is_closed_at_once(self, caller: Caller) -> None:
        caller.handler.stream.finish()
        caller.transport.disconnecting = False  # as while the writer lingers
        caller.half_close()
        assert caller.transport.disconnecting

    def test_a_client_that_departs_by_that_has_no_turn(self, caller: Caller) -> None:
        caller.handler.stream.finish()
        caller.transport.loseConnection = caller.hang_up  # type: ignore[method-assign]
        caller.half_close()
        assert caller.departed
        assert caller.handler.asked == 0

    def test_a_client_that_was_let_go_has_to_take_the_rest_in_time(self, caller: Caller) -> None:
        caller.connection.output.writer.pauseProducing()
        caller.connection.lifecycle.advance(State.DRAINING)
        caller.half_close()
        assert caller.clock.getDelayedCalls()

    def test_it_is_nothing_to_a_handler_that_takes_no_input(self, caller: Caller) -> None:
        caller.handler.takes_input = False
        caller.half_close()
        assert state_of(caller) is State.OPEN
        assert caller.calls == []


class TestLoss:
    def test_a_client_that_closes_departs(self, caller: Caller) -> None:
        caller.hang_up()
        assert state_of(caller) is State.DEPARTED
        assert caller.calls == ["lost", "end_of_input", "depart"]
        assert caller.factory.left == [caller.place]

    def test_what_it_sent_is_handled_first(self, caller: Caller) -> None:
        caller.handler.most = 0
        caller.send(b"one\ntwo")
        caller.handler.most = 10
        caller.hang_up()
        assert caller.handled == [b"one", b"two"]
        assert caller.departed

    def test_an_item_that_was_cut_off_is_dropped(self, caller: Caller) -> None:
        caller.send(b"one\ntwo")
        caller.hang_up(ConnectionLost)
        assert caller.handled == [b"one"]
        assert caller.departed

    def test_an_item_that_ended_with_the_input_is_not_cut_off(self, caller: Caller) -> None:
        caller.handler.most = 0
        caller.send(b"one\ntwo")
        caller.half_close()
        caller.handler.most = 10
        caller.hang_up(ConnectionLost)
        assert caller.handled == [b"one", b"two"]

    @pytest.mark.parametrize(
        ("reason", "arrived"), [(ConnectionDone, True), (ConnectionLost, False)]
    )
    def test_a_client_that_closes_has_received_everything(
        self, caller: Caller, reason: type[Exception], arrived: bool
    ) -> None:
        caller.connection.output.writer.pauseProducing()
        caller.hang_up(reason)
        assert caller.connection.output.writer.acknowledged is arrived

    def test_one_that_this_side_aborts_departs_at_once(self, caller: Caller) -> None:
        caller.handler.most = 0
        caller.send(b"one\n")
        caller.handler.most = 10
        caller.hang_up(ConnectionAborted)
        assert caller.handled == []
        assert caller.calls == ["depart"]

    def test_so_does_one_that_was_drained(self, caller: Caller) -> None:
        caller.connection.lifecycle.advance(State.DRAINING)
        caller.hang_up()
        assert caller.calls == ["depart"]

    def test_so_does_one_that_was_sent_everything(self, caller: Caller) -> None:
        caller.handler.stream.finish()
        caller.hang_up()
        assert caller.calls == ["depart"]

    def test_a_handler_that_takes_no_input_ends(self, caller: Caller) -> None:
        caller.handler.takes_input = False
        caller.hang_up()
        assert caller.calls == ["lost", "end_of_input", "depart"]

    def test_one_that_has_departed_departs_once(self, caller: Caller) -> None:
        caller.hang_up()
        caller.hang_up()
        caller.connection.depart()
        assert caller.factory.left == [caller.place]

    def test_a_connection_that_is_lost_is_aborted_by_departing(self, caller: Caller) -> None:
        caller.handler.busy = True
        caller.hang_up()
        assert not caller.departed
        caller.connection.abort()
        assert caller.departed
        assert not caller.transport.disconnecting

    def test_one_that_departs_has_no_turns(self, caller: Caller) -> None:
        reader = caller.connection.reader
        reader.await_turn()
        caller.send(b"one\n")
        caller.connection.depart()
        caller.settle()
        assert caller.handler.asked == 0
        assert reader.intake.unread == b""

    def test_one_whose_handler_fails_is_forgotten_all_the_same(
        self, caller: Caller, expected_errors: Expect
    ) -> None:
        caller.handler.failing = {"depart"}
        caller.hang_up()
        assert caller.factory.left == [caller.place]
        expected_errors()


class TestStopping:
    """The server stops."""

    def test_nothing_more_is_handled(self, caller: Caller) -> None:
        caller.handler.most = 0
        caller.send(b"one\n")
        caller.connection.stop_reading()
        caller.handler.most = 10
        caller.send(b"two\n")
        caller.settle()
        assert caller.handled == []
        assert caller.calls == ["stop"]
        assert state_of(caller) is State.DRAINING

    def test_a_client_that_was_paused_is_read_again(self, caller: Caller) -> None:
        caller.handler.most = 0
        caller.send(b"one\n")
        assert caller.paused
        caller.connection.stop_reading()
        assert not caller.paused

    def test_a_client_that_is_read_is_not_told_so_again(self, caller: Caller) -> None:
        caller.connection.stop_reading()
        assert caller.transport.resumes == 0

    def test_the_client_has_to_take_the_rest_in_time(self, caller: Caller) -> None:
        caller.connection.output.writer.pauseProducing()
        caller.connection.stop_reading()
        assert caller.clock.getDelayedCalls()

    def test_one_that_has_gone_departs_at_once(self, caller: Caller) -> None:
        caller.handler.most = 0
        caller.send(b"one\n")
        caller.hang_up()
        assert caller.calls == ["lost"]
        caller.handler.most = 10
        caller.connection.reader.await_turn()
        caller.connection.stop_reading()
        assert caller.handled == []
        assert caller.calls == ["end_of_input", "depart"]

    def test_goodbye_is_said(self, caller: Caller) -> None:
        caller.connection.say_goodbye()
        assert caller.calls == ["say_goodbye"]
        assert not caller.departed
        assert caller.handler.asked == 0

    def test_one_that_has_gone_departs_with_goodbye(self, caller: Caller) -> None:
        caller.handler.busy = True
        caller.hang_up()
        caller.handler.busy = False
        caller.connection.say_goodbye()
        assert caller.departed


class TestSwitching:
    def test_another_handler_takes_over(self, caller: Caller) -> None:
        other = NotingHandler()
        caller.connection.switch(other)
        assert other.calls == ["connect", "enter"]
        assert caller.connection.handler is other
        caller.send(b"one\n")
        assert other.handled == [b"one"]
        assert caller.handled == []


class TestFailing:
    """An error in what is called from outside costs its client the connection, and no other."""

    def test_the_client_is_told_and_let_go(self, caller: Caller, expected_errors: Expect) -> None:
        caller.handler.failing = {"say_goodbye"}
        caller.connection.say_goodbye()
        assert state_of(caller) is State.DRAINING
        assert caller.transport.value() == b"sorry\n"
        assert caller.transport.disconnecting
        assert caller.transport.aborts == 0
        expected_errors()

    def test_nothing_more_of_it_is_handled(self, caller: Caller, expected_errors: Expect) -> None:
        caller.handler.failing = {"say_goodbye"}
        caller.handler.most = 0
        caller.send(b"one\n")
        caller.connection.say_goodbye()
        assert caller.connection.reader.intake.unread == b""
        expected_errors()

    def test_one_that_cannot_be_told_is_cut_off(
        self, caller: Caller, expected_errors: Expect
    ) -> None:
        caller.handler.failing = {"say_goodbye"}
        caller.handler.apologises = False
        caller.connection.say_goodbye()
        assert caller.transport.aborts == 1
        expected_errors()

    def test_so_is_one_where_telling_fails(self, caller: Caller, expected_errors: Expect) -> None:
        caller.handler.failing = {"say_goodbye", "apologise"}
        caller.connection.say_goodbye()
        assert caller.transport.disconnecting
        assert len(expected_errors()) == 2

    def test_what_it_sent_is_not_logged(self, caller: Caller, expected_errors: Expect) -> None:
        caller.handler.failing = {"say_goodbye", "apologise"}
        caller.connection.say_goodbye()
        for event in expected_errors():
            assert SECRET not in event["log_failure"].getTraceback()

    def test_one_that_has_gone_departs(self, caller: Caller, expected_errors: Expect) -> None:
        caller.handler.failing = {"end_of_input"}
        caller.hang_up()
        assert caller.departed
        assert caller.calls == ["lost", "end_of_input", "lost", "depart"]
        expected_errors()
