"""The rooms that one session is in, and the one that its input is meant for."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from twisted.internet.task import Clock

from chatd.chat.joined_rooms import JoinedRooms
from chatd.chat.membership import LASTING
from chatd.chat.replies import READING_SECONDS
from chatd.errors import Refusal
from chatd.event import LEAVING, QUITTING, Departure, Event, Kind, Notice
from chatd.formats.base import Entrance
from chatd.formats.chat import ChatFormat
from chatd.rooms.bookmarks import NEWCOMER, Return
from chatd.rooms.room import Room
from tests.support.sessions import alone, taken
from tests.support.world import HeldStore


@dataclass(frozen=True)
class RecordingFormat(ChatFormat):
    """A format that collects entrances, and says which rooms were left."""

    entrances: list[Entrance] = field(default_factory=list, compare=False)

    def entered(self, entrance: Entrance) -> bytes:
        self.entrances.append(entrance)
        return super().entered(entrance)

    def left(self, room: str, departure: Departure = LEAVING) -> bytes:
        return self.say(f"left {room} {departure.reason}".rstrip())


class Visitor:
    """A session without a server, and the rooms that it joined."""

    def __init__(self, number: int, store: HeldStore, clock: Clock) -> None:
        self.entrances: list[Entrance] = []
        self.session = alone(number, store, clock, RecordingFormat(entrances=self.entrances))
        self.stream = self.session.stream
        self.subscriptions, self.joined = self.session.subscriptions, self.session.joined

    def enter(self, room: Room, recent: int = 0, back: Return = NEWCOMER) -> None:
        self.joined.enter(self.session, room, "welcome", recent, back=back)

    def rename(self, name: str, *along: Visitor) -> None:
        self.joined.rename(name, False, [other.joined for other in along])
        self.session.identity.rename(name, False)
        self.joined.renamed(False)

    def seen(self) -> list[str]:
        return taken(self.stream).splitlines()

    @property
    def rooms(self) -> list[str]:
        return [room.name for room in self.subscriptions.memberships]


class RoomsHarness:
    """Two rooms, Ana, who is in none of them, and Luis."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = HeldStore(self.clock)
        self.lobby, self.ops = Room("lobby", self.store), Room("ops", self.store)
        self.ana, self.luis = (Visitor(number, self.store, self.clock) for number in (1, 2))

    def say(self, room: Room, text: str) -> None:
        """Publish a line of Luis."""
        room.publish([Event(room.name, room.head + 1, 0, 2, "luis", Kind.MESSAGE, text)])

    def notices(self) -> list[str]:
        """Return what the rooms gave to the store: changes and names."""
        found: list[str] = []
        for room in self.lobby, self.ops:
            room.notices.release()
        self.clock.advance(0)
        while self.store.held:
            batch, _ = self.store.held[0]
            found += [
                f"{each.room}: {each.change.value} {' '.join(each.names)}"
                for each in batch
                if isinstance(each, Notice)
            ]
            self.store.release()
            self.clock.advance(0)
        return found


@pytest.fixture
def harness() -> RoomsHarness:
    return RoomsHarness()


