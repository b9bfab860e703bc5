"""`chatd.protocols.websocket.liveness`: answers to pings."""

from __future__ import annotations

from math import inf
from types import SimpleNamespace
from typing import Any

import pytest

from chatd.protocols.websocket.liveness import Liveness

DEAD_AFTER = 90
"""Seconds after which a client that does not answer is let go: a ping comes after a third."""


class Client:
    """A client that was heard of last at the time 10."""

    def __init__(self, dead_after: int = DEAD_AFTER) -> None:
        self.intake = SimpleNamespace(heard=10.0)
        self.reader = SimpleNamespace(intake=self.intake)
        self.factory = SimpleNamespace(limits=SimpleNamespace(dead_after=dead_after))
        self.output = SimpleNamespace(waiting=False, supply=SimpleNamespace(finished=False))
        self.liveness = Liveness()

    def due(self) -> float:
        connection: Any = self
        return self.liveness.due(connection)

    def wants_ping(self, now: float) -> bool:
        connection: Any = self
        return self.liveness.wants_ping(connection, now)

    def is_dead(self, now: float) -> bool:
        connection: Any = self
        return self.liveness.is_dead(connection, now)


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def pinged() -> Client:
    """Return a client that was pinged at the time 50."""
    client = Client()
    assert client.wants_ping(50)
    return client


class TestDue:
    """When a client has to be checked."""

    def test_it_is_pinged_after_a_third_of_the_time(self, client: Client) -> None:
        assert client.due() == 10 + DEAD_AFTER / 3

    def test_a_ping_that_is_not_answered_is_looked_at_each_time(self, pinged: Client) -> None:
        assert pinged.due() <= 50
        pinged.intake.heard = 51.0
        pinged.is_dead(55)
        assert pinged.due() == 51 + DEAD_AFTER / 3

    def test_without_a_limit_it_may_be_silent_for_ever(self) -> None:
        assert Client(dead_after=0).due() == inf


class TestPings:
    def test_one_comes_after_a_third_of_the_time(self, client: Client) -> None:
        assert not client.wants_ping(40)
        assert client.wants_ping(41)

    def test_one_comes_at_a_time(self, pinged: Client) -> None:
        assert not pinged.wants_ping(60)

    def test_another_one_may_follow_an_answer(self, pinged: Client) -> None:
        pinged.intake.heard = 51.0
        pinged.is_dead(60)
        assert not pinged.wants_ping(81)
        assert pinged.wants_ping(82)

    def test_there_are_none_without_a_limit(self) -> None:
        assert not Client(dead_after=0).wants_ping(1000)

    def test_a_client_that_takes_nothing_is_not_pinged(self, client: Client) -> None:
        client.output.waiting = True
        assert not client.wants_ping(1000)

    def test_a_client_that_is_let_go_is_not_pinged(self, client: Client) -> None:
        client.output.supply.finished = True
        assert not client.wants_ping(1000)


class TestDeath:
    def test_a_client_that_was_not_pinged_lives(self, client: Client) -> None:
        assert not client.is_dead(1000)

    def test_an_answer_has_to_come_in_two_thirds_of_the_time(self, pinged: Client) -> None:
        assert not pinged.is_dead(110)
        assert pinged.is_dead(111)

    def test_anything_that_comes_after_the_ping_is_an_answer(self, pinged: Client) -> None:
        pinged.intake.heard = 50.0
        assert pinged.is_dead(111)
        pinged.intake.heard = 50.1
        assert not pinged.is_dead(111)

    @pytest.mark.parametrize("state", ["waiting", "finished", "unlimited"])
    def test_a_ping_is_void_if_the_client_cannot_answer_it(
        self, pinged: Client, state: str
    ) -> None:
        pinged.output.waiting = state == "waiting"
        pinged.output.supply.finished = state == "finished"
        pinged.factory.limits.dead_after = 0 if state == "unlimited" else DEAD_AFTER
        assert not pinged.is_dead(111)
        pinged.output.waiting = pinged.output.supply.finished = False
        pinged.factory.limits.dead_after = DEAD_AFTER
        assert not pinged.is_dead(111)
