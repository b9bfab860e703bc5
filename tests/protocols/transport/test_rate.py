"""`chatd.protocols.transport.rate`: the charges of one client, and its delays."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.protocols.transport.limits import BURST_SECONDS, Limits, Pace
from chatd.protocols.transport.rate import DELAY_SECONDS, LINE_SECONDS, PAID_SECONDS, ClientRate
from chatd.protocols.transport.scheduler import TurnScheduler
from chatd.util.error_log import ErrorLog

LINES, BYTES = 100, 1000
"""The rate of the client: lines and bytes a second."""


class Client:
    """A client that has used up its burst exactly, and notes when its delay ends."""

    def __init__(self, pace: Pace | None) -> None:
        self.clock = Clock()
        self.rests: list[float] = []
        self.turns = TurnScheduler(self.clock, ErrorLog(self.clock))
        address: Any = SimpleNamespace(pace=pace)
        self.rate = ClientRate(address, self.clock, self.turns)
        if pace is not None:
            pace.spend(0, LINES * BURST_SECONDS, round(BYTES * BURST_SECONDS))

    def await_turn(self) -> None:
        self.rests.append(self.clock.seconds())

    def wait(self) -> float:
        """Return the number of seconds until the client has paid for everything."""
        pace = self.rate.address.pace
        assert pace is not None
        return pace.wait(self.clock.seconds())


@pytest.fixture
def client() -> Client:
    return Client(Pace(Limits(lines_per_second=LINES, bytes_per_second=BYTES)))


@pytest.fixture
def unlimited() -> Client:
    return Client(None)


def test_slices_of_answers_are_made_in_turns(client: Client) -> None:
    turn = client.rate.turn()
    assert not turn.called
    client.clock.advance(0)
    assert turn.called


class TestSpending:
    @pytest.mark.parametrize(("lines", "length"), [(LINES, 0), (0, BYTES)])
    def test_lines_and_bytes_are_charged(self, client: Client, lines: int, length: int) -> None:
        client.rate.spend(lines, length)
        assert client.wait() == pytest.approx(1)

    def test_time_is_charged_in_lines(self, client: Client) -> None:
        client.rate.spend_time(2, 2 + 10 * LINE_SECONDS)
        assert client.wait() == pytest.approx(10 / LINES)

    def test_one_item_is_charged_so_much_time_at_most(self, client: Client) -> None:
        client.rate.spend_time(0, 10)
        assert client.wait() == pytest.approx(PAID_SECONDS / LINE_SECONDS / LINES)

    def test_only_a_charge_makes_the_client_owe(self, client: Client) -> None:
        client.rate.spend(LINES, BYTES)
        assert not client.rate.owes
        client.rate.charge(1)
        assert client.rate.owes

    def test_a_charge_within_the_rate_is_paid_at_once(self, client: Client) -> None:
        client.clock.advance(1)
        client.rate.charge(LINES)
        assert not client.rate.owes

    def test_a_charge_and_time_are_no_bytes(self) -> None:
        client = Client(Pace(Limits(bytes_per_second=BYTES)))
        client.rate.charge(LINES)
        client.rate.spend_time(0, 10)
        assert client.wait() == 0

    def test_a_client_is_over_its_rate_until_it_has_paid(self, client: Client) -> None:
        client.rate.spend(LINES, 0)
        assert client.rate.is_over(0.99)
        assert not client.rate.is_over(1)


class TestDelay:
    def test_it_lasts_until_the_client_has_paid(self, client: Client) -> None:
        client.rate.spend(LINES, 0)
        client.rate.slow_down(client, paid=False)
        client.clock.advance(0.99)
        assert client.rate.delayed
        assert client.rests == []
        client.clock.advance(0.01)
        assert client.rests == [1]
        assert not client.rate.delayed

    def test_it_is_not_shorter_than_the_least(self, client: Client) -> None:
        client.rate.spend(1, 0)
        client.rate.slow_down(client, paid=False)
        client.clock.pump([DELAY_SECONDS / 2] * 2)
        assert client.rests == [DELAY_SECONDS]

    def test_a_client_within_its_rate_has_none(self, client: Client) -> None:
        client.rate.slow_down(client, paid=False)
        assert not client.rate.delayed
        assert not client.clock.getDelayedCalls()

    def test_there_is_one_at_a_time(self, client: Client) -> None:
        client.rate.spend(LINES, 0)
        client.rate.slow_down(client, paid=False)
        client.rate.slow_down(client, paid=False)
        assert len(client.clock.getDelayedCalls()) == 1

    def test_another_one_may_follow(self, client: Client) -> None:
        for _ in range(2):
            client.rate.spend(LINES, 0)
            client.rate.slow_down(client, paid=False)
            client.clock.advance(1)
        assert client.rests == [1, 2]

    def test_items_that_are_paid_for_come_first(self, client: Client) -> None:
        client.rate.spend(LINES, 0)
        client.rate.slow_down(client, paid=True)
        assert not client.rate.delayed

    def test_an_item_that_the_client_owes_for_has_to_wait(self, client: Client) -> None:
        client.rate.charge(LINES)
        client.rate.slow_down(client, paid=True)
        assert client.rate.delayed
        assert client.rate.owes

    def test_a_client_that_owes_nothing_owes_nothing_by_it(self, client: Client) -> None:
        client.rate.spend(LINES, 0)
        client.rate.slow_down(client, paid=False)
        assert not client.rate.owes

    def test_after_it_nothing_is_owed(self, client: Client) -> None:
        client.rate.charge(LINES)
        client.rate.slow_down(client, paid=True)
        client.clock.advance(1)
        assert not client.rate.owes

    def test_nothing_is_owed_that_was_paid_before_it_began(self, client: Client) -> None:
        client.rate.charge(LINES)
        client.clock.advance(1)
        client.rate.slow_down(client, paid=True)
        assert not client.rate.owes
        assert not client.rate.delayed

    def test_one_that_is_forgotten_calls_nothing(self, client: Client) -> None:
        client.rate.spend(LINES, 0)
        client.rate.slow_down(client, paid=False)
        client.rate.forget()
        client.clock.advance(2)
        assert client.rests == []
        assert not client.rate.delayed

    def test_another_one_may_follow_one_that_is_forgotten(self, client: Client) -> None:
        client.rate.spend(LINES, 0)
        client.rate.slow_down(client, paid=False)
        client.rate.forget()
        client.rate.slow_down(client, paid=False)
        client.clock.advance(1)
        assert client.rests == [1]

    def test_without_one_there_is_nothing_to_forget(self, client: Client) -> None:
        client.rate.forget()
        assert not client.rate.delayed


class TestWithoutALimit:
    def test_nothing_is_charged(self, unlimited: Client) -> None:
        unlimited.rate.charge(10**9)
        assert not unlimited.rate.owes
        assert not unlimited.rate.is_over(0)

    def test_there_is_no_delay(self, unlimited: Client) -> None:
        unlimited.rate.slow_down(unlimited, paid=False)
        assert not unlimited.rate.delayed