class TestEntering:
    def test_a_greeting_is_sent_and_the_room_is_followed(self, harness: RoomsHarness) -> None:
        harness.ana.enter(harness.lobby)
        harness.say(harness.lobby, "hola")
        assert harness.ana.seen() == ["*** welcome", "<luis> hola"]
        assert harness.ana.joined.is_in(harness.lobby)
        assert harness.lobby.people == 1

    def test_past_lines_come_between(self, harness: RoomsHarness) -> None:
        harness.luis.enter(harness.lobby)
        for text in "one", "two", "three":
            harness.say(harness.lobby, text)
        harness.ana.enter(harness.lobby, recent=2)
        harness.say(harness.lobby, "live")
        seen = [line.split("] ")[-1] for line in harness.ana.seen()]
        assert seen == ["*** welcome", "<luis> two", "<luis> three", "<luis> live"]

    def test_a_session_that_returns_is_sent_the_lines_after_those_that_it_has(
        self, harness: RoomsHarness
    ) -> None:
        harness.luis.enter(harness.lobby)
        for text in "one", "two", "three":
            harness.say(harness.lobby, text)
        harness.ana.enter(harness.lobby, recent=0, back=Return(1))
        seen = [line.split("] ")[-1] for line in harness.ana.seen()]
        assert seen == ["*** welcome", "<luis> two", "<luis> three"]

    def test_a_room_with_fewer_lines_is_sent_from_its_beginning(
        self, harness: RoomsHarness
    ) -> None:
        harness.luis.enter(harness.lobby)
        harness.say(harness.lobby, "one")
        harness.ana.enter(harness.lobby, recent=5)
        seen = [line.split("] ")[-1] for line in harness.ana.seen()]
        assert seen == ["*** welcome", "<luis> one"]
        assert harness.ana.entrances[-1].after == 0

    def test_without_past_lines_none_are_queued(self, harness: RoomsHarness) -> None:
        harness.ana.enter(harness.lobby, recent=5)
        assert not harness.ana.stream.owes_past

    def test_a_client_is_told_where_it_enters(self, harness: RoomsHarness) -> None:
        harness.luis.enter(harness.lobby)
        harness.say(harness.lobby, "one")
        harness.ana.enter(harness.lobby)
        harness.ana.enter(harness.lobby, recent=1)
        told = [(each.head, each.head_time, each.after) for each in harness.ana.entrances]
        assert told == [(1, harness.lobby.head_time, 1), (1, harness.lobby.head_time, 0)]

    @pytest.mark.parametrize(
        ("back", "resumed"),
        [(Return(1), True), (Return(0, anew=True), False), (NEWCOMER, False)],
    )
    def test_a_client_is_told_if_it_goes_on_where_it_was(
        self, harness: RoomsHarness, back: Return, resumed: bool
    ) -> None:
        harness.say(harness.lobby, "one")
        harness.ana.enter(harness.lobby, back=back)
        assert harness.ana.entrances[0].resumed is resumed

    def test_one_room_replaces_the_other(self, harness: RoomsHarness) -> None:
        harness.ana.enter(harness.lobby)
        harness.ana.enter(harness.ops)
        assert harness.ana.rooms == ["ops"]
        assert harness.lobby.people == 0
        assert harness.ana.joined.current is harness.ops

    def test_a_session_that_may_be_in_many_stays_in_the_others(self, harness: RoomsHarness) -> None:
        harness.ana.subscriptions.allow_many_rooms()
        harness.ana.enter(harness.lobby)
        harness.ana.enter(harness.ops)
        assert harness.ana.rooms == ["lobby", "ops"]

    def test_entering_a_room_again_counts_the_session_once(self, harness: RoomsHarness) -> None:
        harness.ana.subscriptions.allow_many_rooms()
        harness.ana.enter(harness.lobby)
        harness.ana.enter(harness.lobby)
        assert harness.ana.rooms == ["lobby"]
        assert harness.lobby.people == 1


class TestLeaving:
    def test_nothing_of_a_room_is_seen_after_leaving_it(self, harness: RoomsHarness) -> None:
        harness.ana.enter(harness.lobby)
        harness.ana.joined.leave()
        harness.ana.seen()
        harness.say(harness.lobby, "hola")
        assert harness.ana.seen() == []
        assert harness.ana.rooms == []
        assert harness.ana.joined.current is None

    def test_lines_that_were_said_before_are_still_sent(self, harness: RoomsHarness) -> None:
        harness.ana.enter(harness.lobby)
        harness.ana.seen()
        harness.luis.enter(harness.lobby)
        harness.say(harness.lobby, "hola")
        harness.ana.joined.leave()
        assert harness.ana.seen() == ["<luis> hola", "*** left lobby"]

    def test_the_client_is_told_unless_it_quits(self, harness: RoomsHarness) -> None:
        harness.ana.enter(harness.lobby)
        harness.ana.seen()
        harness.ana.joined.leave(None, QUITTING)
        assert harness.ana.seen() == []

    def test_the_client_is_told_why(self, harness: RoomsHarness) -> None:
        harness.ana.enter(harness.lobby)
        harness.ana.seen()
        harness.ana.joined.leave(None, Departure("enough", "luis"))
        assert harness.ana.seen() == ["*** left lobby enough"]

    def test_leaving_in_no_room_changes_nothing(self, harness: RoomsHarness) -> None:
        harness.ana.joined.leave()
        harness.ana.joined.leave(harness.ops)
        assert harness.ana.joined.current is None
        assert harness.ana.seen() == []

    def test_one_of_several_rooms_can_be_left(self, harness: RoomsHarness) -> None:
        harness.ana.subscriptions.allow_many_rooms()
        harness.ana.enter(harness.lobby)
        harness.ana.enter(harness.ops)
        harness.ana.joined.leave(harness.lobby)
        assert harness.ana.rooms == ["ops"]
        assert harness.ana.joined.current is harness.ops
        assert not harness.ana.joined.is_in(harness.lobby)

    def test_messages_need_a_room_again_once_the_only_one_is_left(
        self, harness: RoomsHarness
    ) -> None:
        harness.ana.enter(harness.lobby)
        harness.ana.joined.need_not_name(harness.lobby)
        assert harness.ana.joined.only is harness.lobby
        harness.ana.joined.leave()
        assert harness.ana.joined.only is None

    def test_they_need_none_after_another_room_is_left(self, harness: RoomsHarness) -> None:
        harness.ana.subscriptions.allow_many_rooms()
        harness.ana.enter(harness.ops)
        harness.ana.enter(harness.lobby)
        harness.ana.joined.need_not_name(harness.lobby)
        harness.ana.joined.leave(harness.ops)
        assert harness.ana.joined.only is harness.lobby

    def test_a_membership_whose_end_failed_half_way_is_none(self, harness: RoomsHarness) -> None:
        harness.ana.enter(harness.lobby)
        harness.ana.subscriptions.memberships[harness.lobby].end()
        assert harness.ana.rooms == ["lobby"]
        assert not harness.ana.joined.is_in(harness.lobby)

    def test_no_timer_is_left(self, harness: RoomsHarness) -> None:
        harness.ana.enter(harness.lobby)
        harness.ana.rename("ana")
        harness.ana.joined.leave()
        harness.clock.advance(0)
        assert harness.clock.getDelayedCalls() == []


