"""`chatd.chat.held_claims`: a claim is held as long as something needs it."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.accounts.accounts import Account
from chatd.chat.held_claims import HeldClaims, claim_of_account, claim_of_person, claim_of_room
from chatd.storage.claims import Claim
from chatd.storage.contract import StoreError
from tests.support.claims import SharedClaims, SlowClaims

ANA = claim_of_person("Bob1", "ana")
EVA = claim_of_person("Bobl", "eva")


class Action:
    """An action that holds a claim until it is told to end. ``heard`` is what it was answered."""

    def __init__(self, held: HeldClaims[str], claim: Claim) -> None:
        self.heard: list[object] = []
        self._ended: Deferred[None] = Deferred()
        running = Deferred.fromCoroutine(self._run(held, claim))
        running.addErrback(lambda failure: self.heard.append(failure.type))

    async def _run(self, held: HeldClaims[str], claim: Claim) -> None:
        async with held.claiming(claim) as claiming:
            self.heard.append(claiming.in_the_way)
            if claiming.in_the_way is None:
                await self._ended

    def end(self) -> None:
        self._ended.callback(None)


class Holding:
    """Claims that a store answers when a test says so, and what holds them."""

    def __init__(self) -> None:
        self.store = SlowClaims(SharedClaims())
        self.held: HeldClaims[str] = HeldClaims(self.store)

    def begin(self, claim: Claim) -> Action:
        """Begin an action that claims a name."""
        return Action(self.held, claim)

    @property
    def is_free(self) -> bool:
        """True if nothing is held, here and in the store."""
        return not (len(self.held) or len(self.store.shared))


@pytest.fixture
def holding() -> Holding:
    return Holding()


@pytest.fixture
def tab_has_name(holding: Holding) -> None:
    """Have an owner, "tab", hold a name."""
    action = holding.begin(ANA)
    holding.store.answer()
    holding.held.give("tab", ANA)
    action.end()


class TestActions:
    def test_hold_a_name_until_the_last_of_them_ends(self, holding: Holding) -> None:
        actions = [holding.begin(ANA), holding.begin(ANA)]
        holding.store.answer_all()
        assert [action.heard for action in actions] == [[None], [None]]
        actions[0].end()
        assert not holding.is_free
        actions[1].end()
        assert holding.is_free

    def test_do_not_ask_for_a_name_that_is_held(self, holding: Holding) -> None:
        holding.begin(ANA)
        holding.store.answer()
        assert holding.begin(ANA).heard == [None]
        assert not holding.store.asked

    def test_that_are_refused_hold_nothing(self, holding: Holding) -> None:
        ana, eva = holding.begin(ANA), holding.begin(EVA)
        holding.store.answer(1)
        holding.store.answer()
        assert (ana.heard, eva.heard) == (["Bobl"], [None])
        eva.end()
        assert holding.is_free

    def test_hold_nothing_if_the_store_fails(self, holding: Holding) -> None:
        action = holding.begin(ANA)
        holding.store.fail()
        assert action.heard == [StoreError]
        assert holding.is_free

    def test_that_wait_for_a_name_keep_it_held(self, holding: Holding) -> None:
        first = holding.begin(ANA)
        holding.begin(ANA)
        holding.store.answer()
        first.end()
        assert len(holding.store.shared)
        holding.store.fail()
        assert holding.is_free


@pytest.mark.usefixtures("tab_has_name")
class TestOwners:
    def test_hold_a_name_until_they_are_free_of_it(self, holding: Holding) -> None:
        assert not holding.is_free
        for _ in range(2):
            holding.held.free("tab")
            assert holding.is_free

    def test_hold_one_name_at_a_time(self, holding: Holding) -> None:
        other = claim_of_person("luis", "ana")
        action = holding.begin(other)
        holding.store.answer()
        holding.held.give("tab", other)
        action.end()
        assert len(holding.held) == 1
        holding.held.free("tab")
        assert holding.is_free

    def test_may_be_given_the_name_that_they_have(self, holding: Holding) -> None:
        holding.held.give("tab", ANA)
        assert len(holding.store.shared)
        holding.held.free("tab")
        assert holding.is_free

    def test_can_be_freed_while_the_name_is_kept(self, holding: Holding) -> None:
        with holding.held.keeping("tab") as claim:
            assert claim == ANA
            holding.held.free("tab")
            assert not holding.is_free
        assert holding.is_free
        with holding.held.keeping("tab") as claim:
            assert claim is None


@pytest.mark.usefixtures("tab_has_name")
class TestALostClaim:
    def test_is_told_with_its_owners(self, holding: Holding) -> None:
        told: list[tuple[Claim, list[str]]] = []
        holding.held.lost = lambda claim, owners: told.append((claim, list(owners)))
        holding.store.lose(ANA)
        assert told == [(ANA, ["tab"])]

    def test_is_not_released(self, holding: Holding) -> None:
        holding.store.lose(ANA)
        holding.held.free("tab")
        assert holding.is_free

    def test_is_asked_for_again(self, holding: Holding) -> None:
        holding.store.lose(ANA)
        holding.begin(ANA)
        assert [claim for claim, _ in holding.store.asked] == [ANA]


def test_what_guests_hold_keeps_no_name_from_being_registered(holding: Holding) -> None:
    registered = claim_of_account(Account("Bob1", "", epoch=7))
    assert not registered.looks & ANA.looks
    assert registered.looks & claim_of_account(Account("Bobl", "", epoch=8)).looks


def test_each_registration_of_a_name_is_another_holder() -> None:
    accounts = [Account("Bob1", "", epoch=epoch) for epoch in (7, 8)]
    assert claim_of_account(accounts[0]).holder != claim_of_account(accounts[1]).holder


def test_a_room_has_one_name_as_it_is_written() -> None:
    assert claim_of_room("Ops").holder != claim_of_room("ops").holder
    assert claim_of_room("Ops").looks & claim_of_room("ops").looks
    assert not claim_of_room("ops").looks & claim_of_person("ops", "ana").looks
