"""A right that could not be stored is taken back, with all that was done by it.

A change counts at once, before it is on disk. Eva enters a room by it; then the disk fails.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatd.webhooks.registry import Rules
from chatd.webhooks.urls import networks_of
from tests.support.logs import Expect
from tests.support.receivers import Receiver, outgoing_of
from tests.support.sentences import EN
from tests.support.world import PASSWORD, Member, World

SECRET = "the launch code is 0000"


class FailingWorld(World):
    """Ana owns #den, which is private, on a disk that is slow and fails."""

    def __init__(self) -> None:
        super().__init__(slow=True)
        self.ana, self.eva = self.member("ana"), self.member("eva")
        self.do("/create den private")

    def do(self, *lines: str) -> None:
        """Let ana do something that is stored."""
        for line in lines:
            self.ana.type(line)
            self.release()

    def fail_all(self) -> None:
        """Fail the commit of all that waits, and of what is stored because of that."""
        self.settle()
        while self.store.held:
            self.fail()


def by_ana(line: str, *before: str) -> Callable[[FailingWorld], None]:
    def give(world: FailingWorld) -> None:
        world.do(*before)
        world.ana.type(line)

    return give


RIGHTS = {
    "mode": by_ana("/mode open"),
    "invitation": by_ana("/invite eva"),
    "voice": by_ana("/voice eva"),
    "operator": by_ana("/op eva"),
    "unban": by_ana("/unban eva", "/mode open", "/ban eva"),
    "unban of an address": by_ana(
        "/unban 127.0.0.1", "/mode open", "/ban 127.0.0.1", "/ban 127.0.0.1"
    ),
    "administrator": lambda world: world.ask_operator("promote", name="eva"),
}


def comes_in(person: Member) -> bool:
    person.type("/join den")
    return bool(person.session.room.name == "den")


@pytest.mark.parametrize("right", RIGHTS)
def test_who_came_in_by_it_is_out_again(right: str, expected_errors: Expect) -> None:
    world = FailingWorld()
    RIGHTS[right](world)
    assert comes_in(world.eva)
    world.fail_all()
    assert world.eva.session.room.name == "lobby"
    assert EN.notice("put_out", room="den", why=...) in str(world.eva.seen())
    world.do(SECRET)
    assert SECRET in str(world.ana.seen())
    assert SECRET not in str(world.eva.seen())
    expected_errors()


@pytest.mark.parametrize("right", RIGHTS)
def test_who_came_in_by_it_stays_if_it_is_saved(right: str) -> None:
    world = FailingWorld()
    RIGHTS[right](world)
    assert comes_in(world.eva)
    world.release()
    world.do(SECRET)
    assert SECRET in str(world.eva.seen())


def test_a_hook_that_was_added_by_it_ends(expected_errors: Expect) -> None:
    world = FailingWorld()
    world.server.hooks.rules = Rules(networks_of("any"), tls=True)
    world.do("/mode open")
    world.ana.type("/op eva")
    world.eva.type("/hook #den add https://example.com/", PASSWORD)
    world.settle()
    assert world.server.hooks.of(world.room("den"))
    world.store.fail()
    world.release()
    assert not world.server.hooks.of(world.room("den"))
    expected_errors()


def test_a_hook_whose_end_could_not_be_saved_misses_nothing(expected_errors: Expect) -> None:
    world = FailingWorld()
    server = world.server
    server.hooks.rules = Rules(networks_of("any"), tls=True)
    world.do("/mode open", "/op eva")
    world.eva.type("/hook #den add https://example.com/", PASSWORD)
    world.release()
    receiver, clock = Receiver(), world.clock
    outgoing_of(server, receiver, clock).start()
    world.eva.type("/join den", SECRET)
    world.ana.type("/unop eva")
    world.settle()
    world.store.release()
    world.fail_all()
    clock.pump([0] * 8)
    assert receiver.texts() == [SECRET]
    expected_errors()
