"""`chatd.webhooks.registry`: the hooks, and their stored progress."""

from __future__ import annotations

import json

import pytest
from twisted.internet.task import Clock

from chatd.event import Draft, Kind, Record
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.storage.memory import MemoryStore
from chatd.storage.records import Damaged, Put, change
from chatd.webhooks.registry import (
    IN_A_ROOM,
    IN_ALL,
    DeliveryFailure,
    Hooks,
    NotDelivered,
    Rules,
)
from chatd.webhooks.urls import destination_of
from tests.support.answers import only
from tests.support.sessions import refuses
from tests.support.world import HeldStore

THERE = destination_of("https://example.com/secret")


class Shelf:
    """A store, and the hooks in it."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.clock = Clock()
        self.store = store or MemoryStore(self.clock)
        self.hooks = Hooks(self.store)
        self.room = Room("Ops", self.store)
        self.woken: list[int] = []
        self.gone: list[int] = []
        self.hooks.wake = lambda hook: self.woken.append(hook.number)
        self.hooks.gone = lambda hook: self.gone.append(hook.number)

    def change(self, *puts: Put) -> None:
        change(self.store, *puts).addErrback(lambda _: self.hooks.changed(puts))
        self.hooks.changed(puts)
        self.clock.advance(0)

    def add(self, room: Room | None = None) -> str:
        _, secret, put = self.hooks.add(room or self.room, THERE, "ana", 17)
        self.change(put)
        return secret

    def again(self) -> Hooks:
        """Return the hooks after a restart."""
        self.clock.advance(0)
        return Hooks(self.store)


def numbers(hooks: Hooks, room: Room) -> list[int]:
    return [hook.number for hook in hooks.of(room)]


def test_a_new_one_begins_at_the_rooms_head_and_is_kept() -> None:
    shelf = Shelf()
    shelf.store.commit([Draft("Ops", 1, "ana", Kind.MESSAGE, ["hola"] * 3)])
    shelf.room = Room("Ops", shelf.store, head=3)
    secret = shelf.add()
    for hooks in shelf.hooks, shelf.again():
        hook = only(hooks)
        assert (hook.room, hook.number, hook.to) == ("ops", 1, THERE)
        assert (hook.secret, hook.by, hook.added, hook.seq) == (secret, "ana", 17, 3)
        assert (hook.failures, hook.error) == (0, None)
        assert "ops" in hooks
        assert "Ops" not in hooks


def test_secrets_are_long_and_each_is_another() -> None:
    shelf = Shelf()
    secrets = {shelf.add() for _ in range(IN_A_ROOM)}
    assert len(secrets) == IN_A_ROOM
    assert set(map(len, secrets)) == {43}  # 256 bits


def test_each_room_has_its_own_and_all_have_numbers() -> None:
    shelf = Shelf()
    other = Room("b", shelf.store)
    for room in shelf.room, other, shelf.room:
        shelf.add(room)
    assert numbers(shelf.hooks, shelf.room) == [1, 2]
    assert numbers(shelf.hooks, other) == [1]
    assert len(list(shelf.hooks)) == 3


def test_one_that_was_removed_is_gone_for_good() -> None:
    shelf = Shelf()
    shelf.add()
    shelf.add()
    shelf.change(shelf.hooks.remove(shelf.hooks.of(shelf.room)[0]))
    assert shelf.gone == [1]
    assert numbers(shelf.hooks, shelf.room) == numbers(shelf.again(), shelf.room) == [2]
    shelf.add()
    assert numbers(shelf.hooks, shelf.room) == [2, 3]
    for hook in shelf.hooks.of(shelf.room):
        shelf.change(shelf.hooks.remove(hook))
    assert "ops" not in shelf.hooks
    assert list(shelf.again()) == []


def test_a_room_may_have_so_many() -> None:
    shelf = Shelf()
    for _ in range(IN_A_ROOM):
        shelf.add()
    with refuses("too_many_hooks_here"):
        shelf.add()
    shelf.add(Room("b", shelf.store))


def test_all_rooms_together_may_have_so_many() -> None:
    shelf = Shelf()
    for number in range(IN_ALL):
        shelf.add(Room(f"room{number}", shelf.store))
    with refuses("too_many_hooks"):
        shelf.add()


def test_those_of_a_room_are_woken() -> None:
    shelf = Shelf()
    other = Room("b", shelf.store)
    for room in shelf.room, shelf.room, other:
        shelf.add(room)
    assert shelf.woken == [1, 2, 1]  # each hook once, when it was added
    shelf.woken.clear()
    shelf.hooks.said(shelf.room)
    assert shelf.woken == [1, 2]


def test_how_far_it_came_is_kept_when_it_is_time() -> None:
    shelf = Shelf()
    secret = shelf.add()
    only(shelf.hooks).delivered(7)
    assert only(shelf.again()).seq == 0
    shelf.hooks.keep()
    hook = only(shelf.again())
    assert (hook.seq, hook.secret) == (7, secret)


def test_what_did_not_move_is_not_written() -> None:
    shelf = Shelf(HeldStore(Clock()))
    shelf.clock = shelf.store._clock  # type: ignore[assignment]
    for there in False, True:
        shelf.hooks.keep()
        shelf.clock.advance(0)
        assert not shelf.store.held  # type: ignore[attr-defined]
        if not there:
            shelf.add()
            shelf.store.release()  # type: ignore[attr-defined]
            shelf.clock.advance(0)


def test_one_stays_the_same_whatever_is_said_of_it_again() -> None:
    shelf = Shelf()
    _, _, put = shelf.hooks.add(shelf.room, THERE, "ana", 17)
    shelf.change(put)
    hook = only(shelf.hooks)
    shelf.hooks.changed([put])
    assert only(shelf.hooks) is hook
    assert shelf.gone == []


def test_hooks_lead_to_public_addresses_and_over_plain_http_unless_somebody_knows_more() -> None:
    assert Shelf().hooks.rules == Rules((), tls=False)


def test_an_error_says_why() -> None:
    assert NotDelivered(DeliveryFailure.ANSWERED, 503).args == ("answered", 503)
    assert NotDelivered(DeliveryFailure.TIMED_OUT).status == 0


@pytest.fixture
def _quiet(expected_errors: object) -> object:
    yield
    expected_errors()  # type: ignore[operator]


@pytest.mark.usefixtures("_quiet")
class TestWithoutADisk:
    def held(self) -> tuple[Shelf, HeldStore]:
        clock = Clock()
        store = HeldStore(clock)
        shelf = Shelf(store)
        shelf.clock = clock
        return shelf, store

    def test_one_that_cannot_be_kept_is_not_there(self) -> None:
        shelf, store = self.held()
        shelf.add()
        assert "ops" in shelf.hooks
        store.fail()
        assert "ops" not in shelf.hooks
        assert shelf.gone == [1]

    def test_one_whose_removal_cannot_be_kept_goes_on_where_it_was_known_to_be(self) -> None:
        shelf, store = self.held()
        shelf.add()
        store.release()
        shelf.clock.advance(0)
        only(shelf.hooks).delivered(7)
        shelf.change(shelf.hooks.remove(only(shelf.hooks)))
        shelf.clock.advance(0)
        shelf.hooks.keep()
        store.fail()
        assert only(shelf.hooks).seq == 0

    def test_one_in_whose_place_another_one_was_to_be_is_back(self) -> None:
        shelf, store = self.held()
        secret = shelf.add()
        store.release()
        shelf.clock.advance(0)
        shelf.change(shelf.hooks.remove(only(shelf.hooks)))
        other = shelf.add()
        assert [hook.secret for hook in shelf.hooks] == [other] != [secret]
        for _ in range(2):
            store.fail()
            shelf.clock.advance(0)
            shelf.clock.advance(0)
        assert [hook.secret for hook in shelf.hooks] == [secret]
        assert shelf.gone == [1, 1]

    def test_how_far_it_came_is_tried_again_later(self) -> None:
        shelf, store = self.held()
        shelf.add()
        store.release()
        shelf.clock.advance(0)
        only(shelf.hooks).delivered(7)
        for fails in True, False:
            shelf.hooks.keep()
            shelf.clock.advance(0)
            store.fail(StoreError("no disk")) if fails else store.release()
            shelf.clock.advance(0)
            assert only(Hooks(store)).seq == (0 if fails else 7)


def test_what_went_wrong_is_counted_until_something_goes_well() -> None:
    shelf = Shelf()
    shelf.add()
    hook = only(shelf.hooks)
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
    shelf = Shelf()
    value = {"url": url, "secret": "s", "by": "ana", "added": 0, "seq": 0}
    shelf.store.write_records(Record("hook", key, json.dumps(value)))
    shelf.clock.advance(0)
    with pytest.raises(Damaged):
        shelf.again()
