"""A right that could not be stored is taken back, with all that was done by it.

A change counts at once, before it is on disk. Eva enters a room by it; then the disk fails.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatd.storage.records import change
from chatd.webhooks.delivery import Deliveries
from chatd.webhooks.registry import Rules
from chatd.webhooks.urls import networks_of
from tests.support.logs import Expect
from tests.support.receivers import Receiver
from tests.support.world import CHEAP, PASSWORD, Member, World

SECRET = "the launch code is 0000"


class Scene:
    """Ana owns #den, which is private, on a disk that is slow and fails."""

    def __init__(self) -> None:
        self.world = world = World(slow=True)
        self.ana, self.eva = world.member("ana"), world.member("eva", network="127.0.0.1")
        accounts = world.server.accounts.table
        for name in "ana", "eva":
            account = accounts[name]._replace(hash=CHEAP.hash(PASSWORD))
            change(world.store, accounts.put(name, account))
        self.do("/create den private")

    def do(self, *lines: str) -> None:
        """Let ana do something that is stored."""
        for line in lines:
            self.ana.type(line)
            self.world.release()

    def fail(self) -> None:
        """Fail the commit of all that waits."""
        self.world.settle()
        while self.world.store.held:
            self.world.store.fail()
            self.world.settle()


def by_ana(line: str, *before: str) -> Callable[[Scene], None]:
    def give(scene: Scene) -> None:
        scene.do(*before)
        scene.ana.type(line)

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
    "administrator": lambda scene: scene.world.ask_operator("promote", name="eva"),
}


def comes_in(person: Member) -> bool:
    person.type("/join den")
    return bool(person.session.room.name == "den")


@pytest.mark.parametrize("right", RIGHTS)
def test_who_came_in_by_it_is_out_again(right: str, expected_errors: Expect) -> None:
    scene = Scene()
    RIGHTS[right](scene)
    assert comes_in(scene.eva)
    scene.fail()
    assert scene.eva.session.room.name == "lobby"
    assert "*** You were put out of #den: " in str(scene.eva.seen())
    scene.do(SECRET)
    assert SECRET in str(scene.ana.seen())
    assert SECRET not in str(scene.eva.seen())
    expected_errors()


@pytest.mark.parametrize("right", RIGHTS)
def test_who_came_in_by_it_stays_if_it_is_saved(right: str) -> None:
    scene = Scene()
    RIGHTS[right](scene)
    assert comes_in(scene.eva)
    scene.world.release()
    scene.do(SECRET)
    assert SECRET in str(scene.eva.seen())


def test_a_hook_that_was_added_by_it_ends(expected_errors: Expect) -> None:
    scene = Scene()
    scene.world.server.hooks.rules = Rules(networks_of("any"), tls=True)
    scene.do("/mode open")
    scene.ana.type("/op eva")
    scene.eva.type("/hook #den add https://example.com/", PASSWORD)
    scene.world.settle()
    assert scene.world.server.hooks.of(scene.world.room("den"))
    scene.world.store.fail()
    scene.world.release()
    assert not scene.world.server.hooks.of(scene.world.room("den"))
    expected_errors()


def test_a_hook_whose_end_could_not_be_saved_misses_nothing(expected_errors: Expect) -> None:
    scene = Scene()
    server = scene.world.server
    server.hooks.rules = Rules(networks_of("any"), tls=True)
    scene.do("/mode open", "/op eva")
    scene.eva.type("/hook #den add https://example.com/", PASSWORD)
    scene.world.release()
    receiver, clock = Receiver(), scene.world.clock
    Deliveries(
        server.hooks, server.rooms.get, receiver, clock, server.error_log, clock.seconds
    ).start()
    scene.eva.type("/join den", SECRET)
    scene.ana.type("/unop eva")
    scene.world.settle()
    scene.world.store.release()
    scene.fail()
    clock.pump([0] * 8)
    assert receiver.texts() == [SECRET]
    expected_errors()
