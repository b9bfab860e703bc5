"""Members of rooms at other nodes: they are counted and named as those of this one."""

from __future__ import annotations

import pytest

from chatd.chat import remote_members
from chatd.chat.membership import LASTING
from chatd.chat.permissions import Role
from chatd.chat.remote_members import BACK_SECONDS
from tests.support.sentences import EN
from tests.support.world import Member, World


@pytest.fixture
def world() -> World:
    return World(nodes=2)


@pytest.fixture
def ana(world: World) -> Member:
    """Return a member of #ops at the second node."""
    ana = world.person("ana")
    ana.type("/join ops")
    return ana


@pytest.fixture
def luis(world: World, ana: Member) -> Member:
    """Return another member of #ops, at the first node."""
    luis = world.person("luis")
    luis.type("/join ops")
    luis.seen()
    ana.seen()
    return luis


def named(world: World, room: str = "ops") -> list[list[str]]:
    """Return the names of the people in a room, as each node has them."""
    return [sorted(node.server.rooms[room].here.named) for node in world.nodes]


def test_all_nodes_have_the_same_people(world: World, luis: Member) -> None:
    assert named(world) == [["ana", "luis"], ["ana", "luis"]]
    luis.type("/join tea")
    assert named(world) == [["ana"], ["ana"]]


def test_a_new_name_is_everywhere(world: World, ana: Member, luis: Member) -> None:
    ana.type("/nick eva")
    world.wait(1)
    assert named(world) == [["eva", "luis"], ["eva", "luis"]]


def test_one_who_comes_and_goes_is_told_at_both_nodes(
    world: World, ana: Member, luis: Member
) -> None:
    world.wait(LASTING)
    assert luis.seen() == [EN.notice("joined_one", people="ana")]
    assert ana.seen() == [EN.notice("joined_one", people="luis")]
    ana.hang_up()
    world.wait(1)
    assert luis.seen() == [EN.notice("left_one", people="ana")]


def test_a_person_at_both_nodes_is_one(world: World) -> None:
    one, other = world.member("ana"), world.member("ana")
    for each in one, other:
        each.type("/join ops")
    assert named(world) == [["ana"], ["ana"]]
    assert [node.server.rooms["ops"].people for node in world.nodes] == [1, 1]
    one.hang_up()
    assert named(world) == [["ana"], ["ana"]]


def test_guests_without_a_name_are_counted(world: World) -> None:
    for _ in range(3):
        world.person()
    assert [node.server.lobby.people for node in world.nodes] == [3, 3]


def test_a_room_without_anyone_left_is_forgotten(world: World, ana: Member) -> None:
    assert all("ops" in node.server.rooms for node in world.nodes)
    ana.type("/leave")
    assert not any("ops" in node.server.rooms for node in world.nodes)


def test_one_whom_a_list_has_shown_is_told_to_leave(
    world: World, ana: Member, luis: Member
) -> None:
    assert EN.sentence("here", people="ana") not in luis.ask("/who")
    ana.hang_up()
    world.wait(1)
    assert luis.seen() == [EN.notice("left_one", people="ana")]


def test_one_that_goes_away_is_counted_once(world: World, ana: Member, luis: Member) -> None:
    ana.type("/away at lunch")
    ana.hang_up()
    assert named(world) == [["luis"], ["luis"]]


def test_one_of_whom_nobody_was_told_leaves_unseen(world: World, ana: Member, luis: Member) -> None:
    luis.hang_up()
    world.wait(1)
    assert ana.seen() == []


def test_one_whom_a_list_has_shown_has_a_new_name_and_has_not_left(
    world: World, ana: Member, luis: Member
) -> None:
    luis.ask("/who")
    ana.type("/nick eva")
    world.wait(1)
    assert luis.seen() == [EN.notice("renamed", name="ana", new_name="eva")]


