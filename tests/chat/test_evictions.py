"""Putting sessions out of rooms, and into the lobby."""

from __future__ import annotations

import pytest

from chatd.chat.evictions import EVICTED_AT_ONCE
from chatd.chat.permissions import Act
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.rooms.room import Room
from tests.support.sessions import NotingOwner, guest, keys, refuses
from tests.support.world import World

WHY = Refusal(ErrorKind.NOT_ALLOWED, "room_is_closed", room="ops", name="luis")


class EvictionsWorld(World):
    """A guarded room, #ops, and the sessions that may not read rooms."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.evictions = self.server.evictions
        self.lobby, self.ops = self.server.lobby, self.server.rooms.add("ops")
        self.barred: set[tuple[Session, str]] = set()
        monkeypatch.setattr(self.server.moderation, "refusal", self.refusal)
        monkeypatch.setattr(self.server.moderation, "_is_guarded", lambda room: room is self.ops)
        self.ops.guarded = True

    def refusal(self, session: Session, room: Room, act: Act) -> Refusal | None:
        return WHY if act is Act.READ and (session, room.name) in self.barred else None

    def bar(self, session: Session, *rooms: Room) -> None:
        self.barred.update((session, room.name) for room in rooms)

    def session_in(self, room: Room | None = None) -> Session:
        """Return a session that is in a room, #ops if none is given."""
        session = guest(self)
        session.enter(room or self.ops, "joined_room", 0)
        keys(session)
        return session


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> EvictionsWorld:
    return EvictionsWorld(monkeypatch)


class TestReview:
    def test_a_session_that_may_not_read_a_room_is_moved_into_the_lobby(
        self, world: EvictionsWorld
    ) -> None:
        luis = world.session_in()
        world.bar(luis, world.ops)
        world.evictions.review(luis)
        assert luis.room is world.lobby
        assert keys(luis) == ["put_out"]

    def test_one_that_may_read_it_stays(self, world: EvictionsWorld) -> None:
        luis = world.session_in()
        world.evictions.review(luis)
        assert luis.room is world.ops
        assert keys(luis) == []

    def test_where_nothing_is_guarded_no_right_is_asked_for(self, world: EvictionsWorld) -> None:
        luis = world.session_in()
        world.bar(luis, world.ops)
        world.ops.guarded = False
        world.evictions.review(luis)
        world.evictions.review_room(world.ops)
        assert luis.room is world.ops

    def test_a_room_is_reviewed_with_all_its_members(self, world: EvictionsWorld) -> None:
        luis, eva, ana = world.session_in(), world.session_in(), world.session_in(world.lobby)
        for session in luis, ana:
            world.bar(session, world.ops)
        world.evictions.review_room(world.ops)
        assert [each.room for each in (luis, eva, ana)] == [
            world.lobby,
            world.ops,
            world.lobby,
        ]
        assert keys(ana) == []

    def test_an_error_in_one_session_costs_the_others_nothing(
        self, world: EvictionsWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        luis, eva = world.session_in(), world.session_in()
        luis.stream.owner = owner = NotingOwner()

        def refusal(session: Session, room: Room, act: Act) -> Refusal | None:
            if session is luis:
                raise ZeroDivisionError
            return WHY if room is world.ops else None

        monkeypatch.setattr(world.server.moderation, "refusal", refusal)
        world.evictions.review_room(world.ops)
        assert len(owner.failures) == 1
        assert eva.room is world.lobby


class TestPutOut:
    def test_a_session_that_is_not_there_is_passed_over(self, world: EvictionsWorld) -> None:
        ana = world.session_in(world.lobby)
        eva = guest(world)
        world.evictions.put_out(world.ops, {ana: WHY, eva: WHY})
        assert (ana.room, eva.room) == (world.lobby, None)
        assert keys(ana) == keys(eva) == []

    def test_an_empty_room_is_forgotten(self, world: EvictionsWorld) -> None:
        luis = world.session_in()
        world.evictions.put_out(world.ops, {luis: WHY})
        assert world.server.rooms.get("ops") is None

    def test_out_of_the_lobby_it_is_in_no_room(self, world: EvictionsWorld) -> None:
        luis = world.session_in(world.lobby)
        world.evictions.put_out(world.lobby, {luis: WHY})
        assert luis.room is None
        assert keys(luis) == ["put_out", "in_no_room_now"]

    def test_so_is_one_that_may_not_read_the_lobby(self, world: EvictionsWorld) -> None:
        luis = world.session_in()
        world.lobby.guarded = True
        world.bar(luis, world.lobby)
        world.evictions.put_out(world.ops, {luis: WHY})
        assert luis.room is None
        assert keys(luis) == ["put_out", "in_no_room_now"]

    def test_so_is_a_program(self, world: EvictionsWorld) -> None:
        luis = world.session_in()
        luis.read_as_text()
        world.evictions.put_out(world.ops, {luis: WHY})
        assert luis.room is None

    def test_a_session_with_many_rooms_stays_in_the_others(self, world: EvictionsWorld) -> None:
        for focus, left in (world.ops, None), (world.lobby, world.lobby):
            luis = world.session_in()
            luis.subscriptions.allow_many_rooms()
            luis.enter(world.lobby, "joined_room", 0)
            luis.joined.focus(focus)
            keys(luis)
            world.evictions.put_out(world.ops, {luis: WHY})
            assert list(luis.memberships) == [world.lobby]
            assert luis.room is left
            assert keys(luis) == ["put_out"]

    def test_what_it_goes_on_typing_was_meant_for_the_other_room(
        self, world: EvictionsWorld
    ) -> None:
        luis = world.session_in()
        world.evictions.put_out(world.ops, {luis: WHY})
        with refuses("moved_just_now"):
            luis.joined.here()

    def test_a_session_whose_stream_has_finished_is_told_nothing(
        self, world: EvictionsWorld
    ) -> None:
        luis = world.session_in()
        luis.stream.finish()
        world.evictions.put_out(world.ops, {luis: WHY})
        assert luis.room is None
        assert keys(luis) == []


class TestMany:
    """All leave at once; the rest takes several turns of the reactor."""

    @pytest.fixture
    def many(self, world: EvictionsWorld) -> list[Session]:
        many = [world.session_in() for _ in range(EVICTED_AT_ONCE + 1)]
        world.evictions.put_out(world.ops, dict.fromkeys(many, WHY))
        return many

    def test_all_have_left_at_once(self, world: EvictionsWorld, many: list[Session]) -> None:
        assert world.ops.people == 0
        assert world.lobby.people == EVICTED_AT_ONCE

    def test_the_others_follow_in_the_next_turn(
        self, world: EvictionsWorld, many: list[Session]
    ) -> None:
        assert keys(many[-1]) == []
        world.settle()
        assert keys(many[-1]) == ["put_out"]
        assert world.lobby.people == EVICTED_AT_ONCE + 1

    def test_one_that_went_elsewhere_meanwhile_stays_there(
        self, world: EvictionsWorld, many: list[Session]
    ) -> None:
        tea = world.server.rooms.add("tea")
        many[-1].enter(tea, "joined_room", 0)
        keys(many[-1])
        world.settle()
        assert many[-1].room is tea
        assert keys(many[-1]) == []
