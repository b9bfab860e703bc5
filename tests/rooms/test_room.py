"""`chatd.rooms.room`: a log in memory, and its members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.event import UNKNOWN, Change, Draft, Entry, Event, Kind, Notice, Origin
from chatd.formats.bare import BareFormat
from chatd.formats.chat import ChatFormat
from chatd.rooms.chunk import Mark
from chatd.rooms.cursor import Cursor
from chatd.rooms.log_reader import LATEST_EVENTS, PAGES_KEPT, Pages
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError, Wanted
from chatd.storage.memory import MemoryStore
from chatd.util.fair_queue import Asker
from tests.support.stores import OwnEntries

ANA = Asker("192.0.2.1", "ana")


class RoomHarness(OwnEntries):
    """A room over a store in memory, and its time."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.time = 1.0
        self.store = MemoryStore(self.clock, lambda: self.time)
        self.store.subscribe(self)
        self.room = Room("ops", self.store)

    def publish(self, entries: list[Entry]) -> None:  # type: ignore[override]
        self.room.publish(entries)

    def end_turn(self) -> None:
        self.clock.advance(0)

    def say(self, *entries: Draft | Notice) -> None:
        for entry in entries:
            self.room.append(entry)
        self.end_turn()


def said(text: str = "hola", kind: Kind = Kind.MESSAGE) -> Draft:
    return Draft("ops", 1, "ana", kind, [text])


def joined(name: str) -> Notice:
    return Notice("ops", Change.JOINED, ((9, name),))


@pytest.fixture
def harness() -> RoomHarness:
    return RoomHarness()


@pytest.fixture
def room(harness: RoomHarness) -> Room:
    return harness.room


