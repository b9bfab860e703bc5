"""`chatd.room`: a log in memory, and who is there."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.event import Change, Draft, Entry, Event, Kind, Notice
from chatd.feed import Cursor, Mark
from chatd.formats import BareFormat, ChatFormat
from chatd.room import LATEST_EVENTS, Room
from chatd.store import Subscriber
from chatd.stores.memory import MemoryStore


class World(Subscriber):
    """A room over a store in memory, and its time."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.time = 1.0
        self.store = MemoryStore(self.clock, lambda: self.time)
        self.store.subscribe(self)
        self.room = Room("ops", self.store)

    def publish(self, entries: list[Entry]) -> None:  # type: ignore[override]
        self.room.publish(entries)

    def refuse(self, drafts: list[Draft], why: str) -> None:  # type: ignore[override]
        raise NotImplementedError

    def end_turn(self) -> None:
        self.clock.advance(0)

    def say(self, *entries: Draft | Notice) -> None:
        for entry in entries:
            self.room.append(entry)
        self.end_turn()


def said(text: str = "hola", kind: Kind = Kind.MESSAGE) -> Draft:
    return Draft("ops", 1, "ana", kind, [text])


def joined(name: str) -> Notice:
    return Notice("ops", 9, Change.JOINED, name)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def room(world: World) -> Room:
    return world.room


class TestLog:
    def test_starts_where_its_log_ended(self) -> None:
        room = Room("ops", MemoryStore(Clock()), 7, "hi")
        assert (room.name, room.head, room.topic, room.mark) == ("ops", 7, "hi", Mark(0, 7))

    def test_grows_by_what_is_published(self, world: World, room: Room) -> None:
        room.append(said())
        assert room.head == 0
        world.end_turn()
        assert room.head == 1

    def test_notices_move_its_mark_and_not_its_head(self, world: World, room: Room) -> None:
        world.say(said(), joined("luis"), joined("eva"))
        assert room.mark == Mark(3, 1)
        world.say(joined("ana"))
        assert (room.mark, room.head) == (Mark(4, 1), 1)

    def test_its_topic_is_the_last_one_published(self, world: World, room: Room) -> None:
        world.say(said("one", Kind.TOPIC), said("no topic"), said("two", Kind.TOPIC), said("hola"))
        assert room.topic == "two"

    async def test_nothing_is_read_that_was_not_published(self, world: World, room: Room) -> None:
        world.say(said("a"), said("b"))
        room.mark = Mark(1, 1)  # as if the other were only committed
        assert [event.text for event in await room.read(0, 99)] == ["a"]
        world.time = 2
        assert await room.seq_before(10**15) == 1

    async def test_says_which_event_was_the_last_before_a_time(
        self, world: World, room: Room
    ) -> None:
        for world.time in 1, 2, 3:
            world.say(said())
        assert [await room.seq_before(seconds * 1000) for seconds in (1, 2, 3, 4)] == [0, 1, 2, 3]


class TestLatest:
    """What was said last is at hand for those who come in."""

    @pytest.fixture(autouse=True)
    def _count_reads(self, world: World) -> None:
        self.reads = 0
        read = world.store.read

        async def counted(*args: Any) -> list[Event]:
            self.reads += 1
            return await read(*args)

        world.store.read = counted  # type: ignore[method-assign]

    async def seen(self, room: Room, after: int) -> list[str]:
        return [event.text for event in await room.read(after, room.head)]

    async def test_what_is_said_while_somebody_is_there_is_not_read_from_the_store(
        self, world: World, room: Room
    ) -> None:
        room.enter("ana", False)
        world.say(said("a"), joined("luis"), said("b"), said("c"))
        assert await self.seen(room, 0) == ["a", "b", "c"]
        assert await self.seen(room, 1) == ["b", "c"]
        assert [event.text for event in await room.read(0, 2)] == ["a", "b"]
        assert self.reads == 0

    async def test_what_was_read_for_one_need_not_be_read_for_the_next(
        self, world: World, room: Room
    ) -> None:
        world.say(*(said(str(number)) for number in range(20)))
        room.enter("ana", False)
        world.say(said("20"))
        for _ in range(3):
            assert await self.seen(room, 11) == [str(number) for number in range(11, 21)]
        assert self.reads == 1

    async def test_what_was_said_longer_ago_is_read_from_the_store(
        self, world: World, room: Room
    ) -> None:
        room.enter("ana", False)
        world.say(*(said(str(number)) for number in range(LATEST_EVENTS + 1)))
        assert len(await self.seen(room, 0)) == LATEST_EVENTS + 1
        assert len(await self.seen(room, 1)) == LATEST_EVENTS
        assert self.reads == 1

    async def test_once_nobody_is_there_nothing_is_at_hand(self, world: World, room: Room) -> None:
        room.enter("ana", False)
        world.say(said("a"))
        room.leave("ana", False)
        assert await self.seen(room, 0) == ["a"]
        assert self.reads == 1

    async def test_a_line_that_was_refused_and_stored_all_the_same_is_not_passed_over(
        self, world: World, room: Room
    ) -> None:
        room.enter("ana", False)
        world.say(said("a"))
        await world.store.commit([said("stored, and not published")])
        world.say(said("c"))
        assert await self.seen(room, 0) == ["a", "stored, and not published", "c"]


