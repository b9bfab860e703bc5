"""Tests of `chatd.storage.shared.claims`: which names this node holds, also over its terms."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.storage.batches import BatchItem, ClaimRequest, Release
from chatd.storage.claims import Claim
from chatd.storage.contract import InDoubt, StoreError
from chatd.storage.shared.claims import SharedClaims
from chatd.util.error_log import ErrorLog
from tests.support.logs import Expect

pytestmark = pytest.mark.quick

ANA = Claim("ana", frozenset(["ana"]), "session 1")
EVA = Claim("eva", frozenset(["eva"]), "session 2")


class Claimed:
    """Claims, what was appended for them, and what was lost."""

    def __init__(self) -> None:
        self.appended: list[BatchItem] = []
        self.lost: list[Claim] = []
        self.claims = SharedClaims(self.appended.append, ErrorLog(Clock()))
        self.claims.when_lost(self.lost.append)
        self.told: list[object] = []

    def claim(self, claim: Claim = ANA) -> ClaimRequest:
        self.claims.claim(claim).addBoth(
            lambda answer: self.told.append(getattr(answer, "value", answer))
        )
        request = self.appended[-1]
        assert isinstance(request, ClaimRequest)
        return request

    def hold(self, claim: Claim = ANA) -> None:
        self.claim(claim).done.callback(None)

    def taken_over(self, *unsent: BatchItem) -> list[Claim]:
        return list(self.claims.take_over(unsent))

    @property
    def released(self) -> list[Claim]:
        return [each.claim for each in self.appended if isinstance(each, Release)]


def answer_with(request: ClaimRequest, answer: str | StoreError) -> None:
    """Answer a request with the name that is in the way, or fail it."""
    if isinstance(answer, str):
        request.done.callback(answer)
    else:
        request.done.errback(answer)


@pytest.fixture
def claimed() -> Claimed:
    return Claimed()


class TestATermTakesOver:
    def test_what_is_held(self, claimed: Claimed) -> None:
        claimed.hold(ANA)
        claimed.hold(EVA)
        assert claimed.taken_over() == [ANA, EVA]

    def test_what_another_process_of_the_node_held(self, claimed: Claimed) -> None:
        claimed.claims.resume(ANA)
        assert claimed.taken_over() == [ANA]
        assert claimed.appended == []

    def test_nothing_that_was_released(self, claimed: Claimed) -> None:
        claimed.hold()
        claimed.claims.release(ANA)
        assert claimed.taken_over() == []
        assert claimed.released == [ANA]

    def test_what_is_in_doubt(self, claimed: Claimed) -> None:
        claimed.claim()
        assert claimed.taken_over() == [ANA]

    def test_nothing_that_was_not_sent(self, claimed: Claimed) -> None:
        assert claimed.taken_over(claimed.claim()) == []

    @pytest.mark.parametrize("answer", ["another", StoreError("it is full.")])
    def test_nothing_that_was_refused(self, claimed: Claimed, answer: str | StoreError) -> None:
        request = claimed.claim()
        answer_with(request, answer)
        assert claimed.told == [answer]
        assert claimed.taken_over() == []
        assert claimed.released == []


class TestAClaimThatATermTook:
    @pytest.mark.parametrize("answer", ["another", StoreError("it is away.")])
    def test_is_released_if_it_was_refused(
        self, claimed: Claimed, answer: str | StoreError
    ) -> None:
        request = claimed.claim()
        claimed.taken_over()
        answer_with(request, answer)
        assert claimed.released == [ANA]

    def test_is_left_to_who_asked_if_it_stays_in_doubt(self, claimed: Claimed) -> None:
        request = claimed.claim()
        claimed.taken_over()
        request.done.errback(InDoubt())
        assert claimed.released == []

    def test_is_not_released_if_it_is_held(self, claimed: Claimed) -> None:
        claimed.hold()
        request = claimed.claim()
        claimed.taken_over()
        request.done.errback(StoreError("it is away."))
        assert claimed.released == []

    def test_is_not_released_before_another_claim_of_it(self, claimed: Claimed) -> None:
        first, second = claimed.claim(), claimed.claim()
        claimed.taken_over(second)
        first.done.callback("another")
        second.done.callback(None)
        assert claimed.released == []
        assert claimed.taken_over() == [ANA]


class TestAClaimWithAPendingRelease:
    @pytest.fixture(autouse=True)
    def give_up(self, claimed: Claimed) -> None:
        """Give up a name, and begin a term while its release waits."""
        claimed.hold()
        claimed.claims.release(ANA)
        assert list(claimed.claims.take_over((), claimed.appended)) == [ANA]

    def test_is_released_once_more(self, claimed: Claimed) -> None:
        claimed.claims.release_again()
        assert claimed.released == [ANA, ANA]

    def test_is_told_if_it_is_lost(self, claimed: Claimed) -> None:
        claimed.claims.lose([ANA])
        assert claimed.lost == [ANA]

    def test_is_not_released_if_it_is_wanted_again(self, claimed: Claimed) -> None:
        claimed.hold()
        claimed.claims.release_again()
        assert claimed.released == [ANA]


class TestAReleaseThatIsNotInTheLog:
    def test_is_appended_again_once(self, claimed: Claimed) -> None:
        claimed.claims.not_committed([Release(ANA), claimed.claim(EVA)])
        for _ in range(2):
            claimed.claims.release_again()
        assert claimed.released == [ANA]

    def test_is_none_any_more_if_the_name_is_wanted_again(self, claimed: Claimed) -> None:
        claimed.claims.not_committed([Release(ANA)])
        claimed.claim(ANA)
        claimed.claims.not_committed([Release(ANA)])
        claimed.claims.release_again()
        assert claimed.released == []

    def test_is_appended_again_if_the_name_was_wanted_and_refused(self, claimed: Claimed) -> None:
        claimed.claims.not_committed([Release(ANA)])
        request = claimed.claim(ANA)
        claimed.claims.release_again()
        assert claimed.released == []
        request.done.errback(StoreError("it is away."))
        assert claimed.released == [ANA]


class TestLosing:
    def test_what_is_held_is_told(self, claimed: Claimed) -> None:
        claimed.hold(ANA)
        claimed.hold(EVA)
        claimed.claims.lose([ANA])
        assert claimed.lost == [ANA]
        assert claimed.taken_over() == [EVA]

    def test_what_is_not_is_not(self, claimed: Claimed) -> None:
        claimed.hold()
        claimed.claims.release(ANA)
        claimed.claims.lose([ANA])
        assert claimed.lost == []

    def test_an_error_leaves_no_other_name_held(
        self, claimed: Claimed, expected_errors: Expect
    ) -> None:
        def fails(claim: Claim) -> None:
            raise RuntimeError

        claimed.claims.when_lost(fails)
        claimed.hold(ANA)
        claimed.hold(EVA)
        claimed.claims.lose([ANA, EVA])
        assert claimed.lost == [ANA, EVA]
        expected_errors(RuntimeError)