class TestLog:
    def test_starts_where_its_log_ended(self) -> None:
        room = Room("ops", MemoryStore(Clock()), 7, "hi")
        assert (room.name, room.head, room.topic, room.mark) == ("ops", 7, "hi", Mark(0, 7))

    def test_knows_the_time_of_its_last_event(self, harness: RoomHarness, room: Room) -> None:
        assert Room("ops", harness.store, 7, head_time=5).head_time == 5
        assert room.head_time == 0
        harness.say(said(), said())
        assert room.head_time == 1000
        harness.time = 2.0
        harness.say(joined("luis"))
        assert room.head_time == 1000

    @pytest.mark.parametrize("lasting", [True, False])
    def test_lasts_as_its_store_does(self, harness: RoomHarness, room: Room, lasting: bool) -> None:
        harness.store.lasting = lasting
        assert room.lasting is lasting

    def test_ends_behind_what_is_on_its_way(self, harness: RoomHarness, room: Room) -> None:
        harness.say(said())
        room.append(said())
        room.append(Draft("ops", 1, "ana", Kind.MESSAGE, ["a", "b"]))
        assert (room.head, room.end) == (1, 4)

    def test_keeps_in_memory_what_comes_behind_what_was_forgotten(
        self, harness: RoomHarness, room: Room
    ) -> None:
        room.enter("ana", False, 1)
        harness.say(said("a"), said("b"), said("c"))
        room.forget(2)
        assert [event.text for event in room.latest] == ["c"]
        room.forget(0)
        assert [event.text for event in room.latest] == ["c"]

    def test_is_searched_up_to_what_is_published(self, harness: RoomHarness, room: Room) -> None:
        harness.say(said("a"), said("a"))
        found: list[list[int]] = []
        harness.store.commit([said("a")])  # and not published yet
        for upto in 1, 2, 9:
            searched = Deferred.fromCoroutine(room.search(Wanted(("a",)), upto, 9, ANA))
            searched.addCallback(lambda some: found.append([event.seq for event in some.events]))
        assert found == [[1], [2, 1], [2, 1]]

    def test_grows_by_what_is_published(self, harness: RoomHarness, room: Room) -> None:
        room.append(said())
        assert room.head == 0
        harness.end_turn()
        assert room.head == 1

    def test_notices_move_its_mark_and_not_its_head(self, harness: RoomHarness, room: Room) -> None:
        harness.say(said(), joined("luis"), joined("eva"))
        assert room.mark == Mark(3, 1)
        harness.say(joined("ana"))
        assert (room.mark, room.head) == (Mark(4, 1), 1)

    def test_its_topic_is_the_last_one_published(self, harness: RoomHarness, room: Room) -> None:
        harness.say(
            said("one", Kind.TOPIC), said("no topic"), said("two", Kind.TOPIC), said("hola")
        )
        assert room.topic == "two"

    def test_it_knows_who_set_its_topic_and_when(self, harness: RoomHarness, room: Room) -> None:
        assert room.topic_set == UNKNOWN
        for topic in "tea", "":
            harness.time += 1
            harness.say(said(), said(topic, Kind.TOPIC)._replace(author="eva"), said())
            assert (room.topic, room.topic_set) == (topic, Origin("eva", int(harness.time * 1000)))
        assert Room("ops", harness.store, topic_set=Origin("eva", 1)).topic_set == Origin("eva", 1)

    def test_its_origin_is_stored_with_its_first_line(self, harness: RoomHarness) -> None:
        made = harness.room.made = Origin("eva", 5)
        harness.say(said(), said())
        assert harness.room.made == made
        harness.room.made = Origin("luis", 6)
        harness.say(said())
        assert [record.made for record in harness.store.rooms()] == [made]

    def test_its_origin_is_that_of_no_later_line(self, harness: RoomHarness, room: Room) -> None:
        room = Room("ops", harness.store, 7, made=Origin("eva", 5))
        drafts = list[Draft]()
        harness.store.append = drafts.append  # type: ignore[method-assign, assignment]
        room.append(said())
        assert drafts == [said()]

    def test_a_room_of_nobody_was_made_with_its_first_line(
        self, harness: RoomHarness, room: Room
    ) -> None:
        harness.say(said())
        harness.time += 1
        harness.say(said())
        assert room.made == harness.store.rooms()[0].made == Origin("", 1000)

    def test_when_an_older_room_was_made_stays_unknown(self, harness: RoomHarness) -> None:
        harness.room = Room("ops", harness.store, 7)
        harness.say(said())
        assert harness.room.made == UNKNOWN

    async def test_nothing_is_read_that_was_not_published(
        self, harness: RoomHarness, room: Room
    ) -> None:
        harness.say(said("a"), said("b"))
        room.mark = Mark(1, 1)  # as if the other were only committed
        assert [event.text for event in await room.read(0, 99, ANA)] == ["a"]
        harness.time = 2
        assert await room.seq_before(10**15, ANA) == 1

    async def test_says_which_event_was_the_last_before_a_time(
        self, harness: RoomHarness, room: Room
    ) -> None:
        for harness.time in 1, 2, 3:
            harness.say(said())
        assert [await room.seq_before(seconds * 1000, ANA) for seconds in (1, 2, 3, 4)] == [
            0,
            1,
            2,
            3,
        ]


