"""`chatd.chat.actions.unregister`: a name is given up with its password."""

from __future__ import annotations

from chatd.chat.actions.unregister import check_unregistration, unregister
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
