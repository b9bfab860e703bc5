"""`chatd.rooms.feed`: all clients are sent the same bytes, and a slow one loses no event."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock

from chatd.event import Change, Draft, Entry, Kind, Notice, Presence
from chatd.formats.bare import BareFormat
from chatd.formats.base import BELL
from chatd.rooms import cursor as cursor_module
from chatd.rooms import feed as feed_module
from chatd.rooms import tail as tail_module
from chatd.rooms.chunk import Mark
from chatd.rooms.cursor import Cursor, Trail
from chatd.rooms.feed import PUSH_BYTES, Feed
from chatd.rooms.passing import passing
from chatd.rooms.replay import Replay, Source, Stretch
from chatd.rooms.room import Room
from chatd.rooms.tail import TAIL_BYTES
from chatd.rooms.view import EVERYTHING, Bell, View
from chatd.storage.contract import StoreError
from chatd.storage.memory import MemoryStore
from chatd.util.meter import BYTES_A_LINE, ROWS_A_LINE
from tests.support.feeds import PAGE, PagedStore, PlainFormat, PresentFormat, joined, lines, said
from tests.support.meters import NotingMeter


def came(name: str, session: int = 1) -> Presence:
    return Presence("lobby", Change.JOINED, session, name)


class FeedHarness:
    """A room, its store, and its feed in the plain format, which it reads: it has no socket."""

    ready_socket = None

    def owe(self, rest: bytes) -> None:
        raise AssertionError(rest)

    def __init__(self, format: PlainFormat | None = None) -> None:
        self.store = PagedStore()
        self.room = Room("lobby", self.store)  # type: ignore[arg-type]
        self.format = format or PlainFormat()
        self.wakes = 0
        self.taken = b""
        self.idle = False

    @property
    def feed(self) -> Feed:
        return self.room.feed(self.format)

    def wake(self) -> None:
        self.wakes += 1

    def push(self, data: bytes) -> bool:
        if self.idle:
            self.taken += data
        return self.idle

    def follow(self, session: int = 99, **options: object) -> Cursor:
        return Cursor(self.feed, session, self, **options)  # type: ignore[arg-type]

    def publish(self, *entries: Draft | Notice | Presence) -> None:
        """Publish a batch as the store does once it is committed."""
        published: list[Entry] = []
        for entry in entries:
            if isinstance(entry, Draft):
                events = entry.events(len(self.store.events), 1000 * (len(self.store.events) + 1))
                self.store.events += events
                published += events
            else:
                published.append(entry)
        self.room.publish(published)

    def fill(self, *texts: str, session: int = 1) -> None:
        """Put lines into the log before any client follows it."""
        self.publish(*(said(text, session) for text in texts))

    def bury(self) -> None:
        """Publish so much that everything before falls out of the tail."""
        for _ in range(TAIL_BYTES // PUSH_BYTES + 1):
            self.publish(said("x" * PUSH_BYTES))


class Woken:
    """A reader that nothing can be pushed to."""

    ready_socket = None

    def owe(self, rest: bytes) -> None:
        raise AssertionError(rest)

    def __init__(self, wake: Callable[[], None]) -> None:
        self.wake = wake

    def push(self, data: bytes) -> bool:
        return False


@pytest.fixture
def harness() -> FeedHarness:
    return FeedHarness()


class TestReplay:
    def replay(self, harness: FeedHarness, after: int, upto: int, leave_out: int = 0) -> Replay:
        view = View(echo=False) if leave_out else EVERYTHING
        return Replay(harness.room, harness.format, after, upto, harness.wake, view, leave_out)

    def test_gives_a_stretch_of_the_log_page_by_page(self, harness: FeedHarness) -> None:
        harness.fill(*"abcdefgh")
        harness.store.prompt = True
        replay = self.replay(harness, 1, 7)
        assert [replay.take() for _ in range(3)] == [b"b\nc\nd\n", b"e\nf\ng\n", b""]
        assert replay.done

    def test_reads_each_page_but_the_first_in_a_turn(self, harness: FeedHarness) -> None:
        harness.fill(*"abcdefgh")
        harness.store.prompt = True
        meter = NotingMeter(holds=True)
        replay = Replay(harness.room, harness.format, 1, 7, harness.wake, meter=meter)
        assert (replay.take(), replay.take(), len(meter.turns)) == (b"b\nc\nd\n", b"", 1)
        meter.give_turn()
        assert (replay.take(), replay.done, meter.turns) == (b"e\nf\ng\n", True, [])

    def test_charges_for_the_rows_and_bytes_of_each_page(self, harness: FeedHarness) -> None:
        harness.fill(*"abcdefgh")
        harness.store.prompt = True
        meter = NotingMeter()
        replay = Replay(harness.room, harness.format, 1, 7, harness.wake, meter=meter)
        pages = replay.take(), replay.take()
        rows, made = sum(meter.charged[::2]), sum(meter.charged[1::2])
        rows, size = rows * ROWS_A_LINE, made * BYTES_A_LINE
        assert (round(rows), round(size)) == (6, sum(map(len, pages)))

    def test_reads_nothing_until_somebody_takes(self, harness: FeedHarness) -> None:
        harness.fill(*"ab")
        self.replay(harness, 0, 2)
        assert harness.store.asked == []

    def test_gives_nothing_while_a_page_is_being_read_and_wakes_once_it_is_there(
        self, harness: FeedHarness
    ) -> None:
        harness.fill(*"ab")
        replay = self.replay(harness, 0, 2)
        assert [replay.take(), replay.take()] == [b"", b""]
        assert (len(harness.store.asked), harness.wakes, replay.done) == (1, 0, False)
        harness.store.answer()
        assert (harness.wakes, replay.done) == (1, False)
        assert (replay.take(), replay.done) == (b"a\nb\n", True)

    def test_reads_the_next_page_only_when_the_last_one_was_taken(
        self, harness: FeedHarness
    ) -> None:
        harness.fill(*"abcd")
        replay = self.replay(harness, 0, 4)
        replay.take()
        harness.store.answer()
        assert harness.store.asked == [(0, 4)]
        replay.take()
        assert harness.store.asked == [(0, 4)]
        replay.take()
        assert harness.store.asked == [(0, 4), (3, 4)]
        harness.store.answer()
        assert replay.take() == b"d\n"

    def test_of_nothing_is_done(self, harness: FeedHarness) -> None:
        replay = self.replay(harness, 5, 5)
        assert replay.done
        assert replay.take() == b""
        assert harness.store.asked == []

    def test_of_nothing_wakes_nobody(self, harness: FeedHarness) -> None:
        harness.fill("a")
        assert self.replay(harness, 1, 1).take() == b""
        assert harness.wakes == 0

    def test_leaves_out_nobody_unless_it_is_told_to(self, harness: FeedHarness) -> None:
        harness.fill("a", session=1)
        harness.store.prompt = True
        replay = Replay(harness.room, harness.format, 0, 1, harness.wake)
        assert replay.take() == b"a\n"

    def test_knows_what_was_taken_of_it(self, harness: FeedHarness) -> None:
        harness.fill(*"abcdef")
        harness.store.prompt = True
        replay = self.replay(harness, 1, 6)
        assert (replay.start, replay.given, replay.end) == (1, 1, 6)
        replay.take()
        assert (replay.start, replay.given, replay.end) == (1, 4, 6)
        replay.take()
        assert (replay.given, replay.whole) == (6, True)

    def test_leaves_out_one_session(self, harness: FeedHarness) -> None:
        harness.fill("a", session=1)
        harness.fill("b", session=2)
        harness.fill("c", session=1)
        harness.store.prompt = True
        assert self.replay(harness, 0, 3, leave_out=1).take() == b"b\n"

    def test_passes_over_pages_of_which_nothing_is_shown(self, harness: FeedHarness) -> None:
        harness.fill(*"abcdef", session=1)
        harness.fill("g", session=2)
        replay = self.replay(harness, 0, 7, leave_out=1)
        replay.take()
        harness.store.answer()
        harness.store.answer()
        assert harness.wakes == 0
        harness.store.answer()
        assert (harness.wakes, replay.take(), replay.done) == (1, b"g\n", True)

    def test_wakes_to_say_that_it_is_done_when_nothing_is_shown(self, harness: FeedHarness) -> None:
        harness.fill("a", session=1)
        replay = self.replay(harness, 0, 1, leave_out=1)
        replay.take()
        assert not replay.done
        harness.store.answer()
        assert (harness.wakes, replay.done, replay.take()) == (1, True, b"")

    def test_passes_over_what_was_forgotten(self, harness: FeedHarness) -> None:
        harness.fill(*"ab")
        harness.store.events.clear()
        harness.store.prompt = True
        replay = self.replay(harness, 0, 2)
        assert (replay.take(), replay.done) == (b"", True)

    def test_gives_all_to_a_reader_that_stays_allowed(self, harness: FeedHarness) -> None:
        harness.fill(*"ab")
        harness.store.prompt = True
        replay = Replay(harness.room, harness.format, 0, 2, harness.wake, allowed=lambda: True)
        assert (replay.take(), replay.done, replay.whole) == (b"a\nb\n", True, True)

    def test_ends_for_good_once_its_reader_is_not_allowed(self, harness: FeedHarness) -> None:
        harness.fill(*"abcd")
        may_read = True
        replay = Replay(harness.room, harness.format, 0, 4, harness.wake, allowed=lambda: may_read)
        replay.take()
        harness.store.answer()
        may_read = False
        assert (replay.take(), replay.done) == (b"", True)
        may_read = True
        assert (replay.take(), replay.done, replay.whole) == (b"", True, False)

    def test_gives_no_page_that_was_being_read_when_it_ended(self, harness: FeedHarness) -> None:
        harness.fill(*"ab")
        may_read = True
        replay = Replay(harness.room, harness.format, 0, 2, harness.wake, allowed=lambda: may_read)
        replay.take()
        may_read = False
        replay.take()
        may_read = True
        harness.store.answer()
        assert (harness.wakes, replay.take(), replay.done) == (1, b"", True)

    def test_says_what_cannot_be_read_in_its_place_and_ends(self, harness: FeedHarness) -> None:
        harness.fill(*"abcdef")
        replay = self.replay(harness, 0, 6)
        replay.take()
        harness.store.answer()
        assert replay.take() == b"a\nb\nc\n"
        assert replay.take() == b""
        harness.store.fail(StoreError("no disk"))
        assert harness.wakes == 2
        assert (replay.take(), replay.done) == (b"ERR Not readable 4-6\n", True)

    def test_an_error_in_the_store_itself_is_logged_and_said_in_its_place_too(
        self, harness: FeedHarness, expected_errors: Callable[..., object]
    ) -> None:
        harness.fill(*"ab")
        replay = self.replay(harness, 0, 2)
        replay.take()
        harness.store.fail(ZeroDivisionError())
        assert (replay.take(), replay.done) == (b"ERR Not readable 1-2\n", True)
        expected_errors(ZeroDivisionError)


class TestLive:
    def test_shows_what_is_published_from_here_on(self, harness: FeedHarness) -> None:
        harness.publish(said("before"))
        cursor = harness.follow()
        assert cursor.take() == b""
        harness.publish(said("a"), joined("luis"))
        assert cursor.take() == b"a\nluis\n"
        assert cursor.take() == b""

    def test_is_never_done(self, harness: FeedHarness) -> None:
        cursor = harness.follow()
        assert not cursor.done
        harness.publish(said("a"))
        cursor.take()
        assert not cursor.done

    def test_everybody_is_sent_the_same_bytes_rendered_once(self, harness: FeedHarness) -> None:
        cursors = [harness.follow(session) for session in range(10, 110)]
        harness.publish(said("a"), said("b", session=2))
        pieces = [cursor.take() for cursor in cursors]
        assert pieces[0] == b"a\nb\n"
        assert all(piece is pieces[0] for piece in pieces)
        assert harness.format.renders == 2

    def test_its_own_lines_come_back(self, harness: FeedHarness) -> None:
        cursor, other = harness.follow(1), harness.follow(2)
        harness.publish(said("a", session=1))
        assert cursor.take() is other.take()

    def test_its_own_notices_do_not(self, harness: FeedHarness) -> None:
        cursor, other = harness.follow(1), harness.follow(2)
        harness.publish(said("a", 1), joined("ana", 1), joined("luis", 2), said("b", 2))
        assert cursor.take() == b"a\nluis\nb\n"
        assert other.take() == b"a\nana\nb\n"

    def test_without_echo_its_own_lines_do_not_either(self, harness: FeedHarness) -> None:
        cursor = harness.follow(1, view=View(echo=False))
        harness.publish(said("a", 1), joined("ana", 1), joined("luis", 2), said("b", 2))
        assert cursor.take() == b"luis\nb\n"

    def test_without_echo_a_batch_of_its_own_lines_is_passed_over(
        self, harness: FeedHarness
    ) -> None:
        cursor = harness.follow(1, view=View(echo=False))
        harness.publish(said("a", 1))
        harness.publish(said("b", 2))
        assert cursor.take() == b"b\n"

    def test_is_woken_for_what_is_published_until_it_is_closed(self, harness: FeedHarness) -> None:
        cursor = harness.follow()
        harness.publish(said("a"))
        assert harness.wakes == 1
        cursor.close()
        harness.publish(said("b"))
        assert harness.wakes == 1

    def test_one_that_cannot_be_woken_keeps_nobody_from_being_woken(
        self, harness: FeedHarness, expected_errors: Callable[..., object]
    ) -> None:
        def broken() -> None:
            raise ZeroDivisionError

        Cursor(harness.feed, 98, Woken(broken))
        harness.follow()
        harness.publish(said("a"))
        assert harness.wakes == 1
        expected_errors(ZeroDivisionError)

    def test_several_batches_are_taken_in_one_piece(self, harness: FeedHarness) -> None:
        cursor = harness.follow()
        harness.publish(said("a"))
        harness.publish(said("b"))
        assert cursor.take() == b"a\nb\n"

    def test_a_large_batch_is_taken_in_pieces_of_whole_lines(self, harness: FeedHarness) -> None:
        cursor = harness.follow()
        texts = [f"{number:0999}" for number in range(100)]
        harness.publish(*map(said, texts))
        taken: list[str] = []
        while piece := cursor.take():
            assert len(piece) < PUSH_BYTES + 1000
            taken += lines(piece)
        assert taken == texts

    def test_whoever_keeps_up_takes_a_batch_that_is_larger_than_the_tail(
        self, harness: FeedHarness
    ) -> None:
        taken: list[bytes] = []
        cursor = Cursor(harness.feed, 99, Woken(lambda: taken.extend(iter(cursor.take, b""))))
        texts = ["x" * 1000] * (2 * TAIL_BYTES // 1000)
        harness.publish(*map(said, texts))
        assert lines(b"".join(taken)) == texts
        assert harness.store.asked == []

    def test_what_is_woken_may_let_others_of_the_room_take(self, harness: FeedHarness) -> None:
        """Both feeds, of two formats, have rendered a batch before any reader is woken."""
        other_feed = harness.room.feed(BareFormat())
        taken: dict[str, list[bytes]] = {"first": [], "second": []}

        def take_both() -> None:
            for name, cursor in ("first", first), ("second", second):
                taken[name] += iter(cursor.take, b"")

        first = Cursor(harness.feed, 98, Woken(take_both))
        second = Cursor(other_feed, 99, Woken(take_both))
        harness.publish(said("a"))
        harness.publish(said("b"))
        assert taken == {"first": [b"a\n", b"b\n"], "second": [b"a\n", b"b\n"]}


class TestPushing:
    """A reader that keeps up is pushed fresh chunks, and need not take them."""

    def test_whoever_keeps_up_is_pushed_what_is_published(self, harness: FeedHarness) -> None:
        harness.idle = True
        cursor = harness.follow()
        harness.publish(said("a"), joined("luis"))
        harness.publish(said("b"))
        assert (harness.taken, harness.wakes) == (b"a\nluis\nb\n", 0)
        assert cursor.take() == b""

    def test_a_large_batch_is_pushed_in_pieces(self, harness: FeedHarness) -> None:
        harness.idle = True
        harness.follow()
        texts = [f"{number:0999}" for number in range(100)]
        harness.publish(*map(said, texts))
        assert lines(harness.taken) == texts

    def test_behind_a_large_batch_pushing_goes_on(self, harness: FeedHarness) -> None:
        harness.idle = True
        harness.follow()
        harness.publish(*(said(f"{number:0999}") for number in range(100)))
        harness.publish(said("next"))
        assert lines(harness.taken)[-1] == "next"
        assert harness.wakes == 0

    def test_whoever_has_something_else_to_be_sent_first_is_woken(
        self, harness: FeedHarness
    ) -> None:
        cursor = harness.follow()
        harness.publish(said("a"))
        assert (harness.taken, harness.wakes) == (b"", 1)
        harness.idle = True
        harness.publish(said("b"))
        assert (harness.taken, harness.wakes) == (b"", 2)
        assert cursor.take() == b"a\nb\n"
        harness.publish(said("c"))
        assert (harness.taken, harness.wakes) == (b"c\n", 2)

    def test_what_shows_nothing_is_not_pushed(self, harness: FeedHarness) -> None:
        harness.idle = True
        pushed: list[bytes] = []
        reader = Woken(lambda: None)
        reader.push = lambda data: not pushed.append(data)  # type: ignore[method-assign,func-returns-value]
        Cursor(harness.room.feed(BareFormat()), 99, reader)
        harness.publish(joined("luis"))
        harness.publish(said("a"))
        assert pushed == [b"a\n"]

    def test_one_that_cannot_be_sent_to_keeps_nobody_from_being_sent_to(
        self, harness: FeedHarness, expected_errors: Callable[..., object]
    ) -> None:
        def broken(data: bytes) -> bool:
            raise ZeroDivisionError

        reader = Woken(lambda: None)
        reader.push = broken  # type: ignore[method-assign]
        Cursor(harness.feed, 98, reader)
        harness.idle = True
        harness.follow()
        harness.publish(said("a"))
        assert harness.taken == b"a\n"
        expected_errors(ZeroDivisionError)

    def test_nobody_is_pushed_their_own_notices(self, harness: FeedHarness) -> None:
        harness.idle = True
        cursor = harness.follow(1)
        harness.publish(said("a", 1), joined("ana", 1))
        assert (harness.taken, harness.wakes) == (b"", 1)
        assert cursor.take() == b"a\n"

    def test_of_one_about_several_they_take_the_rest_and_the_others_are_pushed_all(
        self, harness: FeedHarness
    ) -> None:
        harness.idle = True
        cursor = harness.follow(1)
        harness.follow(3)
        harness.publish(Notice("lobby", Change.JOINED, ((1, "ana"), (2, "luis"))))
        assert (harness.taken, harness.wakes) == (b"ana luis\n", 1)
        assert cursor.take() == b"luis\n"

    def test_nor_without_echo_their_own_lines(self, harness: FeedHarness) -> None:
        harness.idle = True
        cursor = harness.follow(1, view=View(echo=False))
        harness.publish(said("a", 1), said("b", 2))
        assert harness.taken == b""
        assert cursor.take() == b"b\n"

    def test_nothing_is_pushed_past_what_is_still_being_read(self, harness: FeedHarness) -> None:
        cursor = harness.follow()
        harness.bury()
        cursor.take()
        harness.idle = True
        harness.publish(said("last"))
        assert harness.taken == b""
        harness.store.prompt = True
        harness.store.answer()
        assert drain([cursor], harness)[-1] == "last"


class TestPresence:
    @pytest.fixture
    def harness(self) -> FeedHarness:
        return FeedHarness(PresentFormat())

    def test_it_is_shown_in_its_place_among_lines_and_notices(self, harness: FeedHarness) -> None:
        harness.idle = True
        harness.follow()
        harness.publish(came("luis"), said("a"), joined("+b"), came("ana"), came("eva"), said("c"))
        assert lines(harness.taken) == ["joined luis", "a", "+b", "joined ana", "joined eva", "c"]
        assert harness.format.renders == 3

    def test_nobody_is_shown_an_own_one(self, harness: FeedHarness) -> None:
        harness.idle = True
        cursor = harness.follow(1)
        harness.publish(said("a"), came("luis", 1), said("b"), came("eva", 2))
        assert harness.taken == b""
        assert lines(cursor.take()) == ["a", "b", "joined eva"]

    def test_one_for_other_nodes_alone_is_shown_nobody(self, harness: FeedHarness) -> None:
        harness.idle = True
        harness.follow()
        harness.publish(came("luis")._replace(hidden=True))
        assert harness.taken == b""
        harness.publish(said("a"), came("eva")._replace(hidden=True), said("b"))
        assert harness.taken == b"a\nb\n"

    def test_ignored_people_are_there_all_the_same(self, harness: FeedHarness) -> None:
        cursor = harness.follow(view=View(ignored=frozenset({"ana"})))
        harness.publish(came("ana"), said("a"))
        assert lines(cursor.take()) == ["joined ana"]

    def test_many_are_sent_in_parts(self, harness: FeedHarness) -> None:
        pushed: list[bytes] = []
        harness.follow()

        def push(data: bytes) -> bool:
            pushed.append(data)
            return True

        harness.push = push  # type: ignore[method-assign]
        names = [f"{number:0100}" for number in range(3 * PUSH_BYTES // 100)]
        harness.publish(*map(came, names))
        assert lines(b"".join(pushed)) == [f"joined {name}" for name in names]
        assert len(pushed) == 4
        assert all(len(part) <= PUSH_BYTES for part in pushed)

    def test_a_format_without_it_is_given_none_and_keeps_up(self, harness: FeedHarness) -> None:
        harness.follow()
        plain = PlainFormat()
        feed = harness.room.feed(plain)
        harness.idle = True
        cursor = Cursor(feed, 98, harness)
        harness.publish(came("luis"))
        for call in harness.store.later:
            call()
        assert plain.renders == 0
        assert cursor.mark is harness.room.mark
        harness.publish(said("x" * PUSH_BYTES), came("eva"), said("b"))
        assert plain.renders == 4  # two lines, and these in two parts
        assert cursor.mark is harness.room.mark
        assert not harness.wakes

    def test_the_counts_are_of_what_is_shown(self, harness: FeedHarness) -> None:
        counts = harness.room._feeds._counts.entries
        harness.follow()
        plain = Woken(lambda: None)
        Cursor(harness.room.feed(PlainFormat()), 98, plain)
        before = counts["other"]
        harness.publish(came("luis"), said("a"))
        assert counts["other"] == before + 2 + 1

    def test_one_who_falls_out_of_the_tail_misses_it(self, harness: FeedHarness) -> None:
        cursor = harness.follow()
        harness.publish(came("luis"), said("a"))
        harness.bury()
        harness.store.prompt = True
        assert drain([cursor], harness)[0] == "a"


class TestTellingOfPresence:
    def test_it_is_told_while_a_follower_is_shown_it(self, harness: FeedHarness) -> None:
        room = harness.room
        assert not room.tells_presence
        harness.follow()
        assert not room.tells_presence
        cursor = Cursor(room.feed(PresentFormat()), 98, harness)
        assert room.tells_presence
        harness.publish(came("luis"))
        assert room.tells_presence
        harness.publish(said("a"))
        cursor.close()
        assert room.tells_presence
        harness.publish(came("eva"))
        assert not room.tells_presence


class TestOwing:
    """A source owes the events that are still to be taken from it."""

    def owed(self, source: Cursor | Replay, harness: FeedHarness) -> list[int]:
        return [seq for seq in range(harness.room.head + 2) if source.owes("lobby", seq)]

    def test_a_live_cursor_owes_what_is_published_and_not_taken(self, harness: FeedHarness) -> None:
        harness.publish(said("before"))
        cursor = harness.follow()
        assert self.owed(cursor, harness) == []
        harness.publish(said("a"), said("b"))
        assert self.owed(cursor, harness) == [2, 3]
        assert not cursor.owes("ops", 2)
        cursor.take()
        assert self.owed(cursor, harness) == []

    def test_one_that_was_detached_owes_what_the_live_one_left(self, harness: FeedHarness) -> None:
        cursor = harness.follow()
        harness.publish(said("a"))
        rest = cursor.detach()
        assert rest is not None
        harness.publish(said("b"))
        assert (self.owed(rest, harness), self.owed(cursor, harness)) == ([1], [2])

    def test_one_that_was_pushed_to_owes_nothing(self, harness: FeedHarness) -> None:
        harness.idle = True
        cursor = harness.follow()
        harness.publish(said("a"))
        assert self.owed(cursor, harness) == []

    def test_one_that_reads_the_log_owes_what_it_has_not_read(self, harness: FeedHarness) -> None:
        cursor = harness.follow()
        harness.publish(*map(said, "abcdefgh"))
        harness.bury()
        cursor.take()
        harness.store.answer()
        assert cursor.take()
        assert self.owed(cursor, harness)[:2] == [4, 5]

    def test_a_replay_owes_what_is_left_of_its_stretch(self, harness: FeedHarness) -> None:
        harness.fill(*"abcdefgh")
        harness.store.prompt = True
        replay = Replay(harness.room, harness.format, 1, 7, harness.wake)
        assert self.owed(replay, harness) == [2, 3, 4, 5, 6, 7]
        replay.take()
        assert self.owed(replay, harness) == [5, 6, 7]
        assert not replay.owes("ops", 5)


class TestFallingBehind:
    def test_inside_the_tail_nothing_is_read_and_no_notice_is_missed(
        self, harness: FeedHarness
    ) -> None:
        cursor = harness.follow()
        for text in "abc":
            harness.publish(said(text), joined(f"+{text}"))
        assert lines(cursor.take()) == ["a", "+a", "b", "+b", "c", "+c"]
        assert harness.store.asked == []

    def test_the_tail_is_bounded_by_memory_whatever_the_lines_weigh(
        self, harness: FeedHarness
    ) -> None:
        bare = harness.room.feed(BareFormat())  # shows no notices: chunks of 0 bytes
        Cursor(bare, 99, harness)
        for _ in range(5000):
            harness.publish(joined("luis"))
        assert len(bare.tail) < 2000

    def test_the_tail_is_bounded_by_memory_however_short_the_lines_are(
        self, harness: FeedHarness
    ) -> None:
        harness.follow()
        for _ in range(20):
            harness.publish(*[said("x")] * 200)
        assert len(harness.feed.tail) < 10

    def test_of_what_was_rendered_last_one_piece_stays_however_large(
        self, harness: FeedHarness
    ) -> None:
        harness.follow()
        for _ in range(2):
            harness.publish(*[said("x")] * (TAIL_BYTES // 100))
        assert len(harness.feed.tail) == 1

    def test_what_fell_out_of_the_tail_is_read_from_the_log_without_notices(
        self, harness: FeedHarness
    ) -> None:
        harness.store.prompt = True
        cursor = harness.follow()
        harness.publish(said("a"), joined("luis"))
        harness.publish(said("b"))
        harness.bury()
        assert drain([cursor], harness)[:2] == ["a", "b"]

    def test_it_costs_no_read_until_it_takes(self, harness: FeedHarness) -> None:
        harness.follow()
        harness.bury()
        assert harness.store.asked == []

    def test_only_what_is_missing_is_read(self, harness: FeedHarness) -> None:
        cursor = harness.follow()
        harness.publish(said("a"))
        harness.bury()
        cursor.take()
        assert harness.store.asked == [(0, harness.feed.tail.start.seq)]
        assert 1 <= harness.feed.tail.start.seq < harness.room.head
        harness.store.answer()
        drain([cursor], harness)

    def test_nothing_is_taken_while_the_log_is_being_read(self, harness: FeedHarness) -> None:
        cursor = harness.follow()
        harness.bury()
        assert (cursor.take(), cursor.take()) == (b"", b"")
        woken = harness.wakes
        harness.store.answer()
        assert harness.wakes == woken + 1
        assert cursor.take() != b""

    def test_when_only_notices_were_missed_nothing_is_read(self, harness: FeedHarness) -> None:
        cursor = harness.follow()
        harness.publish(*(joined("x" * PUSH_BYTES) for _ in range(TAIL_BYTES // PUSH_BYTES + 1)))
        harness.publish(said("a"))
        assert lines(drain_all(cursor))[-1] == "a"
        assert harness.store.asked == []

    def test_without_echo_its_own_lines_are_left_out_of_what_is_read(
        self, harness: FeedHarness
    ) -> None:
        harness.store.prompt = True
        cursor = harness.follow(1, view=View(echo=False))
        harness.publish(said("mine", 1), said("yours", 2), said("mine", 1))
        harness.publish(*(said("x" * PUSH_BYTES, 2) for _ in range(TAIL_BYTES // PUSH_BYTES + 1)))
        taken = drain([cursor], harness)
        assert taken[0] == "yours"
        assert "mine" not in taken

    def test_what_cannot_be_read_is_said_and_it_goes_on_from_the_tail(
        self, harness: FeedHarness
    ) -> None:
        cursor = harness.follow()
        harness.publish(said("lost"))
        harness.bury()
        harness.publish(said("last"))
        start = harness.feed.tail.start.seq
        cursor.take()
        harness.store.fail(StoreError("no disk"))
        taken = lines(drain_all(cursor))
        assert taken[0] == f"ERR Not readable 1-{start}"
        assert taken[-1] == "last"
        assert len(taken) == 1 + harness.room.head - start


class TestForgetting:
    """A feed without cursors holds nothing in memory."""

    def test_when_the_last_one_leaves_the_tail_is_forgotten(self, harness: FeedHarness) -> None:
        first, second = harness.follow(98), harness.follow(99)
        harness.publish(said("a"))
        first.close()
        assert harness.feed.tail
        second.close()
        assert not harness.feed.tail

    def test_what_somebody_still_has_to_take_is_read_from_the_log(
        self, harness: FeedHarness
    ) -> None:
        cursor = harness.follow()
        harness.publish(said("a"), said("b"))
        rest = cursor.detach()
        cursor.close()
        harness.publish(said("c"))
        assert rest is not None
        assert drain([rest], harness) == ["a", "b"]
        assert harness.store.asked == [(0, 2)]

    def test_the_next_one_to_come_is_shown_what_is_published_from_then_on(
        self, harness: FeedHarness
    ) -> None:
        harness.follow().close()
        harness.publish(said("unheard"))
        cursor = harness.follow()
        harness.publish(said("a"))
        assert cursor.take() == b"a\n"

    def test_what_is_forgotten_before_it_was_shown_is_not_pushed(
        self, harness: FeedHarness
    ) -> None:
        harness.idle = True
        harness.follow()
        before, entries = harness.room.mark, said("a").events(0, 0)
        harness.feed.render(before, entries, before.behind(entries))
        harness.feed.forget()
        harness.feed.show()
        assert harness.taken == b""

    def test_the_next_tail_is_as_long_as_any(self, harness: FeedHarness) -> None:
        kept = []
        for _ in range(2):
            cursor = harness.follow()
            for _ in range(TAIL_BYTES // 10_000):
                harness.publish(said("x" * 10_000))
            kept.append(len(harness.feed.tail))
            cursor.close()
        assert kept[0] == kept[1] > 1


class TestBounded:
    def test_stops_at_its_end(self, harness: FeedHarness) -> None:
        harness.follow()
        before = harness.room.mark
        harness.publish(said("a"))
        end = harness.room.mark
        harness.publish(said("b"))
        cursor = harness.follow(mark=before, end=end)
        assert (cursor.done, cursor.take(), cursor.done, cursor.take()) == (
            False,
            b"a\n",
            True,
            b"",
        )

    def test_is_not_woken(self, harness: FeedHarness) -> None:
        harness.follow(mark=Mark(0, 0), end=Mark(0, 0))
        harness.publish(said("a"))
        assert harness.wakes == 0

    def test_that_fell_out_of_the_tail_is_done_only_when_all_of_it_was_read(
        self, harness: FeedHarness
    ) -> None:
        harness.follow()
        harness.publish(said("a"), said("b"))
        cursor = harness.follow(mark=Mark(0, 0), end=harness.room.mark)
        harness.bury()
        assert (cursor.take(), cursor.done) == (b"", False)
        assert harness.store.asked == [(0, 2)]
        harness.store.answer()
        assert not cursor.done
        assert cursor.take() == b"a\nb\n"
        assert (cursor.take(), cursor.done) == (b"", True)

    def test_that_ends_inside_the_tail_reads_only_what_is_missing(
        self, harness: FeedHarness
    ) -> None:
        harness.store.prompt = True
        cursor = harness.follow()
        harness.bury()
        harness.publish(joined("luis"))
        rest = cursor.detach()
        assert rest is not None
        assert drain([rest], harness)[-1] == "luis"

    def test_reads_from_the_log_what_was_there_before_its_feed(self, harness: FeedHarness) -> None:
        harness.store.prompt = True
        harness.fill(*"abcd")
        cursor = harness.follow(mark=Mark(1, 1), end=Mark(3, 3))
        assert drain([cursor], harness) == ["b", "c"]

    def test_is_served_even_when_its_feed_is_no_longer_followed(self, harness: FeedHarness) -> None:
        live = harness.follow()
        harness.publish(said("a"))
        rest = live.detach()
        live.close()
        harness.publish(said("b"))
        assert rest is not None
        assert drain([rest], harness) == ["a"]


class TestDetach:
    def test_gives_exactly_what_was_not_taken_yet(self, harness: FeedHarness) -> None:
        cursor = harness.follow()
        harness.publish(said("a"))
        cursor.take()
        harness.publish(said("b"))
        rest = cursor.detach()
        harness.publish(said("c"))
        assert rest is not None
        assert (rest.take(), rest.done) == (b"b\n", True)
        assert cursor.take() == b"c\n"

    def test_gives_nothing_when_all_was_taken(self, harness: FeedHarness) -> None:
        cursor = harness.follow()
        assert cursor.detach() is None
        harness.publish(said("a"))
        cursor.take()
        assert cursor.detach() is None

    def test_leaves_own_lines_and_notices_out_as_the_cursor_did(self, harness: FeedHarness) -> None:
        cursor = harness.follow(1, view=View(echo=False))
        harness.publish(said("mine", 1), joined("me", 1), said("yours", 2))
        rest = cursor.detach()
        assert rest is not None
        assert rest.take() == b"yours\n"

    def test_takes_along_what_is_being_read(self, harness: FeedHarness) -> None:
        cursor = harness.follow()
        harness.publish(said("a"))
        harness.bury()
        cursor.take()
        rest = cursor.detach()
        harness.publish(said("after"))
        assert rest is not None
        assert cursor.take() == b"after\n"
        taken = drain([rest], harness)
        assert taken[0] == "a"
        assert len(taken) == harness.room.head - 1

    def test_takes_along_what_is_being_read_when_there_is_nothing_else(
        self, harness: FeedHarness
    ) -> None:
        harness.fill("a")
        cursor = harness.follow(mark=Mark(0, 0))
        assert cursor.take() == b""
        rest = cursor.detach()
        assert rest is not None
        harness.store.answer()
        assert (rest.take(), cursor.take()) == (b"a\n", b"")

    def test_what_was_left_is_not_lost_when_it_falls_out_of_the_tail(
        self, harness: FeedHarness
    ) -> None:
        harness.store.prompt = True
        cursor = harness.follow()
        harness.publish(said("a"))
        rest = cursor.detach()
        harness.bury()
        assert rest is not None
        assert drain([rest], harness) == ["a"]


def drain_all(source: Source) -> bytes:
    return b"".join(iter(source.take, b""))


def drain(queue: list[Source], harness: FeedHarness) -> list[str]:
    """Return all that some sources give, one after another, answering reads at once."""
    taken: list[str] = []
    for source in queue:
        while True:
            if piece := source.take():
                taken += lines(piece)
            elif harness.store.pending:
                harness.store.answer()
            else:
                break
    return taken


PUBLISH = st.tuples(
    st.just("publish"),
    st.lists(
        st.tuples(st.sampled_from(["say", "join"]), st.integers(1, 2)), min_size=1, max_size=6
    ),
)
STEPS = st.lists(
    st.one_of(PUBLISH, PUBLISH, st.sampled_from(["take", "detach", "read"])), max_size=30
)


@pytest.fixture
def _short_tail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "PUSH_BYTES", 10)
    monkeypatch.setattr(cursor_module, "PUSH_BYTES", 10)
    monkeypatch.setattr(tail_module, "TAIL_BYTES", 3000)  # two or three chunks


@pytest.mark.usefixtures("_short_tail")
class TestAnySchedule:
    """Any schedule of publishing, taking, reading, detaching, and falling out of the tail."""

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(steps=STEPS, echo=st.booleans(), prompt=st.booleans())
    def test_every_event_is_taken_once_and_in_order_and_no_notice_twice(
        self, steps: list[object], echo: bool, prompt: bool
    ) -> None:
        """Session 1 reads. Its answers (!) are taken in the place where they were put."""
        harness = FeedHarness()
        harness.store.prompt = prompt
        cursor = harness.follow(1, view=View(echo=echo))
        queue: list[Source | str] = []
        expected: list[str] = []
        optional: set[str] = set()
        taken: list[str] = []

        def take() -> bool:
            while queue:
                first = queue[0]
                if isinstance(first, str):
                    taken.append(first)
                    queue.pop(0)
                    return True
                piece = first.take()
                taken.extend(lines(piece))
                if piece or not first.done:
                    return bool(piece)
                queue.pop(0)
            piece = cursor.take()
            taken.extend(lines(piece))
            return bool(piece)

        for number, step in enumerate(steps):
            if step == "take":
                take()
            elif step == "read":
                if harness.store.pending:
                    harness.store.answer()
            elif step == "detach":
                rest = cursor.detach()
                if rest is not None:
                    queue.append(rest)
                queue.append(f"!{number}")
                expected.append(f"!{number}")
            else:
                batch: list[Draft | Notice] = []
                for place, (what, session) in enumerate(step[1]):  # type: ignore[index]
                    text = f"{number}.{place}"
                    batch.append(said(text, session) if what == "say" else joined(text, session))
                    if session != 1 or (echo and what == "say"):
                        expected.append(text)
                    if what == "join":
                        optional.add(text)
                harness.publish(*batch)
        while take() or harness.store.pending:
            if harness.store.pending:
                harness.store.answer()
        missed = set(expected) - set(taken)
        assert missed <= optional
        assert taken == [text for text in expected if text not in missed]


@pytest.fixture
def memory_room() -> tuple[Room, Clock]:
    clock = Clock()
    store = MemoryStore(clock)
    room = Room("lobby", store)

    class Rooms:
        publish = staticmethod(room.publish)

    store.subscribe(Rooms())  # type: ignore[arg-type]
    return room, clock


class TestOverAStore:
    def test_a_reader_that_was_deaf_for_long_is_told_everything(
        self, memory_room: tuple[Room, Clock]
    ) -> None:
        room, clock = memory_room
        cursor = Cursor(room.feed(BareFormat()), 99, Woken(lambda: None))
        texts = [f"{number:0500}" for number in range(6000)]
        for start in range(0, len(texts), 100):
            for text in texts[start : start + 100]:
                room.append(said(text))
            clock.advance(0)
        assert lines(drain_all(cursor)) == texts


class TestTrail:
    """The trail of what a reader took."""

    def trail(self, harness: FeedHarness) -> tuple[Cursor, Trail]:
        cursor = harness.follow()
        cursor.trail = Trail(cursor)
        return cursor, cursor.trail

    def test_moves_as_its_cursor_does(self, harness: FeedHarness) -> None:
        harness.fill(*"ab")
        cursor, trail = self.trail(harness)
        assert (trail.start, trail.given, trail.end, trail.done) == (2, 2, 2, False)
        harness.fill("c")
        assert (trail.given, trail.end) == (2, 3)
        cursor.take()
        assert (trail.given, trail.end, trail.done) == (3, 3, False)

    def test_moves_as_its_cursor_is_pushed_to(self, harness: FeedHarness) -> None:
        harness.idle = True
        _, trail = self.trail(harness)
        harness.fill("a")
        assert trail.given == 1

    def test_waits_for_what_was_left_to_be_taken_first(self, harness: FeedHarness) -> None:
        cursor, trail = self.trail(harness)
        harness.fill("a")
        first = cursor.detach()
        harness.fill("b")
        second = cursor.detach()
        harness.fill("c")
        assert first is not None
        assert second is not None
        assert (trail.given, trail.end) == (0, 3)
        first.take()
        assert trail.given == 1
        second.take()
        assert trail.given == 2
        cursor.take()
        assert trail.given == 3

    def test_moves_page_by_page_through_what_is_read_from_the_log(
        self, harness: FeedHarness
    ) -> None:
        cursor, trail = self.trail(harness)
        harness.fill(*"abcde")
        harness.bury()
        cursor.take()
        harness.store.answer()
        assert trail.given == 0
        cursor.take()
        assert trail.given == PAGE

    def test_ends_where_something_cannot_be_read(self, harness: FeedHarness) -> None:
        cursor, trail = self.trail(harness)
        harness.fill(*"abcde")
        harness.bury()
        cursor.take()
        harness.store.answer()
        cursor.take()
        cursor.take()
        harness.store.fail(StoreError("the disk is broken"))
        while cursor.take():
            pass
        assert (trail.given, trail.end, trail.done) == (PAGE, PAGE, True)
        assert not trail.go_on(harness.follow())

    def test_ends_too_where_what_was_left_to_be_taken_first_cannot_be_read(
        self, harness: FeedHarness
    ) -> None:
        cursor, trail = self.trail(harness)
        harness.fill(*"abcde")
        harness.bury()
        rest = cursor.detach()
        assert rest is not None
        rest.take()
        harness.store.fail(StoreError("the disk is broken"))
        while rest.take():
            pass
        cursor.take()
        assert (trail.given, trail.end) == (0, 0)
        trail.finish(3)
        assert trail.given == 0

    def test_is_done_when_its_cursor_is_closed_and_all_is_taken(self, harness: FeedHarness) -> None:
        harness.store.prompt = True
        cursor, trail = self.trail(harness)
        harness.fill("a")
        cursor.close()
        rest = cursor.detach()
        assert rest is not None
        assert not trail.done
        rest.take()
        assert trail.done
        harness.fill("b")
        assert (trail.given, trail.end) == (1, 1)

    def test_goes_on_with_another_cursor_that_follows_without_a_gap(
        self, harness: FeedHarness
    ) -> None:
        harness.store.prompt = True
        cursor, trail = self.trail(harness)
        harness.fill("a")
        cursor.close()
        rest = cursor.detach()
        other = harness.follow()
        assert trail.go_on(other)
        harness.fill("b")
        other.take()
        assert trail.given == 0
        assert rest is not None
        rest.take()
        assert (trail.given, trail.end, trail.done) == (2, 2, False)

    def test_does_not_go_on_behind_a_gap(self, harness: FeedHarness) -> None:
        cursor, trail = self.trail(harness)
        cursor.close()
        harness.fill("a")
        assert not trail.go_on(harness.follow())

    def test_nor_with_one_that_gave_up_what_it_had_not_taken(self, harness: FeedHarness) -> None:
        cursor, trail = self.trail(harness)
        harness.fill("a")
        cursor.close()  # and the rest was not taken
        assert not trail.go_on(harness.follow())
        assert trail.given == 0


class TestView:
    """A reader whose view leaves entries out, or has a bell."""

    def test_is_shown_what_the_view_shows(self, harness: FeedHarness) -> None:
        cursor = harness.follow(view=View(ignored=frozenset({"ana"})))
        harness.publish(said("a"), Draft("lobby", 2, "luis", Kind.MESSAGE, ["b"]))
        assert cursor.take() == b"b\n"

    def test_is_sent_the_same_bytes_if_that_is_everything(self, harness: FeedHarness) -> None:
        cursor = harness.follow(view=View(ignored=frozenset({"luis"})))
        harness.fill(*"ab")
        renders = harness.format.renders
        assert cursor.take() == b"a\nb\n"
        assert harness.format.renders == renders

    def test_is_rung_for_once_before_what_is_taken_at_once(self, harness: FeedHarness) -> None:
        cursor = harness.follow(view=View(bell=Bell.ON))
        harness.fill(*"ab")
        harness.fill("c")
        assert cursor.take() == BELL + b"a\nb\nc\n"
        assert cursor.take() == b""

    def test_is_rung_for_whatever_comes_behind(self, harness: FeedHarness) -> None:
        cursor = harness.follow(view=View(bell=Bell.MENTIONS, names=frozenset({"a"})))
        harness.fill("a")
        harness.fill("b")
        assert cursor.take() == BELL + b"a\nb\n"

    def test_is_rung_for_also_if_the_view_leaves_some_of_it_out(self, harness: FeedHarness) -> None:
        view = View(ignored=frozenset({"luis"}), bell=Bell.MENTIONS, names=frozenset({"a"}))
        cursor = harness.follow(view=view)
        for text in "a", "b":
            harness.publish(said(text), Draft("lobby", 2, "luis", Kind.MESSAGE, ["x"]))
        assert cursor.take() == BELL + b"a\nb\n"

    def test_is_not_rung_for_with_nothing_to_show(self, harness: FeedHarness) -> None:
        cursor = harness.follow(view=View(bell=Bell.ON))
        harness.publish(joined("luis"))
        assert cursor.take() == b"luis\n"
        harness.fill("a", session=99)
        assert cursor.take() == b"a\n"

    def test_is_not_rung_for_when_what_is_shown_is_read_from_the_log(
        self, harness: FeedHarness
    ) -> None:
        harness.store.prompt = True
        cursor = harness.follow(view=View(bell=Bell.MENTIONS, names=frozenset({"a"})))
        harness.fill("a")
        harness.bury()
        assert cursor.take().startswith(b"a\n")


class TestPassing:
    """Entries that are in no log: see `chatd.rooms.passing`."""

    @pytest.fixture
    def present(self) -> FeedHarness:
        return FeedHarness(PresentFormat())

    @pytest.fixture
    def cursor(self, present: FeedHarness) -> Cursor:
        """Return the cursor of a reader who was sent one line, and lags since then."""
        cursor = present.follow()
        present.publish(said("a"))
        cursor.take()
        present.publish(came("ana"), said("b"), joined("luis"))
        present.publish(said("c"))
        present.publish(came("eva"))
        return cursor

    def test_each_has_the_seq_of_the_event_before_it(
        self, present: FeedHarness, cursor: Cursor
    ) -> None:
        found = passing(present.feed, EVERYTHING, 99, cursor.mark)
        assert found == [(1, b"joined ana\n"), (2, b"luis\n"), (3, b"joined eva\n")]
        assert passing(present.feed, EVERYTHING, 99, cursor.mark, Mark(4, 2)) == found[:2]

    def test_one_who_has_everything_is_owed_nothing(
        self, present: FeedHarness, cursor: Cursor
    ) -> None:
        cursor.take()
        assert passing(present.feed, EVERYTHING, 99, cursor.mark) == []

    def test_nobody_is_shown_their_own(self, present: FeedHarness, cursor: Cursor) -> None:
        assert passing(present.feed, View(echo=False), 1, cursor.mark) == []

    def test_what_is_no_more_in_memory_is_lost(self, present: FeedHarness, cursor: Cursor) -> None:
        present.bury()
        present.publish(came("tom"))
        assert passing(present.feed, EVERYTHING, 99, cursor.mark) == [
            (present.room.head, b"joined tom\n")
        ]

    def test_a_cursor_that_lags_gives_it_to_another_process(
        self, present: FeedHarness, cursor: Cursor
    ) -> None:
        parts = [(1, b"joined ana\n"), (2, b"luis\n"), (3, b"joined eva\n")]
        assert cursor.state() == {"taken": 1, "start": 1, "passing": parts}
        rest = cursor.detach()
        assert rest is not None
        assert rest.left() == [
            b"joined ana\n",
            Stretch("lobby", 1, 2, present.format),
            b"luis\n",
            Stretch("lobby", 2, 3, present.format),
            b"joined eva\n",
        ]
        assert cursor.state() == {"taken": 3, "start": 3, "passing": []}
        assert rest.take() == b"joined ana\nb\nluis\nc\njoined eva\n"

    def test_lines_at_the_end_are_read_again(self, present: FeedHarness, cursor: Cursor) -> None:
        present.publish(said("d"))
        rest = cursor.detach()
        assert rest is not None
        assert rest.left()[-1] == Stretch("lobby", 3, 4, present.format)
