"""Tests of `chatd.storage.records`: tables in memory that agree with the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chatd.event import Record
from chatd.storage.contract import StoreError
from chatd.storage.memory import MemoryStore
from chatd.storage.records import Groups, Table, change, ignore_store_error
from tests.support.world import HeldStore

Expect = Callable[..., object]


class Cup(NamedTuple):
    owner: str
    full: bool = False
    sips: dict[str, int] = {}


class Kitchen:
    """A table of cups, and a store that commits when the test says so."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = HeldStore(self.clock)
        self.cups = Table(self.store, "cup", Cup)

    def release(self) -> None:
        """Commit all changes so far."""
        self.clock.advance(0)
        while self.store.held:
            self.store.release()
            self.clock.advance(0)

    def fail(self) -> None:
        """Fail the commit of the changes."""
        self.clock.advance(0)
        self.store.fail()

    def stored(self) -> dict[str, Cup]:
        """Return the table that a daemon reads when it starts now."""
        return dict(Table(self.store, "cup", Cup))


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


class TestTable:
    def test_is_empty_with_a_new_store(self, kitchen: Kitchen) -> None:
        assert (len(kitchen.cups), list(kitchen.cups)) == (0, [])

    def test_has_the_stored_values_of_its_kind(self, kitchen: Kitchen) -> None:
        change(kitchen.store, kitchen.cups.put("red", Cup("ana", True)))
        change(kitchen.store, Table(kitchen.store, "saucer", Cup).put("blue", Cup("luis")))
        kitchen.release()
        assert kitchen.stored() == {"red": Cup("ana", True)}

    def test_a_field_that_was_added_later_has_its_default(self) -> None:
        clock = Clock()
        store = MemoryStore(clock)
        store.write_records(Record("cup", "red", '{"owner": "ana"}'))
        clock.advance(0)
        assert Table(store, "cup", Cup)["red"] == Cup("ana", False)

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "x",
            "[]",
            "7",
            "{}",
            '{"owner": 7}',
            '{"owner": "ana", "sips": []}',
            '{"owner": "ana", "lid": 1}',
            "[" * 9999,
        ],
    )
    def test_a_damaged_record_is_an_error(self, kitchen: Kitchen, value: str) -> None:
        kitchen.store.write_records(Record("cup", "red", value))
        kitchen.release()
        with pytest.raises(StoreError, match="damaged"):
            kitchen.stored()


class TestGroup:
    """Tests of the keys of values that belong together."""

    def cups(self, kitchen: Kitchen) -> tuple[Table[Cup], Groups[Cup]]:
        groups: Groups[Cup] = Groups(lambda key, cup: (cup.owner,))
        return Table(kitchen.store, "cup", Cup, groups), groups

    def test_has_keys_in_the_order_in_which_they_were_added(self, kitchen: Kitchen) -> None:
        cups, groups = self.cups(kitchen)
        change(kitchen.store, cups.put("red", Cup("ana")), cups.put("blue", Cup("ana")))
        change(kitchen.store, cups.put("green", Cup("luis")))
        assert list(groups["ana"]) == ["red", "blue"]
        assert list(groups["luis"]) == ["green"]
        assert list(groups["eva"]) == []

    def test_has_the_stored_keys(self, kitchen: Kitchen) -> None:
        change(kitchen.store, kitchen.cups.put("red", Cup("ana")))
        kitchen.release()
        assert list(self.cups(kitchen)[1]["ana"]) == ["red"]

    def test_loses_keys_that_are_deleted_or_have_another_value(self, kitchen: Kitchen) -> None:
        cups, groups = self.cups(kitchen)
        change(kitchen.store, cups.put("red", Cup("ana")), cups.put("blue", Cup("ana")))
        change(kitchen.store, cups.put("red", Cup("luis")), cups.put("blue", None))
        change(kitchen.store, cups.put("green", None))
        assert list(groups["ana"]) == []
        assert list(groups["luis"]) == ["red"]
        assert len(groups) == 1  # empty groups are removed

    def test_has_keys_whose_deletion_failed(
        self, kitchen: Kitchen, expected_errors: Expect
    ) -> None:
        cups, groups = self.cups(kitchen)
        change(kitchen.store, cups.put("red", Cup("ana")))
        kitchen.release()
        change(kitchen.store, cups.put("red", None), cups.put("blue", Cup("ana"))).addErrback(
            lambda _: None
        )
        kitchen.fail()
        assert list(groups["ana"]) == ["red"]
        expected_errors()


