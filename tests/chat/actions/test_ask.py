"""`chatd.chat.actions.ask`: who is expected, what is shown to whom, and the limits of results."""

from __future__ import annotations

import pytest

from chatd.chat.actions import ask
from chatd.chat.actions.costs import PEOPLE_A_LINE
from chatd.chat.actions.enter import enter
from chatd.chat.question_records import Asked
from chatd.chat.questions import EXPECTED
from chatd.chat.session import Session
from chatd.event import Kind
from chatd.remarks import Answers, Question, value_of
from chatd.rooms.room import Room
from chatd.util.fair_queue import Asker
from chatd.util.meter import REPLAY_LINES
from tests.support.meters import NotingMeter
from tests.support.sessions import done, guest, member, refuses
from tests.support.world import World

PORTS = Question("Which?", ("21", "80"))


def in_class(world: World, *sessions: Session) -> Room:
    """Put sessions into #class, and return that."""
    rooms = [done(world, enter(world.server, session, "class")).room for session in sessions]
    assert isinstance(rooms[0], Room)
    return rooms[0]


def asked(world: World, session: Session, room: Room, question: Question = PORTS) -> Asked:
    found = done(world, ask.ask(world.server, session, room, question))
    assert isinstance(found, Asked)
    return found


def answers(world: World, session: Session, room: Room, text: str, seq: int | None = None) -> None:
    done(world, ask.answer(world.server, session, room, text, seq))


def missing(world: World, session: Session, room: Room, seq: int | None = None) -> list[str]:
    standing = ask.look(world.server, session, room, seq)
    assert standing.expected == len(standing.given) + len(standing.missing)
    return [name for _, name in standing.missing]


def results(world: World, room: Room) -> list[Answers]:
    """Return the answers in the log of a room."""
    events = done(world, room.read(0, room.head, Asker("", "")))
    found = [value_of(event) for event in events if event.kind is Kind.ANSWER]
    return [value for value in found if isinstance(value, Answers)]


def test_people_who_were_there_or_came_later_are_expected(world: World) -> None:
    ana, luis, nora = member(world, "ana"), guest(world, "luis"), guest(world, "nora")
    room = in_class(world, ana, luis, nora)
    asked(world, ana, room)
    world.server.disconnect(nora)
    eva, max_ = guest(world, "eva"), guest(world, "max")
    in_class(world, eva, max_)
    world.server.disconnect(max_)
    assert missing(world, ana, room) == ["luis", "nora", "eva"]
    answers(world, luis, room, "1")
    assert missing(world, ana, room) == ["nora", "eva"]


def test_each_look_at_the_people_is_charged_for(world: World) -> None:
    ana, *_ = people = [guest(world) for _ in range(6)]
    room = in_class(world, *people)
    ana.stream.meter = meter = NotingMeter()
    asked(world, ana, room)
    ask.look(world.server, ana, room)
    done(world, ask.close(world.server, ana, room))
    assert meter.charged == 3 * [6 / PEOPLE_A_LINE]
    room.here.guests = 10**6
    ana.stream.meter = meter = NotingMeter()
    asked(world, ana, room)
    assert meter.charged == [EXPECTED / PEOPLE_A_LINE]
    ask.look(world.server, ana, room)
    assert meter.charged[1:] == [REPLAY_LINES]


def test_a_guest_that_comes_back_is_missing_once_and_by_its_name_of_now(world: World) -> None:
    ana, luis, nora = member(world, "ana"), guest(world, "luis"), guest(world, "nora")
    room = in_class(world, ana, luis, nora)
    asked(world, ana, room)
    world.server.disconnect(luis)
    again = guest(world, "luis")
    in_class(world, again)
    world.server.names.give(nora, "norah")
    assert missing(world, ana, room) == ["luis", "norah"]
    answers(world, again, room, "80")
    assert missing(world, ana, room) == ["norah"]


def test_the_one_who_asks_is_not_expected_but_may_answer(world: World) -> None:
    ana = member(world, "ana")
    room = in_class(world, ana)
    asked(world, ana, room)
    assert missing(world, ana, room) == []
    answers(world, ana, room, "2")
    assert ask.look(world.server, ana, room).expected == 1


def test_a_question_is_named_by_its_seq(world: World) -> None:
    ana, luis = member(world, "ana"), guest(world, "luis")
    room = in_class(world, ana, luis)
    first, second = asked(world, ana, room), asked(world, ana, room, Question("here?"))
    assert (first.record.seq, second.record.seq) == (1, 2)
    answers(world, luis, room, "1", 1)
    assert len(ask.look(world.server, ana, room, 1).given) == 1
    done(world, ask.close(world.server, ana, room, 1))
    with refuses("question_is_closed"):
        done(world, ask.answer(world.server, luis, room, "1", 1))
    with refuses("no_such_question"):
        done(world, ask.answer(world.server, luis, room, "1", 3))


def test_the_own_question_comes_before_a_later_one_of_another(world: World) -> None:
    eva, luis = guest(world, "eva"), guest(world, "luis")
    room = in_class(world, eva, luis)
    mine = asked(world, eva, room)
    theirs = asked(world, luis, room, Question("here?"))
    assert ask.look(world.server, eva, room).asked.key == mine.key
    assert ask.look(world.server, luis, room).asked.key == theirs.key


def test_a_result_has_as_many_names_as_a_long_line(world: World) -> None:
    ana = member(world, "ana")
    room = in_class(world, ana)
    asked(world, ana, room, Question("here?"))
    pupils = [guest(world, f"{'p' * 28}{number}") for number in range(200)]
    in_class(world, *pupils)
    for pupil in pupils:
        answers(world, pupil, room, "present")
    done(world, ask.show(world.server, ana, room))
    (result,) = results(world, room)
    (count,) = result.counts
    assert count.people == 200
    assert 100 < len(count.names) < 200
    assert count.names[-1] == "…"
    assert len(result.text()) < 4096


def test_words_are_shown_as_far_as_a_long_line_goes(world: World) -> None:
    ana = member(world, "ana")
    room = in_class(world, ana)
    asked(world, ana, room, Question("Why?"))
    pupils = [guest(world, f"p{number}") for number in range(12)]
    in_class(world, *pupils)
    for number, pupil in enumerate(pupils):
        answers(world, pupil, room, f"{number:02}" + "x" * 498)
    done(world, ask.show(world.server, ana, room))
    (result,) = results(world, room)
    assert 0 < len(result.counts) < 12


def test_nothing_is_asked_while_a_node_does_not_know_questions(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = member(world, "ana")
    room = in_class(world, ana)
    monkeypatch.setattr(type(world.store), "takes_remarks", False)
    with refuses("older_nodes"):
        asked(world, ana, room)


def test_nothing_is_asked_while_the_store_is_full(world: World) -> None:
    ana = member(world, "ana")
    room = in_class(world, ana)
    world.store.takes_lines = False
    with refuses("store_full"):
        asked(world, ana, room)