class TestRenaming:
    def test_each_room_is_told(self, harness: RoomsHarness) -> None:
        harness.ana.subscriptions.allow_many_rooms()
        harness.ana.enter(harness.lobby)
        harness.ana.enter(harness.ops)
        harness.ana.rename("ana")
        assert harness.notices() == ["lobby: renamed guest1", "ops: renamed guest1"]

    def test_a_guest_with_a_new_name_is_known_by_it_at_once(self, harness: RoomsHarness) -> None:
        harness.ana.enter(harness.lobby)
        harness.ana.rename("ana")
        assert harness.lobby.here.named["ana"].told

    def test_one_with_a_name_is_not_announced_again(self, harness: RoomsHarness) -> None:
        harness.ana.enter(harness.lobby)
        harness.ana.rename("ana")
        harness.ana.rename("eva")
        assert len(harness.clock.getDelayedCalls()) == 2  # a notice that waits, and a commit

    def test_one_that_becomes_a_guest_is_announced_no_more(self, harness: RoomsHarness) -> None:
        harness.ana.rename("ana")
        harness.ana.enter(harness.lobby)
        harness.ana.joined.renamed(True)
        harness.clock.advance(LASTING)
        assert harness.notices() == []

    def test_the_old_name_stays_only_if_another_session_keeps_it(
        self, harness: RoomsHarness
    ) -> None:
        for visitor in harness.ana, harness.luis:
            visitor.rename("ana")
            visitor.enter(harness.lobby)
        harness.clock.advance(LASTING)
        harness.ana.rename("eva", harness.luis)
        harness.luis.rename("eva")
        assert harness.notices() == ["lobby: joined ana", "lobby: renamed ana"]


def refusal(joined: JoinedRooms, key: str = "in_no_room") -> str:
    """Return the key of the refusal of input that names no room; "" if its room is known."""
    try:
        joined.here(key)
    except Refusal as refused:
        return refused.key
    return ""


class TestHere:
    """The room that input is meant for, if it names none."""

    def test_it_is_the_room_that_was_entered_last(self, harness: RoomsHarness) -> None:
        harness.ana.enter(harness.lobby)
        assert harness.ana.joined.here() is harness.lobby

    def test_in_no_room_the_sentence_of_the_caller_says_so(self, harness: RoomsHarness) -> None:
        assert refusal(harness.ana.joined, "not_said") == "not_said"

    def test_a_session_in_several_rooms_may_have_named_none(self, harness: RoomsHarness) -> None:
        harness.ana.subscriptions.allow_many_rooms()
        harness.ana.enter(harness.lobby)
        harness.ana.joined.focus(None)
        assert refusal(harness.ana.joined) == "no_room_named"
        harness.ana.joined.focus(harness.lobby)
        assert refusal(harness.ana.joined) == ""

    def test_input_just_after_a_move_was_meant_for_the_room_before(
        self, harness: RoomsHarness
    ) -> None:
        harness.clock.advance(60)
        harness.ana.enter(harness.lobby)
        harness.ana.joined.was_moved(harness.ops)
        harness.clock.advance(READING_SECONDS - 0.1)
        assert refusal(harness.ana.joined) == "moved_just_now"
        harness.clock.advance(0.1)
        assert harness.ana.joined.here() is harness.lobby

    def test_entering_a_room_oneself_ends_that(self, harness: RoomsHarness) -> None:
        harness.ana.enter(harness.lobby)
        harness.ana.joined.was_moved(harness.ops)
        harness.ana.enter(harness.ops)
        assert harness.ana.joined.here() is harness.ops
