"""Tests of `chatd.storage.records`: tables in memory that agree with the store."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chatd.event import Record
from chatd.storage.contract import StoreError
from chatd.storage.memory import MemoryStore
from chatd.storage.records import Groups, Table, WatchedGroups, change, ignore_store_error
from tests.support.logs import Expect
from tests.support.world import HeldStore


class Cup(NamedTuple):
    owner: str
    full: bool = False
    sips: dict[str, int] = {}


class TableHarness:
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
def harness() -> TableHarness:
    return TableHarness()


class TestTable:
    def test_is_empty_with_a_new_store(self, harness: TableHarness) -> None:
        assert (len(harness.cups), list(harness.cups)) == (0, [])

    def test_has_the_stored_values_of_its_kind(self, harness: TableHarness) -> None:
        change(harness.store, harness.cups.put("red", Cup("ana", True)))
        change(harness.store, Table(harness.store, "saucer", Cup).put("blue", Cup("luis")))
        harness.release()
        assert harness.stored() == {"red": Cup("ana", True)}

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
    def test_a_damaged_record_is_an_error(self, harness: TableHarness, value: str) -> None:
        harness.store.write_records(Record("cup", "red", value))
        harness.release()
        with pytest.raises(StoreError, match="damaged"):
            harness.stored()


class TestGroup:
    """Tests of the keys of values that belong together."""

    def cups(self, harness: TableHarness) -> tuple[Table[Cup], Groups[Cup]]:
        groups: Groups[Cup] = Groups(lambda key, cup: (cup.owner,))
        return Table(harness.store, "cup", Cup, groups), groups

    def test_has_keys_in_the_order_in_which_they_were_added(self, harness: TableHarness) -> None:
        cups, groups = self.cups(harness)
        change(harness.store, cups.put("red", Cup("ana")), cups.put("blue", Cup("ana")))
        change(harness.store, cups.put("green", Cup("luis")))
        assert list(groups["ana"]) == ["red", "blue"]
        assert list(groups["luis"]) == ["green"]
        assert list(groups["eva"]) == []

    def test_has_the_stored_keys(self, harness: TableHarness) -> None:
        change(harness.store, harness.cups.put("red", Cup("ana")))
        harness.release()
        assert list(self.cups(harness)[1]["ana"]) == ["red"]

    def test_loses_keys_that_are_deleted_or_have_another_value(self, harness: TableHarness) -> None:
        cups, groups = self.cups(harness)
        change(harness.store, cups.put("red", Cup("ana")), cups.put("blue", Cup("ana")))
        change(harness.store, cups.put("red", Cup("luis")), cups.put("blue", None))
        change(harness.store, cups.put("green", None))
        assert list(groups["ana"]) == []
        assert list(groups["luis"]) == ["red"]
        assert len(groups) == 1  # empty groups are removed

    def test_has_keys_whose_deletion_failed(
        self, harness: TableHarness, expected_errors: Expect
    ) -> None:
        cups, groups = self.cups(harness)
        change(harness.store, cups.put("red", Cup("ana")))
        harness.release()
        change(harness.store, cups.put("red", None), cups.put("blue", Cup("ana"))).addErrback(
            lambda _: None
        )
        harness.fail()
        assert list(groups["ana"]) == ["red"]
        expected_errors()


class TestChange:
    def test_is_visible_at_once(self, harness: TableHarness) -> None:
        change(harness.store, harness.cups.put("red", Cup("ana")))
        assert harness.cups["red"] == Cup("ana")
        assert harness.stored() == {}

    def test_fires_once_it_is_stored(self, harness: TableHarness) -> None:
        done = change(harness.store, harness.cups.put("red", Cup("ana")))
        harness.clock.advance(0)
        assert not done.called
        harness.release()
        assert done.called
        assert harness.stored() == {"red": Cup("ana")}

    @pytest.mark.parametrize("fails", [False, True])
    def test_one_who_ceases_to_wait_takes_nothing_back(
        self, harness: TableHarness, fails: bool, expected_errors: Expect
    ) -> None:
        done = change(harness.store, harness.cups.put("red", Cup("ana")))
        ended: list[object] = []
        done.addBoth(ended.append)
        done.cancel()
        assert len(ended) == 1
        assert harness.cups["red"] == Cup("ana")
        if fails:
            harness.fail()
        else:
            harness.release()
        assert harness.stored() == dict(harness.cups)
        assert ("red" in harness.cups) != fails
        assert len(ended) == 1
        if fails:
            expected_errors()

    def test_none_deletes_a_value(self, harness: TableHarness) -> None:
        change(harness.store, harness.cups.put("red", Cup("ana")))
        change(harness.store, harness.cups.put("red", None), harness.cups.put("none", None))
        assert "red" not in harness.cups
        harness.release()
        assert harness.stored() == {}

    def test_of_several_values_is_one_write(self, harness: TableHarness) -> None:
        cups = harness.cups
        change(harness.store, cups.put("red", Cup("ana")), cups.put("blue", Cup("luis")))
        harness.clock.advance(0)
        ((batch, _),) = harness.store.held
        assert len(batch) == 1

    def test_that_cannot_be_stored_is_rolled_back_and_fails(
        self, harness: TableHarness, expected_errors: Expect
    ) -> None:
        cups = harness.cups
        change(harness.store, cups.put("red", Cup("ana")), cups.put("blue", Cup("luis")))
        harness.release()
        done = change(
            harness.store,
            cups.put("red", Cup("eva")),
            cups.put("blue", None),
            cups.put("green", Cup("eva")),
        )
        failures: list[StoreError] = []
        done.addErrback(lambda failure: failures.append(failure.value))
        harness.fail()
        assert [str(failure) for failure in failures] == ["the disk is full."]
        assert dict(cups) == {"red": Cup("ana"), "blue": Cup("luis")}
        expected_errors()

    def test_a_value_that_was_changed_again_is_not_rolled_back(
        self, harness: TableHarness, expected_errors: Expect
    ) -> None:
        change(harness.store, harness.cups.put("red", Cup("ana"))).addErrback(lambda _: None)
        harness.clock.advance(0)
        later = change(harness.store, harness.cups.put("red", Cup("eva")))
        harness.store.fail()
        assert harness.cups["red"] == Cup("eva")
        harness.release()
        assert later.called
        assert harness.stored() == {"red": Cup("eva")}
        expected_errors()

    def test_changes_that_fail_one_after_the_other_are_all_rolled_back(
        self, harness: TableHarness, expected_errors: Expect
    ) -> None:
        change(harness.store, harness.cups.put("red", Cup("ana")))
        harness.release()
        for owner in "eva", "luis":
            done = change(harness.store, harness.cups.put("red", Cup(owner)))
            done.addErrback(lambda _: None)
            harness.clock.advance(0)
        harness.fail()
        harness.clock.advance(0)
        harness.fail()
        assert dict(harness.cups) == {"red": Cup("ana")} == harness.stored()
        expected_errors()

    def test_several_changes_of_one_key_in_one_write_are_rolled_back_in_turn(
        self, harness: TableHarness, expected_errors: Expect
    ) -> None:
        cups = harness.cups
        change(harness.store, cups.put("red", Cup("ana")), cups.put("red", Cup("eva"))).addErrback(
            lambda _: None
        )
        harness.fail()
        assert dict(cups) == {}
        expected_errors()


class TestWatchers:
    """Tests of those who are told which values were changed."""

    @pytest.fixture
    def told(self, harness: TableHarness) -> list[list[str]]:
        told: list[list[str]] = []
        harness.cups.watch(lambda keys: told.append(list(keys)))
        return told

    def test_are_told_once_of_all_that_are_changed_together(
        self, harness: TableHarness, told: list[list[str]]
    ) -> None:
        cups = harness.cups
        change(harness.store, cups.put("red", Cup("ana")), cups.put("blue", Cup("eva")))
        assert told == [["red", "blue"]]
        harness.release()
        assert told == [["red", "blue"]]

    def test_are_told_of_what_is_rolled_back(
        self, harness: TableHarness, told: list[list[str]], expected_errors: Expect
    ) -> None:
        done = change(harness.store, harness.cups.put("red", Cup("ana")))
        done.addErrback(ignore_store_error)
        harness.fail()
        assert told == [["red"], ["red"]]
        expected_errors()

    def test_are_told_nothing_of_other_tables(
        self, harness: TableHarness, told: list[list[str]]
    ) -> None:
        change(harness.store, Table(harness.store, "saucer", Cup).put("red", Cup("ana")))
        assert told == []


def test_only_a_store_error_is_ignored() -> None:
    ignore_store_error(Failure(StoreError("the disk is full.")))
    with pytest.raises(ZeroDivisionError):
        ignore_store_error(Failure(ZeroDivisionError()))


class TestWatchedGroups:
    @pytest.fixture
    def groups(self) -> WatchedGroups[Cup]:
        return WatchedGroups(lambda key, cup: (cup.owner,), lambda key, cup: f"{cup.owner}'s {key}")

    def test_what_is_added_is_not_noted(self, groups: WatchedGroups[Cup]) -> None:
        groups.enter("a", Cup("ana"))
        assert list(groups["ana"]) == ["a"]
        assert groups.changed() == set()

    def test_what_is_changed_or_removed_is_noted_once(self, groups: WatchedGroups[Cup]) -> None:
        groups.enter("a", Cup("ana"))
        groups.leave("a", Cup("ana"))
        assert groups.changed() == {"ana's a"}
        assert groups.changed() == set()
