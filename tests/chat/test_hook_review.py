"""Ending the hooks whose accounts have lost the right to them."""

from __future__ import annotations

import pytest

from chatd.accounts.accounts import Account
from chatd.chat.permissions import Act
from chatd.event import Deed, Record
from chatd.rooms.room import Room
from chatd.storage.records import change
from chatd.webhooks.registry import Hook, HookRecord
from tests.support.logs import Expect
from tests.support.receivers import hook_record
from tests.support.world import World

URL = "https://example.com/hook"
ADDED = 50


class HookReviewWorld(World):
    """A room, #ops, with a hook of Ana, whose account is older than that."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, slow: bool = False) -> None:
        super().__init__(slow=slow)
        self.review = self.server.hook_review
        self.ops = self.server.rooms.add("ops")
        self.lost: set[Act] = set()
        monkeypatch.setattr(self.server.moderation, "account_may", self.account_may)
        self.register_ana()
        _, put = self.server.hooks.add(self.ops, hook_record(URL, "Ana", ADDED))
        change(self.store, put)
        self.release() if slow else self.settle()

    def account_may(self, account: str, room: Room, act: Act) -> bool:
        return act not in self.lost

    def register_ana(self, created: int = 10) -> None:
        account = Account("Ana", "", created=created)
        change(self.store, self.server.accounts.table.put("ana", account))

    def remove_account(self) -> None:
        change(self.store, self.server.accounts.table.put("ana", None))

    @property
    def hooks(self) -> list[Hook]:
        return self.server.hooks.of(self.ops)

    def hook_records(self) -> list[Record]:
        """Return the records of hooks in the store."""
        self.settle()
        return [each for each in self.store.records() if each.kind == "hook"]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> HookReviewWorld:
    return HookReviewWorld(monkeypatch)


class TestAllows:
    def test_a_hook_of_an_account_with_the_rights(self, world: HookReviewWorld) -> None:
        assert world.review.allows(world.hooks[0])

    @pytest.mark.parametrize("act", [Act.HOOK, Act.READ])
    def test_none_without_the_right(self, world: HookReviewWorld, act: Act) -> None:
        world.lost = {act}
        assert not world.review.allows(world.hooks[0])

    def test_none_of_an_account_that_is_gone(self, world: HookReviewWorld) -> None:
        world.remove_account()
        assert not world.review.allows(world.hooks[0])

    def test_none_in_a_room_that_is_gone(self, world: HookReviewWorld) -> None:
        (hook,) = world.hooks
        world.server.rooms.forget_if_empty(world.ops)
        assert not world.review.allows(hook)

    @pytest.mark.parametrize(("created", "allowed"), [(ADDED, True), (ADDED + 1, False)])
    def test_one_of_a_name_alone_if_the_account_is_older(
        self, world: HookReviewWorld, created: int, allowed: bool
    ) -> None:
        world.register_ana(created)
        hook = Hook("ops", 1, HookRecord(URL, "secret", "ANA", ADDED, 0))
        assert world.review.allows(hook) is allowed

    def test_one_of_an_account_that_has_another_name_than_it_was_added_under(
        self, world: HookReviewWorld
    ) -> None:
        hook = Hook("ops", 1, HookRecord(URL, "secret", "Olga", ADDED, 0, "ana"))
        assert world.review.allows(hook)

    def test_one_of_an_account_is_not_compared_with_its_age(self, world: HookReviewWorld) -> None:
        world.register_ana(ADDED + 1)
        assert world.review.allows(world.hooks[0])


class TestReview:
    def test_a_hook_that_is_allowed_stays(self, world: HookReviewWorld) -> None:
        world.review.review()
        assert len(world.hooks) == 1
        assert world.deeds("ops") == []

    def test_one_that_is_not_ends_and_the_room_is_told(self, world: HookReviewWorld) -> None:
        world.lost = {Act.HOOK}
        world.review.review()
        assert world.hooks == []
        assert world.deeds("ops") == [("Ana", "endhook https://example.com 0")]

    def test_the_deed_has_the_name_that_took_the_right(self, world: HookReviewWorld) -> None:
        world.lost = {Act.HOOK}
        deeds = world.review.end_disallowed("Olga", world.hooks)
        assert deeds == [Deed("endhook", "https://example.com")]
        assert [author for author, _ in world.deeds("ops")] == ["Olga"]

    def test_without_an_end_nothing_is_stored(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = HookReviewWorld(monkeypatch, slow=True)
        assert world.review.end_disallowed("Olga", world.hooks) == []
        world.settle()
        assert not world.store.held

    def test_a_hook_in_a_room_that_is_gone_ends_without_a_deed(
        self, world: HookReviewWorld
    ) -> None:
        world.server.rooms.forget_if_empty(world.ops)
        assert world.review.end_disallowed("Olga", world.hooks) == []
        assert world.hooks == []
        assert world.deeds("ops") == []
        assert world.hook_records() == []

    def test_a_hook_is_there_again_if_its_end_could_not_be_stored(
        self, monkeypatch: pytest.MonkeyPatch, expected_errors: Expect
    ) -> None:
        world = HookReviewWorld(monkeypatch, slow=True)
        world.lost = {Act.HOOK}
        world.review.review()
        assert world.hooks == []
        world.fail()
        assert len(world.hooks) == 1
        expected_errors()


class TestGivingUp:
    def test_the_hook_ends_and_the_room_is_told(self, world: HookReviewWorld) -> None:
        world.review.give_up(world.hooks[0])
        assert world.hooks == []
        assert world.deeds("ops") == [("Ana", "deadhook https://example.com 0")]
        assert world.hook_records() == []

    def test_in_a_room_that_is_gone_it_ends_without_a_deed(self, world: HookReviewWorld) -> None:
        (hook,) = world.hooks
        world.server.rooms.forget_if_empty(world.ops)
        world.review.give_up(hook)
        assert world.hooks == []
        assert world.deeds("ops") == []

    def test_it_is_there_again_if_that_could_not_be_stored(
        self, monkeypatch: pytest.MonkeyPatch, expected_errors: Expect
    ) -> None:
        world = HookReviewWorld(monkeypatch, slow=True)
        world.review.give_up(world.hooks[0])
        world.fail()
        assert len(world.hooks) == 1
        expected_errors()
