"""Deeds: changes of what is stored about a room, which its log shows."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from chatd.chat.permissions import Mode
from chatd.event import Deed
from chatd.storage.contract import StoreError
from chatd.storage.records import Put, change
from tests.support.logs import Expect
from tests.support.receivers import hook_record
from tests.support.sessions import guest, keys
from tests.support.world import World


class DeedsWorld(World):
    """Ana orders deeds in #ops, where Luis is, in a store that commits when it is told to."""

    def __init__(self) -> None:
        super().__init__(slow=True)
        self.ops = self.server.rooms.add("ops")
        self.ana, self.luis = guest(self, "ana"), guest(self)
        self.luis.enter(self.ops, "joined_room", 0)
        keys(self.luis)
        self.luis.say("hola")
        self.release()

    def mode(self, mode: Mode) -> Put:
        return self.server.moderation.roles.change_policy(self.ops, mode=mode.value)

    def close(self, **options: Any) -> Deferred[Any]:
        """Order that the room is closed; a failure becomes the result."""
        deed = Deed("mode", "closed")
        done = self.server.deeds.carry_out(
            self.ana, self.ops, deed, self.mode(Mode.CLOSED), **options
        )
        return done.addErrback(lambda failure: failure.value)

    def add_hook(self) -> None:
        """Add a hook of an account that has a right to it only while the room is open."""
        self.register("eva")
        _, put = self.server.hooks.add(self.ops, hook_record("https://example.com/hook", "eva"))
        change(self.store, put)
        self.server.hooks.check_with(lambda hook: not self.ops.guarded)
        self.release()


@pytest.fixture
def world() -> DeedsWorld:
    return DeedsWorld()


def test_rights_change_at_once(world: DeedsWorld) -> None:
    world.close()
    assert world.ops.guarded
    assert world.ops in world.server.moderation.hidden


def test_the_result_has_the_deed_once_that_is_stored(world: DeedsWorld) -> None:
    done = world.close()
    assert not done.called
    world.release()
    assert done.result == [Deed("mode", "closed")]
    assert world.deeds("ops") == [("ana", "mode closed 0")]


def test_a_change_without_a_deed_is_not_logged(world: DeedsWorld) -> None:
    done = world.server.deeds.carry_out(world.ana, world.ops, None, world.mode(Mode.PRIVATE))
    world.release()
    assert done.result == []
    assert world.deeds("ops") == []


class TestFailing:
    """The store cannot store the deed: all is as it was before."""

    def test_the_rights_are_taken_back(self, world: DeedsWorld, expected_errors: Expect) -> None:
        done = world.close()
        world.fail()
        expected_errors()
        assert isinstance(done.result, StoreError)
        assert not world.ops.guarded
        assert world.deeds("ops") == []

    def test_the_caller_takes_back_what_is_in_memory(
        self, world: DeedsWorld, expected_errors: Expect
    ) -> None:
        undone: list[str] = []
        world.close(undo=lambda: undone.append("undone"))
        assert undone == []
        world.fail()
        expected_errors()
        assert undone == ["undone"]

    def test_without_a_failure_nothing_is_taken_back(self, world: DeedsWorld) -> None:
        undone: list[str] = []
        world.close(undo=lambda: undone.append("undone"))
        world.release()
        assert undone == []

    def test_members_that_may_not_read_the_room_any_more_are_put_out(
        self, world: DeedsWorld, expected_errors: Expect
    ) -> None:
        world.server.deeds.carry_out(world.ana, world.ops, None, world.mode(Mode.CLOSED))
        world.release()
        assert world.luis.room is world.ops  # the caller puts members out
        done = world.server.deeds.carry_out(world.ana, world.ops, None, world.mode(Mode.OPEN))
        done.addErrback(lambda _: None)
        world.fail()
        expected_errors()
        assert world.luis.room is world.server.lobby


class TestHooks:
    @pytest.fixture(autouse=True)
    def hook(self, world: DeedsWorld) -> None:
        world.add_hook()

    def test_one_that_loses_its_right_ends_with_the_deed(self, world: DeedsWorld) -> None:
        done = world.close()
        assert world.server.hooks.of(world.ops) == []
        world.release()
        assert done.result == [Deed("mode", "closed"), Deed("endhook", "https://example.com")]
        assert world.deeds("ops") == [
            ("ana", "mode closed 0"),
            ("ana", "endhook https://example.com 0"),
        ]

    def test_one_that_is_removed_by_the_change_ends_at_once(self, world: DeedsWorld) -> None:
        (hook,) = world.server.hooks.of(world.ops)
        world.server.deeds.carry_out(world.ana, world.ops, None, world.server.hooks.remove(hook))
        assert world.server.hooks.of(world.ops) == []
        world.release()

    def test_it_is_there_again_if_the_store_fails(
        self, world: DeedsWorld, expected_errors: Expect
    ) -> None:
        world.close()
        world.fail()
        expected_errors()
        assert len(world.server.hooks.of(world.ops)) == 1

    def test_one_that_keeps_its_right_stays(self, world: DeedsWorld) -> None:
        world.server.deeds.carry_out(world.ana, world.ops, None, world.mode(Mode.OPEN))
        world.release()
        assert len(world.server.hooks.of(world.ops)) == 1

    def test_one_that_was_allowed_by_a_change_that_failed_ends(
        self, world: DeedsWorld, expected_errors: Expect
    ) -> None:
        change(world.store, world.mode(Mode.CLOSED))
        world.release()
        done = world.server.deeds.carry_out(world.ana, world.ops, None, world.mode(Mode.OPEN))
        done.addErrback(lambda _: None)
        assert len(world.server.hooks.of(world.ops)) == 1
        world.fail()
        expected_errors()
        assert world.server.hooks.of(world.ops) == []

    def test_one_in_a_room_that_ends_with_the_failure_ends_too(
        self, world: DeedsWorld, expected_errors: Expect
    ) -> None:
        tea = world.server.rooms.add("tea")
        _, put = world.server.hooks.add(tea, hook_record("https://tea.example", "eva"))
        change(world.store, put)
        world.release()
        world.server.hooks.check_with(lambda hook: hook.room in world.server.rooms)
        done = world.server.deeds.carry_out(world.ana, tea, Deed("mode", "closed"))
        done.addErrback(lambda _: None)
        world.fail()
        expected_errors()
        assert "tea" not in world.server.rooms
        assert world.server.hooks.of(tea) == []


class TestWall:
    def test_each_room_with_members_is_told(self, world: DeedsWorld) -> None:
        world.server.rooms.add("tea")
        world.ana.enter(world.server.lobby, "joined_room", 0)
        done = world.server.deeds.wall("bye", world.ana)
        assert not done.called
        world.release()
        assert done.called
        assert world.deeds("lobby") == world.deeds("ops") == [("ana", "wall - 0 bye")]
        assert world.deeds("tea") == []