def test_a_listed_person_leaves_with_the_last_session(world: World, luis: Member) -> None:
    one, _, other = world.member("eva"), world.person(), world.member("eva")
    for each in one, other:
        each.type("/join ops")
    luis.ask("/who")
    one.hang_up()
    world.wait(1)
    assert luis.seen() == []
    other.hang_up()
    world.wait(1)
    assert luis.seen() == [EN.notice("left_one", people="eva")]


def test_what_a_guest_was_given_is_forgotten_with_it(
    world: World, ana: Member, luis: Member
) -> None:
    server, visit = ana.server, ana.server.roster.called("luis")[0]
    roles, room = server.moderation.roles, server.rooms["ops"]
    roles.given.give([visit], room, Role.VOICED)
    assert roles.role_of_remote(visit, room) is Role.VOICED
    luis.hang_up()
    assert roles.role_of_remote(visit, room) is Role.EVERYONE


class TestADeadNode:
    @pytest.fixture(autouse=True)
    def told(self, world: World, ana: Member, luis: Member) -> None:
        world.wait(LASTING)
        luis.seen()
        world.nodes[1].store.crash()

    def test_the_others_tell_that_its_people_left(self, world: World, luis: Member) -> None:
        world.shared_log.reap(world.nodes[1].store)
        world.wait(BACK_SECONDS)
        assert luis.seen() == [EN.notice("left_one", people="ana")]

    def test_each_of_them_tells_its_own_people(self, world: World, luis: Member) -> None:
        eva = Member(world, world.add_node().chat)
        eva.type("/join ops")
        world.introduce("ops")
        luis.seen()
        eva.seen()
        world.shared_log.reap(world.nodes[1].store)
        world.wait(BACK_SECONDS)
        world.wait(1)
        assert luis.seen() == eva.seen() == [EN.notice("left_one", people="ana")]

    def test_they_leave_once(self, world: World, luis: Member) -> None:
        assert named(world)[0] == ["ana", "luis"]
        world.shared_log.reap(world.nodes[1].store)
        world.wait(BACK_SECONDS)
        luis.seen()
        world.shared_log.reap(world.nodes[1].store)
        world.wait(BACK_SECONDS)
        assert luis.seen() == []


class TestANodeThatBeginsAnotherTerm:
    @pytest.fixture(autouse=True)
    def rejoined(self, world: World, ana: Member, luis: Member) -> None:
        world.wait(LASTING)
        for each in ana, luis:
            each.seen()
        store = world.nodes[1].store
        store.cut = True
        world.shared_log.reap(store)
        store.reconnect()
        for _ in range(2 * int(BACK_SECONDS)):
            world.wait(1)

    def test_its_people_did_not_leave(self, ana: Member, luis: Member) -> None:
        assert ana.seen() == luis.seen() == []

    def test_they_are_here(self, world: World) -> None:
        assert named(world) == [["ana", "luis"]] * 2

    def test_they_leave_once(self, world: World, ana: Member, luis: Member) -> None:
        luis.ask("/who")
        ana.hang_up()
        world.wait(1)
        assert luis.seen() == [EN.notice("left_one", people="ana")]


def test_people_of_a_node_that_was_cut_off_for_long_come_back(
    world: World, ana: Member, luis: Member
) -> None:
    world.wait(LASTING)
    store = world.nodes[1].store
    store.cut = True
    world.shared_log.reap(store)
    world.wait(BACK_SECONDS)
    luis.seen()
    store.reconnect()
    for _ in range(2):
        world.wait(1)
    assert luis.seen() == [EN.notice("joined_one", people="ana")]
    ana.hang_up()
    world.wait(1)
    assert luis.seen() == [EN.notice("left_one", people="ana")]


def test_of_many_dead_nodes_the_latest_people_alone_are_remembered(
    world: World, ana: Member, luis: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_members, "_LEFT_KEPT", 0)
    world.wait(LASTING)
    store = world.nodes[1].store
    store.cut = True
    world.shared_log.reap(store)
    world.wait(BACK_SECONDS)
    luis.seen()
    store.reconnect()
    world.wait(1)
    assert luis.seen() == []
    assert named(world) == [["ana", "luis"]] * 2
