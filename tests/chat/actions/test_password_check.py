"""`chatd.chat.actions.password_check`: passwords that are checked, and tries of them."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import FRESH_SECONDS
from chatd.accounts.passwords import THREADS
from chatd.chat.actions.authentication import (
    check_proof,
    recent_proof,
)
from chatd.chat.actions.password_check import check_password, prove_password
from chatd.chat.login_limits import LIMITS, REGISTRATIONS, STRANGER_TRIES
from tests.support.sessions import begin, done, guest, member, refused
from tests.support.world import PASSWORD, World


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
