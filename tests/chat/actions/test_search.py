"""`chatd.chat.actions.search`: words in a room, and mentions of a name in all rooms."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from twisted.internet.defer import Deferred, fail

from chatd.chat.actions.costs import PAGING_COST
from chatd.chat.actions.enter import enter
from chatd.chat.actions.search import (
    FOUND_BYTES,
    FOUND_SHOWN,
    ROOMS_SEARCHED,
    Place,
    mentions,
    search,
    search_rooms,
)
from chatd.chat.session import Session
from chatd.event import Event
from chatd.rooms.room import Room
from chatd.storage.contract import Found, StoreError, Wanted
from chatd.util.fair_queue import Asker
from chatd.util.meter import FOLDED_A_LINE, REPLAY_LINES
from tests.support.meters import NotingMeter
from tests.support.sessions import done, guest, refused
from tests.support.world import World


@pytest.fixture
def luis(world: World) -> Session:
    luis = guest(world, "luis")
    done(world, enter(world.server, luis, "tea"))
    return luis


def test_the_lines_with_a_word(world: World, luis: Session) -> None:
    luis.say("black tea", "green tea", "coffee")
    world.settle()
    assert luis.room is not None
    found = done(world, search(world.server, luis, luis.room, Wanted(("tea",))))
    assert [event.seq for event in found.events] == [2, 1]
    assert (found.more, found.unseen) == (False, 0)


def test_more_lines_than_are_returned(world: World, luis: Session) -> None:
    luis.say(*["tea"] * (FOUND_SHOWN + 1))
    world.settle()
    assert luis.room is not None
    found = done(world, search(world.server, luis, luis.room, Wanted(("tea",))))
    assert (len(found.events), found.more) == (FOUND_SHOWN, True)


def test_as_many_characters_as_one_answer_holds_escaped(world: World, luis: Session) -> None:
    luis.say(*["tea" + "\u202e" * (FOUND_BYTES // 10)] * 4)
    world.settle()
    assert luis.room is not None
    found = done(world, search(world.server, luis, luis.room, Wanted(("tea",))))
    assert (len(found.events), found.more) == (2, True)


def test_a_store_that_cannot_be_read_is_refused(
    world: World, luis: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(room: Room, wanted: Wanted, upto: int, limit: int, asker: Asker) -> Deferred[Found]:
        return fail(StoreError("no disk"))

    monkeypatch.setattr(Room, "search", broken)
    assert luis.room is not None
    searching = search(world.server, luis, luis.room, Wanted(("tea",)))
    assert refused(world, searching) == "not_readable"


def test_mentions_are_lines_of_others_with_the_name(world: World, luis: Session) -> None:
    eva = guest(world, "eva")
    done(world, enter(world.server, eva, "tea"))
    eva.say("hola luis", "hola")
    luis.say("luis is my name")
    world.settle()
    shown: list[tuple[str, list[str]]] = []

    def show(room: Room, events: Sequence[Event]) -> None:
        shown.append((room.name, [event.text for event in events]))

    assert done(world, mentions(world.server, luis, show)) == (1, False)
    assert shown == [("tea", ["hola luis"])]


def test_a_session_that_was_in_no_room_has_no_mentions(world: World) -> None:
    searching = mentions(world.server, guest(world), lambda room, events: None)
    assert refused(world, searching) == "in_no_room"


class TestSearchingRooms:
    @pytest.fixture
    def places(self, world: World, luis: Session) -> list[Place]:
        """Return two rooms with a line each."""
        luis.say("black tea")
        done(world, enter(world.server, luis, "coffee"))
        luis.say("no tea")
        world.settle()
        rooms = world.server.rooms
        return [Place(rooms[name], rooms[name].head) for name in ("tea", "coffee")]

    def test_each_is_searched_in_order(
        self, world: World, luis: Session, places: list[Place]
    ) -> None:
        found: list[tuple[str, int]] = []
        searching = search_rooms(
            world.server,
            luis,
            [places[0], places[1]._replace(upto=0)],
            Wanted(("tea",)),
            lambda room, here: found.append((room.name, len(here.events))),
        )
        assert done(world, searching) == 2
        assert found == [("tea", 1), ("coffee", 0)]

    def test_so_many_at_most(self, world: World, luis: Session, places: list[Place]) -> None:
        many = places[:1] * (ROOMS_SEARCHED + 1)
        searching = search_rooms(
            world.server, luis, many, Wanted(("green",)), lambda room, here: None
        )
        assert done(world, searching) == ROOMS_SEARCHED

    def test_each_but_the_first_costs_a_page(
        self, world: World, luis: Session, places: list[Place]
    ) -> None:
        meter = luis.stream.meter = NotingMeter()
        searching = search_rooms(
            world.server, luis, places, Wanted(("tea",)), lambda room, here: None
        )
        done(world, searching)
        assert sum(meter.charged) == PAGING_COST


class TestCharging:
    @pytest.mark.parametrize(
        ("text", "charged"), [("tea", 0), ("té" + "ñ" * (FOLDED_A_LINE - 2), 3)]
    )
    def test_a_search_is_charged_for_what_it_folds(
        self, world: World, luis: Session, text: str, charged: float
    ) -> None:
        luis.say(*[text] * 3)
        world.settle()
        assert luis.room is not None
        meter = luis.stream.meter = NotingMeter()
        done(world, search(world.server, luis, luis.room, Wanted(("nothing",))))
        assert sum(meter.charged) == charged

    def test_but_not_for_more_than_a_replay(self, world: World, luis: Session) -> None:
        luis.say("\u3300" * FOLDED_A_LINE * REPLAY_LINES)
        world.settle()
        assert luis.room is not None
        meter = luis.stream.meter = NotingMeter()
        done(world, search(world.server, luis, luis.room, Wanted(("nothing",))))
        assert sum(meter.charged) == REPLAY_LINES

    def test_so_are_mentions(self, world: World, luis: Session) -> None:
        luis.say("ñ" * FOLDED_A_LINE)
        world.settle()
        meter = luis.stream.meter = NotingMeter()
        done(world, mentions(world.server, luis, lambda room, events: None))
        assert sum(meter.charged) == 1
