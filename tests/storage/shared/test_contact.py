from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.storage.shared.contact import Contact
from chatd.storage.shared.lease import CURRENT_SECONDS, Lease


class Watched:
    """A contact under a clock, and what it has said."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.lease = Lease(self.clock.seconds)
        self.contact = Contact(self.clock, self.lease)
        self.said: list[bool] = []
        self.contact.changed = self.said.append
        self.contact.renewed()

    def renew(self, after: float = 0.0) -> None:
        """Renew the lease by an answer that took some seconds."""
        sent = self.lease.sent()
        self.clock.advance(after)
        self.lease.answered(sent, [], 1)
        self.contact.renewed()


@pytest.fixture
def watched() -> Watched:
    return Watched()


class TestContact:
    def test_is_lost_when_the_lease_ends(self, watched: Watched) -> None:
        watched.clock.advance(CURRENT_SECONDS - 1)
        assert watched.said == []
        watched.clock.advance(1)
        assert watched.said == [True]
        assert watched.contact.lost_seconds == CURRENT_SECONDS

    def test_is_not_lost_if_the_lease_is_renewed(self, watched: Watched) -> None:
        for _ in range(5):
            watched.clock.advance(CURRENT_SECONDS / 2)
            watched.renew()
        assert watched.said == []
        assert watched.contact.lost_seconds == 0

    def test_comes_back_with_a_renewal(self, watched: Watched) -> None:
        watched.clock.advance(2 * CURRENT_SECONDS)
        watched.renew()
        assert watched.said == [True, False]
        watched.clock.advance(CURRENT_SECONDS)
        assert watched.said == [True, False, True]

    def test_does_not_come_back_with_an_answer_that_took_too_long(self, watched: Watched) -> None:
        watched.clock.advance(CURRENT_SECONDS)
        watched.renew(after=CURRENT_SECONDS)
        assert watched.said == [True]

    def test_is_not_watched_any_more_once_it_is_stopped(self, watched: Watched) -> None:
        watched.contact.stop()
        watched.renew()
        assert watched.clock.getDelayedCalls() == []
        watched.clock.advance(CURRENT_SECONDS)
        assert watched.said == []
