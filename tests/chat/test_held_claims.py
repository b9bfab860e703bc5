"""`chatd.chat.held_claims`: a claim is held as long as something needs it."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.accounts.accounts import Account
from chatd.chat.held_claims import HeldClaims, claim_of_account, claim_of_person
from chatd.storage.claims import Claim
from chatd.storage.contract import StoreError
from tests.support.claims import SharedClaims, SlowClaims

ANA = claim_of_person("Bob1", "ana")
EVA = claim_of_person("Bobl", "eva")


class Holding:
    """Claims that a store answers when a test says so, and what holds them."""

    def __init__(self) -> None:
        self.store = SlowClaims(SharedClaims())
        self.held = HeldClaims(self.store)

    def begin(self, claim: Claim) -> list[object]:
        """Claim a name. The returned list is empty until that is answered."""
        answers: list[object] = []
        asking = Deferred.fromCoroutine(self.held.begin(claim))
        asking.addErrback(lambda failure: failure.type).addCallback(answers.append)
        return answers

    @property
    def is_free(self) -> bool:
        """True if nothing is held, here and in the store."""
        return not (len(self.held) or len(self.store.shared))


@pytest.fixture
def holding() -> Holding:
    return Holding()


def test_it_is_held_until_it_was_ended_as_often_as_it_was_begun(holding: Holding) -> None:
    answers = [holding.begin(ANA), holding.begin(ANA)]
    holding.store.answer_all()
    assert answers == [[None], [None]]
    holding.held.add(ANA)
    for _ in range(2):
        holding.held.end(ANA)
        assert not holding.is_free
    holding.held.end(ANA)
    assert holding.is_free


def test_one_that_is_held_is_not_asked_for_again(holding: Holding) -> None:
    holding.begin(ANA)
    holding.store.answer()
    assert holding.begin(ANA) == [None]
    assert not holding.store.asked


def test_one_that_is_refused_is_not_held(holding: Holding) -> None:
    answers = holding.begin(ANA), holding.begin(EVA)
    holding.store.answer(1)
    holding.store.answer()
    assert answers == (["Bobl"], [None])
    holding.held.end(EVA)
    assert holding.is_free


def test_one_that_fails_is_not_held(holding: Holding) -> None:
    answers = holding.begin(ANA)
    holding.store.fail()
    assert answers == [StoreError]
    assert holding.is_free


def test_one_that_is_ended_while_another_waits_for_it_stays_held(holding: Holding) -> None:
    holding.begin(ANA)
    holding.begin(ANA)
    holding.store.answer()
    holding.held.end(ANA)
    assert len(holding.store.shared)
    holding.store.fail()
    assert holding.is_free


def test_what_guests_hold_keeps_no_name_from_being_registered(holding: Holding) -> None:
    registered = claim_of_account(Account("Bob1", "", epoch=7))
    assert not registered.looks & ANA.looks
    assert registered.looks & claim_of_account(Account("Bobl", "", epoch=8)).looks


def test_each_registration_of_a_name_is_another_holder() -> None:
    accounts = [Account("Bob1", "", epoch=epoch) for epoch in (7, 8)]
    assert claim_of_account(accounts[0]).holder != claim_of_account(accounts[1]).holder
