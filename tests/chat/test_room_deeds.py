"""Deeds: changes of what is stored about a room, which its log shows."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from chatd.accounts.accounts import Account
from chatd.chat.permissions import Mode
from chatd.event import Deed, Kind
from chatd.storage.contract import StoreError
from chatd.storage.records import Put, change
from chatd.webhooks.urls import destination_of
from tests.support.logs import Expect
from tests.support.sessions import guest, keys
from tests.support.world import World


class Office:
    """Ana orders deeds in #ops, where Luis is, in a store that commits when it is told to."""

    def __init__(self) -> None:
        self.world = World(slow=True)
        self.server = self.world.server
        self.deeds = self.server.deeds
        self.ops = self.server.rooms.add("ops")
        self.ana, self.luis = guest(self.world, "ana"), guest(self.world)
        self.luis.enter(self.ops, "joined_room", 0)
        keys(self.luis)
        self.luis.say("hola")
        self.world.release()

    def mode(self, mode: Mode) -> Put:
        return self.server.moderation.roles.set_mode(self.ops, mode)

    def close(self, **options: Any) -> Deferred[Any]:
        """Order that the room is closed; a failure becomes the result."""
        deed = Deed("mode", "closed")
        done = self.deeds.carry_out(self.ana, self.ops, deed, self.mode(Mode.CLOSED), **options)
        return done.addErrback(lambda failure: failure.value)

    def fail(self, expected_errors: Expect) -> None:
        """Fail what waits for the store, which logs that."""
        self.world.settle()
        self.world.store.fail()
        self.world.settle()
        expected_errors()

    def add_hook(self) -> None:
        """Add a hook of an account that has a right to it only while the room is open."""
        table = self.server.accounts.table
        change(self.world.store, table.put("eva", Account("eva", "")))
        to = destination_of("https://example.com/hook")
        _, _, put = self.server.hooks.add(self.ops, to, "eva", 0)
        change(self.world.store, put)
        self.server.hooks.changed([put])
        self.server.hooks.check_with(lambda hook: not self.ops.guarded)
        self.world.release()

    def logged(self, room: str = "ops") -> list[tuple[str, str]]:
        """Return the deeds that are stored in the log of a room, with their authors."""
        logs = self.world.store._logs
        events = logs[room].events if room in logs else ()
        return [(event.author, event.text) for event in events if event.kind is Kind.DEED]


@pytest.fixture
def office() -> Office:
    return Office()


def test_rights_change_at_once(office: Office) -> None:
    office.close()
    assert office.ops.guarded
    assert office.ops in office.server.moderation.hidden


def test_the_result_has_the_deed_once_that_is_stored(office: Office) -> None:
    done = office.close()
    assert not done.called
    office.world.release()
    assert done.result == [Deed("mode", "closed")]
    assert office.logged() == [("ana", "mode closed 0")]


def test_a_change_without_a_deed_is_not_logged(office: Office) -> None:
    done = office.deeds.carry_out(office.ana, office.ops, None, office.mode(Mode.PRIVATE))
    office.world.release()
    assert done.result == []
    assert office.logged() == []


class TestFailing:
    """The store cannot store the deed: all is as it was before."""

    def test_the_rights_are_taken_back(self, office: Office, expected_errors: Expect) -> None:
        done = office.close()
        office.fail(expected_errors)
        assert isinstance(done.result, StoreError)
        assert not office.ops.guarded
        assert office.logged() == []

    def test_the_caller_takes_back_what_is_in_memory(
        self, office: Office, expected_errors: Expect
    ) -> None:
        undone: list[str] = []
        office.close(undo=lambda: undone.append("undone"))
        assert undone == []
        office.fail(expected_errors)
        assert undone == ["undone"]

    def test_without_a_failure_nothing_is_taken_back(self, office: Office) -> None:
        undone: list[str] = []
        office.close(undo=lambda: undone.append("undone"))
        office.world.release()
        assert undone == []

    def test_members_that_may_not_read_the_room_any_more_are_put_out(
        self, office: Office, expected_errors: Expect
    ) -> None:
        office.deeds.carry_out(office.ana, office.ops, None, office.mode(Mode.CLOSED))
        office.world.release()
        assert office.luis.room is office.ops  # the caller puts members out
        done = office.deeds.carry_out(office.ana, office.ops, None, office.mode(Mode.OPEN))
        done.addErrback(lambda _: None)
        office.fail(expected_errors)
        assert office.luis.room is office.server.lobby


class TestHooks:
    @pytest.fixture(autouse=True)
    def hook(self, office: Office) -> None:
        office.add_hook()

    def test_one_that_loses_its_right_ends_with_the_deed(self, office: Office) -> None:
        done = office.close()
        assert office.server.hooks.of(office.ops) == []
        office.world.release()
        assert done.result == [Deed("mode", "closed"), Deed("endhook", "https://example.com")]
        assert office.logged() == [
            ("ana", "mode closed 0"),
            ("ana", "endhook https://example.com 0"),
        ]

    def test_one_that_is_removed_by_the_change_ends_at_once(self, office: Office) -> None:
        (hook,) = office.server.hooks.of(office.ops)
        office.deeds.carry_out(office.ana, office.ops, None, office.server.hooks.remove(hook))
        assert office.server.hooks.of(office.ops) == []
        office.world.release()

    def test_it_is_there_again_if_the_store_fails(
        self, office: Office, expected_errors: Expect
    ) -> None:
        office.close()
        office.fail(expected_errors)
        assert len(office.server.hooks.of(office.ops)) == 1

    def test_one_that_keeps_its_right_stays(self, office: Office) -> None:
        office.deeds.carry_out(office.ana, office.ops, None, office.mode(Mode.OPEN))
        office.world.release()
        assert len(office.server.hooks.of(office.ops)) == 1

    def test_one_that_was_allowed_by_a_change_that_failed_ends(
        self, office: Office, expected_errors: Expect
    ) -> None:
        change(office.world.store, office.mode(Mode.CLOSED))
        office.world.release()
        done = office.deeds.carry_out(office.ana, office.ops, None, office.mode(Mode.OPEN))
        done.addErrback(lambda _: None)
        assert len(office.server.hooks.of(office.ops)) == 1
        office.fail(expected_errors)
        assert office.server.hooks.of(office.ops) == []

    def test_one_in_a_room_that_ends_with_the_failure_ends_too(
        self, office: Office, expected_errors: Expect
    ) -> None:
        tea = office.server.rooms.add("tea")
        _, _, put = office.server.hooks.add(tea, destination_of("https://tea.example"), "eva", 0)
        change(office.world.store, put)
        office.server.hooks.changed([put])
        office.world.release()
        office.server.hooks.check_with(lambda hook: hook.room in office.server.rooms)
        done = office.deeds.carry_out(office.ana, tea, Deed("mode", "closed"))
        done.addErrback(lambda _: None)
        office.fail(expected_errors)
        assert "tea" not in office.server.rooms
        assert office.server.hooks.of(tea) == []


class TestWall:
    def test_each_room_with_members_is_told(self, office: Office) -> None:
        office.server.rooms.add("tea")
        office.ana.enter(office.server.lobby, "joined_room", 0)
        done = office.deeds.wall(office.ana, "bye")
        assert not done.called
        office.world.release()
        assert done.called
        assert office.logged("lobby") == office.logged("ops") == [("ana", "wall - 0 bye")]
        assert office.logged("tea") == []
