"""The stays in a register: who may see them, and none is left out while others end."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.chat.actions.look import nothing_to_check
from chatd.chat.actions.registered_stays import Stays, address_of_register, list_stays
from chatd.errors import Refusal
from chatd.event import Event
from chatd.rooms.room import Room
from tests.support.hooks import ADDRESS, let_tools_in
from tests.support.world import Member, World


@pytest.fixture
def ana(world: World) -> Member:
    """She owns #clase, which keeps a register since the time 0."""
    ana = world.member("ana")
    ana.type("/create clase", "/mode register on")
    return ana


def asked(person: Member) -> list[Stays]:
    """Have a member ask for the stays in its room. Return the answer, once it is there."""
    room, found = person.session.room, list[Stays]()
    done = list_stays(person.server, person.session, room, 0, 0, nothing_to_check)
    Deferred.fromCoroutine(done).addCallback(found.append)
    person.world.settle()
    return found


def test_one_that_ends_while_the_register_is_read_is_in_it_once(
    world: World, ana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    luis, eva = world.person("luis"), world.person("eva")
    luis.type("/join clase", "/leave")
    eva.type("/join clase")
    world.wait(5)
    held: Deferred[None] = Deferred()
    read = Room.read

    async def read_later(room: Room, *arguments: int) -> list[Event]:
        events = await read(room, *arguments)  # type: ignore[arg-type]
        await held
        return events

    monkeypatch.setattr(Room, "read", read_later)
    found = asked(ana)
    eva.type("/leave")
    assert not found
    held.callback(None)
    world.settle()
    assert found[0].stays == [("ana", 0, None), ("eva", 0, 5), ("luis", 0, 0)]


def test_others_are_refused(world: World, ana: Member) -> None:
    luis = world.person("luis")
    luis.type("/join clase")
    with pytest.raises(Refusal):
        list_stays(luis.server, luis.session, luis.session.room, 0, 0, nothing_to_check).send(None)


def test_the_address_is_for_those_who_may_see_it_where_there_is_one(
    world: World, ana: Member
) -> None:
    luis = world.person("luis")
    luis.type("/join clase")
    room = ana.session.room
    assert address_of_register(ana.server, ana.session, room) == ""
    let_tools_in(world)
    url = f"{ADDRESS}/api/rooms/clase/register?format=csv"
    assert address_of_register(ana.server, ana.session, room) == url
    assert address_of_register(luis.server, luis.session, luis.session.room) == ""


def test_the_name_of_the_room_is_encoded(world: World) -> None:
    eva = world.member("eva")
    eva.type("/create niños")
    let_tools_in(world)
    url = f"{ADDRESS}/api/rooms/ni%C3%B1os/register?format=csv"
    assert address_of_register(eva.server, eva.session, eva.session.room) == url
