"""`chatd.protocols.web.http.deadlines`: the time for a request, and between two."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.protocols.web.http.deadlines import (
    BODY_SECONDS,
    HEAD_SECONDS,
    IDLE_SECONDS,
    RequestDeadlines,
)


class Client:
    """A client that came at the time 5. The time of each thing can be set."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.clock.advance(5)
        self.decoder: Any = SimpleNamespace(unfinished=False, head_is_whole=False)
        self.intake = SimpleNamespace(since=7.0, unread=b"")
        self.rate = SimpleNamespace(delayed=False)
        self.output = SimpleNamespace(waiting=False)
        self.reader = SimpleNamespace(intake=self.intake, rate=self.rate)
        self.deadlines = RequestDeadlines(self.decoder, self.clock)

    @property
    def due(self) -> float:
        connection: Any = self
        return self.deadlines.due(connection)

    def is_late(self, now: float) -> bool:
        connection: Any = self
        return self.deadlines.are_over(connection, now)


@pytest.fixture
def client() -> Client:
    return Client()


class TestRequest:
    @pytest.mark.parametrize(("whole", "seconds"), [(False, HEAD_SECONDS), (True, BODY_SECONDS)])
    def test_its_head_and_its_body_have_so_long(
        self, client: Client, whole: bool, seconds: float
    ) -> None:
        client.decoder.unfinished, client.decoder.head_is_whole = True, whole
        assert client.deadlines.for_request == seconds
        assert client.due == 7 + seconds
        assert not client.is_late(7 + seconds)
        assert client.is_late(8 + seconds)

    def test_it_may_follow_a_long_rest(self, client: Client) -> None:
        client.decoder.unfinished, client.intake.since = True, 1000.0
        assert not client.is_late(1001)


class TestBetweenRequests:
    def test_the_client_has_so_long(self, client: Client) -> None:
        assert client.due == 5 + IDLE_SECONDS
        assert not client.is_late(5 + IDLE_SECONDS)
        assert client.is_late(6 + IDLE_SECONDS)

    def test_an_answer_begins_the_time_anew(self, client: Client) -> None:
        client.clock.advance(10)
        client.deadlines.restart()
        assert not client.is_late(15 + IDLE_SECONDS)
        assert client.is_late(16 + IDLE_SECONDS)

    def test_a_client_that_waits_for_its_turn_is_not_late(self, client: Client) -> None:
        client.intake.unread = b"GET"
        assert not client.is_late(1000)

    def test_a_client_that_waits_for_its_rate_is_not_late(self, client: Client) -> None:
        client.rate.delayed = True
        assert not client.is_late(1000)

    def test_a_client_that_takes_no_answer_is_late_in_any_case(self, client: Client) -> None:
        client.intake.unread, client.output.waiting = b"GET", True
        assert not client.is_late(5 + IDLE_SECONDS)
        assert client.is_late(1000)
