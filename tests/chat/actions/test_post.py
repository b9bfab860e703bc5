"""`chatd.chat.actions.post`: lines of a program that is here for one request."""

from __future__ import annotations

from typing import Any

import pytest

from chatd.chat.actions.costs import KEEPING_COST
from chatd.chat.actions.post import Posted, post
from chatd.chat.session import Session
from tests.support.logs import Expect
from tests.support.sessions import begin, done, guest, member, refused
from tests.support.world import World


def caller(world: World) -> Session:
    """Return a session as one request has it."""
    session = guest(world, network="192.0.2.1")
    session.read_as_text()
    session.queue.wants_receipts()
    return session


def posting(world: World, session: Session, *texts: str, **options: Any) -> Any:
    """Return the action that posts some lines in a room."""
    options = {"check": lambda: None, "charge": lambda cost: None, **options}
    return post(world.server, session, "ops", texts, **options)


def test_lines_are_said_in_a_new_room_for_its_cost(world: World) -> None:
    costs: list[float] = []
    posted = done(world, posting(world, caller(world), "uno", "dos", charge=costs.append))
    assert posted == Posted("ops", [1, 2], again=False)
    assert costs == [KEEPING_COST]


def test_the_same_key_says_the_lines_once(world: World) -> None:
    assert not done(world, posting(world, caller(world), "hola", key="k")).again
    posted = done(world, posting(world, caller(world), "hola", key="k"))
    assert posted == Posted("ops", [1], again=True)
    assert world.server.rooms["ops"].head == 1


def test_the_same_key_with_other_lines_is_refused(world: World) -> None:
    done(world, posting(world, caller(world), "hola", key="k"))
    again = posting(world, caller(world), "adios", key="k")
    assert refused(world, again) == "other_lines_with_key"


def test_a_guest_takes_the_name_that_it_gives(world: World) -> None:
    session = caller(world)
    done(world, posting(world, session, "hola", name="robot"))
    assert session.name == "robot"


def test_a_name_that_is_registered_is_refused(world: World) -> None:
    member(world, "ana")
    assert refused(world, posting(world, caller(world), "hola", name="ana")) == "registered_name"


def test_a_session_that_has_ended_says_nothing(world: World) -> None:
    def check() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        done(world, posting(world, caller(world), "hola", check=check))
    assert "ops" not in world.server.rooms


def test_lines_that_cannot_be_stored_are_not_posted(
    expected_errors: Expect,
) -> None:
    world = World(slow=True)
    session = caller(world)
    running = begin(world, posting(world, session, "hola"))
    while world.store.held:
        world.fail()
    assert running.result.key == "not_saved"
    expected_errors()
