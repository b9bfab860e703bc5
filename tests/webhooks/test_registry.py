"""`chatd.webhooks.registry`: the hooks, and their stored progress."""

from __future__ import annotations

import json

import pytest
from twisted.internet.task import Clock

from chatd.event import Draft, Kind, Record
from chatd.rooms.room import Room
from chatd.storage.contract import InDoubt, StoreError
from chatd.storage.memory import MemoryStore
from chatd.storage.records import Damaged, Put, change, ignore_store_error
from chatd.util.budget_table import Kind as Budgeted
from chatd.util.budgets import Budgets, owner_of
from chatd.webhooks.registry import IN_A_ROOM, Hooks, Rules
from chatd.webhooks.targets import DeliveryFailure, NotDelivered
from chatd.webhooks.urls import destination_of
from tests.support.answers import only
from tests.support.receivers import hook_record
from tests.support.sessions import refuses
from tests.support.world import HeldStore

THERE = destination_of("https://example.com/secret")


class RegistryHarness:
    """A store, and the hooks in it."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.clock = Clock()
        self.store = store or MemoryStore(self.clock)
        self.budgets = Budgets(self.clock)
        self.hooks = Hooks(self.store, self.budgets)
        self.room = Room("Ops", self.store)
        self.woken: list[int] = []
        self.gone: list[int] = []
        self.hooks.wake = lambda hook: self.woken.append(hook.number)
        self.hooks.gone = lambda hook: self.gone.append(hook.number)

    def change(self, *puts: Put) -> None:
        change(self.store, *puts).addErrback(ignore_store_error)
        self.clock.advance(0)

    def add(self, room: Room | None = None) -> str:
        new = hook_record(THERE.url, "ana", 17)
        _, put = self.hooks.add(room or self.room, new)
        self.change(put)
        return new.secret

    def again(self) -> Hooks:
        """Return the hooks after a restart."""
        self.clock.advance(0)
        return Hooks(self.store, Budgets(self.clock))


def numbers(hooks: Hooks, room: Room) -> list[int]:
    return [hook.number for hook in hooks.of(room)]


def test_a_new_one_begins_at_the_rooms_head_and_is_kept() -> None:
    harness = RegistryHarness()
    harness.store.commit([Draft("Ops", 1, "ana", Kind.MESSAGE, ["hola"] * 3)])
    harness.room = Room("Ops", harness.store, head=3)
    secret = harness.add()
    for hooks in harness.hooks, harness.again():
        hook = only(hooks)
        assert (hook.room, hook.number, hook.to) == ("ops", 1, THERE)
        assert (hook.secret, hook.by, hook.added, hook.seq) == (secret, "ana", 17, 3)
        assert (hook.failures, hook.error) == (0, None)
        assert "ops" in hooks
        assert "Ops" not in hooks


def test_secrets_are_long_and_each_is_another() -> None:
    harness = RegistryHarness()
    secrets = {harness.add() for _ in range(IN_A_ROOM)}
    assert len(secrets) == IN_A_ROOM
    assert set(map(len, secrets)) == {43}  # 256 bits


def test_each_room_has_its_own_and_all_have_numbers() -> None:
    harness = RegistryHarness()
    other = Room("b", harness.store)
    for room in harness.room, other, harness.room:
        harness.add(room)
    assert numbers(harness.hooks, harness.room) == [1, 2]
    assert numbers(harness.hooks, other) == [1]
    assert len(list(harness.hooks)) == 3


def test_one_that_was_removed_is_gone_for_good() -> None:
    harness = RegistryHarness()
    harness.add()
    harness.add()
    harness.change(harness.hooks.remove(harness.hooks.of(harness.room)[0]))
    assert harness.gone == [1]
    assert numbers(harness.hooks, harness.room) == numbers(harness.again(), harness.room) == [2]
    harness.add()
    assert numbers(harness.hooks, harness.room) == [2, 3]
    for hook in harness.hooks.of(harness.room):
        harness.change(harness.hooks.remove(hook))
    assert "ops" not in harness.hooks
    assert list(harness.again()) == []


def test_a_room_may_have_so_many() -> None:
    harness = RegistryHarness()
    for _ in range(IN_A_ROOM):
        harness.add()
    with refuses("too_many_hooks_here"):
        harness.add()
    harness.add(Room("b", harness.store))


def test_each_counts_in_the_budgets_of_its_owner_while_it_exists() -> None:
    harness = RegistryHarness()
    harness.add()
    harness.add()
    ana = owner_of("ana", "")
    assert [use.used for use in harness.budgets.uses(ana, Budgeted.HOOKS)] == [2, 2, 2]
    again = Budgets(harness.clock)
    Hooks(harness.store, again)
    assert [use.used for use in again.uses(ana, Budgeted.HOOKS)] == [2, 2, 2]
    harness.change(*(harness.hooks.remove(hook) for hook in harness.hooks.of(harness.room)))
    assert [use.used for use in harness.budgets.uses(ana, Budgeted.HOOKS)] == [0, 0, 0]


def test_those_of_a_room_are_woken() -> None:
    harness = RegistryHarness()
    other = Room("b", harness.store)
    for room in harness.room, harness.room, other:
        harness.add(room)
    assert harness.woken == [1, 2, 1]  # each hook once, when it was added
    harness.woken.clear()
    harness.hooks.said(harness.room)
    assert harness.woken == [1, 2]


def test_how_far_it_came_is_kept_when_it_is_time() -> None:
    harness = RegistryHarness()
    secret = harness.add()
    only(harness.hooks).delivered(7)
    assert only(harness.again()).seq == 0
    harness.hooks.keep()
    hook = only(harness.again())
    assert (hook.seq, hook.secret) == (7, secret)


def test_what_did_not_move_is_not_written() -> None:
    harness = RegistryHarness(HeldStore(Clock()))
    harness.clock = harness.store._clock  # type: ignore[assignment]
    for there in False, True:
        harness.hooks.keep()
        harness.clock.advance(0)
        assert not harness.store.held  # type: ignore[attr-defined]
        if not there:
            harness.add()
            harness.store.release()  # type: ignore[attr-defined]
            harness.clock.advance(0)


def test_one_stays_the_same_whatever_is_said_of_it_again() -> None:
    harness = RegistryHarness()
    _, put = harness.hooks.add(harness.room, hook_record(THERE.url, "ana"))
    harness.change(put)
    hook = only(harness.hooks)
    harness.change(put)
    assert only(harness.hooks) is hook
    assert harness.gone == []


def test_hooks_lead_to_public_addresses_and_over_plain_http_unless_somebody_knows_more() -> None:
    assert RegistryHarness().hooks.rules == Rules((), tls=False)


def test_an_error_says_why() -> None:
    assert NotDelivered(DeliveryFailure.ANSWERED, 503).args == ("answered", 503)
    assert NotDelivered(DeliveryFailure.TIMED_OUT).status == 0


@pytest.fixture
def _quiet(expected_errors: object) -> object:
    yield
    expected_errors()  # type: ignore[operator]


@pytest.mark.usefixtures("_quiet")
class TestWithoutADisk:
    def held(self) -> tuple[RegistryHarness, HeldStore]:
        clock = Clock()
        store = HeldStore(clock)
        harness = RegistryHarness(store)
        harness.clock = clock
        return harness, store

    def test_one_that_cannot_be_kept_is_not_there(self) -> None:
        harness, store = self.held()
        harness.add()
        assert "ops" in harness.hooks
        store.fail()
        assert "ops" not in harness.hooks
        assert harness.gone == [1]

    def test_one_whose_removal_cannot_be_kept_goes_on_where_it_was_known_to_be(self) -> None:
        harness, store = self.held()
        harness.add()
        store.release()
        harness.clock.advance(0)
        only(harness.hooks).delivered(7)
        harness.change(harness.hooks.remove(only(harness.hooks)))
        harness.clock.advance(0)
        harness.hooks.keep()
        store.fail()
        assert only(harness.hooks).seq == 0

    def test_one_in_whose_place_another_one_was_to_be_is_back(self) -> None:
        harness, store = self.held()
        secret = harness.add()
        store.release()
        harness.clock.advance(0)
        harness.change(harness.hooks.remove(only(harness.hooks)))
        other = harness.add()
        assert [hook.secret for hook in harness.hooks] == [other] != [secret]
        for _ in range(2):
            store.fail()
            harness.clock.advance(0)
            harness.clock.advance(0)
        assert [hook.secret for hook in harness.hooks] == [secret]
        assert harness.gone == [1, 1]

    def test_how_far_it_came_is_tried_again_later(self) -> None:
        harness, store = self.held()
        harness.add()
        harness.hooks.begin()
        store.release()
        harness.clock.advance(0)
        only(harness.hooks).delivered(7)
        for error in StoreError("no disk"), InDoubt(), None:
            harness.hooks.keep()
            harness.clock.advance(0)
            store.release() if error is None else store.fail(error)
            harness.clock.advance(0)
            assert only(Hooks(store, Budgets(Clock()))).seq == (7 if error is None else 0)


def test_what_went_wrong_is_counted_until_something_goes_well() -> None:
    harness = RegistryHarness()
    harness.add()
    hook = only(harness.hooks)
    errors = [NotDelivered(DeliveryFailure.ANSWERED, 500), NotDelivered(DeliveryFailure.TIMED_OUT)]
    for error in errors:
        hook.failed(error)
    assert (hook.failures, hook.error) == (2, errors[1])
    hook.went_well()
    assert (hook.failures, hook.error) == (0, None)


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("ops/1", "ftp://example.com/"),
        ("ops/x", "http://example.com/"),
        ("ops", "http://example.com/"),
    ],
)
def test_one_that_is_not_as_it_was_written_is_found(key: str, url: str) -> None:
    harness = RegistryHarness()
    value = {"url": url, "secret": "s", "by": "ana", "added": 0, "seq": 0}
    harness.store.write_records(Record("hook", key, json.dumps(value)))
    harness.clock.advance(0)
    with pytest.raises(Damaged):
        harness.again()
