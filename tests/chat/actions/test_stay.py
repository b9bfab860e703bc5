"""`chatd.chat.actions.stay`: the choice to stay in rooms, and coming back to them."""

from __future__ import annotations

import pytest

from chatd.chat.actions.enter import ROOMS_ENTERED, enter
from chatd.chat.actions.stay import come_back_to_all, rooms_stayed_in, set_stay
from chatd.chat.session import Session
from chatd.formats.chat import ChatFormat
from chatd.rooms.stream import Stream
from tests.support.sessions import done, guest, member, program, refused, taken
from tests.support.world import World, log_in


@pytest.fixture
def ana(world: World) -> Session:
    """Return the last client of Ana, who stays in #ops and #tea."""
    ana = member(world, "ana")
    ana.subscriptions.allow_many_rooms()
    for name in "ops", "tea":
        done(world, enter(world.server, ana, name))
    done(world, set_stay(world.server, ana, True))
    return ana


def back(world: World) -> Session:
    """Return a client of Ana that may be in many rooms and is in none."""
    session = world.server.connect(Stream(), ChatFormat())
    session.subscriptions.allow_many_rooms()
    log_in(world.server, session, "ana")
    taken(session.stream)
    return session


def names(session: Session) -> list[str]:
    return [room.name for room in session.memberships]


def test_it_takes_an_account(world: World) -> None:
    luis = guest(world, "luis")
    assert refused(world, set_stay(world.server, luis, True)) == "not_logged_in"


def test_a_token_does_not_choose(world: World) -> None:
    world.register("eva")
    assert refused(world, set_stay(world.server, program(world, "eva"), True)) == "not_with_a_token"


def test_one_comes_back_to_all_rooms(world: World, ana: Session) -> None:
    world.server.disconnect(ana)
    again = back(world)
    assert [room.name for room in rooms_stayed_in(world.server, again)] == ["ops", "tea"]
    come_back_to_all(world.server, again, missed=False)
    assert names(again) == ["ops", "tea"]
    assert again.room is None
    assert rooms_stayed_in(world.server, again) == []


def test_with_what_was_missed(world: World, ana: Session) -> None:
    ana.say("one", room=world.room("ops"))
    world.settle()
    world.server.unread.seen(ana, world.room("ops"), 1)
    world.server.disconnect(ana)
    luis = guest(world, "luis")
    done(world, enter(world.server, luis, "ops"))
    luis.say("two", room=world.room("ops"))
    world.settle()
    again = back(world)
    come_back_to_all(world.server, again, missed=True)
    world.settle()
    sent = taken(again.stream)
    assert "two" in sent
    assert "one" not in sent


def test_without_a_room_that_may_not_be_entered(world: World, ana: Session) -> None:
    world.server.disconnect(ana)
    again = back(world)
    again.subscriptions.memberships.update(
        (world.server.rooms.add(f"room{number}"), None) for number in range(ROOMS_ENTERED)
    )
    come_back_to_all(world.server, again, missed=False)
    assert len(names(again)) == ROOMS_ENTERED
    again.subscriptions.memberships.clear()


def test_a_program_that_acts_for_the_account_comes_to_none(world: World, ana: Session) -> None:
    assert rooms_stayed_in(world.server, program(world, "ana")) == []
