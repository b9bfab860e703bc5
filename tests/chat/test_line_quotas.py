"""The quotas of lines that wait for the store, with a store that commits when it is told to."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.chat.line_quotas import (
    ALL_UNPUBLISHED_LINES,
    SOME_UNPUBLISHED_LINES,
    SOME_UNPUBLISHED_WORK,
    UNPUBLISHED_LINES,
    WORK_A_LINE,
    LineQuotas,
)
from chatd.chat.session import Session
from chatd.formats.chat import ChatFormat
from chatd.rooms.room import Room
from chatd.rooms.stream import ANSWER_BYTES
from tests.support.sessions import alone, taken
from tests.support.world import HeldStore


class FullStore(HeldStore):
    """A store that is full when a test says so."""

    is_full = False

    @property
    def full(self) -> bool:
        return self.is_full


class QuotasHarness:
    """Quotas, and sessions in one room."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = FullStore(self.clock)
        self.room = Room("lobby", self.store)
        self.quotas = LineQuotas(self.store)
        self._sessions = 0

    def session(self) -> Session:
        self._sessions += 1
        session = alone(self._sessions, self.store, self.clock, ChatFormat())
        session.enter(self.room, "joined_room", 0)
        taken(session.stream)
        return session

    def talking(self) -> Session:
        """Return a session that has a line that waits, and has asked for more."""
        session = self.session()
        session.say("hola")
        self.quotas.allowance(session)
        return session

    def after_commit(self) -> list[Session]:
        changed: dict[Session, None] = {}
        self.quotas.after_commit(changed)
        return list(changed)


@pytest.fixture
def harness() -> QuotasHarness:
    return QuotasHarness()


def test_an_idle_session_may_say_as_much_as_one_session_may(harness: QuotasHarness) -> None:
    assert harness.quotas.allowance(harness.session()) == UNPUBLISHED_LINES


def test_lines_that_wait_count(harness: QuotasHarness) -> None:
    session = harness.session()
    session.say(*["hola"] * 6)
    assert harness.quotas.allowance(session) == UNPUBLISHED_LINES - 6


def test_sessions_with_lines_that_wait_share(harness: QuotasHarness) -> None:
    sessions = [harness.talking() for _ in range(8)]
    assert harness.quotas.allowance(sessions[0]) == ALL_UNPUBLISHED_LINES // 8 - 1


def test_however_many_talk_each_may_say_some(harness: QuotasHarness) -> None:
    sessions = [harness.talking() for _ in range(ALL_UNPUBLISHED_LINES)]
    assert harness.quotas.allowance(sessions[0]) == SOME_UNPUBLISHED_LINES - 1


def test_a_session_above_its_share_may_say_nothing(harness: QuotasHarness) -> None:
    session = harness.session()
    session.say(*["hola"] * UNPUBLISHED_LINES)
    for _ in range(8):
        harness.talking()
    assert harness.quotas.allowance(session) == 0


def test_sessions_whose_lines_are_published_do_not_share_any_more(harness: QuotasHarness) -> None:
    first, *others = [harness.talking() for _ in range(8)]
    for other in others:
        other.published("lobby", [1])
    harness.after_commit()
    assert harness.quotas.allowance(first) == UNPUBLISHED_LINES - 1


def test_nor_do_those_that_have_disconnected(harness: QuotasHarness) -> None:
    first, *others = [harness.talking() for _ in range(8)]
    for other in others:
        harness.quotas.remove(other)
    assert harness.quotas.allowance(first) == UNPUBLISHED_LINES - 1


def test_a_session_whose_action_runs_may_say_nothing(harness: QuotasHarness) -> None:
    session = harness.session()
    session.say("hola")
    session.queue.when_settled(lambda: None)
    assert harness.quotas.allowance(session) == 0


def test_nor_may_one_whose_answers_are_not_taken(harness: QuotasHarness) -> None:
    session = harness.session()
    session.stream.put(b"x" * ANSWER_BYTES)
    assert harness.quotas.allowance(session) == 0


def test_nor_one_whose_stream_is_finished(harness: QuotasHarness) -> None:
    session = harness.session()
    session.stream.finish()
    assert harness.quotas.allowance(session) == 0


class TestText:
    """Text counts by its length once it is escaped."""

    @pytest.mark.parametrize(
        "text", ["x" * WORK_A_LINE * 10, "\x1b" * WORK_A_LINE], ids=["long", "escaped"]
    )
    def test_a_line_may_count_for_several(self, text: str, harness: QuotasHarness) -> None:
        session = harness.session()
        session.say(text)
        assert harness.quotas.allowance(session) == UNPUBLISHED_LINES - 10

    @pytest.mark.parametrize("others", [0, 3, ALL_UNPUBLISHED_LINES])
    def test_is_used_up_by_the_share_of_a_session(
        self, others: int, harness: QuotasHarness
    ) -> None:
        session = harness.talking()
        for _ in range(others):
            harness.talking()
        share = harness.quotas.allowance(session) + 1
        session.say("x" * ((share - 1) * WORK_A_LINE))
        assert harness.quotas.allowance(session) == 1
        session.say("x" * WORK_A_LINE)
        assert harness.quotas.allowance(session) == 0
        assert session.queue.unpublished_work >= SOME_UNPUBLISHED_WORK

    def test_that_is_published_counts_no_more(self, harness: QuotasHarness) -> None:
        session = harness.session()
        session.say(*["x" * WORK_A_LINE * 20] * 10)
        session.published("lobby", range(1, 10))
        assert harness.quotas.allowance(session) == UNPUBLISHED_LINES - 20
        session.published("lobby", [10])
        assert harness.quotas.allowance(session) == UNPUBLISHED_LINES


class TestFullStore:
    """Every session is held back while the store is full."""

    def held_back(self, harness: QuotasHarness) -> Any:
        session = harness.session()
        harness.store.is_full = True
        assert harness.quotas.allowance(session) == 0
        return session

    def test_a_session_that_was_held_back_is_called_once_the_store_is_not_full(
        self, harness: QuotasHarness
    ) -> None:
        session = self.held_back(harness)
        assert harness.after_commit() == []
        harness.store.is_full = False
        assert harness.after_commit() == [session]
        assert harness.after_commit() == []

    def test_one_that_has_disconnected_meanwhile_is_not(self, harness: QuotasHarness) -> None:
        session = self.held_back(harness)
        harness.quotas.remove(session)
        harness.store.is_full = False
        assert harness.after_commit() == []
