"""Names, rooms and turns that others have taken from a node that was cut off for long."""

from __future__ import annotations

import pytest

from chatd.errors import ErrorKind
from chatd.storage.turn import Turn, Work
from tests.support.browser import browser_tab
from tests.support.sentences import EN
from tests.support.world import Member, World


@pytest.fixture
def world() -> World:
    return World(nodes=2)


@pytest.fixture
def eva(world: World) -> Member:
    """Return a guest at the second node, which is not cut off."""
    return world.person()


@pytest.fixture
def ana(world: World, eva: Member) -> Member:
    """Return a guest at the first node, with a name."""
    ana = world.person("ana")
    world.introduce("lobby")
    for each in ana, eva:
        each.seen()
    return ana


def cut_and_reap(world: World) -> None:
    """Cut the first node off, and have it taken for dead."""
    world.store.cut = True
    world.shared_log.reap(world.store)
    world.settle()


def reconnect(world: World) -> None:
    """Connect the first node again, and follow what was done meanwhile."""
    world.store.reconnect()
    world.wait(3)  # a beat
    for _ in range(5):
        world.settle()


class TestAName:
    def test_that_nobody_has_taken_is_kept(self, world: World, ana: Member, eva: Member) -> None:
        cut_and_reap(world)
        reconnect(world)
        assert ana.session.name == "ana"
        assert eva.ask("/nick ana") == [EN.error(ErrorKind.NAME_IN_USE, "name_in_use", name="ana")]

    def test_that_was_taken_is_lost(self, world: World, ana: Member, eva: Member) -> None:
        cut_and_reap(world)
        eva.type("/nick ana")
        ana.seen()
        reconnect(world)
        assert (ana.session.name, ana.session.is_guest) == (f"guest{ana.session.number}", True)
        assert EN.notice("name_was_lost", name="ana") in ana.seen()
        assert eva.session.name == "ana"

    def test_like_which_another_one_is_now_is_lost(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        ana.type("/nick Bob1")
        cut_and_reap(world)
        eva.type("/nick Bobl")
        reconnect(world)
        assert ana.session.is_guest

    def test_can_be_taken_again_once_it_is_free(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        cut_and_reap(world)
        eva.type("/nick ana")
        reconnect(world)
        eva.type("/nick eva")
        ana.seen()
        ana.type("/nick ana", "hola")
        assert ana.seen()[-1] == "<ana> hola"

    def test_is_lost_in_all_tabs(self, world: World, eva: Member) -> None:
        tabs = [browser_tab(world, "ana") for _ in range(4)]
        here = [tab for tab in tabs if tab.session.number in world.server.sessions.by_number]
        assert len(here) == 2
        cut_and_reap(world)
        for tab in tabs:
            if tab not in here:
                tab.hang_up()
        eva.type("/nick ana")
        reconnect(world)
        assert [tab.session.is_guest for tab in here] == [True, True]

    def test_of_an_account_is_kept(self, world: World, eva: Member) -> None:
        luis = world.member("luis")
        assert luis.server is world.server
        cut_and_reap(world)
        eva.type("/nick luis")
        reconnect(world)
        assert luis.session.account == "luis"


class TestALine:
    def test_under_a_name_that_was_lost_is_refused(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        cut_and_reap(world)
        ana.type("I am ana")
        eva.type("/nick ana")
        ana.seen()
        reconnect(world)
        refused = EN.error(ErrorKind.NAME_IN_USE, "not_your_name_now", name="ana")
        assert refused in ana.seen()
        assert world.stored("lobby") == []

    def test_under_one_that_was_kept_is_said(self, world: World, ana: Member, eva: Member) -> None:
        cut_and_reap(world)
        ana.type("I am ana")
        reconnect(world)
        assert "<ana> I am ana" in eva.seen()

    def test_under_one_that_was_given_up_since_is_refused_if_another_has_it(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        cut_and_reap(world)
        ana.type("I am ana")
        ana.hang_up()
        eva.type("/nick ana")
        reconnect(world)
        assert world.stored("lobby") == []

    def test_under_one_that_was_given_up_since_is_said_if_nobody_has_it(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        cut_and_reap(world)
        ana.type("I am ana")
        ana.hang_up()
        reconnect(world)
        assert [event.text for event in world.stored("lobby")] == ["I am ana"]
        eva.type("/nick ana")
        assert eva.session.name == "ana"

    def test_under_a_name_that_was_had_again_is_said(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        cut_and_reap(world)
        eva.type("/nick ana")
        reconnect(world)
        eva.type("/nick eva")
        ana.type("/nick ana")
        cut_and_reap(world)
        ana.type("hola")
        reconnect(world)
        assert "<ana> hola" in eva.seen()


class TestARoom:
    def test_that_nobody_else_made_is_kept(self, world: World, ana: Member) -> None:
        ana.type("/join oil")
        cut_and_reap(world)
        reconnect(world)
        ana.seen()
        assert ana.ask("hola") == ["<ana> hola"]

    @pytest.mark.parametrize("name", ["oi1", "OIL"])
    def test_that_another_one_was_made_like_is_left(
        self, world: World, ana: Member, eva: Member, name: str
    ) -> None:
        ana.type("/join oil")
        cut_and_reap(world)
        ana.type("hola")
        eva.type(f"/join {name}", "mine")
        ana.seen()
        reconnect(world)
        seen = ana.seen()
        assert EN.error(ErrorKind.NO_ROOM, "room_was_lost", room="oil") in seen
        why = EN.sentence("room_was_lost", room="oil")
        assert EN.notice("put_out", room="oil", why=why) in seen
        assert ana.session.room is world.server.lobby
        assert world.stored("oil") == []
        assert [event.text for event in world.stored(name)] == ["mine"]
        ana.type(f"/join {name}")
        assert ana.ask("hola") == ["<ana> hola"]

    def test_that_another_node_has_by_another_name_before_the_loss_is_known_is_left(
        self, world: World, ana: Member, eva: Member
    ) -> None:
        ana.type("/join oil")
        world.shared_log.reap(world.store)
        eva.type("/join OIL", "mine")
        reconnect(world)
        ana.type("/join OIL", "yours")
        assert [event.text for event in world.stored("OIL")] == ["mine", "yours"]
        assert world.stored("oil") == []
        assert [room.name for room in world.server.rooms.values()] == ["lobby", "OIL"]


def test_a_turn_that_another_node_has_is_lost(world: World) -> None:
    turns = [Turn(node.store.claims, Work.FORGETTING) for node in world.nodes]
    lost: list[str] = []
    turns[0].lost = lambda: lost.append("first")
    turns[0].ask(lambda: None)
    world.settle()
    cut_and_reap(world)
    turns[1].ask(lambda: None)
    world.settle()
    reconnect(world)
    assert [turn.is_ours for turn in turns] == [False, True]
    assert lost == ["first"]


def test_visits_are_written_again(world: World, ana: Member, eva: Member) -> None:
    cut_and_reap(world)
    assert "ana" not in eva.ask("/who")[0]
    reconnect(world)
    assert "ana" in eva.ask("/who")[0]
