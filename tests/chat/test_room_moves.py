"""Moving sessions into rooms and out of them."""

from __future__ import annotations

import pytest

from chatd.chat.permissions import Mode
from chatd.chat.roles import Roles
from chatd.chat.room_moves import RoomMoves
from chatd.chat.session import Session
from chatd.event import Draft, Kind
from chatd.rooms.bookmarks import Return
from tests.support.sessions import KeysOnly, guest, keys, member
from tests.support.world import World


class Removals:
    """Moves of Luis, with two past lines for newcomers, in a lobby where four were said."""

    def __init__(self) -> None:
        self.world = World()
        self.server = self.world.server
        self.lobby, self.ops = self.server.lobby, self.server.rooms.add("ops")
        self.moves = RoomMoves(self.server.rooms, self.server.moderation, self.server.unread, 2)
        self.luis = guest(self.world)
        self.lobby.append(Draft("lobby", 99, "eva", Kind.MESSAGE, ["1", "2", "3", "4"]))
        self.world.settle()


@pytest.fixture
def removals() -> Removals:
    return Removals()


def owes(session: Session) -> bool:
    """Return True if past lines are queued for a session."""
    return session.stream.owes_past


class TestWelcome:
    def test_a_newcomer_enters_the_lobby_and_is_sent_past_lines(self, removals: Removals) -> None:
        removals.moves.welcome(removals.luis, "", recent=True)
        assert removals.luis.room is removals.lobby
        assert owes(removals.luis)

    def test_a_program_is_sent_none(self, removals: Removals) -> None:
        removals.moves.welcome(removals.luis, "", recent=False)
        assert removals.luis.room is removals.lobby
        assert not owes(removals.luis)

    def test_one_that_may_not_read_the_lobby_is_told_so_and_in_no_room(
        self, removals: Removals, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Roles, "mode_of", lambda *_: Mode.CLOSED)
        removals.lobby.guarded = True
        removals.moves.welcome(removals.luis, "", recent=True)
        assert removals.luis.room is None
        assert keys(removals.luis) == ["welcome_outside", "room_is_closed"]


class TestMove:
    def test_a_session_enters_the_room(self, removals: Removals) -> None:
        removals.moves.move(removals.luis, removals.lobby, "joined_room")
        assert removals.luis.room is removals.lobby
        assert owes(removals.luis)

    def test_one_that_returns_is_sent_what_it_lacks(self, removals: Removals) -> None:
        removals.moves.move(removals.luis, removals.lobby, "joined_room", back=Return(4))
        assert not owes(removals.luis)

    def test_a_room_that_it_leaves_empty_is_forgotten(self, removals: Removals) -> None:
        removals.moves.move(removals.luis, removals.ops, "joined_room")
        removals.moves.move(removals.luis, removals.lobby, "joined_room")
        assert removals.server.rooms.get("ops") is None

    def test_a_room_that_has_other_members_stays(self, removals: Removals) -> None:
        for session in removals.luis, guest(removals.world):
            removals.moves.move(session, removals.ops, "joined_room")
        removals.moves.move(removals.luis, removals.lobby, "joined_room")
        assert removals.server.rooms.get("ops") is removals.ops

    def test_lines_are_counted_for_an_account_from_then_on(self, removals: Removals) -> None:
        ana = member(removals.world, "ana")
        removals.moves.move(ana, removals.lobby, "joined_room")
        removals.world.settle()
        assert removals.server.unread.read_marks.of("ana", "lobby") == 2

    def test_so_are_those_of_a_welcome(self, removals: Removals) -> None:
        ana = member(removals.world, "ana")
        removals.moves.welcome(ana, "", recent=False)
        removals.world.settle()
        assert removals.server.unread.read_marks.of("ana", "lobby") == 4


class TestLeave:
    @pytest.fixture(autouse=True)
    def in_both(self, removals: Removals) -> None:
        removals.luis.subscriptions.allow_many_rooms()
        for room in removals.lobby, removals.ops:
            removals.moves.move(removals.luis, room, "joined_room")

    def test_one_room_can_be_left(self, removals: Removals) -> None:
        removals.moves.leave(removals.luis, removals.ops)
        assert list(removals.luis.memberships) == [removals.lobby]
        assert removals.server.rooms.get("ops") is None

    def test_the_session_is_sent_that_unless_it_is_not_wanted(
        self, removals: Removals, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(KeysOnly, "left", lambda format, room: room.encode())
        while removals.luis.stream.take():
            pass
        removals.moves.leave(removals.luis, removals.ops)
        removals.moves.leave(removals.luis, removals.lobby, told=False)
        assert removals.luis.stream.take() == b"ops"

    def test_without_a_room_all_are_left(self, removals: Removals) -> None:
        removals.moves.leave(removals.luis)
        assert removals.luis.memberships == {}
        assert removals.server.rooms.get("ops") is None
        assert removals.server.rooms.get("lobby") is removals.lobby
