from __future__ import annotations

import pytest

from chatd.chat.room_index import RoomIndex
from chatd.rooms.room import Room
from tests.support.world import World


@pytest.fixture
def rooms() -> dict[str, Room]:
    """Return some rooms by their names."""
    world = World(nodes=1)
    return {name: world.server.rooms.add(name) for name in ("tea", "Bob1", "agua")}


@pytest.fixture
def index(rooms: dict[str, Room]) -> RoomIndex:
    index = RoomIndex()
    for room in rooms.values():
        index.insert(room)
    return index


def names(rooms: object) -> list[str]:
    assert hasattr(rooms, "__iter__")
    return [room.name for room in rooms]


class TestRoomIndex:
    def test_has_rooms_by_their_keys(self, index: RoomIndex, rooms: dict[str, Room]) -> None:
        assert index["bob1"] is rooms["Bob1"]
        assert len(index) == 3

    def test_has_them_in_order_from_a_name_on(self, index: RoomIndex) -> None:
        assert names(index.from_name("")) == ["agua", "Bob1", "tea"]
        assert names(index.from_name("B")) == ["Bob1", "tea"]

    def test_sorts_many_at_once(self, rooms: dict[str, Room]) -> None:
        index = RoomIndex()
        for room in rooms.values():
            index.insert(room, sort=False)
        index.sort()
        assert names(index.from_name("")) == ["agua", "Bob1", "tea"]

    def test_knows_names_that_look_alike(self, index: RoomIndex) -> None:
        assert names(index.alike("BOB1")) == ["Bob1"]
        assert names(index.alike("bobl")) == ["Bob1"]
        assert names(index.alike("coffee")) == []

    def test_has_no_room_that_was_removed(self, index: RoomIndex, rooms: dict[str, Room]) -> None:
        for _ in range(2):
            index.remove(rooms["Bob1"])
        assert "bob1" not in index
        assert names(index.from_name("")) == ["agua", "tea"]
        assert names(index.alike("bobl")) == []

    def test_leaves_the_room_that_has_the_key_now(
        self, index: RoomIndex, rooms: dict[str, Room]
    ) -> None:
        other = World(nodes=1).server.rooms.add("BOB1")
        index.remove(rooms["Bob1"])
        index.insert(other)
        index.remove(rooms["Bob1"])
        assert index["bob1"] is other

    def test_finds_one_that_a_wrong_name_may_have_meant(self, index: RoomIndex) -> None:
        near = index.near("aguq", lambda room: True)
        assert near is not None
        assert near.name == "agua"
        assert index.near("aguq", lambda room: False) is None
