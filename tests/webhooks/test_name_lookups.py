"""`chatd.webhooks.name_lookups`: no look-up waits for another."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from twisted.internet.defer import CancelledError, Deferred

from chatd.webhooks import name_lookups
from chatd.webhooks.name_lookups import NameLookups
from chatd.webhooks.targets import DeliveryFailure, NotDelivered
from chatd.webhooks.urls import Address
from tests.support.immediately import Immediately

pytestmark = pytest.mark.quick

ADDRESS = ip_address("192.0.2.1")


class LookupsHarness:
    """Look-ups in threads that end when the test says so."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.error: Exception | None = None
        self.workers: list[Immediately] = []
        self.lookups = NameLookups(self._addresses_of, self._new_worker)  # type: ignore[arg-type]

    def _new_worker(self) -> Immediately:
        self.workers.append(Immediately())
        self.workers[-1].held = True
        return self.workers[-1]

    def _addresses_of(self, host: str, port: int) -> list[Address]:
        self.asked.append(host)
        if self.error is not None:
            raise self.error
        return [ADDRESS]

    def ask(self, host: str) -> Deferred[list[Address]]:
        return self.lookups.addresses(host, 80)


@pytest.fixture
def harness() -> LookupsHarness:
    return LookupsHarness()


def test_each_name_has_a_thread_of_its_own(harness: LookupsHarness) -> None:
    first, second = harness.ask("a"), harness.ask("b")
    harness.workers[1].work()
    assert second.result == [ADDRESS]
    assert not first.called


def test_a_name_that_is_being_looked_up_is_not_looked_up_twice(harness: LookupsHarness) -> None:
    answers = [harness.ask("a") for _ in range(2)]
    (worker,) = harness.workers
    worker.work()
    assert [each.result for each in answers] == [[ADDRESS]] * 2
    assert harness.asked == ["a"]


def test_later_it_is_looked_up_anew(harness: LookupsHarness) -> None:
    for _ in range(2):
        harness.ask("a")
        harness.workers[-1].work()
    assert harness.asked == ["a", "a"]


def test_all_who_wait_receive_the_error(harness: LookupsHarness) -> None:
    harness.error = NotDelivered(DeliveryFailure.NO_ADDRESS)
    answers = [harness.ask("a") for _ in range(2)]
    harness.workers[0].work()
    for each in answers:
        each.addErrback(lambda failure: failure.value)
        assert each.result is harness.error


def test_one_that_is_cancelled_takes_no_answer_from_others(harness: LookupsHarness) -> None:
    answers = [harness.ask("a") for _ in range(2)]
    answers[0].addErrback(lambda failure: failure.trap(CancelledError))
    answers[0].cancel()
    harness.workers[0].work()
    assert answers[0].result is CancelledError
    assert answers[1].result == [ADDRESS]


def test_there_is_a_bound(harness: LookupsHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_lookups, "LOOKING_UP", 2)
    harness.ask("a"), harness.ask("b")
    with pytest.raises(NotDelivered) as refused:
        harness.ask("c")
    assert refused.value.why is DeliveryFailure.BUSY
    harness.ask("a")
    harness.workers[0].work()
    harness.ask("c")
