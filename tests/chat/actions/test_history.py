"""`chatd.chat.actions.history`: the last lines of a room, lines since a time, and pages."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred, fail

from chatd.chat.actions.enter import enter
from chatd.chat.actions.history import last_lines, lines_since, page_after, page_before
from chatd.chat.session import Session
from chatd.event import Bookmark
from chatd.rooms.bookmarks import end_of
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.util.fair_queue import Asker
from chatd.util.meter import ROWS_A_LINE
from tests.support.meters import NotingMeter
from tests.support.sessions import done, guest, refused
from tests.support.world import World


@pytest.fixture
def luis(world: World) -> Session:
    """Return a session in a room with four lines, of which two were said at 100 s."""
    luis = guest(world, "luis")
    done(world, enter(world.server, luis, "tea"))
    luis.say("uno", "dos")
    world.settle()
    world.clock.advance(100)
    luis.say("tres", "cuatro")
    world.settle()
    return luis


def room_of(session: Session) -> Room:
    """Return the room that a session is in."""
    assert session.room is not None
    return session.room


def test_each_line_of_a_page_is_charged_for(world: World, luis: Session) -> None:
    luis.stream.meter = meter = NotingMeter()
    done(world, page_before(world.server, luis, room_of(luis), None, 3))
    done(world, page_after(world.server, luis, room_of(luis), Bookmark(2), 9))
    assert meter.charged == [3 / ROWS_A_LINE, 2 / ROWS_A_LINE]


def test_the_last_lines(world: World, luis: Session) -> None:
    past = last_lines(world.server, luis, 3)
    assert (past.after, past.upto, past.lines) == (1, 4, 3)


def test_more_lines_than_there_are(world: World, luis: Session) -> None:
    assert last_lines(world.server, luis, 10).lines == 4


def test_lines_since_a_time(world: World, luis: Session) -> None:
    assert done(world, lines_since(world.server, luis, 50)).after == 2


def test_a_time_that_the_store_cannot_find_is_refused(
    world: World, luis: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(room: Room, time: int, asker: Asker) -> Deferred[int]:
        return fail(StoreError("no disk"))

    monkeypatch.setattr(Room, "seq_before", broken)
    assert refused(world, lines_since(world.server, luis, 50)) == "not_readable"


def test_a_page_before_a_seq(world: World, luis: Session) -> None:
    page = done(world, page_before(world.server, luis, room_of(luis), 4, 2))
    assert [event.text for event in page.found.events] == ["dos", "tres"]
    assert (page.found.after, page.found.more, page.head) == (1, True, 4)


def test_the_last_page(world: World, luis: Session) -> None:
    page = done(world, page_before(world.server, luis, room_of(luis), None, 1))
    assert [event.text for event in page.found.events] == ["cuatro"]


def test_a_page_after_a_bookmark(world: World, luis: Session) -> None:
    page = done(world, page_after(world.server, luis, room_of(luis), Bookmark(2), 1))
    assert [event.text for event in page.found.events] == ["tres"]
    assert (page.found.more, page.anew) == (True, False)


def test_nothing_comes_after_the_end(world: World, luis: Session) -> None:
    room = room_of(luis)
    page = done(world, page_after(world.server, luis, room, end_of(room), 10))
    assert (page.found.events, page.anew) == ([], False)


def test_a_bookmark_of_another_log_begins_anew(world: World, luis: Session) -> None:
    page = done(world, page_after(world.server, luis, room_of(luis), Bookmark(2, 1), 10))
    assert (len(page.found.events), page.anew) == (4, True)


def test_a_session_that_ended_receives_no_page(world: World, luis: Session) -> None:
    def check() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        done(world, page_before(world.server, luis, room_of(luis), None, 1, check))
