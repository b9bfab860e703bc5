"""`chatd.chat.actions.own_answers`: what a person is told of questions, here and later."""

from __future__ import annotations

from chatd.chat.actions import ask
from chatd.chat.actions.enter import create, enter
from chatd.chat.actions.own_answers import Own, questions_seen
from chatd.chat.permissions import Mode
from chatd.chat.question_grammar import WORDS
from chatd.chat.session import Session
from chatd.remarks import Question
from chatd.rooms.room import Room
from tests.support.sessions import done, guest, member, refuses
from tests.support.world import World

PORTS = Question("Which port?", ("21", "80"))


def own(world: World, session: Session, room: Room) -> list[Own | None]:
    return [each.own for each in questions_seen(world.server, session, room)]


def in_browser(world: World, name: str, key: str) -> Session:
    session = guest(world, name)
    session.identity.set_client_id(key)
    return session


def test_a_browser_finds_its_answers_again_and_another_one_does_not(world: World) -> None:
    ana, luis = member(world, "ana"), in_browser(world, "luis", "browser 1")
    room = done(world, enter(world.server, ana, "class")).room
    for question in PORTS, Question("Why?"):
        done(world, ask.ask(world.server, ana, room, question))
    for seq, text in (1, "2"), (2, ""):
        done(world, ask.answer(world.server, luis, room, text, seq))
    world.server.disconnect(luis)
    again, other = in_browser(world, "max", "browser 1"), in_browser(world, "luis", "browser 2")
    assert own(world, again, room) == [Own(1, ""), Own(WORDS, "")]
    assert own(world, other, room) == [None, None]


def test_who_may_not_read_a_room_is_told_of_no_question(world: World) -> None:
    ana = member(world, "ana")
    done(world, create(world.server, ana, "den", Mode.PRIVATE))
    room = world.server.rooms["den"]
    done(world, ask.ask(world.server, ana, room, PORTS))
    with refuses("room_is_private"):
        questions_seen(world.server, guest(world, "luis"), room)
