"""`chatd.chat.actions.tokens`: secrets with which programs act for an account."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import TOKEN, TOKENS, Scope
from chatd.chat.actions.authentication import recent_proof
from chatd.chat.actions.tokens import (
    NewToken,
    check_new_token,
    list_tokens,
    make_token,
    revoke_token,
)
from chatd.chat.session import Session
from chatd.errors import Refusal
from tests.support.sessions import done, guest, member, program, refused
from tests.support.world import World


@pytest.fixture
def ana(world: World) -> Session:
    """Return a member who makes tokens."""
    return member(world, "Ana")


def make(world: World, ana: Session, name: str = "backup", scope: str = "write") -> NewToken:
    """Make a token of ana."""
    proof = recent_proof(ana)
    assert proof is not None
    made: NewToken = done(world, make_token(world.server, ana, proof, name, scope))
    return made


def why_not(world: World, session: Session, name: str = "backup", scope: str = "write") -> str:
    """Return the key of the refusal of a token."""
    with pytest.raises(Refusal) as refusal:
        check_new_token(world.server, session, name, scope)
    return refusal.value.key


def test_a_token_acts_for_its_account_within_its_scope(world: World, ana: Session) -> None:
    made = make(world, ana, "backup", "read")
    assert (made.account, made.name, made.scope) == ("Ana", "backup", "read")
    grant = world.server.credentials.grant_of(made.secret, TOKEN)
    assert grant is not None
    assert (grant.account, grant.scope) == ("ana", Scope.READ)


def test_tokens_are_listed_the_oldest_first(world: World, ana: Session) -> None:
    for name in "first", "second":
        make(world, ana, name)
        world.clock.advance(1)
    assert [token.name for token in list_tokens(world.server, ana)] == ["first", "second"]


def test_a_revoked_token_is_valid_no_more(world: World, ana: Session) -> None:
    session = program(world, "ana")
    secret = make(world, ana, "Backup").secret
    assert done(world, revoke_token(world.server, ana, "backup")) == "Backup"
    assert world.server.credentials.grant_of(secret) is None
    assert not session.stream.finished
    done(world, revoke_token(world.server, ana, "t"))
    assert session.stream.finished


def test_a_token_that_is_not_there_cannot_be_revoked(world: World, ana: Session) -> None:
    revoking = revoke_token(world.server, ana, "backup")
    assert refused(world, revoking) == "no_such_token"


@pytest.mark.parametrize(
    ("name", "scope", "key"),
    [
        ("not a name", "write", "invalid_name"),
        ("not a name", "all", "invalid_name"),
        ("backup", "all", "no_such_scope"),
        ("there", "all", "no_such_scope"),
        ("There", "write", "token_exists"),
    ],
)
def test_name_and_scope_are_checked(
    world: World, ana: Session, name: str, scope: str, key: str
) -> None:
    make(world, ana, "there")
    assert why_not(world, ana, name, scope) == key


def test_an_account_has_only_so_many(world: World, ana: Session) -> None:
    for number in range(TOKENS):
        make(world, ana, f"t{number}")
    assert why_not(world, ana) == "too_many_tokens"


def test_all_together_have_only_so_many() -> None:
    world = World(budgets={"tokens.all": 1})
    ana = member(world, "Ana")
    make(world, ana)
    proof = recent_proof(ana)
    assert proof is not None
    making = make_token(world.server, ana, proof, "other", "write")
    assert refused(world, making) == "used_up"
    assert len(list_tokens(world.server, ana)) == 1


def test_a_guest_has_none(world: World, ana: Session) -> None:
    session = guest(world, "eva")
    assert why_not(world, session) == "not_logged_in"
    with pytest.raises(Refusal):
        list_tokens(world.server, session)
    assert refused(world, revoke_token(world.server, session, "x")) == "not_logged_in"


def test_a_secret_is_not_sent_where_others_can_read_it(world: World, ana: Session) -> None:
    ana.identity.confidential = False
    assert why_not(world, ana) == "no_token_in_clear"


def test_a_token_makes_lists_and_revokes_none(world: World, ana: Session) -> None:
    session = program(world, "ana")
    assert why_not(world, session, "other") == "not_with_a_token"
    with pytest.raises(Refusal):
        list_tokens(world.server, session)
    assert refused(world, revoke_token(world.server, session, "x")) == "not_with_a_token"


def test_a_token_has_the_valid_form_of_its_name(world: World, ana: Session) -> None:
    assert make(world, ana, "cafe\u0301").name == "caf\u00e9"


def test_a_token_takes_the_present_password(world: World, ana: Session) -> None:
    proof = recent_proof(member(world, "eva"))
    assert proof is not None
    making = make_token(world.server, ana, proof, "backup", "write")
    assert refused(world, making) == "not_logged_in"
