"""`chatd.webhooks.incoming.registry`: hooks, their names and their uses, as records have them."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.errors import Refusal
from chatd.event import Record
from chatd.rooms.room import Room
from chatd.storage.contract import InDoubt
from chatd.storage.records import Damaged, Put, change
from chatd.util.budget_table import Kind
from chatd.util.budgets import Budgets
from chatd.webhooks.incoming.registry import (
    IN_A_ROOM,
    HookUse,
    IncomingHook,
    IncomingHooks,
    new_hook,
)
from tests.support.logs import Expect
from tests.support.world import HeldStore


class House:
    """The incoming hooks of a store in memory, and a room."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = HeldStore(self.clock)
        self.store.holds = False
        self.budgets = Budgets(self.clock)
        self.hooks = IncomingHooks(self.store, self.budgets)
        self.room = Room("Ops", self.store)

    def add(self, name: str, account: str = "ana", room: Room | None = None) -> str:
        """Add a hook, and return its token."""
        token, record = new_hook(name, account.title(), account, "192.0.2.1", 5)
        self.change(self.hooks.add(room or self.room, record))
        return token

    def change(self, *puts: Put) -> None:
        change(self.store, *puts)
        self.clock.advance(0)

    def hook(self, name: str = "alerts") -> IncomingHook:
        hook = self.hooks.called(self.room, name)
        assert hook is not None
        return hook


@pytest.fixture
def house() -> House:
    return House()


def refusal_of(house: House, name: str, account: str = "ana", room: Room | None = None) -> str:
    """Return the key of the reason why a hook cannot be added; "" if it can."""
    try:
        house.hooks.check_new(room or house.room, name, account)
    except Refusal as refusal:
        return refusal.key
    return ""


def test_a_token_finds_its_hook_until_that_is_removed(house: House) -> None:
    token = house.add("Alerts")
    hook = house.hooks.with_token(token)
    assert hook == house.hook("ALERTS")
    assert hook is not None
    assert (hook.room, hook.kept.name, hook.kept.start) == ("ops", "Alerts", token[:4])
    assert house.hooks.posts_as("ops", "alertS")
    assert [each.kept.name for each in house.hooks] == ["Alerts"]
    assert token not in str(house.store.records())
    house.change(*house.hooks.remove(hook))
    assert house.hooks.with_token(token) is None
    assert not house.hooks.posts_as("ops", "alerts")
    assert len(house.hooks) == 0
    assert house.hooks.of(house.room) == []


def test_tokens_are_long_and_of_the_form_that_apprise_takes() -> None:
    tokens = {new_hook("a", "b", "b", "", 0)[0] for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {26}
    assert all(token.isalnum() and token.isascii() and token.islower() for token in tokens)


class TestNames:
    def test_belong_to_their_owner_in_all_rooms(self, house: House) -> None:
        other = Room("lobby", house.store)
        house.add("alerts")
        assert refusal_of(house, "Alerts") == "hook_is_here"
        assert refusal_of(house, "alerts", room=other) == ""
        assert refusal_of(house, "alerts", "luis", other) == "hook_has_name"
        assert refusal_of(house, "alerts", "", other) == "hook_has_name"
        assert refusal_of(house, "a1erts", room=other) == "looks_like_name"
        house.add("alerts", room=other)
        house.change(*house.hooks.remove(house.hook()))
        with pytest.raises(Refusal):
            house.hooks.check_person("a1erts")
        assert refusal_of(house, "alerts", "luis") == "hook_has_name"

    def test_are_free_after_the_last_removal(self, house: House) -> None:
        house.add("alerts")
        house.change(*house.hooks.remove(house.hook()))
        house.hooks.check_person("alerts")
        assert refusal_of(house, "alerts", "luis") == ""

    def test_of_a_room_are_so_many_at_most(self, house: House) -> None:
        for number in range(IN_A_ROOM):
            assert refusal_of(house, f"hook-{number}a") == ""
            house.add(f"hook-{number}a")
        assert refusal_of(house, "one-more") == "too_many_hooks_here"


def test_each_counts_in_the_budgets_of_its_owner(house: House) -> None:
    def held() -> int:
        return house.budgets.total(Kind.HOOKS).used

    house.add("alerts")
    house.add("builds", account="")
    assert held() == 2
    house.change(*house.hooks.remove(house.hook()))
    assert held() == 1
    assert house.hook("builds").owner[0][1] == "192.0.2.1"


class TestUses:
    def test_are_stored_by_the_next_check(self, house: House) -> None:
        house.add("alerts")
        for use in (HookUse(1, 5), HookUse(refusal="no_text", refused=6), HookUse(1, 7)):
            house.hooks.count_use(house.hook(), use)
        assert house.hooks.use_of(house.hook()) == HookUse(2, 7, "no_text", 6)
        house.hooks.keep()
        house.clock.advance(0)
        house.hooks.count_use(house.hook(), HookUse(1, 8))
        assert house.hooks.use_of(house.hook()) == HookUse(3, 8, "no_text", 6)
        stored = next(each for each in house.store.records() if each.kind == "hook_use")
        assert '"posts": 2' in str(stored.value)

    def test_that_cannot_be_stored_are_stored_later(
        self, house: House, expected_errors: Expect
    ) -> None:
        house.add("alerts")
        house.hooks.count_use(house.hook(), HookUse(1, 5))
        house.store.holds = True
        house.hooks.keep()
        house.clock.advance(0)
        house.store.fail(InDoubt())
        house.clock.advance(0)
        expected_errors()
        assert house.hooks.use_of(house.hook()) == HookUse(1, 5)
        house.store.holds = False
        house.hooks.keep()
        house.clock.advance(0)
        assert '"posts": 1' in str(house.store.records())

    def test_of_a_hook_that_is_removed_go_with_it(self, house: House) -> None:
        house.add("alerts")
        hook = house.hook()
        house.hooks.count_use(hook, HookUse(1, 5))
        house.hooks.keep()
        house.clock.advance(0)
        house.change(*house.hooks.remove(hook))
        house.hooks.count_use(hook, HookUse(1, 6))
        house.hooks.keep()
        house.clock.advance(0)
        assert house.hooks.use_of(hook) == HookUse()
        assert not any(record.value for record in house.store.records())


def test_a_record_that_is_damaged_is_refused(house: House) -> None:
    house.store.write_records(Record("incoming_hook", "ops/alerts", '{"name": 1}'))
    house.clock.advance(0)
    with pytest.raises(Damaged):
        IncomingHooks(house.store, house.budgets)
