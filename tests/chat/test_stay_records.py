"""The stays of accounts in rooms, as they are stored and as the rooms have them."""

from __future__ import annotations

import pytest

from chatd.chat.stay_records import Absence, StayRecords
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.storage.records import change
from tests.support.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.register("Ana", stay=True)
    world.register("luis")
    for server in world.servers:
        server.rooms.add("Ops")
    return world


def records(world: World) -> StayRecords:
    return world.server.staying.records


def ops(world: World) -> list[Room]:
    """Return the room as each node has it."""
    return [server.rooms["ops"] for server in world.servers]


def begin(world: World) -> None:
    change(world.store, *records(world).begin("ana", [world.room("ops")]))
    world.settle()


def test_it_is_the_choice_of_an_account(world: World) -> None:
    wanted = [records(world).is_wanted(name) for name in ("ana", "luis", "nobody")]
    assert wanted == [True, False, False]


def test_all_nodes_have_those_who_stay(world: World) -> None:
    begin(world)
    assert [list(room.here.absent) for room in ops(world)] == [["Ana"]] * len(world.nodes)
    assert [room.people for room in ops(world)] == [1] * len(world.nodes)
    assert [room.name for room in records(world).rooms_of("ana")] == ["Ops"]
    assert list(records(world).accounts) == ["ana"]


def test_an_end_is_everywhere(world: World) -> None:
    begin(world)
    change(world.store, *records(world).end("ana", [world.room("ops")]))
    world.settle()
    assert not any(server.staying.records.rooms_of("ana") for server in world.servers)
    assert all("ops" not in server.rooms for server in world.servers[1:])


def test_a_room_that_is_made_again_has_them(world: World) -> None:
    begin(world)
    made = Room("Ops", world.store)
    records(world).made(made)
    assert list(made.here.named) == ["Ana"]


def test_a_list_of_people_is_told(world: World) -> None:
    room = world.room("ops")
    room.changes.watched = True
    begin(world)
    assert list(room.changes._names) == ["Ana"]
    room.changes.drop()


@pytest.mark.one_node("its store is held back")
def test_what_could_not_be_stored_is_not_so(expected_errors: object) -> None:
    world = World()
    world.register("ana")
    world.server.rooms.add("ops")
    world.store.holds = True
    done = change(world.store, *records(world).begin("ana", [world.room("ops")]))
    assert world.room("ops").people == 1
    world.fail()
    assert world.room("ops").people == 0
    done.addErrback(lambda failure: failure.trap(StoreError))
    expected_errors()  # type: ignore[operator]


def test_an_absence_is_stored_until_it_ends(world: World) -> None:
    change(world.store, *records(world).set_absence("ana", 17))
    world.settle()
    assert records(world).absences == {"ana": Absence(17)}
    change(world.store, *records(world).set_absence("ana", None))
    world.settle()
    assert records(world).absences == {}
    assert records(world).set_absence("ana", None) == []


def test_all_of_an_account_goes_with_it(world: World) -> None:
    begin(world)
    change(world.store, *records(world).set_absence("ana", 17))
    change(world.store, *records(world).account_gone("ana"))
    world.settle()
    assert not records(world).table
    assert not records(world).absences