class TestPeople:
    def test_guests_are_counted_and_the_named_are_known_in_the_order_they_came(
        self, room: Room
    ) -> None:
        for name, guest in ("luis", False), ("guest1", True), ("ana", False), ("guest2", True):
            room.enter(name, guest)
        assert (room.guests, list(room.named), room.people) == (2, ["luis", "ana"], 4)

    def test_whoever_leaves_is_counted_out(self, room: Room) -> None:
        room.enter("ana", False)
        room.enter("guest1", True)
        room.leave("ana", False)
        assert (room.guests, list(room.named), room.people) == (1, [], 1)
        room.leave("guest1", True)
        assert room.people == 0


class TestForgettable:
    def test_nothing_was_ever_said_in_it(self, world: World, room: Room) -> None:
        assert room.forgettable
        world.say(said())
        assert not room.forgettable

    @pytest.mark.parametrize("guest", [True, False])
    def test_nobody_is_there(self, room: Room, guest: bool) -> None:
        room.enter("ana", guest)
        assert not room.forgettable
        room.leave("ana", guest)
        assert room.forgettable

    @pytest.mark.parametrize("entry", [said(), joined("luis")], ids=["event", "notice"])
    def test_nothing_is_on_its_way(self, room: Room, entry: Draft | Notice) -> None:
        room.append(entry)
        assert not room.forgettable

    def test_what_passed_leaves_nothing(self, world: World, room: Room) -> None:
        world.say(joined("luis"), joined("eva"))
        assert room.forgettable

    def test_what_was_refused_leaves_nothing(self, room: Room) -> None:
        room.append(said())
        room.refuse(1)
        assert room.forgettable


class Nothing:
    """A reader that never takes."""

    def wake(self) -> None:
        pass

    def push(self, data: bytes) -> bool:
        return False


class TestFeeds:
    def test_equal_formats_share_a_feed(self, room: Room) -> None:
        assert room.feed(ChatFormat()) is room.feed(ChatFormat())
        assert room.feed(ChatFormat()) is not room.feed(ChatFormat(times=True))

    def test_each_format_shows_what_is_published(self, world: World, room: Room) -> None:
        chat = Cursor(room.feed(ChatFormat()), 98, Nothing())
        bare = Cursor(room.feed(BareFormat()), 99, Nothing())
        world.say(said())
        assert (chat.take(), bare.take()) == (b"<ana> hola\n", b"hola\n")

    def test_a_feed_that_nobody_follows_is_forgotten(self, world: World, room: Room) -> None:
        feed = room.feed(ChatFormat())
        cursor = Cursor(feed, 99, Nothing())
        world.say(said())
        assert room.feed(ChatFormat()) is feed
        cursor.close()
        world.say(said())
        assert room.feed(ChatFormat()) is not feed

    def test_whoever_is_woken_may_begin_to_follow(self, world: World, room: Room) -> None:
        late: list[Cursor] = []

        class Follower(Nothing):
            def wake(self) -> None:
                late.append(Cursor(room.feed(BareFormat()), 98, Nothing()))

        Cursor(room.feed(ChatFormat()), 99, Follower())
        world.say(said("before"))
        world.say(said("after"))
        assert late[0].take() == b"after\n"

    def test_an_event_is_rendered_for_nobody_when_nobody_is_there(
        self, world: World, room: Room
    ) -> None:
        feed = room.feed(ChatFormat())
        world.say(said())
        assert feed.chunks == {}