class TestChange:
    def test_is_visible_at_once(self, kitchen: Kitchen) -> None:
        change(kitchen.store, kitchen.cups.put("red", Cup("ana")))
        assert kitchen.cups["red"] == Cup("ana")
        assert kitchen.stored() == {}

    def test_fires_once_it_is_stored(self, kitchen: Kitchen) -> None:
        done = change(kitchen.store, kitchen.cups.put("red", Cup("ana")))
        kitchen.clock.advance(0)
        assert not done.called
        kitchen.release()
        assert done.called
        assert kitchen.stored() == {"red": Cup("ana")}

    def test_none_deletes_a_value(self, kitchen: Kitchen) -> None:
        change(kitchen.store, kitchen.cups.put("red", Cup("ana")))
        change(kitchen.store, kitchen.cups.put("red", None), kitchen.cups.put("none", None))
        assert "red" not in kitchen.cups
        kitchen.release()
        assert kitchen.stored() == {}

    def test_of_several_values_is_one_write(self, kitchen: Kitchen) -> None:
        cups = kitchen.cups
        change(kitchen.store, cups.put("red", Cup("ana")), cups.put("blue", Cup("luis")))
        kitchen.clock.advance(0)
        ((batch, _),) = kitchen.store.held
        assert len(batch) == 1

    def test_that_cannot_be_stored_is_rolled_back_and_fails(
        self, kitchen: Kitchen, expected_errors: Expect
    ) -> None:
        cups = kitchen.cups
        change(kitchen.store, cups.put("red", Cup("ana")), cups.put("blue", Cup("luis")))
        kitchen.release()
        done = change(
            kitchen.store,
            cups.put("red", Cup("eva")),
            cups.put("blue", None),
            cups.put("green", Cup("eva")),
        )
        failures: list[StoreError] = []
        done.addErrback(lambda failure: failures.append(failure.value))
        kitchen.fail()
        assert [str(failure) for failure in failures] == ["the disk is full."]
        assert dict(cups) == {"red": Cup("ana"), "blue": Cup("luis")}
        expected_errors()

    def test_a_value_that_was_changed_again_is_not_rolled_back(
        self, kitchen: Kitchen, expected_errors: Expect
    ) -> None:
        change(kitchen.store, kitchen.cups.put("red", Cup("ana"))).addErrback(lambda _: None)
        kitchen.clock.advance(0)
        later = change(kitchen.store, kitchen.cups.put("red", Cup("eva")))
        kitchen.store.fail()
        assert kitchen.cups["red"] == Cup("eva")
        kitchen.release()
        assert later.called
        assert kitchen.stored() == {"red": Cup("eva")}
        expected_errors()

    def test_changes_that_fail_one_after_the_other_are_all_rolled_back(
        self, kitchen: Kitchen, expected_errors: Expect
    ) -> None:
        change(kitchen.store, kitchen.cups.put("red", Cup("ana")))
        kitchen.release()
        for owner in "eva", "luis":
            done = change(kitchen.store, kitchen.cups.put("red", Cup(owner)))
            done.addErrback(lambda _: None)
            kitchen.clock.advance(0)
        kitchen.fail()
        kitchen.clock.advance(0)
        kitchen.fail()
        assert dict(kitchen.cups) == {"red": Cup("ana")} == kitchen.stored()
        expected_errors()

    def test_several_changes_of_one_key_in_one_write_are_rolled_back_in_turn(
        self, kitchen: Kitchen, expected_errors: Expect
    ) -> None:
        cups = kitchen.cups
        change(kitchen.store, cups.put("red", Cup("ana")), cups.put("red", Cup("eva"))).addErrback(
            lambda _: None
        )
        kitchen.fail()
        assert dict(cups) == {}
        expected_errors()


def test_only_a_store_error_is_ignored() -> None:
    ignore_store_error(Failure(StoreError("the disk is full.")))
    with pytest.raises(ZeroDivisionError):
        ignore_store_error(Failure(ZeroDivisionError()))
