"""The reach of lines: which sessions have one, on all nodes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from twisted.internet.defer import Deferred

from chatd.chat import reach as reach_module
from chatd.chat.reach import ANSWER_SECONDS, LOOK_SECONDS, LOOKING_SECONDS, Reached
from chatd.event import REACHED, Call
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from tests.support.browser import Browser, browser
from tests.support.logs import Expect
from tests.support.world import Member, World


@pytest.fixture
def ana(world: World) -> Member:
    """Return the author of the lines, who asks."""
    return world.person("ana")


@pytest.fixture
def luis(world: World, ana: Member) -> Member:
    return world.person("luis")


class Question:
    """A question of a member for the last line of the lobby."""

    def __init__(self, asker: Member, seq: int = 0) -> None:
        self.world = asker.world
        self.room: Room = asker.server.lobby
        self.answer: Mapping[int, Reached] | None = None
        self.asked = self.world.clock.seconds()
        self.seconds: float | None = None
        found = asker.server.reach.find(asker.session, self.room, seq or self.room.head)
        Deferred.fromCoroutine(found).addCallback(self._answered)
        self.world.settle()

    def _answered(self, answer: Mapping[int, Reached]) -> None:
        self.answer, self.seconds = answer, self.world.clock.seconds() - self.asked

    def wait(self, seconds: float = ANSWER_SECONDS + LOOK_SECONDS) -> None:
        for _ in range(round(seconds / LOOK_SECONDS)):
            self.world.wait(LOOK_SECONDS)

    def of(self, person: Member | Browser) -> Reached | None:
        assert self.answer is not None, "there is no answer yet"
        return self.answer.get(person.session.number)


def asked(asker: Member, seq: int = 0) -> Question:
    """Ask, and wait for the answer."""
    question = Question(asker, seq)
    question.wait()
    return question


class TestOneNode:
    @pytest.fixture
    def world(self) -> World:
        return World(nodes=1)

    def test_all_that_arrived_is_had_and_that_is_answered_at_once(
        self, ana: Member, luis: Member
    ) -> None:
        ana.type("hola")
        question = Question(ana)
        assert question.seconds == 0
        assert question.of(luis) is Reached.HAS

    def test_a_line_that_the_connection_has_not_taken_is_not(
        self, ana: Member, luis: Member
    ) -> None:
        luis.stall()
        ana.type("before", "hola")
        question = asked(ana)
        assert question.of(luis) is Reached.NOT_YET
        assert question.seconds is not None
        assert LOOKING_SECONDS <= question.seconds < LOOKING_SECONDS + LOOK_SECONDS

    def test_nor_one_that_it_has_taken_and_that_has_not_arrived(
        self, ana: Member, luis: Member
    ) -> None:
        luis.stall()
        ana.type("hola")
        assert asked(ana).of(luis) is Reached.NOT_YET

    def test_one_that_arrives_meanwhile_is(self, ana: Member, luis: Member) -> None:
        luis.stall()
        ana.type("before", "hola")
        question = Question(ana)
        question.wait(2 * LOOK_SECONDS)
        luis.transport.producer.resumeProducing()
        question.wait()
        assert question.of(luis) is Reached.HAS
        assert question.seconds is not None
        assert question.seconds < LOOKING_SECONDS

    def test_one_that_waits_behind_an_answer_is_not(self, ana: Member, luis: Member) -> None:
        luis.stall()
        ana.type("before", "hola")
        luis.type("/help")
        assert asked(ana).of(luis) is Reached.NOT_YET

    def test_one_before_it_may_be_there(self, ana: Member, luis: Member) -> None:
        ana.type("before")
        luis.stall()
        ana.type("hola")
        luis.transport.producer.resumeProducing()
        luis.stall()
        ana.type("behind", "it")
        assert asked(ana).of(luis) is Reached.NOT_YET
        luis.transport.producer.resumeProducing()
        assert asked(ana, 1).of(luis) is Reached.HAS

    def test_who_came_later_was_not_there(self, world: World, ana: Member) -> None:
        ana.type("hola")
        luis = world.person("luis")
        assert asked(ana).of(luis) is Reached.CAME_LATER
        ana.type("again")
        assert asked(ana).of(luis) is Reached.HAS

    def test_who_came_back_with_a_bookmark_was(self, world: World, ana: Member) -> None:
        ana.type("before", "hola")
        bookmark = str(world.stored("lobby")[0].bookmark)
        page = browser(world, rooms={"lobby": bookmark})
        question = asked(ana)
        assert question.of(page) is Reached.HAS
        assert asked(ana, 1).of(page) is Reached.CAME_LATER

    def test_what_could_not_be_read_is_not_had(
        self, world: World, ana: Member, luis: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        luis.stall()
        ana.type(*"abc", "x" * 4000)
        for _ in range(40):
            world.clock.advance(60)
            ana.type("x" * 4000, "x" * 4000)

        def fail(*_: object) -> Deferred[object]:
            raise StoreError("it cannot be read.")

        monkeypatch.setattr(type(world.store), "read", fail)
        luis.transport.producer.resumeProducing()
        assert any("ERR Not readable" in line for line in luis.seen())
        assert asked(ana, 2).of(luis) is Reached.NOT_YET
        ana.type("hola")
        assert asked(ana).of(luis) is Reached.HAS

    def test_many_are_looked_at_in_turns(
        self, world: World, ana: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reach_module, "SESSIONS_A_TURN", 2)
        people = [world.person() for _ in range(5)]
        ana.type("hola")
        question = Question(ana)
        question.wait()
        assert {question.of(person) for person in people} == {Reached.HAS}

    def test_behind_a_proxy_it_was_sent(self, ana: Member, luis: Member) -> None:
        luis.protocol.connection.output.note_proxy()
        ana.type("hola")
        assert asked(ana).of(luis) is Reached.SENT


class TestNodes:
    @pytest.fixture
    def world(self) -> World:
        return World(nodes=2)

    def test_another_node_answers_for_its_sessions(
        self, world: World, ana: Member, luis: Member
    ) -> None:
        assert ana.server is not luis.server
        ana.type("hola")
        late = world.person("late"), world.person("later")
        question = asked(ana)
        assert question.of(luis) is Reached.HAS
        assert {question.of(each) for each in late} == {Reached.CAME_LATER}
        assert question.seconds is not None
        assert question.seconds <= LOOK_SECONDS

    def test_one_of_there_that_does_not_read_has_nothing_yet(
        self, ana: Member, luis: Member
    ) -> None:
        luis.stall()
        ana.type("before", "hola")
        question = asked(ana)
        assert question.of(luis) is Reached.NOT_YET
        assert question.seconds is not None
        assert question.seconds <= ANSWER_SECONDS

    def test_of_one_that_does_not_answer_nothing_is_known(
        self, ana: Member, luis: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ana.type("hola")
        monkeypatch.setattr(luis.server.reach, "asked", lambda call: None)
        question = asked(ana)
        assert question.of(luis) is Reached.NOT_KNOWN
        assert question.of(ana) is Reached.HAS
        assert question.seconds is not None
        assert ANSWER_SECONDS <= question.seconds < ANSWER_SECONDS + 2 * LOOK_SECONDS

    def test_an_answer_that_comes_too_late_is_dropped(self, ana: Member, luis: Member) -> None:
        number = luis.session.number
        late = Call(ana.session.number, REACHED, "lobby", f'{{"has": [{number}]}}')
        luis.server.store.append(late)
        ana.type("hola")
        luis.stall()
        ana.type("before", "again")
        assert asked(ana).of(luis) is Reached.NOT_YET

    def test_a_node_whose_look_fails_logs_it(
        self,
        ana: Member,
        luis: Member,
        monkeypatch: pytest.MonkeyPatch,
        expected_errors: Expect,
    ) -> None:
        ana.type("hola")
        monkeypatch.setattr(luis.server.sessions, "members_of", lambda room: 1 / 0)
        assert asked(ana).of(luis) is Reached.NOT_KNOWN
        expected_errors(ZeroDivisionError)
