"""`chatd.chat.actions.authentication`: privacy, tries, and proofs of the present password."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import FRESH_SECONDS
from chatd.chat.actions.authentication import (
    KEEP_TOKENS,
    check_privacy,
    check_proof,
    new_password,
    recent_proof,
)
from chatd.chat.actions.login import log_in, log_out
from chatd.chat.actions.password_check import prove_password
from tests.support.sessions import done, guest, member, program, refuses
from tests.support.world import PASSWORD, World


@pytest.mark.parametrize(
    ("sent", "key"), [(True, "password_in_clear"), (False, "no_password_in_clear")]
)
def test_a_password_is_refused_on_a_connection_that_others_can_read(
    world: World, sent: bool, key: str
) -> None:
    session = guest(world, confidential=False)
    with refuses(key):
        check_privacy(world.server, session, sent=sent)


def test_a_server_may_take_passwords_in_clear() -> None:
    world = World(plaintext_passwords=True)
    check_privacy(world.server, guest(world, confidential=False), sent=True)


@pytest.mark.parametrize("word", KEEP_TOKENS)
@pytest.mark.parametrize("text", ["{word}", " {word} correct horse", "{word}: correct horse"])
def test_no_new_password_begins_with_a_word_that_keeps_tokens(word: str, text: str) -> None:
    with refuses("password_is_a_word"):
        new_password(text.format(word=word.upper()), "ana")


def test_a_password_that_was_just_typed_is_proof_for_some_minutes(world: World) -> None:
    ana = member(world, "ana")
    assert recent_proof(ana) == (ana.number, "ana")
    world.clock.advance(FRESH_SECONDS)
    assert recent_proof(ana) is None


def test_a_proof_is_of_no_use_with_a_token(world: World) -> None:
    member(world, "ana")
    session = program(world, "ana")
    proof = done(world, prove_password(world.server, session, PASSWORD))
    with refuses("not_with_a_token"):
        check_proof(world.server, session, proof)


def test_a_proof_is_of_no_use_in_another_session_or_for_another_account(world: World) -> None:
    ana, luis = member(world, "ana"), member(world, "luis")
    proof = recent_proof(ana)
    assert proof is not None
    second = guest(world)
    done(world, log_in(world.server, second, "ana", PASSWORD))
    done(world, log_out(world.server, ana))
    done(world, log_in(world.server, ana, "luis", PASSWORD))
    for session in second, luis, ana:
        with refuses("not_logged_in"):
            check_proof(world.server, session, proof)
