"""Ending the hooks whose accounts have lost the right to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twisted.logger import LogEvent

from chatd.accounts.accounts import Account
from chatd.chat.permissions import Act
from chatd.event import Deed, Kind, Record
from chatd.rooms.room import Room
from chatd.storage.records import change
from chatd.webhooks.registry import Hook, HookRecord
from chatd.webhooks.urls import destination_of
from tests.support.world import World

URL = "https://example.com/hook"
ADDED = 50


class Registry:
    """A room, #ops, with a hook of Ana, whose account is older than that."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, slow: bool = False) -> None:
        self.world = World(slow=slow)
        self.server = self.world.server
        self.review = self.server.hook_review
        self.ops = self.server.rooms.add("ops")
        self.lost: set[Act] = set()
        monkeypatch.setattr(self.server.moderation, "account_may", self.account_may)
        self.register()
        _, _, put = self.server.hooks.add(self.ops, destination_of(URL), "Ana", ADDED)
        change(self.world.store, put)
        self.server.hooks.changed([put])
        self.world.release() if slow else self.world.settle()

    def account_may(self, account: str, room: Room, act: Act) -> bool:
        return act not in self.lost

    def register(self, created: int = 10) -> None:
        account = Account("Ana", "", created=created)
        change(self.world.store, self.server.accounts.table.put("ana", account))

    def remove_account(self) -> None:
        change(self.world.store, self.server.accounts.table.put("ana", None))

    @property
    def hooks(self) -> list[Hook]:
        return self.server.hooks.of(self.ops)

    def stored(self) -> list[Record]:
        """Return the records of hooks in the store."""
        self.world.settle()
        return [each for each in self.world.store.records() if each.kind == "hook"]

    def deeds(self) -> list[tuple[str, str]]:
        """Return the deeds that are in the log of the room, with their authors."""
        self.world.settle()
        events = self.world.store._logs["ops"].events if "ops" in self.world.store._logs else ()
        return [(event.author, event.text) for event in events if event.kind is Kind.DEED]


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    return Registry(monkeypatch)


class TestAllows:
    def test_a_hook_of_an_account_with_the_rights(self, registry: Registry) -> None:
        assert registry.review.allows(registry.hooks[0])

    @pytest.mark.parametrize("act", [Act.HOOK, Act.READ])
    def test_none_without_the_right(self, registry: Registry, act: Act) -> None:
        registry.lost = {act}
        assert not registry.review.allows(registry.hooks[0])

    def test_none_of_an_account_that_is_gone(self, registry: Registry) -> None:
        registry.remove_account()
        assert not registry.review.allows(registry.hooks[0])

    def test_none_in_a_room_that_is_gone(self, registry: Registry) -> None:
        (hook,) = registry.hooks
        registry.server.rooms.forget_if_empty(registry.ops)
        assert not registry.review.allows(hook)

    @pytest.mark.parametrize(("created", "allowed"), [(ADDED, True), (ADDED + 1, False)])
    def test_one_of_a_name_alone_if_the_account_is_older(
        self, registry: Registry, created: int, allowed: bool
    ) -> None:
        registry.register(created)
        hook = Hook("ops", 1, HookRecord(URL, "secret", "ANA", ADDED, 0))
        assert registry.review.allows(hook) is allowed

    def test_one_of_an_account_that_has_another_name_than_it_was_added_under(
        self, registry: Registry
    ) -> None:
        hook = Hook("ops", 1, HookRecord(URL, "secret", "Olga", ADDED, 0, "ana"))
        assert registry.review.allows(hook)

    def test_one_of_an_account_is_not_compared_with_its_age(self, registry: Registry) -> None:
        registry.register(ADDED + 1)
        assert registry.review.allows(registry.hooks[0])


class TestReview:
    def test_a_hook_that_is_allowed_stays(self, registry: Registry) -> None:
        registry.review.review()
        assert len(registry.hooks) == 1
        assert registry.deeds() == []

    def test_one_that_is_not_ends_and_the_room_is_told(self, registry: Registry) -> None:
        registry.lost = {Act.HOOK}
        registry.review.review()
        assert registry.hooks == []
        assert registry.deeds() == [("Ana", "endhook https://example.com 0")]

    def test_the_deed_has_the_name_that_took_the_right(self, registry: Registry) -> None:
        registry.lost = {Act.HOOK}
        deeds = registry.review.end_disallowed("Olga", registry.hooks)
        assert deeds == [Deed("endhook", "https://example.com")]
        assert [author for author, _ in registry.deeds()] == ["Olga"]

    def test_without_an_end_nothing_is_stored(self, monkeypatch: pytest.MonkeyPatch) -> None:
        registry = Registry(monkeypatch, slow=True)
        assert registry.review.end_disallowed("Olga", registry.hooks) == []
        registry.world.settle()
        assert not registry.world.store.held

    def test_a_hook_in_a_room_that_is_gone_ends_without_a_deed(self, registry: Registry) -> None:
        registry.server.rooms.forget_if_empty(registry.ops)
        assert registry.review.end_disallowed("Olga", registry.hooks) == []
        assert registry.hooks == []
        assert registry.deeds() == []
        assert registry.stored() == []

    def test_a_hook_is_there_again_if_its_end_could_not_be_stored(
        self, monkeypatch: pytest.MonkeyPatch, expected_errors: Callable[..., list[LogEvent]]
    ) -> None:
        registry = Registry(monkeypatch, slow=True)
        registry.lost = {Act.HOOK}
        registry.review.review()
        assert registry.hooks == []
        registry.world.settle()
        registry.world.store.fail()
        registry.world.settle()
        assert len(registry.hooks) == 1
        expected_errors()
