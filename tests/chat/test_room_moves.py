"""Moving sessions into rooms and out of them."""

from __future__ import annotations

import pytest

from chatd.chat.permissions import Mode
from chatd.chat.roles import Roles
from chatd.chat.room_moves import RoomMoves
from chatd.chat.session import Session
from chatd.event import QUITTING, Draft, Kind
from chatd.rooms.bookmarks import Return
from tests.support.sessions import KeysOnly, guest, keys, member, taken
from tests.support.world import World


class MovesWorld(World):
    """Moves of Luis, with two past lines for newcomers, in a lobby where four were said."""

    def __init__(self) -> None:
        super().__init__()
        self.lobby, self.ops = self.server.lobby, self.server.rooms.add("ops")
        self.moves = RoomMoves(
            self.server.rooms,
            self.server.moderation,
            self.server.unread,
            self.server.staying,
            2,
        )
        self.luis = guest(self)
        self.lobby.append(Draft("lobby", 99, "eva", Kind.MESSAGE, ["1", "2", "3", "4"]))
        self.settle()


@pytest.fixture
def world() -> MovesWorld:
    return MovesWorld()


def owes(session: Session) -> bool:
    """Return True if past lines are queued for a session."""
    return session.stream.owes_past


class TestWelcome:
    def test_a_newcomer_enters_the_lobby_and_is_sent_past_lines(self, world: MovesWorld) -> None:
        world.moves.welcome(world.luis, "", recent=True)
        assert world.luis.room is world.lobby
        assert owes(world.luis)

    def test_a_program_is_sent_none(self, world: MovesWorld) -> None:
        world.moves.welcome(world.luis, "", recent=False)
        assert world.luis.room is world.lobby
        assert not owes(world.luis)

    def test_one_that_may_not_read_the_lobby_is_told_so_and_in_no_room(
        self, world: MovesWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Roles, "mode_of", lambda *_: Mode.CLOSED)
        world.lobby.guarded = True
        world.moves.welcome(world.luis, "", recent=True)
        assert world.luis.room is None
        assert keys(world.luis) == ["welcome_outside", "room_is_closed"]


class TestMove:
    def test_a_session_enters_the_room(self, world: MovesWorld) -> None:
        world.moves.move(world.luis, world.lobby, "joined_room")
        assert world.luis.room is world.lobby
        assert owes(world.luis)

    def test_one_that_returns_is_sent_what_it_lacks(self, world: MovesWorld) -> None:
        world.moves.move(world.luis, world.lobby, "joined_room", back=Return(4))
        assert not owes(world.luis)

    def test_a_room_that_it_leaves_empty_is_forgotten(self, world: MovesWorld) -> None:
        world.moves.move(world.luis, world.ops, "joined_room")
        world.moves.move(world.luis, world.lobby, "joined_room")
        assert world.server.rooms.get("ops") is None

    def test_a_room_that_has_other_members_stays(self, world: MovesWorld) -> None:
        for session in world.luis, guest(world):
            world.moves.move(session, world.ops, "joined_room")
        world.moves.move(world.luis, world.lobby, "joined_room")
        assert world.server.rooms.get("ops") is world.ops

    def test_lines_are_counted_for_an_account_from_then_on(self, world: MovesWorld) -> None:
        ana = member(world, "ana")
        world.moves.move(ana, world.lobby, "joined_room")
        world.settle()
        assert world.server.unread.read_marks.of("ana", "lobby") == 2

    def test_so_are_those_of_a_welcome(self, world: MovesWorld) -> None:
        ana = member(world, "ana")
        world.moves.welcome(ana, "", recent=False)
        world.settle()
        assert world.server.unread.read_marks.of("ana", "lobby") == 4


class TestLeave:
    @pytest.fixture(autouse=True)
    def in_both(self, world: MovesWorld) -> None:
        world.luis.subscriptions.allow_many_rooms()
        for room in world.lobby, world.ops:
            world.moves.move(world.luis, room, "joined_room")

    def test_one_room_can_be_left(self, world: MovesWorld) -> None:
        world.moves.leave(world.luis, world.ops)
        assert list(world.luis.memberships) == [world.lobby]
        assert world.server.rooms.get("ops") is None

    def test_the_session_is_sent_that_unless_it_quits(
        self, world: MovesWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(KeysOnly, "left", lambda format, room, departure: room.encode())
        taken(world.luis.stream)
        world.moves.leave(world.luis, world.ops)
        world.moves.leave(world.luis, world.lobby, QUITTING)
        assert world.luis.stream.take() == b"ops"

    def test_without_a_room_all_are_left(self, world: MovesWorld) -> None:
        world.moves.leave(world.luis)
        assert world.luis.memberships == {}
        assert world.server.rooms.get("ops") is None
        assert world.server.rooms.get("lobby") is world.lobby
