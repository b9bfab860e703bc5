"""The identity of a session: its account, and what its grant allows."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.accounts.credentials import FRESH_SECONDS, TOKEN, Grant, Scope
from chatd.chat.identity import Identity
from chatd.errors import Refusal
from tests.support.sessions import refuses


class IdentityHarness:
    """An identity, and the grants that are not valid any more."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.ended: list[Grant] = []
        self.identity = Identity("guest1", self.clock, lambda grant: grant not in self.ended)

    def log_in(self, grant: Grant) -> Identity:
        self.identity.set_grant(grant)
        return self.identity

    def end(self) -> None:
        assert self.identity.grant is not None
        self.ended.append(self.identity.grant)


@pytest.fixture
def harness() -> IdentityHarness:
    return IdentityHarness()


FULL = Grant("ana", 0, typed=0.0)
READER = Grant("ana", 0, kind=TOKEN, scope=Scope.READ)


def key_of(refusal: Refusal | None) -> str:
    return "" if refusal is None else refusal.key


def test_a_new_session_is_a_guest(harness: IdentityHarness) -> None:
    assert harness.identity.is_guest
    assert harness.identity.account is None


def test_a_guest_lacks_no_scope_of_a_grant(harness: IdentityHarness) -> None:
    assert [harness.identity.lacks(scope) for scope in Scope] == [None] * len(Scope)


def test_a_valid_grant_names_the_account(harness: IdentityHarness) -> None:
    assert harness.log_in(FULL).account == "ana"
    assert not harness.identity.has_expired


def test_one_that_has_ended_names_none(harness: IdentityHarness) -> None:
    identity = harness.log_in(FULL)
    harness.end()
    assert identity.account is None
    assert identity.has_expired


def test_one_that_has_ended_allows_nothing(harness: IdentityHarness) -> None:
    identity = harness.log_in(FULL)
    harness.end()
    assert key_of(identity.lacks(Scope.WRITE)) == "not_signed_in"


def test_a_token_that_reads_may_not_write(harness: IdentityHarness) -> None:
    assert key_of(harness.log_in(READER).lacks(Scope.WRITE)) == "token_reads_only"
    assert key_of(harness.identity.lacks(Scope.FULL)) == "not_with_a_token"
    assert harness.identity.lacks(Scope.READ) is None


def test_the_check_raises_what_is_lacking(harness: IdentityHarness) -> None:
    identity = harness.log_in(READER)
    identity.check_scope(Scope.READ)
    with refuses("token_reads_only"):
        identity.check_scope(Scope.WRITE)


class TestTypedItsPassword:
    """The password was typed in the session a short while ago."""

    def test_for_a_while_after_it_was_typed(self, harness: IdentityHarness) -> None:
        identity = harness.log_in(FULL)
        assert identity.typed_its_password
        harness.clock.advance(FRESH_SECONDS)
        assert not identity.typed_its_password

    def test_not_with_a_token(self, harness: IdentityHarness) -> None:
        assert not harness.log_in(READER).typed_its_password

    def test_not_once_the_grant_has_ended(self, harness: IdentityHarness) -> None:
        identity = harness.log_in(FULL)
        harness.end()
        assert not identity.typed_its_password

    def test_not_for_a_guest(self, harness: IdentityHarness) -> None:
        assert not harness.identity.typed_its_password
