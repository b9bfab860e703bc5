"""`chatd.chat.actions.deeds`: carrying out deeds, and the sessions that they are about."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatd.chat.actions.deeds import carry_out, sessions_called
from chatd.chat.session import Session
from chatd.errors import Refusal
from chatd.event import Deed
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from tests.support.sessions import done, guest, member
from tests.support.world import World

DEED = Deed("wall", reason="hola")


class TestCarryingOut:
    def test_the_deed_is_logged(self, world: World, ana: Session, ops: Room) -> None:
        did = done(world, carry_out(world.server, ana, ops, DEED))
        assert did.room is ops
        assert list(did.deeds) == [DEED]
        assert ("ana", DEED.text()) in world.deeds("ops")

    @pytest.mark.parametrize("room", ["ops", "lobby"])
    def test_it_was_shown_to_members(
        self, world: World, ana: Session, ops: Room, room: str
    ) -> None:
        did = done(world, carry_out(world.server, ana, world.room(room), DEED))
        assert did.was_shown is (room == "ops")

    def test_its_changes_are_made(self, world: World, ana: Session, ops: Room) -> None:
        rooms = world.server.moderation.roles.rooms
        done(world, carry_out(world.server, ana, ops, DEED, [rooms.put("ops", None)]))
        assert "ops" not in rooms

    def test_what_is_in_memory_is_taken_back_if_it_cannot_be_stored(
        self, world: World, ana: Session, ops: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        undone: list[str] = []

        async def fail(*_: object, undo: Callable[[], None]) -> None:
            undo()
            raise StoreError("the disk is full.")

        monkeypatch.setattr(world.server.deeds, "carry_out", fail)
        with pytest.raises(StoreError):
            done(world, carry_out(world.server, ana, ops, DEED, undo=lambda: undone.append("it")))
        assert undone == ["it"]


class TestSessionsCalled:
    def test_all_with_the_name_are_found(self, world: World) -> None:
        luis = guest(world, "luis")
        assert list(sessions_called(world.server, "LUIS")) == [luis]

    def test_an_account_may_have_none(self, world: World, ana: Session) -> None:
        world.register("eva")
        assert list(sessions_called(world.server, "eva")) == []

    def test_a_name_that_is_not_used_is_refused(self, world: World) -> None:
        member(world, "ana")
        with pytest.raises(Refusal) as refusal:
            sessions_called(world.server, "eva")
        assert refusal.value.key == "nobody"
