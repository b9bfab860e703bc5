"""`chatd.storage.claims`: which claims exclude one another, and what a release frees."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.storage.claims import Claim, LocalClaims


def claim(name: str, *looks: str, holder: str = "ana") -> Claim:
    """Return a claim; without looks, a name looks like itself alone."""
    return Claim(name, frozenset(looks or [name]), holder)


@pytest.fixture
def claims() -> LocalClaims:
    return LocalClaims()


def answer(claims: LocalClaims, claim: Claim) -> str | None:
    """Return the answer, which is given at once."""
    done: Deferred[str | None] = claims.claim(claim)
    answers: list[str | None] = []
    done.addCallback(answers.append)
    (answered,) = answers
    return answered


def test_a_name_has_one_holder(claims: LocalClaims) -> None:
    assert answer(claims, claim("bob")) is None
    assert answer(claims, claim("bob", holder="eva")) == "bob"


def test_so_does_each_of_its_looks(claims: LocalClaims) -> None:
    assert answer(claims, claim("Bob1", "B", "b")) is None
    assert answer(claims, claim("bobl", "b", "c", holder="eva")) == "Bob1"
    assert answer(claims, claim("cobl", "c", holder="eva")) is None  # none of them was held


def test_the_holder_may_hold_it_again_and_names_that_look_like_it(claims: LocalClaims) -> None:
    for each in claim("Bob1", "b"), claim("Bob1", "b"), claim("Bobl", "b"):
        assert answer(claims, each) is None


def test_a_name_is_free_after_one_release(claims: LocalClaims) -> None:
    for _ in range(2):
        assert answer(claims, claim("bob")) is None
    claims.release(claim("bob"))
    assert answer(claims, claim("bob", holder="eva")) is None


def test_a_look_that_another_name_of_the_holder_has_stays_held(claims: LocalClaims) -> None:
    for each in claim("Bob1", "b", "B"), claim("Bobl", "b", "l"):
        assert answer(claims, each) is None
    claims.release(claim("Bob1", "b", "B"))
    assert answer(claims, claim("Bob1", "b", "B", holder="eva")) == "Bobl"
    assert answer(claims, claim("Bo", "B", holder="eva")) is None
    claims.release(claim("Bobl", "b", "l"))
    claims.release(claim("Bo", "B", holder="eva"))
    assert len(claims) == 0


async def test_a_store_has_the_claims_of_its_server() -> None:
    from tests.support.stores import StoreHarness

    store = StoreHarness.in_memory().store
    assert await store.claims.claim(claim("bob")) is None
    assert await store.claims.claim(claim("bob", holder="eva")) == "bob"
