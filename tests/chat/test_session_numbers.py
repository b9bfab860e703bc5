"""`chatd.chat.session_numbers`: numbers in blocks, and what happens when none is left."""

from __future__ import annotations

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock

from chatd.chat.session_numbers import SessionNumbers
from chatd.errors import ErrorKind
from chatd.storage.memory import MemoryStore
from tests.support.http import SiteWorld, error_of
from tests.support.logs import Expect
from tests.support.numbers import NumberStore
from tests.support.sentences import EN
from tests.support.sessions import refuses
from tests.support.world import World


@pytest.fixture
def store() -> NumberStore:
    return NumberStore(Clock())


@pytest.fixture
def numbers(store: NumberStore) -> SessionNumbers:
    return SessionNumbers(store)


def test_the_numbers_of_one_server_follow_one_another_and_do_not_end() -> None:
    numbers = SessionNumbers(MemoryStore(Clock()))
    assert [numbers.take() for _ in range(2000)] == list(range(1, 2001))


class TestBlocks:
    def test_a_block_is_used_once_it_was_given(
        self, numbers: SessionNumbers, store: NumberStore
    ) -> None:
        with refuses("no_numbers"):
            numbers.take()
        store.give(8, 11)
        assert numbers.take() == 8

    def test_the_next_one_is_asked_for_when_half_of_a_block_is_used(
        self, numbers: SessionNumbers, store: NumberStore
    ) -> None:
        store.give(1, 4)
        numbers.take()
        assert not store.asked
        numbers.take()
        assert len(store.asked) == 1

    def test_the_next_one_begins_when_the_one_before_has_ended(
        self, numbers: SessionNumbers, store: NumberStore
    ) -> None:
        store.give(1, 4)
        taken = [numbers.take(), numbers.take()]
        store.give(11, 14)
        taken += [numbers.take() for _ in range(3)]
        assert taken == [1, 2, 3, 4, 11]
        assert not store.asked

    def test_one_question_is_open_at_a_time(
        self, numbers: SessionNumbers, store: NumberStore
    ) -> None:
        store.give(1, 4)
        for _ in range(4):
            numbers.take()
        with refuses("no_numbers"):
            numbers.take()
        assert len(store.asked) == 1

    def test_a_block_of_one_number_is_used(
        self, numbers: SessionNumbers, store: NumberStore
    ) -> None:
        store.give(5, 5)
        assert numbers.take() == 5
        store.give(6, 6)
        assert numbers.take() == 6


class TestAStoreThatFails:
    def test_is_asked_again_by_the_next_session(
        self, numbers: SessionNumbers, store: NumberStore
    ) -> None:
        store.refuse()
        with refuses("no_numbers"):
            numbers.take()
        store.give(3, 4)
        assert numbers.take() == 3

    def test_is_asked_again_while_there_are_numbers(
        self, numbers: SessionNumbers, store: NumberStore
    ) -> None:
        store.give(1, 4)
        numbers.take()
        numbers.take()
        store.refuse()
        assert numbers.take() == 3
        assert len(store.asked) == 1

    def test_is_logged_if_that_is_an_error_in_the_server(
        self, numbers: SessionNumbers, store: NumberStore, expected_errors: Expect
    ) -> None:
        store.refuse(ZeroDivisionError())
        expected_errors(ZeroDivisionError)


def world_with(last: int) -> World:
    """Return a world whose store has given the numbers from 1 to the last one."""
    store = NumberStore(Clock())
    world = World(clock=store.clock, store=store)
    store.give(1, last)
    return world


FULL = EN.error(ErrorKind.FULL, "no_numbers")


class TestWithoutANumber:
    def test_a_client_is_told_why_and_hung_up_on(self) -> None:
        world = world_with(1)
        world.person()
        refused = world.chat.buildProtocol(IPv4Address("TCP", "192.0.2.1", 1))
        assert type(refused).__name__ == "Refused"
        assert world.chat.traffic.refused == {"no_numbers": 1}
        assert world.server.lobby.people == 1

    def test_others_may_come_once_there_are_more(self) -> None:
        world = world_with(1)
        world.person()
        world.store.give(2, 3)
        assert world.person().session.name == "guest2"

    def test_json_lines_cannot_begin(self) -> None:
        world = world_with(1)
        assert world.person().ask("/json") == [FULL]

    def test_a_request_is_answered_so(self, store: NumberStore) -> None:
        web = SiteWorld(clock=store.clock, store=store)
        assert error_of(web.ask("GET", "/api/rooms")) == (503, "no_numbers")
