"""`chatd.chat.actions.policy`: the mode of a room, its owner, and closing it."""

from __future__ import annotations

import pytest

from chatd.chat.actions.enter import enter
from chatd.chat.actions.policy import (
    close,
    may_close,
    members_put_out_by_closing,
    policy_of,
    set_mode,
)
from chatd.chat.permissions import Mode
from chatd.chat.session import Session
from chatd.errors import Refusal
from tests.support.sessions import done, guest, refused
from tests.support.world import World


def test_the_policy_of_a_room(world: World, ana: Session) -> None:
    assert ana.room is not None
    assert policy_of(world.server, guest(world), ana.room) == (Mode.OPEN, "ana")


def test_a_private_room_puts_strangers_out(world: World, ana: Session) -> None:
    luis = guest(world, "luis")
    room = done(world, enter(world.server, luis, "ops")).room
    did = done(world, set_mode(world.server, ana, room, Mode.PRIVATE))
    assert ([deed.verb for deed in did.deeds], did.was_shown) == (["mode"], True)
    assert luis.room is world.server.lobby
    with pytest.raises(Refusal):
        policy_of(world.server, luis, room)


def test_a_deed_from_elsewhere_is_not_shown(world: World, ana: Session) -> None:
    room = done(world, enter(world.server, guest(world), "ops")).room
    done(world, enter(world.server, ana, "lobby"))
    assert not done(world, set_mode(world.server, ana, room, Mode.MODERATED)).was_shown


def test_a_guest_sets_no_mode(world: World, ana: Session) -> None:
    assert ana.room is not None
    setting = set_mode(world.server, guest(world), ana.room, Mode.PRIVATE)
    assert refused(world, setting) == "only_owner"


def test_a_room_is_closed_once(world: World, ana: Session) -> None:
    luis = guest(world, "luis")
    room = done(world, enter(world.server, luis, "ops")).room
    assert may_close(world.server, ana, room)
    assert members_put_out_by_closing(world.server, room) == 1
    assert done(world, close(world.server, ana, room)) is not None
    assert not luis.joined.is_in(room)
    assert done(world, close(world.server, ana, room)) is None
