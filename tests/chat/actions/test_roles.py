"""`chatd.chat.actions.roles`: giving roles and taking them back."""

from __future__ import annotations

import pytest

from chatd.chat.actions.enter import create, enter
from chatd.chat.actions.rename import rename
from chatd.chat.actions.roles import give_role, take_role
from chatd.chat.permissions import Act, Mode, Role
from chatd.chat.session import Session
from chatd.rooms.room import Room
from tests.support.sessions import done, guest, member, refused
from tests.support.world import World


@pytest.fixture
def ana(world: World) -> Session:
    """Return the owner of #den, a private room, who is there."""
    ana = member(world, "ana")
    done(world, create(world.server, ana, "den", Mode.PRIVATE))
    return ana


@pytest.fixture
def den(world: World, ana: Session) -> Room:
    return world.server.rooms["den"]


def role(world: World, session: Session, room: Room) -> Role:
    """Return the role of a session in a room."""
    return world.server.moderation.roles.role_of(session, room)


def test_an_invited_guest_may_enter(world: World, ana: Session, den: Room) -> None:
    luis = guest(world, "luis")
    did = done(world, give_role(world.server, ana, den, Act.INVITE, "luis"))
    assert [deed.verb for deed in did.deeds] == ["invite"]
    assert done(world, enter(world.server, luis, "den")).room is den


def test_a_guest_loses_its_role_with_its_name(world: World, ana: Session, den: Room) -> None:
    luis = guest(world, "luis")
    done(world, give_role(world.server, ana, den, Act.INVITE, "luis"))
    done(world, rename(world.server, luis, "otro"))
    assert role(world, luis, den) is Role.EVERYONE


def test_a_role_is_given_once(world: World, ana: Session, den: Room) -> None:
    eva = member(world, "eva")
    done(world, give_role(world.server, ana, den, Act.VOICE, "eva"))
    assert done(world, give_role(world.server, ana, den, Act.INVITE, "eva")) is None
    assert role(world, eva, den) is Role.VOICED


def test_an_operator_is_registered(world: World, ana: Session, den: Room) -> None:
    guest(world, "luis")
    giving = give_role(world.server, ana, den, Act.OP, "luis")
    assert refused(world, giving) == "not_registered_op"


def test_a_name_that_is_not_used_is_refused(world: World, ana: Session, den: Room) -> None:
    assert refused(world, give_role(world.server, ana, den, Act.INVITE, "eva")) == "nobody"


def test_a_member_without_the_right_is_refused(world: World, ana: Session, den: Room) -> None:
    luis = guest(world, "luis")
    done(world, give_role(world.server, ana, den, Act.INVITE, "luis"))
    giving = give_role(world.server, luis, den, Act.INVITE, "ana")
    assert refused(world, giving) == "only_operators"


def test_an_operator_of_a_private_room_stays_invited(world: World, ana: Session, den: Room) -> None:
    eva = member(world, "eva")
    done(world, give_role(world.server, ana, den, Act.OP, "eva"))
    done(world, take_role(world.server, ana, den, Act.OP, "eva"))
    assert role(world, eva, den) is Role.INVITED


def test_a_guest_whose_invitation_is_taken_back_is_put_out(
    world: World, ana: Session, den: Room
) -> None:
    luis = guest(world, "luis")
    done(world, give_role(world.server, ana, den, Act.INVITE, "luis"))
    done(world, enter(world.server, luis, "den"))
    done(world, take_role(world.server, ana, den, Act.INVITE, "luis"))
    assert not luis.joined.is_in(den)


def test_a_role_that_is_not_there_cannot_be_taken(world: World, ana: Session, den: Room) -> None:
    guest(world, "luis")
    assert done(world, take_role(world.server, ana, den, Act.VOICE, "luis")) is None


def test_the_owner_keeps_the_role(world: World, ana: Session, den: Room) -> None:
    taking = take_role(world.server, ana, den, Act.OP, "ana")
    assert refused(world, taking) == "not_above_owner"
