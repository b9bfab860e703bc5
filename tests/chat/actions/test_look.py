"""`chatd.chat.actions.look`: which rooms there are, and who is in one."""

from __future__ import annotations

import pytest

from chatd.chat.actions.enter import create, enter
from chatd.chat.actions.look import ROWS_A_SLICE, RoomRows, list_people, list_rooms, room_called
from chatd.chat.actions.speak import set_topic
from chatd.chat.permissions import Mode
from tests.support.sessions import done, guest, member, refuses
from tests.support.world import World


def test_rooms_with_members_come_first(world: World) -> None:
    done(world, enter(world.server, guest(world), "tea"))
    total, rooms, more = list_rooms(world.server, guest(world), 10)
    assert (total, [room.name for room in rooms], more) == (2, ["tea", "lobby"], "")


def test_the_limit_does_not_change_the_total(world: World) -> None:
    done(world, enter(world.server, guest(world), "tea"))
    total, rooms, _ = list_rooms(world.server, guest(world), 1)
    assert (total, len(rooms)) == (2, 1)


def test_all_rooms_are_listed_by_going_on_from_the_next_name(world: World) -> None:
    for name in "tea", "mate", "coffee":
        done(world, enter(world.server, guest(world), name))
    seen, start = [], list_rooms(world.server, guest(world), 1).next
    while start:
        total, rooms, start = list_rooms(world.server, guest(world), 3, start)
        seen.append([room.name for room in rooms])
        assert total == 4
    assert seen == [["coffee", "lobby", "mate"], ["tea"]]


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


class TestRoomRows:
    def test_describe_rooms(self, world: World) -> None:
        ana = member(world, "ana")
        done(world, enter(world.server, ana, "tea"))
        set_topic(world.server, ana, world.server.rooms["tea"], "green" * 10)
        world.settle()
        rows = RoomRows([world.server.rooms["tea"]], 10)
        (row,) = rows.rows(rows.slices[0])
        assert row.members == {"room": "tea", "people": 1, "head": 1, "topic": "greengree…"}
        room = world.server.rooms["tea"]
        assert (row.topic_set, row.made) == (room.topic_set, room.made)
        assert (row.topic_set.by, row.made.by) == ("ana", "ana")

    @pytest.mark.parametrize("count", [0, 1, ROWS_A_SLICE, ROWS_A_SLICE + 1, 3 * ROWS_A_SLICE])
    def test_come_in_slices(self, count: int, world: World) -> None:
        rows = RoomRows([world.server.lobby] * count, 10)
        assert len(rows.slices) == -(-count // ROWS_A_SLICE)
        assert sum(len(rows.rows(some)) for some in rows.slices) == count

    def test_of_a_room_that_was_closed_meanwhile_there_is_none(self, world: World) -> None:
        rows = RoomRows([world.server.lobby], 10)
        world.server.lobby.guarded = True
        assert rows.rows(rows.slices[0]) == []

    def test_of_a_room_that_is_not_open_to_all_is_made_at_once(self, world: World) -> None:
        lobby = world.server.lobby
        lobby.guarded, lobby.topic = True, "before"
        rows = RoomRows([lobby], 10)
        lobby.topic = "after"
        assert [row.topic for row in rows.rows(rows.slices[0])] == ["before"]
