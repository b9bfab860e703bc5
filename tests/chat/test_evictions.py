"""Putting sessions out of rooms, and into the lobby."""

from __future__ import annotations

import pytest

from chatd.chat.evictions import EVICTED_AT_ONCE
from chatd.chat.permissions import Act
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.rooms.room import Room
from tests.support.sessions import guest, keys
from tests.support.world import World

WHY = Refusal(ErrorKind.NOT_ALLOWED, "room_is_closed", room="ops", name="luis")


class Bouncer:
    """A guarded room, #ops, and the sessions that may not read rooms."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = World()
        self.server = self.world.server
        self.evictions = self.server.evictions
        self.lobby, self.ops = self.server.lobby, self.server.rooms.add("ops")
        self.barred: set[tuple[Session, str]] = set()
        monkeypatch.setattr(self.server.moderation, "refusal", self.refusal)
        self.ops.guarded = True

    def refusal(self, session: Session, room: Room, act: Act) -> Refusal | None:
        return WHY if act is Act.READ and (session, room.name) in self.barred else None

    def bar(self, session: Session, *rooms: Room) -> None:
        self.barred.update((session, room.name) for room in rooms)

    def member(self, room: Room | None = None) -> Session:
        """Return a session that is in a room, #ops if none is given."""
        session = guest(self.world)
        session.enter(room or self.ops, "joined_room", 0)
        keys(session)
        return session


@pytest.fixture
def bouncer(monkeypatch: pytest.MonkeyPatch) -> Bouncer:
    return Bouncer(monkeypatch)


