"""`chatd.chat.actions.password`: another password, and the end of what the old one granted."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import TOKEN
from chatd.chat.actions.authentication import recent_proof
from chatd.chat.actions.login import log_in
from chatd.chat.actions.password import change_password, check_password_change
from chatd.chat.actions.tokens import make_token
from chatd.chat.session import Session
from tests.support.sessions import done, guest, member, program, refused, refuses
from tests.support.world import PASSWORD, World

NEW = "another horse"


def change(world: World, session: Session, new: str = NEW, *, keep_tokens: bool = False) -> int:
    proof = recent_proof(session)
    assert proof is not None
    kept: int = done(
        world, change_password(world.server, session, proof, new, keep_tokens=keep_tokens)
    )
    return kept


def give_token(world: World, session: Session) -> None:
    proof = recent_proof(session)
    assert proof is not None
    done(world, make_token(world.server, session, proof, "backup", "read"))


def test_the_new_password_is_valid_and_the_old_is_not(world: World) -> None:
    assert change(world, member(world, "ana")) == 0
    old = log_in(world.server, guest(world), "ana", PASSWORD)
    assert refused(world, old) == "wrong_password"
    done(world, log_in(world.server, guest(world), "ana", NEW))


def test_the_other_sessions_are_signed_out(world: World) -> None:
    ana, other = member(world, "ana"), guest(world)
    done(world, log_in(world.server, other, "ana", PASSWORD))
    change(world, ana)
    assert ana.account == "ana"
    assert other.account is None


@pytest.mark.parametrize("keep", [True, False])
def test_tokens_end_unless_they_are_to_be_kept(world: World, keep: bool) -> None:
    ana = member(world, "ana")
    give_token(world, ana)
    assert change(world, ana, keep_tokens=keep) == int(keep)
    assert len(world.server.credentials.of("ana", TOKEN)) == int(keep)


def test_a_new_password_that_is_not_valid_changes_nothing(world: World) -> None:
    ana = member(world, "ana")
    with refuses("password_too_short"):
        change(world, ana, "short")
    done(world, log_in(world.server, guest(world), "ana", PASSWORD))


def test_the_new_password_is_not_taken_where_others_can_read_it(world: World) -> None:
    ana = member(world, "ana")
    ana.identity.confidential = False
    with refuses("password_in_clear"):
        change(world, ana)


def test_a_token_changes_no_password(world: World) -> None:
    member(world, "ana")
    with refuses("not_with_a_token"):
        check_password_change(world.server, program(world, "ana"))


def test_a_new_password_takes_a_hasher() -> None:
    world = World()
    ana = member(world, "ana")
    world.server.logins.passwords = None
    with refuses("no_accounts"):
        check_password_change(world.server, ana, "short")


def test_a_session_without_the_proof_is_refused(world: World) -> None:
    ana, eva = member(world, "ana"), member(world, "eva")
    proof = recent_proof(eva)
    assert proof is not None
    changing = change_password(world.server, ana, proof, NEW, keep_tokens=False)
    assert refused(world, changing) == "not_logged_in"


@pytest.mark.parametrize("new", ["", NEW, "short"])
def test_a_guest_has_no_password_to_change(world: World, new: str) -> None:
    with refuses("not_logged_in"):
        check_password_change(world.server, guest(world, "eva"), new)


def test_a_new_password_is_checked_before_a_prompt_for_the_present_one(world: World) -> None:
    ana = member(world, "ana")
    check_password_change(world.server, ana)
    with refuses("password_too_short"):
        check_password_change(world.server, ana, "short")
