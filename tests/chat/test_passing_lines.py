"""`chatd.chat.passing_lines`: private lines to one session that are stored nowhere."""

from __future__ import annotations

import pytest

from chatd.formats.base import BELL
from chatd.rooms.inbox import INBOX_BYTES
from chatd.rooms.view import NOTHING_SET
from tests.support.subscriptions import SubscriptionsHarness


@pytest.fixture
def harness() -> SubscriptionsHarness:
    return SubscriptionsHarness()


class TestALineOfAnotherPerson:
    def test_is_sent(self, harness: SubscriptionsHarness) -> None:
        assert harness.subscriptions.receive("luis", "psst")
        assert harness.seen() == ["(private) <luis> psst"]

    def test_has_room_up_to_some_size(self, harness: SubscriptionsHarness) -> None:
        assert harness.subscriptions.receive("luis", "x" * (INBOX_BYTES - 100))
        assert not harness.subscriptions.receive("luis", "x" * 100)

    def test_is_taken_and_not_sent_if_the_person_is_ignored(
        self, harness: SubscriptionsHarness
    ) -> None:
        harness.subscriptions.apply(NOTHING_SET._replace(ignored=("Eve",)))
        assert harness.subscriptions.receive("EVE", "psst")
        assert harness.seen() == []

    def test_is_refused_by_a_session_that_takes_none(self) -> None:
        harness = SubscriptionsHarness(private=False)
        assert not harness.subscriptions.receive("luis", "psst")
        assert harness.seen() == []


class TestTheBell:
    @pytest.mark.parametrize("bell", ["mentions", "on"])
    def test_rings_at_a_line_of_another_person(
        self, harness: SubscriptionsHarness, bell: str
    ) -> None:
        harness.subscriptions.apply(NOTHING_SET._replace(bell=bell))
        harness.subscriptions.receive("luis", "psst")
        assert harness.seen() == [f"{BELL.decode()}(private) <luis> psst"]

    def test_does_not_ring_at_an_own_line(self, harness: SubscriptionsHarness) -> None:
        harness.subscriptions.apply(NOTHING_SET._replace(bell="on"))
        harness.subscriptions.receive("ana", "psst")
        assert harness.seen() == ["(private) <ana> psst"]

    def test_does_not_ring_if_it_is_off(self, harness: SubscriptionsHarness) -> None:
        harness.subscriptions.apply(NOTHING_SET._replace(bell="off"))
        harness.subscriptions.receive("luis", "psst")
        assert harness.seen() == ["(private) <luis> psst"]


class TestADeedOfAnotherPerson:
    INVITES = b"*** luis invites you\n"

    def test_is_told(self, harness: SubscriptionsHarness) -> None:
        harness.subscriptions.pass_on("luis", self.INVITES)
        assert harness.seen() == ["*** luis invites you"]

    def test_is_not_told_if_the_person_is_ignored(self, harness: SubscriptionsHarness) -> None:
        harness.subscriptions.apply(NOTHING_SET._replace(ignored=("Luis",)))
        harness.subscriptions.pass_on("luis", self.INVITES)
        assert harness.seen() == []

    def test_is_not_told_to_a_session_that_takes_no_private_lines(self) -> None:
        harness = SubscriptionsHarness(private=False)
        harness.subscriptions.pass_on("luis", self.INVITES)
        assert harness.seen() == []
