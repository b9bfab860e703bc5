"""`chatd.chat.actions.browser_sign_in`: a secret for a password, and its end."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import BROWSER, Grant
from chatd.chat.actions.browser_sign_in import SignedIn, sign_in, sign_out
from chatd.chat.actions.register import register
from tests.support.sessions import begin, done, guest, member, refused
from tests.support.world import PASSWORD, World


@pytest.fixture
def world() -> World:
    world = World()
    member(world, "Ana")
    return world


def signed_in(
    world: World, name: str = "ana", *, new: bool = False, replaces: Grant | None = None
) -> SignedIn:
    """Return the outcome of a request that signs a browser in."""
    session = guest(world)
    found: SignedIn = done(
        world,
        sign_in(world.server, session, name, PASSWORD, "browser", new=new, replaces=replaces),
    )
    world.server.disconnect(session)
    return found


def grant_of(world: World, found: SignedIn) -> Grant | None:
    return world.server.credentials.sign_in_of([found.cookie], found.proof)


def test_both_halves_stand_for_the_account(world: World) -> None:
    found = signed_in(world)
    assert found.name == "Ana"
    grant = grant_of(world, found)
    assert grant is not None
    assert grant.account == "ana"


def test_halves_of_two_sign_ins_stand_for_nothing(world: World) -> None:
    one, other = signed_in(world), signed_in(world)
    assert grant_of(world, one._replace(proof=other.proof)) is None


def test_a_name_can_be_registered_on_the_way(world: World) -> None:
    assert signed_in(world, "Luis", new=True).name == "Luis"
    assert world.server.accounts.called("luis") is not None


def test_the_sign_in_that_the_browser_had_before_ends(world: World) -> None:
    before = signed_in(world)
    signed_in(world, replaces=grant_of(world, before))
    assert grant_of(world, before) is None
    assert len(world.server.credentials.of("ana", BROWSER)) == 1


@pytest.mark.parametrize(
    ("name", "password", "new", "key"),
    [
        ("not a name", "", False, "invalid_name"),
        ("ana", "", False, "password_too_short"),
        ("ana", "   ", True, "password_too_short"),
        ("ana", "wrong password", False, "wrong_password"),
        ("luis", PASSWORD, False, "not_registered"),
        ("ana", PASSWORD, True, "registered_name"),
    ],
)
def test_what_is_wrong_is_refused(
    world: World, name: str, password: str, new: bool, key: str
) -> None:
    signing_in = sign_in(world.server, guest(world), name, password, "browser", new=new)
    assert refused(world, signing_in) == key
    assert not world.server.credentials.of("ana", BROWSER)


def test_a_session_that_ends_during_the_check_is_signed_in_to_nothing(world: World) -> None:
    session = guest(world)
    world.hashing.held = True
    signing_in = begin(world, sign_in(world.server, session, "ana", PASSWORD, "b", new=False))
    world.server.finish(session)
    world.hashing.work()
    assert signing_in.result.key == "server_error"
    assert not world.server.credentials.of("ana", BROWSER)


def test_a_password_that_changes_while_the_secret_is_stored_is_wrong() -> None:
    world = World(slow=True)
    server = world.server
    begin(world, register(server, guest(world, "ana"), PASSWORD))
    world.release()
    signing_in = begin(world, sign_in(server, guest(world), "ana", PASSWORD, "b", new=False))
    account = server.accounts.table["ana"]
    begin(world, server.registrations.change_password(account, account.hash))
    world.release()
    assert signing_in.result.key == "wrong_password"
    assert not server.credentials.of("ana", BROWSER)


def test_signing_out_ends_one_sign_in_alone(world: World) -> None:
    one, other = signed_in(world), signed_in(world)
    grant = grant_of(world, one)
    for ended in grant, grant, None:
        done(world, sign_out(world.server, guest(world), ended))
    assert grant_of(world, one) is None
    assert grant_of(world, other) is not None
