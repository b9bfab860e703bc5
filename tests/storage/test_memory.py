"""Tests of `chatd.storage.memory`: its bounds."""

from __future__ import annotations

import pytest

from chatd.event import Kind
from chatd.storage import memory
from chatd.storage.contract import RoomRecord
from chatd.storage.memory import STORED_EVENTS, MemoryStore
from tests.support.stores import World, draft, texts


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Yield a world with a store of 5 events of each room."""
    monkeypatch.setattr(memory, "STORED_EVENTS", 5)
    return World(lambda reactor, now: MemoryStore(reactor, now))


async def say_numbers(world: World, count: int, room: str = "lobby") -> None:
    await world.say(*(draft(str(number), room) for number in range(1, count + 1)))


async def test_the_last_events_of_a_room_are_stored(world: World) -> None:
    await say_numbers(world, 8)
    assert texts(await world.everything()) == ["4", "5", "6", "7", "8"]


async def test_seqs_continue_when_events_are_dropped(world: World) -> None:
    await say_numbers(world, 8)
    assert [event.seq for event in await world.everything()] == [4, 5, 6, 7, 8]


async def test_each_room_has_its_own_bound(world: World) -> None:
    await world.say(draft("quiet", "quiet"))
    await say_numbers(world, 8)
    assert texts(await world.everything("quiet")) == ["quiet"]


async def test_a_read_passes_over_dropped_events(world: World) -> None:
    await say_numbers(world, 8)
    assert texts(await world.store.read("lobby", 1, 5)) == ["4", "5"]
    assert await world.store.read("lobby", 0, 3) == []


async def test_the_seq_before_all_stored_events_is_that_of_the_last_dropped_one(
    world: World,
) -> None:
    await say_numbers(world, 8)
    assert await world.store.seq_before("lobby", 0) == 3


async def test_rooms_are_known_with_their_head_topic_and_highest_session(world: World) -> None:
    await say_numbers(world, 8)
    await world.say(
        draft("old", "ops", 7, kind=Kind.TOPIC),
        draft("new", "ops", 3, kind=Kind.TOPIC),
        draft("text", "ops", 5),
    )
    assert list(world.store.rooms()) == [
        RoomRecord("lobby", 8, "", 1),
        RoomRecord("ops", 3, "new", 7),
    ]


def test_it_describes_its_bound() -> None:
    store = World(lambda reactor, now: MemoryStore(reactor, now)).store
    assert f"{STORED_EVENTS} lines" in store.describe()