class TestLatest:
    """The last events are in memory for sessions that enter."""

    @pytest.fixture(autouse=True)
    def _count_reads(self, harness: RoomHarness) -> None:
        self.reads = 0
        read = harness.store.read

        async def counted(*args: Any) -> list[Event]:
            self.reads += 1
            return await read(*args)

        harness.store.read = counted  # type: ignore[method-assign]

    async def seen(self, room: Room, after: int) -> list[str]:
        return [event.text for event in await room.read(after, room.head, ANA)]

    async def test_what_is_said_while_somebody_is_there_is_not_read_from_the_store(
        self, harness: RoomHarness, room: Room
    ) -> None:
        room.enter("ana", False, 1)
        harness.say(said("a"), joined("luis"), said("b"), said("c"))
        assert await self.seen(room, 0) == ["a", "b", "c"]
        assert await self.seen(room, 1) == ["b", "c"]
        assert [event.text for event in await room.read(0, 2, ANA)] == ["a", "b"]
        assert self.reads == 0

    async def test_what_was_read_for_one_need_not_be_read_for_the_next(
        self, harness: RoomHarness, room: Room
    ) -> None:
        harness.say(*(said(str(number)) for number in range(20)))
        room.enter("ana", False, 1)
        harness.say(said("20"))
        for _ in range(3):
            assert await self.seen(room, 11) == [str(number) for number in range(11, 21)]
        assert self.reads == 1

    async def test_what_was_said_longer_ago_is_read_from_the_store(
        self, harness: RoomHarness, room: Room
    ) -> None:
        room.enter("ana", False, 1)
        harness.say(*(said(str(number)) for number in range(LATEST_EVENTS + 1)))
        assert len(await self.seen(room, 0)) == LATEST_EVENTS + 1
        assert len(await self.seen(room, 1)) == LATEST_EVENTS
        assert self.reads == 1

    async def test_once_nobody_is_there_nothing_is_at_hand(
        self, harness: RoomHarness, room: Room
    ) -> None:
        room.enter("ana", False, 1)
        harness.say(said("a"))
        room.leave(1)
        assert await self.seen(room, 0) == ["a"]
        assert self.reads == 1

    async def test_a_line_that_was_refused_and_stored_all_the_same_is_not_passed_over(
        self, harness: RoomHarness, room: Room
    ) -> None:
        room.enter("ana", False, 1)
        harness.say(said("a"))
        await harness.store.commit([said("stored, and not published")])
        harness.say(said("c"))
        assert await self.seen(room, 0) == ["a", "stored, and not published", "c"]


class TestPeople:
    def test_guests_are_counted_and_the_named_are_known_in_the_order_they_came(
        self, room: Room
    ) -> None:
        names = ("luis", False), ("guest1", True), ("ana", False), ("guest2", True)
        for number, (name, guest) in enumerate(names):
            room.enter(name, guest, number)
        assert (room.here.guests, list(room.here.named), room.people) == (2, ["luis", "ana"], 4)

    def test_whoever_leaves_is_counted_out(self, room: Room) -> None:
        room.enter("ana", False, 1)
        room.enter("guest1", True, 2)
        room.leave(1)
        assert (room.here.guests, list(room.here.named), room.people) == (1, [], 1)
        room.leave(2)
        assert room.people == 0

    def test_rooms_with_people_are_known_among_those_that_share_the_set(
        self, harness: RoomHarness
    ) -> None:
        peopled = set[Room]()
        ops, tea = (Room(name, harness.store, peopled=peopled) for name in ("ops", "tea"))
        assert peopled == set()
        ops.enter("ana", False, 1)
        ops.enter("guest2", True, 2)
        tea.enter("luis", False, 3)
        ops.leave(1)
        assert peopled == {ops, tea}
        ops.leave(2)
        assert peopled == {tea}


class TestForgettable:
    def test_nothing_was_ever_said_in_it(self, harness: RoomHarness, room: Room) -> None:
        assert room.forgettable
        harness.say(said())
        assert not room.forgettable

    @pytest.mark.parametrize("guest", [True, False])
    def test_nobody_is_there(self, room: Room, guest: bool) -> None:
        room.enter("ana", guest, 1)
        assert not room.forgettable
        room.leave(1)
        assert room.forgettable

    @pytest.mark.parametrize("entry", [said(), joined("luis")], ids=["event", "notice"])
    def test_nothing_is_on_its_way(self, room: Room, entry: Draft | Notice) -> None:
        room.append(entry)
        assert not room.forgettable

    def test_what_passed_leaves_nothing(self, harness: RoomHarness, room: Room) -> None:
        harness.say(joined("luis"), joined("eva"))
        assert room.forgettable

    def test_what_was_refused_leaves_nothing(self, room: Room) -> None:
        room.append(said())
        room.refuse(1)
        assert room.forgettable


