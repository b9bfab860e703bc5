"""`chatd.storage.records`: tables in memory that are what the store keeps."""

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
    """A table of cups, and a store that keeps them when it is let."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = HeldStore(self.clock)
        self.cups = Table(self.store, "cup", Cup)

    def release(self) -> None:
        """Let what was changed so far be kept."""
        self.clock.advance(0)
        while self.store.held:
            self.store.release()
            self.clock.advance(0)

    def fail(self) -> None:
        """Let it fail to be kept."""
        self.clock.advance(0)
        self.store.fail()

    def kept(self) -> dict[str, Cup]:
        """What a daemon that is started now finds."""
        return dict(Table(self.store, "cup", Cup))


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


class TestTable:
    def test_is_empty_with_a_new_store(self, kitchen: Kitchen) -> None:
        assert (len(kitchen.cups), list(kitchen.cups)) == (0, [])

    def test_holds_what_was_kept_of_its_kind(self, kitchen: Kitchen) -> None:
        change(kitchen.store, kitchen.cups.put("red", Cup("ana", True)))
        change(kitchen.store, Table(kitchen.store, "saucer", Cup).put("blue", Cup("luis")))
        kitchen.release()
        assert kitchen.kept() == {"red": Cup("ana", True)}

    def test_a_field_that_came_in_later_has_its_default(self) -> None:
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
    def test_says_that_what_was_kept_is_damaged(self, kitchen: Kitchen, value: str) -> None:
        kitchen.store.write_records(Record("cup", "red", value))
        kitchen.release()
        with pytest.raises(StoreError, match="damaged"):
            kitchen.kept()


class TestGroup:
    """The keys of values that belong together are found without a look at the others."""

    def cups(self, kitchen: Kitchen) -> tuple[Table[Cup], Groups[Cup]]:
        groups: Groups[Cup] = Groups(lambda key, cup: (cup.owner,))
        return Table(kitchen.store, "cup", Cup, groups), groups

    def test_has_the_keys_of_its_values_as_they_came(self, kitchen: Kitchen) -> None:
        cups, groups = self.cups(kitchen)
        change(kitchen.store, cups.put("red", Cup("ana")), cups.put("blue", Cup("ana")))
        change(kitchen.store, cups.put("green", Cup("luis")))
        assert list(groups["ana"]) == ["red", "blue"]
        assert list(groups["luis"]) == ["green"]
        assert list(groups["eva"]) == []

    def test_is_what_was_kept(self, kitchen: Kitchen) -> None:
        change(kitchen.store, kitchen.cups.put("red", Cup("ana")))
        kitchen.release()
        assert list(self.cups(kitchen)[1]["ana"]) == ["red"]

    def test_is_left_by_what_is_taken_away_or_has_another_value(self, kitchen: Kitchen) -> None:
        cups, groups = self.cups(kitchen)
        change(kitchen.store, cups.put("red", Cup("ana")), cups.put("blue", Cup("ana")))
        change(kitchen.store, cups.put("red", Cup("luis")), cups.put("blue", None))
        change(kitchen.store, cups.put("green", None))
        assert list(groups["ana"]) == []
        assert list(groups["luis"]) == ["red"]
        assert len(groups) == 1  # of those that come and go nothing is left

    def test_has_what_was_taken_away_in_vain(
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
    def test_is_seen_at_once(self, kitchen: Kitchen) -> None:
        change(kitchen.store, kitchen.cups.put("red", Cup("ana")))
        assert kitchen.cups["red"] == Cup("ana")
        assert kitchen.kept() == {}

    def test_fires_once_it_is_kept(self, kitchen: Kitchen) -> None:
        done = change(kitchen.store, kitchen.cups.put("red", Cup("ana")))
        kitchen.clock.advance(0)
        assert not done.called
        kitchen.release()
        assert done.called
        assert kitchen.kept() == {"red": Cup("ana")}

    def test_none_takes_away_what_is_there(self, kitchen: Kitchen) -> None:
        change(kitchen.store, kitchen.cups.put("red", Cup("ana")))
        change(kitchen.store, kitchen.cups.put("red", None), kitchen.cups.put("none", None))
        assert "red" not in kitchen.cups
        kitchen.release()
        assert kitchen.kept() == {}

    def test_of_several_is_kept_in_one_batch(self, kitchen: Kitchen) -> None:
        cups = kitchen.cups
        change(kitchen.store, cups.put("red", Cup("ana")), cups.put("blue", Cup("luis")))
        kitchen.clock.advance(0)
        ((batch, _),) = kitchen.store.held
        assert len(batch) == 1

    def test_that_cannot_be_kept_is_taken_back_and_fails(
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

    def test_what_somebody_changed_further_is_not_taken_back(
        self, kitchen: Kitchen, expected_errors: Expect
    ) -> None:
        change(kitchen.store, kitchen.cups.put("red", Cup("ana"))).addErrback(lambda _: None)
        kitchen.clock.advance(0)
        later = change(kitchen.store, kitchen.cups.put("red", Cup("eva")))
        kitchen.store.fail()
        assert kitchen.cups["red"] == Cup("eva")
        kitchen.release()
        assert later.called
        assert kitchen.kept() == {"red": Cup("eva")}
        expected_errors()

    def test_of_changes_that_fail_one_after_the_other_nothing_is_left(
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
        assert dict(kitchen.cups) == {"red": Cup("ana")} == kitchen.kept()
        expected_errors()

    def test_several_changes_of_one_key_in_one_go_are_taken_back_in_turn(
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
