"""The quotas of lines that wait for the store, with a store that commits when it is told to."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.chat.line_quotas import (
    ALL_UNPUBLISHED_LINES,
    SOME_UNPUBLISHED_LINES,
    UNPUBLISHED_LINES,
    LineQuotas,
)
from chatd.chat.session import Rights, Session
from chatd.formats.chat import ChatFormat
from chatd.i18n import Language
from chatd.rooms.room import Room
from chatd.rooms.stream import ANSWER_BYTES, Stream
from tests.support.world import HeldStore


class FullStore(HeldStore):
    """A store that is full when a test says so."""

    is_full = False

    @property
    def full(self) -> bool:
        return self.is_full


class Desk:
    """Quotas, and sessions in one room."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = FullStore(self.clock)
        self.room = Room("lobby", self.store)
        self.quotas = LineQuotas(self.store)
        self._sessions = 0

    def session(self) -> Session:
        self._sessions += 1
        session = Session(
            self._sessions,
            Stream(),
            ChatFormat(),
            self.clock,
            Language.ENGLISH,
            self.store.error_log,
            Rights(),
        )
        session.enter(self.room, "joined_room", 0)
        session.stream.take()
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
def desk() -> Desk:
    return Desk()


def test_an_idle_session_may_say_as_much_as_one_session_may(desk: Desk) -> None:
    assert desk.quotas.allowance(desk.session()) == UNPUBLISHED_LINES


def test_lines_that_wait_count(desk: Desk) -> None:
    session = desk.session()
    session.say(*["hola"] * 6)
    assert desk.quotas.allowance(session) == UNPUBLISHED_LINES - 6


def test_sessions_with_lines_that_wait_share(desk: Desk) -> None:
    sessions = [desk.talking() for _ in range(8)]
    assert desk.quotas.allowance(sessions[0]) == ALL_UNPUBLISHED_LINES // 8 - 1


def test_however_many_talk_each_may_say_some(desk: Desk) -> None:
    sessions = [desk.talking() for _ in range(ALL_UNPUBLISHED_LINES)]
    assert desk.quotas.allowance(sessions[0]) == SOME_UNPUBLISHED_LINES - 1


def test_a_session_above_its_share_may_say_nothing(desk: Desk) -> None:
    session = desk.session()
    session.say(*["hola"] * UNPUBLISHED_LINES)
    for _ in range(8):
        desk.talking()
    assert desk.quotas.allowance(session) == 0


def test_sessions_whose_lines_are_published_do_not_share_any_more(desk: Desk) -> None:
    first, *others = [desk.talking() for _ in range(8)]
    for other in others:
        other.published("lobby", [1])
    desk.after_commit()
    assert desk.quotas.allowance(first) == UNPUBLISHED_LINES - 1


def test_nor_do_those_that_have_disconnected(desk: Desk) -> None:
    first, *others = [desk.talking() for _ in range(8)]
    for other in others:
        desk.quotas.remove(other)
    assert desk.quotas.allowance(first) == UNPUBLISHED_LINES - 1


def test_a_session_whose_action_runs_may_say_nothing(desk: Desk) -> None:
    session = desk.session()
    session.say("hola")
    session.queue.when_settled(lambda: None)
    assert desk.quotas.allowance(session) == 0


def test_nor_may_one_whose_answers_are_not_taken(desk: Desk) -> None:
    session = desk.session()
    session.stream.put(b"x" * ANSWER_BYTES)
    assert desk.quotas.allowance(session) == 0


def test_nor_one_whose_stream_is_finished(desk: Desk) -> None:
    session = desk.session()
    session.stream.finish()
    assert desk.quotas.allowance(session) == 0


class TestFullStore:
    """Every session is held back while the store is full."""

    def held_back(self, desk: Desk) -> Any:
        session = desk.session()
        desk.store.is_full = True
        assert desk.quotas.allowance(session) == 0
        return session

    def test_a_session_that_was_held_back_is_called_once_the_store_is_not_full(
        self, desk: Desk
    ) -> None:
        session = self.held_back(desk)
        assert desk.after_commit() == []
        desk.store.is_full = False
        assert desk.after_commit() == [session]
        assert desk.after_commit() == []

    def test_one_that_has_disconnected_meanwhile_is_not(self, desk: Desk) -> None:
        session = self.held_back(desk)
        desk.quotas.remove(session)
        desk.store.is_full = False
        assert desk.after_commit() == []
