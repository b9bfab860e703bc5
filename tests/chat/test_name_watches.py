"""Watches of names: what is told, and when."""

from __future__ import annotations

from chatd.chat.name_watches import LEFT, latest
from chatd.event import Change
from tests.support.world import World


class Watcher:
    """Watches names at the first node of a world."""

    def __init__(self, world: World, *names: str) -> None:
        self.told: list[tuple[Change, str]] = []
        for name in names:
            world.server.watches.watch(-1, name, lambda change, name, _: self._hear(change, name))

    def _hear(self, change: Change, name: str) -> None:
        self.told.append((change, name))


class TestWatches:
    def test_each_change_is_told_once(self, world: World) -> None:
        watcher = Watcher(world, "ANA")
        person = world.person("ana")
        person.type("/nick eva")
        assert watcher.told == [(Change.JOINED, "ana"), (Change.LEFT, "ana")]

    def test_a_watch_that_ended_is_told_nothing(self, world: World) -> None:
        watcher = Watcher(world, "ana", "eva")
        world.server.watches.end(-1)
        world.person("ana")
        assert watcher.told == []
        assert world.server.watches.watched_by(-1) == []


class TestGoingOn:
    def test_a_watcher_is_told_what_changes_after_that(self, world: World) -> None:
        world.person("ana")
        Watcher(world, "ANA", "eva")
        state = world.server.watches.state_of(-1)
        assert state == {"ANA": True, "eva": False}
        world.server.watches.end(-1)
        told: list[tuple[Change, str]] = []
        world.server.watches.resume_watching(
            -1, state, lambda change, name, text: told.append((change, name))
        )
        world.settle()
        assert told == []
        world.person("eva")
        assert told == [(Change.JOINED, "eva")]
        assert world.server.watches.watched_by(-1) == ["ANA", "eva"]

    def test_what_a_watcher_knew_counts(self, world: World) -> None:
        told: list[tuple[Change, str]] = []
        world.server.watches.resume_watching(
            -1, {"ana": True}, lambda change, name, text: told.append((change, name))
        )
        world.person("ana").hang_up()
        assert told == [(Change.LEFT, "ana")]


class TestLeft:
    def test_as_many_as_are_kept(self, world: World) -> None:
        for number in range(LEFT + 2):
            world.person(f"name{number}").hang_up()
        left = world.server.watches.left
        assert len(left) == LEFT
        assert [each.name for each in latest(left, "NAME101")] == ["name101"]
        assert latest(left, "name0") == []
