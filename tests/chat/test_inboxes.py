"""The logs of private lines: those that a store has, and their end with their accounts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import LogEvent

from chatd.accounts.accounts import Account, Accounts
from chatd.chat.inboxes import Inboxes
from chatd.event import Draft, Kind
from chatd.rooms.read_queue import ReadQueue
from chatd.storage.contract import StoreError
from chatd.storage.memory import MemoryStore
from chatd.storage.records import change


class InboxesHarness:
    """A store with an account, Ana, and private lines in it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.now = 0.0
        self.store = MemoryStore(self.clock, lambda: self.now)
        self.accounts = Accounts(self.store)
        change(self.store, self.accounts.table.put("ana", Account("Ana", "")))
        self.clock.advance(0)

    def write(self, log: str, *texts: str) -> None:
        self.store.commit([Draft(log, 1, "luis", Kind.PRIVATE, texts)])

    def inboxes(self) -> Inboxes:
        """Return the inboxes as they are once the server has started."""
        return Inboxes(self.store, ReadQueue(self.store), self.accounts)

    def texts(self, log: str) -> list[str]:
        """Return the lines that are stored in a log."""
        events = Deferred.fromCoroutine(self.store.read(log, 0, 99)).result
        assert isinstance(events, list)
        return [event.text for event in events]


@pytest.fixture
def harness() -> InboxesHarness:
    return InboxesHarness()


def test_the_logs_of_accounts_are_taken_from_the_store_and_rooms_are_not(
    harness: InboxesHarness,
) -> None:
    harness.write("@ana", "one", "two")
    harness.write("lobby", "hola")
    inboxes = harness.inboxes()
    assert list(inboxes.logs) == ["@ana"]
    assert inboxes.of("ana").head == 2


def test_an_inbox_is_made_at_its_first_use(harness: InboxesHarness) -> None:
    inboxes = harness.inboxes()
    inbox = inboxes.of("ana")
    assert (inbox.name, inbox.key, inbox.head) == ("@ana", "@ana", 0)
    assert inboxes.of("ana") is inbox
    assert list(inboxes.logs) == ["@ana"]


def test_the_key_of_an_account_is_not_folded_again(harness: InboxesHarness) -> None:
    assert harness.inboxes().of("ĳ").key == "@ĳ"


def test_clearing_forgets_the_lines_of_that_account_alone(harness: InboxesHarness) -> None:
    harness.write("@ana", "one", "two")
    harness.write("@eva", "three")
    Deferred.fromCoroutine(harness.inboxes().clear("ana"))
    assert (harness.texts("@ana"), harness.texts("@eva")) == ([], ["three"])


def test_for_an_inbox_without_lines_the_store_is_not_asked(
    harness: InboxesHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryStore, "forget", None)
    done = Deferred.fromCoroutine(harness.inboxes().clear("ana"))
    assert done.result is None


def test_at_a_start_the_lines_of_accounts_that_are_gone_are_forgotten(
    harness: InboxesHarness,
) -> None:
    harness.now = 1e9  # the clock, which is put right before they are forgotten
    harness.write("@ana", "one")
    harness.write("@eva", "two")
    harness.now = 0
    Deferred.fromCoroutine(harness.inboxes().clear_gone())
    assert (harness.texts("@ana"), harness.texts("@eva")) == (["one"], [])


def test_a_store_that_cannot_forget_is_logged(
    harness: InboxesHarness,
    monkeypatch: pytest.MonkeyPatch,
    expected_errors: Callable[..., list[LogEvent]],
) -> None:
    async def fail(*_: object) -> bool:
        raise StoreError("the disk is full.")

    harness.write("@ana", "one")
    monkeypatch.setattr(MemoryStore, "forget", fail)
    done = Deferred.fromCoroutine(harness.inboxes().clear("ana"))
    assert done.called
    expected_errors(StoreError)
    assert harness.texts("@ana") == ["one"]