class TestReview:
    def test_a_session_that_may_not_read_a_room_is_moved_into_the_lobby(
        self, bouncer: Bouncer
    ) -> None:
        luis = bouncer.member()
        bouncer.bar(luis, bouncer.ops)
        bouncer.evictions.review(luis)
        assert luis.room is bouncer.lobby
        assert keys(luis) == ["put_out"]

    def test_one_that_may_read_it_stays(self, bouncer: Bouncer) -> None:
        luis = bouncer.member()
        bouncer.evictions.review(luis)
        assert luis.room is bouncer.ops
        assert keys(luis) == []

    def test_where_nothing_is_guarded_no_right_is_asked_for(self, bouncer: Bouncer) -> None:
        luis = bouncer.member()
        bouncer.bar(luis, bouncer.ops)
        bouncer.ops.guarded = False
        bouncer.evictions.review(luis)
        bouncer.evictions.review_room(bouncer.ops)
        assert luis.room is bouncer.ops

    def test_a_room_is_reviewed_with_all_its_members(self, bouncer: Bouncer) -> None:
        luis, eva, ana = bouncer.member(), bouncer.member(), bouncer.member(bouncer.lobby)
        for session in luis, ana:
            bouncer.bar(session, bouncer.ops)
        bouncer.evictions.review_room(bouncer.ops)
        assert [each.room for each in (luis, eva, ana)] == [
            bouncer.lobby,
            bouncer.ops,
            bouncer.lobby,
        ]
        assert keys(ana) == []

    def test_an_error_in_one_session_costs_the_others_nothing(
        self, bouncer: Bouncer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        luis, eva = bouncer.member(), bouncer.member()
        failed: list[str] = []
        luis.stream.connect(luis.stream.sink, failed.append)

        def refusal(session: Session, room: Room, act: Act) -> Refusal | None:
            if session is luis:
                raise ZeroDivisionError
            return WHY if room is bouncer.ops else None

        monkeypatch.setattr(bouncer.server.moderation, "refusal", refusal)
        bouncer.evictions.review_room(bouncer.ops)
        assert len(failed) == 1
        assert eva.room is bouncer.lobby


class TestPutOut:
    def test_a_session_that_is_not_there_is_passed_over(self, bouncer: Bouncer) -> None:
        ana = bouncer.member(bouncer.lobby)
        eva = guest(bouncer.world)
        bouncer.evictions.put_out(bouncer.ops, {ana: WHY, eva: WHY})
        assert (ana.room, eva.room) == (bouncer.lobby, None)
        assert keys(ana) == keys(eva) == []

    def test_an_empty_room_is_forgotten(self, bouncer: Bouncer) -> None:
        luis = bouncer.member()
        bouncer.evictions.put_out(bouncer.ops, {luis: WHY})
        assert bouncer.server.rooms.get("ops") is None

    def test_out_of_the_lobby_it_is_in_no_room(self, bouncer: Bouncer) -> None:
        luis = bouncer.member(bouncer.lobby)
        bouncer.evictions.put_out(bouncer.lobby, {luis: WHY})
        assert luis.room is None
        assert keys(luis) == ["put_out", "in_no_room_now"]

    def test_so_is_one_that_may_not_read_the_lobby(self, bouncer: Bouncer) -> None:
        luis = bouncer.member()
        bouncer.lobby.guarded = True
        bouncer.bar(luis, bouncer.lobby)
        bouncer.evictions.put_out(bouncer.ops, {luis: WHY})
        assert luis.room is None
        assert keys(luis) == ["put_out", "in_no_room_now"]

    def test_so_is_a_program(self, bouncer: Bouncer) -> None:
        luis = bouncer.member()
        luis.read_as_text()
        bouncer.evictions.put_out(bouncer.ops, {luis: WHY})
        assert luis.room is None

    def test_a_session_with_many_rooms_stays_in_the_others(self, bouncer: Bouncer) -> None:
        for focus, left in (bouncer.ops, None), (bouncer.lobby, bouncer.lobby):
            luis = bouncer.member()
            luis.subscriptions.allow_many_rooms()
            luis.enter(bouncer.lobby, "joined_room", 0)
            luis.joined.focus(focus)
            keys(luis)
            bouncer.evictions.put_out(bouncer.ops, {luis: WHY})
            assert list(luis.memberships) == [bouncer.lobby]
            assert luis.room is left
            assert keys(luis) == ["put_out"]

    def test_what_it_goes_on_typing_was_meant_for_the_other_room(self, bouncer: Bouncer) -> None:
        luis = bouncer.member()
        bouncer.evictions.put_out(bouncer.ops, {luis: WHY})
        with pytest.raises(Refusal) as refused:
            luis.joined.here()
        assert refused.value.key == "moved_just_now"

    def test_a_session_whose_stream_has_finished_is_told_nothing(self, bouncer: Bouncer) -> None:
        luis = bouncer.member()
        luis.stream.finish()
        bouncer.evictions.put_out(bouncer.ops, {luis: WHY})
        assert luis.room is None
        assert keys(luis) == []


class TestMany:
    """All leave at once; the rest takes several turns of the reactor."""

    @pytest.fixture
    def many(self, bouncer: Bouncer) -> list[Session]:
        many = [bouncer.member() for _ in range(EVICTED_AT_ONCE + 1)]
        bouncer.evictions.put_out(bouncer.ops, dict.fromkeys(many, WHY))
        return many

    def test_all_have_left_at_once(self, bouncer: Bouncer, many: list[Session]) -> None:
        assert bouncer.ops.people == 0
        assert bouncer.lobby.people == EVICTED_AT_ONCE

    def test_the_others_follow_in_the_next_turn(
        self, bouncer: Bouncer, many: list[Session]
    ) -> None:
        assert keys(many[-1]) == []
        bouncer.world.settle()
        assert keys(many[-1]) == ["put_out"]
        assert bouncer.lobby.people == EVICTED_AT_ONCE + 1

    def test_one_that_went_elsewhere_meanwhile_stays_there(
        self, bouncer: Bouncer, many: list[Session]
    ) -> None:
        tea = bouncer.server.rooms.add("tea")
        many[-1].enter(tea, "joined_room", 0)
        keys(many[-1])
        bouncer.world.settle()
        assert many[-1].room is tea
        assert keys(many[-1]) == []
