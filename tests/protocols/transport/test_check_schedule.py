"""`chatd.protocols.transport.check_schedule`: which clients are checked, and when."""

from __future__ import annotations

from math import inf

import pytest
from twisted.internet.task import Clock

from chatd.protocols.transport.check_schedule import CheckSchedule
from chatd.util.sliced_loop import SLICE_SECONDS


class Client:
    """A client that notes the times at which it is checked, and says when the next one is due."""

    def __init__(self, desk: Desk, due: float) -> None:
        self.desk = desk
        self.due = due
        self.takes = 0.0
        self.goes = False
        self.checks: list[float] = []

    def check(self, now: float) -> float:
        self.checks.append(now)
        self.desk.clock.rightNow += self.takes
        if self.goes:
            self.desk.schedule.forget(self)
        return self.due


class Desk:
    """A schedule on a fake clock."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.schedule = CheckSchedule(self.clock)

    def client(self, due: float = inf) -> Client:
        """Return a client that has begun something, and will say that it is due at that time."""
        client = Client(self, due)
        self.schedule.schedule(client)
        return client

    def check_at(self, time: float) -> None:
        self.clock.rightNow = time
        self.schedule.check()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_client_that_has_begun_something_is_in_the_next_check(desk: Desk) -> None:
    client = desk.client()
    assert client in desk.schedule
    desk.check_at(5)
    assert client.checks == [5]


def test_one_that_has_ended_it_is_forgotten(desk: Desk) -> None:
    client = desk.client()
    desk.check_at(5)
    assert client not in desk.schedule
    desk.check_at(10)
    assert client.checks == [5]


def test_one_is_checked_when_it_said_and_not_before(desk: Desk) -> None:
    client = desk.client(15)
    for time in 5, 10, 14.9, 15:
        desk.check_at(time)
    assert client.checks == [5, 15]


def test_one_that_is_late_is_checked_each_time(desk: Desk) -> None:
    client = desk.client(5)
    for time in 5, 10, 15:
        desk.check_at(time)
    assert client.checks == [5, 10, 15]


def test_one_that_begins_something_else_is_in_the_next_check(desk: Desk) -> None:
    client = desk.client(60)
    desk.check_at(5)
    desk.schedule.schedule(client)
    desk.check_at(10)
    assert client.checks == [5, 10]


def test_one_that_has_gone_is_not_checked(desk: Desk) -> None:
    client = desk.client()
    desk.schedule.forget(client)
    desk.schedule.forget(client)
    desk.check_at(5)
    assert client.checks == []


def test_one_may_go_in_a_check(desk: Desk) -> None:
    client = desk.client(60)
    client.goes = True
    desk.check_at(5)
    assert client not in desk.schedule


class TestManyAtOnce:
    @pytest.fixture
    def many(self, desk: Desk) -> list[Client]:
        """Return three clients that are checked together, each for a whole slice."""
        clients = [desk.client() for _ in range(3)]
        for client in clients:
            client.takes = SLICE_SECONDS
        return clients

    def test_one_may_go_before_it_is_its_turn(self, desk: Desk, many: list[Client]) -> None:
        desk.check_at(10)
        desk.schedule.forget(many[1])
        desk.clock.advance(0)
        assert [len(client.checks) for client in many] == [1, 0, 1]

    def test_the_next_check_waits_for_them(self, desk: Desk, many: list[Client]) -> None:
        desk.check_at(10)
        late = desk.client()
        desk.check_at(15)
        assert [len(client.checks) for client in many] == [1, 0, 0]
        desk.clock.advance(0)
        assert late.checks == []
        desk.check_at(20)
        assert late.checks == [20]