class NeverTakes:
    """A reader that never takes."""

    ready_socket = None

    def owe(self, rest: bytes) -> None:
        raise AssertionError(rest)

    def wake(self) -> None:
        pass

    def push(self, data: bytes) -> bool:
        return False


class TestFeeds:
    def test_equal_formats_share_a_feed(self, room: Room) -> None:
        assert room.feed(ChatFormat()) is room.feed(ChatFormat())
        assert room.feed(ChatFormat()) is not room.feed(ChatFormat(times=True))

    def test_each_format_shows_what_is_published(self, harness: RoomHarness, room: Room) -> None:
        chat = Cursor(room.feed(ChatFormat()), 98, NeverTakes())
        bare = Cursor(room.feed(BareFormat()), 99, NeverTakes())
        harness.say(said())
        assert (chat.take(), bare.take()) == (b"<ana> hola\n", b"hola\n")

    def test_a_feed_that_nobody_follows_is_forgotten(
        self, harness: RoomHarness, room: Room
    ) -> None:
        feed = room.feed(ChatFormat())
        cursor = Cursor(feed, 99, NeverTakes())
        harness.say(said())
        assert room.feed(ChatFormat()) is feed
        cursor.close()
        harness.say(said())
        assert room.feed(ChatFormat()) is not feed

    def test_whoever_is_woken_may_begin_to_follow(self, harness: RoomHarness, room: Room) -> None:
        late: list[Cursor] = []

        class Follower(NeverTakes):
            def wake(self) -> None:
                late.append(Cursor(room.feed(BareFormat()), 98, NeverTakes()))

        Cursor(room.feed(ChatFormat()), 99, Follower())
        harness.say(said("before"))
        harness.say(said("after"))
        assert late[0].take() == b"after\n"

    def test_an_event_is_rendered_for_nobody_when_nobody_is_there(
        self, harness: RoomHarness, room: Room
    ) -> None:
        feed = room.feed(ChatFormat())
        harness.say(said())
        assert not feed.tail


