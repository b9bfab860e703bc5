"""Telling people of invitations, at once or at their next login."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import TOKEN
from chatd.chat.invitations import tell_of_invitations
from chatd.chat.permissions import Role
from chatd.chat.roles import RoleRecord
from chatd.storage.records import change
from tests.support.sentences import EN
from tests.support.world import Member, World


@pytest.fixture
def eva(world: World) -> Member:
    """Return a client that is about to hear of an invitation to #ops by ana."""
    world.register("eva")
    for server in world.servers:
        server.rooms.add("ops")
    invite(world, "ops")
    return world.member("luis")


def invite(world: World, room: str) -> None:
    table = world.server.moderation.roles.table
    change(world.store, table.put(f"{room}/eva", RoleRecord(Role.INVITED, "ana")))
    world.settle()


def tell(world: World, client: Member) -> list[str]:
    server = client.server
    tell_of_invitations(server.store, server.moderation, client.session, "eva")
    world.settle()
    return client.seen()


def test_one_is_told_once(world: World, eva: Member) -> None:
    assert tell(world, eva) == [EN.notice("you_were_invited", name="ana", room="ops")]
    assert tell(world, eva) == []
    role = world.server.moderation.roles.role_of_account("eva", world.room("ops"))
    assert role is Role.INVITED


def test_not_of_a_room_that_is_gone(world: World, eva: Member) -> None:
    invite(world, "tea")
    assert len(tell(world, eva)) == 1


def test_not_in_the_room(world: World, eva: Member) -> None:
    eva.type("/join ops")
    eva.seen()
    assert tell(world, eva) == []


def test_not_a_program(world: World, eva: Member) -> None:
    grant = eva.session.grant
    eva.session.identity.set_grant(grant._replace(kind=TOKEN))
    assert tell(world, eva) == []
    eva.session.identity.set_grant(grant)
    assert len(tell(world, eva)) == 1
