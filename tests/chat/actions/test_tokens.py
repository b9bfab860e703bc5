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


class Desk:
    """A member who makes tokens."""

    def __init__(self) -> None:
        self.world = World()
        self.server = self.world.server
        self.ana = member(self.world, "Ana")

    def make(self, name: str = "backup", scope: str = "write") -> NewToken:
        proof = recent_proof(self.ana)
        assert proof is not None
        made: NewToken = done(self.world, make_token(self.server, self.ana, proof, name, scope))
        return made

    def why_not(self, session: Session, name: str = "backup", scope: str = "write") -> str:
        with pytest.raises(Refusal) as refusal:
            check_new_token(self.server, session, name, scope)
        return refusal.value.key


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_token_acts_for_its_account_within_its_scope(desk: Desk) -> None:
    made = desk.make("backup", "read")
    assert (made.account, made.name, made.scope) == ("Ana", "backup", "read")
    grant = desk.server.credentials.grant_of(made.secret, TOKEN)
    assert grant is not None
    assert (grant.account, grant.scope) == ("ana", Scope.READ)


def test_tokens_are_listed_the_oldest_first(desk: Desk) -> None:
    for name in "first", "second":
        desk.make(name)
        desk.world.clock.advance(1)
    assert [token.name for token in list_tokens(desk.server, desk.ana)] == ["first", "second"]


def test_a_revoked_token_is_valid_no_more(desk: Desk) -> None:
    session = program(desk.world, "ana")
    secret = desk.make("Backup").secret
    assert done(desk.world, revoke_token(desk.server, desk.ana, "backup")) == "Backup"
    assert desk.server.credentials.grant_of(secret) is None
    assert not session.stream.finished
    done(desk.world, revoke_token(desk.server, desk.ana, "program"))
    assert session.stream.finished


def test_a_token_that_is_not_there_cannot_be_revoked(desk: Desk) -> None:
    revoking = revoke_token(desk.server, desk.ana, "backup")
    assert refused(desk.world, revoking) == "no_such_token"


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
def test_name_and_scope_are_checked(desk: Desk, name: str, scope: str, key: str) -> None:
    desk.make("there")
    assert desk.why_not(desk.ana, name, scope) == key


def test_an_account_has_only_so_many(desk: Desk) -> None:
    for number in range(TOKENS):
        desk.make(f"t{number}")
    assert desk.why_not(desk.ana) == "too_many_tokens"


def test_a_guest_has_none(desk: Desk) -> None:
    session = guest(desk.world, "eva")
    assert desk.why_not(session) == "not_logged_in"
    with pytest.raises(Refusal):
        list_tokens(desk.server, session)
    assert refused(desk.world, revoke_token(desk.server, session, "x")) == "not_logged_in"


def test_a_secret_is_not_sent_where_others_can_read_it(desk: Desk) -> None:
    desk.ana.identity.confidential = False
    assert desk.why_not(desk.ana) == "no_token_in_clear"


def test_a_token_makes_lists_and_revokes_none(desk: Desk) -> None:
    session = program(desk.world, "ana")
    assert desk.why_not(session, "other") == "not_with_a_token"
    with pytest.raises(Refusal):
        list_tokens(desk.server, session)
    assert refused(desk.world, revoke_token(desk.server, session, "x")) == "not_with_a_token"


def test_a_token_has_the_valid_form_of_its_name(desk: Desk) -> None:
    assert desk.make("cafe\u0301").name == "caf\u00e9"


def test_a_token_takes_the_present_password(desk: Desk) -> None:
    proof = recent_proof(member(desk.world, "eva"))
    assert proof is not None
    making = make_token(desk.server, desk.ana, proof, "backup", "write")
    assert refused(desk.world, making) == "not_logged_in"
