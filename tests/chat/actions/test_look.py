"""`chatd.chat.actions.look`: which rooms there are, and who is in one."""

from __future__ import annotations

from chatd.chat.actions.enter import create, enter
from chatd.chat.actions.look import list_people, list_rooms, room_called
from chatd.chat.permissions import Mode
from tests.support.sessions import done, guest, member, refuses
from tests.support.world import World


def test_rooms_with_members_come_first(world: World) -> None:
    done(world, enter(world.server, guest(world), "tea"))
    total, rooms = list_rooms(world.server, guest(world), 10)
    assert (total, [room.name for room in rooms]) == (2, ["tea", "lobby"])


def test_the_limit_does_not_change_the_total(world: World) -> None:
    done(world, enter(world.server, guest(world), "tea"))
    total, rooms = list_rooms(world.server, guest(world), 1)
    assert (total, len(rooms)) == (2, 1)


def test_a_room_that_the_session_may_not_read_is_not_listed(world: World) -> None:
    ana = member(world, "ana")
    done(world, create(world.server, ana, "den", Mode.PRIVATE))
    assert list_rooms(world.server, guest(world), 10).total == 1
    assert list_rooms(world.server, ana, 10).total == 2


def test_a_room_that_the_session_may_not_read_is_unknown(world: World) -> None:
    done(world, create(world.server, member(world, "ana"), "den", Mode.PRIVATE))
    with refuses("unknown_room"):
        room_called(world.server, guest(world), "den")


def test_people_by_name_and_guests_by_number(world: World) -> None:
    for session in guest(world, "eva"), guest(world, "luis"), guest(world):
        done(world, enter(world.server, session, "tea"))
    room = world.server.rooms["tea"]
    assert list_people(world.server, guest(world), room, 10) == (["eva", "luis"], 0, 1)
    assert list_people(world.server, guest(world), room, 1) == (["eva"], 1, 1)
