"""`chatd.webhooks.pushes`: the stored pushes, one for each account."""

from __future__ import annotations

import json

import pytest

from chatd.event import Record
from chatd.storage.records import Damaged, change
from chatd.util.budget_table import Kind
from chatd.webhooks.pushes import PushRecord
from chatd.webhooks.targets import DeliveryFailure, NotDelivered
from tests.support.logs import Expect
from tests.support.pushes import URL, PushWorld
from tests.support.world import World


class TestStored:
    def test_a_push_is_there_after_a_restart(self) -> None:
        world = PushWorld()
        world.push("ana", with_text=True)
        push = world.restarted().server.alerts.pushes.all["ana"]
        assert (push.to.url, push.with_text, push.account) == (URL, True, "ana")

    def test_a_url_that_is_none_is_damage(self) -> None:
        world = World()
        world.store.write_records(Record("push", "ana", json.dumps({"url": "no URL"})))
        world.settle()
        with pytest.raises(Damaged):
            world.restarted()

    def test_another_one_takes_its_place(self) -> None:
        world = PushWorld()
        before = world.push("ana")
        change(
            world.store,
            *world.server.alerts.pushes.set("ana", PushRecord("https://other.example/")),
        )
        after = world.server.alerts.pushes.all["ana"]
        assert after is not before
        assert after.to.host == "other.example"
        assert not after.with_text

    def test_a_change_that_could_not_be_stored_is_taken_back(self, expected_errors: Expect) -> None:
        world = PushWorld()
        world.push("ana")
        world.store.holds = True
        change(world.store, *world.server.alerts.pushes.account_gone("ana")).addErrback(
            lambda _: None
        )
        assert world.server.alerts.pushes.all == {}
        world.fail()
        assert world.server.alerts.pushes.all["ana"].to.url == URL
        expected_errors()


class TestFailing:
    def test_the_time_is_stored_when_it_changes(self) -> None:
        world = PushWorld()
        push = world.push("ana")
        world.check()
        world.settle()
        assert world.failed_for() == []
        push.failed(NotDelivered(DeliveryFailure.TIMED_OUT), 1.0)
        world.check()
        world.settle()
        assert world.failed_for() == [1]
        world.store.holds = True
        world.check()
        world.settle()
        assert not world.store.held
        world.store.holds = False
        push.went_well()
        world.check()
        world.settle()
        assert world.failed_for() == []


class TestCounted:
    def test_it_is_counted_while_it_is_there(self) -> None:
        world = PushWorld(budgets={"pushes.all": 9})
        budgets = world.server.budgets

        def left() -> int:
            return budgets.left(world.server.alerts.pushes.all["ana"].owner, Kind.PUSHES)

        world.push("ana")
        assert left() == 8
        world.push("ana")
        assert left() == 8
        owner = world.server.alerts.pushes.all["ana"].owner
        change(world.store, *world.server.alerts.pushes.account_gone("ana"))
        assert budgets.left(owner, Kind.PUSHES) == 9
        assert not world.server.alerts.pushes.names.named_in("ana")
