"""Tests of `chatd.storage.memory`: its bounds."""

from __future__ import annotations

import pytest

from chatd.event import Kind
from chatd.i18n import Language
from chatd.storage import memory
from chatd.storage.memory import STORED_EVENTS
from tests.support.stores import StoreHarness, draft, message, texts


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch) -> StoreHarness:
    """Yield a harness with a store of 5 events of each room."""
    monkeypatch.setattr(memory, "STORED_EVENTS", 5)
    return StoreHarness.in_memory()


async def say_numbers(harness: StoreHarness, count: int, room: str = "lobby") -> None:
    await harness.say(*(draft(str(number), room) for number in range(1, count + 1)))


async def test_the_last_events_of_a_room_are_stored(harness: StoreHarness) -> None:
    await say_numbers(harness, 8)
    assert texts(await harness.everything()) == ["4", "5", "6", "7", "8"]


async def test_seqs_continue_when_events_are_dropped(harness: StoreHarness) -> None:
    await say_numbers(harness, 8)
    assert [event.seq for event in await harness.everything()] == [4, 5, 6, 7, 8]


async def test_no_part_of_a_message_is_dropped(harness: StoreHarness) -> None:
    await harness.say(message("a", "b", "c"), draft("d"), draft("e"))
    assert texts(await harness.everything()) == ["a", "b", "c", "d", "e"]
    await harness.say(draft("f"))
    assert texts(await harness.everything()) == ["d", "e", "f"]


async def test_each_room_has_its_own_bound(harness: StoreHarness) -> None:
    await harness.say(draft("quiet", "quiet"))
    await say_numbers(harness, 8)
    assert texts(await harness.everything("quiet")) == ["quiet"]


async def test_a_read_passes_over_dropped_events(harness: StoreHarness) -> None:
    await say_numbers(harness, 8)
    assert texts(await harness.store.read("lobby", 1, 5)) == ["4", "5"]
    assert await harness.store.read("lobby", 0, 3) == []


async def test_the_seq_before_all_stored_events_is_that_of_the_last_dropped_one(
    harness: StoreHarness,
) -> None:
    await say_numbers(harness, 8)
    assert await harness.store.seq_before("lobby", 0) == 3


async def test_rooms_are_known_with_their_head_topic_and_highest_session(
    harness: StoreHarness,
) -> None:
    await say_numbers(harness, 8)
    await harness.say(
        draft("old", "ops", 7, kind=Kind.TOPIC),
        draft("new", "ops", 3, kind=Kind.TOPIC),
        draft("text", "ops", 5),
    )
    rooms = [(room.name, room.head, room.topic, room.session) for room in harness.store.rooms()]
    assert rooms == [("lobby", 8, "", 1), ("ops", 3, "new", 7)]


def test_it_describes_its_bound() -> None:
    store = StoreHarness.in_memory().store
    assert f"{STORED_EVENTS} lines" in store.describe(Language.ENGLISH)
