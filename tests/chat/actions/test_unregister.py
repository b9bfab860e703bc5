"""`chatd.chat.actions.unregister`: a name is given up with its password."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import TOKEN
from chatd.accounts.sign_in import SignIn
from chatd.chat.actions.login import act_by_grant, grant_by_proxy, log_in_by_grant
from chatd.chat.actions.unregister import (
    check_unregistration,
    has_password,
    unregister,
    unregister_user,
)
from chatd.chat.session import Session
from tests.support.sessions import begin, done, guest, member, program, refused, refuses
from tests.support.world import PASSWORD, World


def test_the_account_is_removed_and_its_session_a_guest(world: World) -> None:
    ana = member(world, "ana")
    done(world, unregister(world.server, ana, PASSWORD))
    assert not world.server.accounts.table
    assert ana.is_guest


def test_a_wrong_password_removes_nothing(world: World) -> None:
    ana = member(world, "ana")
    assert refused(world, unregister(world.server, ana, "wrong password")) == "wrong_password"
    assert ana.account == "ana"


def test_a_guest_has_nothing_to_give_up(world: World) -> None:
    with refuses("not_logged_in"):
        check_unregistration(world.server, guest(world, "eva"), sent=False)


def test_the_connection_must_be_confidential(world: World) -> None:
    ana = member(world, "ana")
    ana.identity.confidential = False
    assert refused(world, unregister(world.server, ana, PASSWORD)) == "password_in_clear"


def test_a_token_gives_up_nothing(world: World) -> None:
    member(world, "ana")
    removing = unregister(world.server, program(world, "ana"), PASSWORD)
    assert refused(world, removing) == "not_with_a_token"
    assert "ana" in world.server.accounts.table


def test_a_session_that_is_logged_out_during_the_check_removes_nothing(world: World) -> None:
    ana = member(world, "ana")
    world.hashing.held = True
    removing = begin(world, unregister(world.server, ana, PASSWORD))
    world.server.logins.log_out(ana)
    world.hashing.work()
    assert removing.result.key == "not_logged_in"
    assert "ana" in world.server.accounts.table


class TestAnAccountWithoutAPassword:
    """A proxy vouches for its person, and no helper knows a password."""

    @pytest.fixture
    def world(self) -> World:
        return World(sign_in=SignIn(creates=True))

    @pytest.fixture
    def ana(self, world: World) -> Session:
        grant = done(world, grant_by_proxy(world.server, guest(world), "ana"))
        session = guest(world)
        assert log_in_by_grant(world.server, session, grant)
        return session

    def test_is_removed_without_one(self, world: World, ana: Session) -> None:
        assert not has_password(world.server, ana)
        done(world, unregister_user(world.server, ana))
        assert not world.server.accounts.table

    def test_is_removed_by_no_token(self, world: World, ana: Session) -> None:
        token = world.server.credentials.grant_of(world.secret("ana", TOKEN), TOKEN)
        session = guest(world)
        assert token is not None
        assert act_by_grant(world.server, session, token)
        assert refused(world, unregister_user(world.server, session)) == "not_with_a_token"

    def test_is_removed_by_no_guest(self, world: World) -> None:
        assert refused(world, unregister_user(world.server, guest(world))) == "not_logged_in"


def test_an_account_with_a_password_is_not_removed_without_it(world: World) -> None:
    ana = member(world, "ana")
    assert has_password(world.server, ana)
    done(world, unregister_user(world.server, ana))
    assert "ana" in world.server.accounts.table
