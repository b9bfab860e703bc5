"""`chatd.chat.actions.enter`: entering rooms, making them, coming back and leaving."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.chat.actions import enter as module
from chatd.chat.actions.enter import come_back, create, enter, leave, leave_room, stay_out
from chatd.chat.cut_off import LOOK_SECONDS
from chatd.chat.permissions import Mode
from chatd.event import Bookmark, Origin
from chatd.rooms.bookmarks import Return, end_of
from chatd.storage.contract import StoreError
from tests.support.sessions import done, guest, member, refused
from tests.support.world import World


def test_a_guest_makes_a_room_that_nobody_owns(world: World) -> None:
    luis = guest(world)
    entry = done(world, enter(world.server, luis, "tea"))
    assert (entry.room.name, entry.was_there) == ("tea", False)
    assert luis.room is entry.room
    assert world.server.moderation.roles.mode_of(entry.room) is Mode.FREE


def test_an_account_owns_the_room_that_it_makes(world: World) -> None:
    ana = member(world, "ana")
    room = done(world, enter(world.server, ana, "ops")).room
    assert world.server.moderation.roles.name_of_owner(room) == "ana"


def test_who_makes_a_room_is_stored_and_not_who_speaks_first(world: World) -> None:
    luis, eva = guest(world), guest(world)
    room = done(world, enter(world.server, luis, "tea")).room
    made = Origin(luis.name, int(world.server.now() * 1000))
    assert room.made == made
    done(world, enter(world.server, eva, "tea"))
    eva.say("hola")
    world.clock.advance(0)
    (record,) = (each for each in world.store.rooms() if each.name == "tea")
    assert record.made == room.made == made


def test_a_session_that_is_in_the_room_stays_there(world: World) -> None:
    luis = guest(world)
    done(world, enter(world.server, luis, "tea"))
    assert done(world, enter(world.server, luis, "TEA")).was_there


def test_a_session_with_several_rooms_enters_only_so_many(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROOMS_ENTERED", 2)
    luis = guest(world)
    luis.subscriptions.allow_many_rooms()
    done(world, enter(world.server, luis, "one"))
    done(world, enter(world.server, luis, "two"))
    assert refused(world, enter(world.server, luis, "three")) == "too_many_stays"
    assert len(luis.memberships) == 2


def test_a_guest_creates_no_private_room(world: World) -> None:
    luis = guest(world)
    assert refused(world, create(world.server, luis, "den", Mode.PRIVATE)) == "only_registered"


def test_a_room_that_exists_is_not_created(world: World) -> None:
    ana = member(world, "ana")
    done(world, create(world.server, ana, "den", Mode.PRIVATE))
    assert refused(world, create(world.server, ana, "den")) == "room_exists"


def test_a_stranger_may_not_enter_a_private_room_nor_make_it_anew(world: World) -> None:
    ana = member(world, "ana")
    done(world, create(world.server, ana, "den", Mode.PRIVATE))
    assert refused(world, enter(world.server, guest(world), "den")) == "unusable_room"


def test_leaving_goes_to_the_lobby(world: World) -> None:
    luis = guest(world)
    done(world, enter(world.server, luis, "tea"))
    assert done(world, leave(world.server, luis)) == (world.server.lobby, False)
    assert done(world, leave(world.server, luis)) == (world.server.lobby, True)


def test_leaving_one_of_several_rooms_enters_no_other(world: World) -> None:
    luis = guest(world)
    luis.subscriptions.allow_many_rooms()
    for room in "tea", "coffee":
        done(world, enter(world.server, luis, room))
    tea, coffee = world.server.rooms["tea"], world.server.rooms["coffee"]
    leave_room(world.server, luis, tea)
    assert list(luis.memberships) == [coffee]
    assert "tea" not in world.server.rooms


def test_leaving_the_last_of_several_rooms_goes_to_the_lobby(world: World) -> None:
    luis = guest(world)
    luis.subscriptions.allow_many_rooms()
    for room in "tea", "coffee":
        done(world, enter(world.server, luis, room))
    tea = world.server.rooms["tea"]
    assert done(world, leave(world.server, luis)) is None
    assert list(luis.memberships) == [tea]
    luis.joined.focus(tea)
    assert done(world, leave(world.server, luis)) is None
    assert list(luis.memberships) == [world.server.lobby]


def test_the_lobby_is_not_left_for_itself(world: World) -> None:
    luis = guest(world)
    luis.subscriptions.allow_many_rooms()
    lobby = done(world, enter(world.server, luis, world.server.lobby.name)).room
    assert done(world, leave(world.server, luis)) == (lobby, True)
    assert list(luis.memberships) == [lobby]


def test_a_room_is_left_also_by_one_that_may_not_enter_the_lobby(world: World) -> None:
    luis = guest(world)
    luis.subscriptions.allow_many_rooms()
    done(world, enter(world.server, luis, "tea"))
    operator = world.member("root", admin=True)
    operator.ask(f"/ban {luis.name}")
    assert refused(world, leave(world.server, luis)) == "banned"
    assert not luis.memberships


def test_a_session_that_has_said_nothing_leaves_the_room_if_it_cannot_enter_another(
    world: World,
) -> None:
    luis = guest(world)
    world.server.enter(luis)
    stay_out(world.server, luis)
    assert luis.room is None


def test_a_session_that_has_spoken_stays(world: World) -> None:
    luis = guest(world)
    world.server.enter(luis)
    luis.say("hola")
    stay_out(world.server, luis)
    assert luis.room is world.server.lobby


def test_a_returning_session_is_a_member_again(world: World) -> None:
    luis = guest(world)
    room = done(world, enter(world.server, luis, "tea")).room
    luis.say("hola")
    world.settle()
    back = guest(world)
    done(world, come_back(world.server, back, room, end_of(room)))
    assert back.room is room


def test_a_bookmark_of_another_log_is_no_fault(world: World) -> None:
    luis = guest(world)
    room = done(world, enter(world.server, luis, "tea")).room
    back = guest(world)
    done(world, come_back(world.server, back, room, Bookmark(10, 5)))
    assert back.room is room


class TestComingBackWhileTheLogCannotBeRead:
    """It is not known whether the bookmark is of this log."""

    @pytest.mark.parametrize("shared", [True, False])
    def test_waits_if_other_nodes_share_the_log(
        self, world: World, shared: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        room, ana = world.server.rooms["lobby"], guest(world)
        away = [StoreError("away"), StoreError("away")]

        async def is_of(*_: object) -> bool:
            if away:
                raise away.pop()
            return True

        back: list[Return] = []
        monkeypatch.setattr(module, "is_of", is_of)
        monkeypatch.setattr(module, "enter_again", lambda *given: back.append(given[-1]))
        monkeypatch.setattr(world.server.store, "shared", shared)
        leave_room(world.server, ana, room)
        Deferred.fromCoroutine(come_back(world.server, ana, room, Bookmark(0, 0)))
        world.clock.pump([LOOK_SECONDS] * 2)
        assert back == [Return(0) if shared else Return(None, anew=True)]

    def test_ends_with_the_session(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        room, ana = world.server.rooms["lobby"], guest(world)

        async def is_of(*_: object) -> bool:
            raise StoreError("away")

        monkeypatch.setattr(module, "is_of", is_of)
        monkeypatch.setattr(world.server.store, "shared", True)
        leave_room(world.server, ana, room)
        coming = Deferred.fromCoroutine(come_back(world.server, ana, room, Bookmark(0, 0)))
        ana.stream.finish()
        world.clock.advance(LOOK_SECONDS)
        assert coming.called
        assert not ana.joined.is_in(room)