class HeldReads(MemoryStore):
    """A store whose reads end when the test says so, and are counted."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, lambda: 1.0)
        self.reads = 0
        self.held: list[Deferred[None]] = []

    async def read(self, room: str, after: int, upto: int) -> list[Event]:
        self.reads += 1
        held: Deferred[None] = Deferred()
        self.held.append(held)
        await held
        return await super().read(room, after, upto)

    def go_on(self, error: Exception | None = None) -> None:
        held, self.held = self.held, []
        for each in held:
            each.errback(error) if error is not None else each.callback(None)


class CountedFormat(BareFormat):
    renders = 0

    def render(self, entries: Sequence[Entry]) -> bytes:
        CountedFormat.renders += 1
        return super().render(entries)


class TestWhatManyRead:
    """After a restart all clients come back at once, and want the same pages."""

    def read(self, room: Room, *places: int, format: BareFormat | None = None) -> list[Any]:
        pages: list[Any] = []
        for after in places:
            page = room.page(format or BareFormat(), after, room.head, ANA)
            Deferred.fromCoroutine(page).addBoth(pages.append)
        return pages

    def read_once(self, harness: RoomHarness, store: HeldReads) -> None:
        """Read a page of a room with a member, which has no line in memory."""
        harness.room.enter("ana", False, 1)
        harness.room.latest.clear()
        self.read(harness.room, 1)
        store.go_on()

    @pytest.fixture
    def store(self, harness: RoomHarness) -> HeldReads:
        store = harness.store = HeldReads(harness.clock)
        store.subscribe(harness)
        harness.room = Room("ops", store, pages=Pages())
        harness.say(*(said(text) for text in "abcde"))
        return store

    def test_is_read_and_rendered_once_for_all_who_want_it_at_a_time(
        self, harness: RoomHarness, store: HeldReads
    ) -> None:
        CountedFormat.renders = 0
        pages = self.read(harness.room, 1, 1, 1, format=CountedFormat())
        store.go_on()
        assert [page.data for page in pages] == [b"b\nc\nd\ne\n"] * 3
        assert [(page.after, page.last) for page in pages] == [(1, 5)] * 3
        assert (store.reads, CountedFormat.renders) == (1, 1)

    def test_is_read_once_for_all_formats(self, harness: RoomHarness, store: HeldReads) -> None:
        pages = self.read(harness.room, 1)
        chat = harness.room.page(ChatFormat(), 1, harness.room.head, ANA)
        Deferred.fromCoroutine(chat).addBoth(pages.append)
        store.go_on()
        assert store.reads == 1
        assert [page.data.splitlines()[0] for page in pages] == [b"b", b"<ana> b"]

    def test_is_kept_a_while_for_those_who_come_later(
        self, harness: RoomHarness, store: HeldReads
    ) -> None:
        harness.room.enter("ana", False, 1)
        harness.room.forget(0)
        harness.room.latest.clear()
        self.read(harness.room, 1)
        store.go_on()
        (page,) = self.read(harness.room, 1)
        assert (page.data, store.reads) == (b"b\nc\nd\ne\n", 1)

    def test_goes_on_behind_what_was_kept(self, harness: RoomHarness, store: HeldReads) -> None:
        self.read_once(harness, store)
        harness.say(said("f"))
        (page,) = self.read(harness.room, 1)
        assert page.last == 5

    def test_never_gives_more_than_was_asked_for(
        self, harness: RoomHarness, store: HeldReads
    ) -> None:
        self.read_once(harness, store)
        harness.room.latest.clear()
        pages: list[Any] = []
        Deferred.fromCoroutine(harness.room.page(BareFormat(), 1, 3, ANA)).addBoth(pages.append)
        store.go_on()
        assert [(page.last, page.data) for page in pages] == [(3, b"b\nc\n")]

    def test_is_not_kept_where_nobody_is(self, harness: RoomHarness, store: HeldReads) -> None:
        for _ in range(2):
            self.read(harness.room, 1)
            store.go_on()
        assert store.reads == 2

    def test_is_not_kept_when_everybody_has_gone(
        self, harness: RoomHarness, store: HeldReads
    ) -> None:
        self.read_once(harness, store)
        harness.room.leave(1)
        self.read(harness.room, 1)
        assert store.reads == 2
        store.go_on()

    def test_is_not_kept_when_something_is_forgotten(
        self, harness: RoomHarness, store: HeldReads
    ) -> None:
        self.read_once(harness, store)
        harness.room.forget(10_000)
        self.read(harness.room, 1)
        assert store.reads == 2
        store.go_on()

    def test_keeps_few_pages(self, harness: RoomHarness, store: HeldReads) -> None:
        pages = Pages()
        rooms = [Room(name, harness.store, pages=pages) for name in map(str, range(PAGES_KEPT + 3))]
        for room in rooms:
            room.enter("ana", False, 1)
            self.read(room, 0)
            store.go_on()
        assert len(pages) == PAGES_KEPT
        rooms[-1].leave(1)
        assert len(pages) == PAGES_KEPT - 1

    def test_is_not_kept_without_a_place_for_it(
        self, harness: RoomHarness, store: HeldReads
    ) -> None:
        room = Room("ops", store, 5)
        room.enter("ana", False, 1)
        for _ in range(2):
            room.latest.clear()
            self.read(room, 1)
            store.go_on()
        assert store.reads == 2

    def test_that_cannot_be_read_is_told_to_all_and_tried_again(
        self, harness: RoomHarness, store: HeldReads
    ) -> None:
        pages = self.read(harness.room, 1, 1)
        store.go_on(StoreError("gone"))
        assert [page.type for page in pages] == [StoreError] * 2
        pages = self.read(harness.room, 1)
        store.go_on()
        assert pages[0].last == 5
