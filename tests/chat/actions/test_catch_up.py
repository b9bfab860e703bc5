"""`chatd.chat.actions.catch_up`: the lines that an account missed are sent or marked as read."""

from __future__ import annotations

from chatd.chat.actions.catch_up import mark_seen, show_missed, skip_missed
from chatd.chat.actions.enter import enter
from chatd.chat.actions.login import log_in
from chatd.chat.session import Session
from tests.support.sessions import done, guest, member, refused
from tests.support.world import PASSWORD, World


def returning(world: World) -> Session:
    """Return a session of an account that missed more lines than are shown at once."""
    ana = member(world, "ana")
    done(world, enter(world.server, ana, "tea"))
    ana.say("hola")
    world.settle()
    world.server.disconnect(ana)
    luis = guest(world, "luis")
    done(world, enter(world.server, luis, "tea"))
    for _ in range(3):
        luis.say(*["tea"] * 100)
        world.settle()
    back = guest(world)
    done(world, log_in(world.server, back, "ana", PASSWORD))
    return back


def test_a_guest_misses_nothing(world: World) -> None:
    assert refused(world, show_missed(world.server, guest(world))) == "nothing_counted"
    assert refused(world, skip_missed(world.server, guest(world))) == "nothing_counted"


def test_an_account_that_missed_nothing(world: World) -> None:
    assert not done(world, show_missed(world.server, member(world, "ana")))


def test_missed_lines_are_shown_until_they_are_skipped(world: World) -> None:
    ana = returning(world)
    assert done(world, show_missed(world.server, ana))
    done(world, skip_missed(world.server, ana))
    assert not done(world, show_missed(world.server, ana))


def test_the_lines_of_a_room_are_read_up_to_a_seq(world: World) -> None:
    ana = returning(world)
    room = world.server.rooms["tea"]
    mark_seen(world.server, ana, room, room.head)
    assert world.server.unread.read_marks.of("ana", room.key) == room.head
