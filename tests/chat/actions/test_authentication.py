"""`chatd.chat.actions.authentication`: privacy, tries, and proofs of the present password."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import FRESH_SECONDS
from chatd.accounts.passwords import THREADS
from chatd.chat.actions.authentication import (
    KEEP_TOKENS,
    check_password,
    check_privacy,
    check_proof,
    new_password,
    prove_password,
    recent_proof,
)
from chatd.chat.actions.login import log_in, log_out
from chatd.chat.login_limits import LIMITS, REGISTRATIONS, STRANGER_TRIES
from tests.support.sessions import begin, done, guest, member, program, refused, refuses
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


def test_a_right_password_gives_the_account(world: World) -> None:
    member(world, "ana")
    account = done(world, check_password(world.server, guest(world), "ANA", PASSWORD))
    assert account == world.server.accounts.called("ana")


def test_tries_are_limited_and_one_that_is_too_early_is_not_checked(world: World) -> None:
    member(world, "ana")
    session = guest(world, network="192.0.2.1")
    limit = LIMITS[STRANGER_TRIES]
    for _ in range(limit.free):
        wrong = check_password(world.server, session, "ana", "wrong password")
        assert refused(world, wrong) == "wrong_password"
    for _ in range(2):
        early = check_password(world.server, session, "ana", PASSWORD)
        assert refused(world, early) == "too_many_tries"
    world.clock.advance(limit.seconds)
    assert done(world, check_password(world.server, session, "ana", PASSWORD)).name == "ana"


def test_right_passwords_do_not_count_as_tries(world: World) -> None:
    member(world, "ana")
    session = guest(world, network="192.0.2.1")
    for _ in range(2 * LIMITS[STRANGER_TRIES].free):
        done(world, check_password(world.server, session, "ana", PASSWORD))


def test_a_password_that_changed_during_the_check_is_wrong(world: World) -> None:
    ana = member(world, "ana")
    session = guest(world)
    world.hashing.held = True
    checking = begin(world, check_password(world.server, session, "ana", PASSWORD))
    account = world.server.logins.account_of(ana)
    assert account is not None
    done(world, world.server.registrations.change_password(account, account.hash, ana))
    world.hashing.work()
    assert checking.result.key == "wrong_password"


def test_a_password_that_was_just_typed_is_proof_for_some_minutes(world: World) -> None:
    ana = member(world, "ana")
    assert recent_proof(ana) == (ana.number, "ana")
    world.clock.advance(FRESH_SECONDS)
    assert recent_proof(ana) is None


def test_a_password_can_be_proven_again(world: World) -> None:
    ana = member(world, "ana")
    world.clock.advance(FRESH_SECONDS)
    wrong = prove_password(world.server, ana, "wrong password")
    assert refused(world, wrong) == "wrong_password"
    assert recent_proof(ana) is None
    proof = done(world, prove_password(world.server, ana, PASSWORD))
    assert proof == recent_proof(ana)
    world.clock.advance(FRESH_SECONDS)
    assert check_proof(world.server, ana, proof).name == "ana"  # a prompt may take long


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


class TestTurns:
    """Ana logs in from where she usually does, and another person there asks for many passwords."""

    NETWORK = "192.0.2.1"

    def hashed_before(self, world: World) -> int:
        """Have Ana log in; return the number of passwords that are hashed until she is."""
        asking = check_password(world.server, guest(world, network=self.NETWORK), "ana", PASSWORD)
        logged_in, hashed = begin(world, asking), 0
        while not logged_in.called:
            world.hashing.work_once()
            hashed += 1
        world.hashing.work()
        return hashed

    @pytest.fixture
    def held_world(self, world: World) -> World:
        world.member("ana", network=self.NETWORK)
        world.hashing.held = True
        return world

    def test_registrations_delay_a_login_by_one(self, held_world: World) -> None:
        for number in range(LIMITS[REGISTRATIONS].free):
            other = held_world.person(f"new{number}", network=self.NETWORK)
            other.type(f"/register {PASSWORD}")
        assert self.hashed_before(held_world) <= THREADS + 2

    def test_tries_of_names_that_log_in_elsewhere_delay_it_by_one(self, held_world: World) -> None:
        for number in range(100):
            held_world.register(f"other{number}")
            other = guest(held_world, network=self.NETWORK)
            begin(
                held_world,
                check_password(held_world.server, other, f"other{number}", "a wrong one"),
            )
        assert self.hashed_before(held_world) <= THREADS + 2
