"""`chatd.chat.actions.rename`: taking another name."""

from __future__ import annotations

import pytest

from chatd.chat.actions.enter import enter
from chatd.chat.actions.rename import rename
from chatd.chat.actions.sanctions import mute
from tests.support.sessions import done, guest, member, refused
from tests.support.world import World


def test_a_guest_takes_a_name(world: World) -> None:
    luis = guest(world)
    assert done(world, rename(world.server, luis, "luis"))
    assert (luis.name, luis.is_guest) == ("luis", False)


def test_the_same_name_changes_nothing(world: World) -> None:
    assert not done(world, rename(world.server, guest(world, "luis"), "luis"))


@pytest.mark.parametrize(
    ("name", "key"),
    [("ana", "name_in_use"), ("no name", "invalid_name"), ("guest7", "reserved_name")],
)
def test_a_name_that_cannot_be_had_is_refused(world: World, name: str, key: str) -> None:
    guest(world, "ana")
    assert refused(world, rename(world.server, guest(world), name)) == key


def test_an_account_has_its_own_name(world: World) -> None:
    assert refused(world, rename(world.server, member(world, "ana"), "eva")) == "logout_first"


def test_the_name_of_its_account_changes_nothing(world: World) -> None:
    assert not done(world, rename(world.server, member(world, "ana"), "ana"))


def test_a_muted_guest_keeps_its_name(world: World) -> None:
    ana, luis = member(world, "ana"), guest(world, "luis")
    for session in ana, luis:
        room = done(world, enter(world.server, session, "ops")).room
    done(world, mute(world.server, ana, room, "luis"))
    assert refused(world, rename(world.server, luis, "otro")) == "name_stays"
