"""The registers of rooms: the stays of people, with their times."""

from __future__ import annotations

import pytest

from chatd.chat.registers import KNOWN_SECONDS
from chatd.event import STAY, Deed, register_of
from chatd.i18n import Language
from chatd.storage.contract import StoreError
from tests.support.browser import browser_tab
from tests.support.logs import Expect
from tests.support.sentences import EN
from tests.support.world import HeldStore, Member, World

ON = EN.notice("switch_register_on", room="class")


@pytest.fixture
def ana(world: World) -> Member:
    """She owns #class, which keeps a register."""
    ana = world.member("ana")
    ana.type("/create class", "/mode register on")
    ana.seen()
    return ana


def stays(world: World) -> list[tuple[str, float, float]]:
    """Return the stays that have ended: names, and the seconds from when until when."""
    world.settle()
    events = world.stored(register_of("class"))
    found = []
    for event in events:
        verb, name, seconds, came = Deed.of(event.text)
        assert verb == STAY
        assert event.author == name
        found.append((name, int(came) / 1000, int(came) / 1000 + seconds))
    return found


def look(world: World, seconds: int) -> None:
    """Let time pass in which each server looks every five seconds, as the service has it do."""
    for _ in range(seconds // 5):
        world.wait(5)
        for server in world.servers:
            server.check()
    world.settle()


class TestStays:
    def test_one_is_stored_when_it_ends(self, world: World, ana: Member) -> None:
        luis = world.person("luis")
        luis.type("/join class")
        world.wait(100)
        assert stays(world) == []
        luis.type("/leave")
        assert stays(world) == [("luis", 0, 100)]
        assert len(ana.server.registers.table) == 1  # her own

    def test_one_ends_with_the_connection(self, world: World, ana: Member) -> None:
        luis = world.person("luis")
        luis.type("/join class")
        world.wait(7)
        luis.hang_up()
        assert stays(world) == [("luis", 0, 7)]

    def test_another_name_is_another_stay(self, world: World, ana: Member) -> None:
        guest = world.person()
        guest.type("/join class")
        name = guest.session.name
        world.wait(2)
        guest.type("/nick eva")
        world.wait(3)
        guest.hang_up()
        assert stays(world) == [(name, 0, 2), ("eva", 2, 5)]

    def test_each_client_of_a_person_has_one(self, world: World, ana: Member) -> None:
        tabs = [browser_tab(world, "eva") for _ in range(2)]
        for tab in tabs:
            tab.send("enter", room="class")
        world.wait(5)
        tabs[0].hang_up()
        world.wait(5)
        tabs[1].hang_up()
        assert stays(world) == [("eva", 0, 5), ("eva", 0, 10)]

    def test_those_who_are_there_when_it_is_switched_on_come_then(self, world: World) -> None:
        ana = world.member("ana")
        ana.type("/create class")
        luis = world.person("luis")
        luis.type("/join class")
        world.wait(10)
        ana.type("/mode register on")
        world.wait(10)
        luis.type("/leave")
        assert stays(world) == [("luis", 10, 20)]

    def test_all_end_when_it_is_switched_off_and_none_begins(
        self, world: World, ana: Member
    ) -> None:
        world.wait(10)
        ana.type("/mode register off")
        assert stays(world) == [("ana", 0, 10)]
        luis = world.person("luis")
        luis.type("/join class", "/leave")
        assert len(stays(world)) == 1
        assert all(not server.registers.table for server in world.servers)

    def test_one_who_is_put_out_has_left(self, world: World, ana: Member) -> None:
        luis = world.person("luis")
        luis.type("/join class")
        world.wait(3)
        ana.type("/kick luis")
        assert stays(world) == [("luis", 0, 3)]

    def test_other_rooms_have_none(self, world: World, ana: Member) -> None:
        luis = world.person("luis")
        luis.type("/join tea", "/leave")
        assert stays(world) == []


class TestWhoIsTold:
    def test_each_who_comes_in(self, world: World, ana: Member) -> None:
        luis = world.person("luis")
        assert ON in luis.ask("/join class")

    def test_those_who_are_there(self, world: World) -> None:
        ana, luis = world.member("ana"), world.person("luis")
        ana.type("/create class")
        luis.type("/join class")
        luis.seen()
        ana.type("/mode register on")
        assert EN.deed("register_on", "ana") in luis.seen()

    def test_whoever_asks(self, world: World, ana: Member) -> None:
        luis = world.person("luis")
        luis.type("/join class")
        luis.seen()
        assert luis.ask("/mode register") == [ON]

    def test_an_operator_may_not_switch_it(self, world: World, ana: Member) -> None:
        world.register("eva")
        ana.type("/op eva")
        eva = world.member("eva")
        eva.type("/join class")
        eva.seen()
        assert eva.ask("/mode register off")[0].startswith("ERR Not allowed")


class TestWhoIsPresent:
    def present(self, world: World) -> list[tuple[str, int, int | None]]:
        server = world.servers[-1]
        return sorted(server.registers.present(server.rooms["class"]))

    def test_those_who_have_not_left_on_any_node(self, world: World, ana: Member) -> None:
        world.wait(10)
        luis = world.person("luis")
        luis.type("/join class")
        world.person("eva").type("/join tea")
        assert self.present(world) == [("ana", 0, None), ("luis", 10, None)]
        luis.hang_up()
        assert self.present(world) == [("ana", 0, None)]

    @pytest.mark.one_node("its store answers when the test says so")
    def test_one_who_leaves_until_that_is_stored(self) -> None:
        world = World(nodes=1)
        world.member("ana").type("/create class", "/mode register on")
        luis = world.person("luis")
        luis.type("/join class")
        world.wait(7)
        store: HeldStore = world.store
        store.holds = True
        luis.hang_up()
        assert ("luis", 0, 7) in self.present(world)
        store.release()
        assert ("luis", 0, 7) not in self.present(world)
        assert ("luis", 0, 7) in stays(world)

    def test_one_whose_node_has_died_had_left_at_the_last_time_that_is_known(
        self, world: World, ana: Member
    ) -> None:
        look(world, KNOWN_SECONDS)
        world = world.restarted()
        world.wait(500)
        assert self.present(world) == [("ana", 0, KNOWN_SECONDS)]

    def test_what_was_stored_before_a_restart_is_read(self, world: World, ana: Member) -> None:
        luis = world.person("luis")
        luis.type("/join class", "/leave")
        world = world.restarted()
        assert {server.registers.log("=class").head for server in world.servers} == {1}


class TestAfterACrash:
    def test_stays_end_at_the_last_time_that_is_known(self, world: World, ana: Member) -> None:
        look(world, KNOWN_SECONDS)
        world.wait(30)
        world = world.restarted()
        world.wait(500)
        look(world, 10)
        assert stays(world) == [("ana", 0, KNOWN_SECONDS)]
        assert all(not server.registers.table for server in world.servers)

    def test_one_that_began_after_that_had_no_length(self, world: World, ana: Member) -> None:
        world.wait(3)
        luis = world.person("luis")
        luis.type("/join class")
        world = world.restarted()
        look(world, 10)
        assert sorted(stays(world)) == [("ana", 0, 3), ("luis", 3, 3)]

    def test_the_last_line_of_the_room_is_a_time_that_is_known(
        self, world: World, ana: Member
    ) -> None:
        world.wait(40)
        ana.type("hola")
        world.wait(10)
        world = world.restarted()
        world.wait(10)
        world.person("luis").type("/join class", "good evening")
        look(world, 10)
        assert stays(world) == [("ana", 0, 40)]

    def test_the_register_goes_on(self, world: World, ana: Member) -> None:
        world = world.restarted()
        luis = world.person("luis")
        assert ON in luis.ask("/join class")
        world.wait(4)
        luis.type("/leave")
        assert ("luis", 0, 4) in stays(world)


class TestNodes:
    def test_a_node_that_dies_ends_the_stays_of_its_people(self) -> None:
        world = World(nodes=2)
        ana = world.member("ana")
        ana.type("/create class", "/mode register on")
        luis = world.person("luis")
        luis.type("/join class")
        assert luis.server is not ana.server
        look(world, KNOWN_SECONDS)
        dead = next(node for node in world.nodes if node.server is luis.server)
        dead.store.crash()
        world.shared_log.reap(dead.store)
        world.nodes.remove(dead)
        look(world, 15)
        left = [server.registers.table for server in world.servers]
        assert [each.name for each in left[0].values()] == ["ana"]
        log = world.nodes[0].store._logs[register_of("class")]
        assert [event.author for event in log.events] == ["luis"]


class TestTheStore:
    @pytest.mark.one_node("its store fails when the test says so")
    def test_a_stay_that_cannot_be_stored_goes_on(self, expected_errors: Expect) -> None:
        world = World(nodes=1)
        ana = world.member("ana")
        ana.type("/create class", "/mode register on")
        luis = world.person("luis")
        luis.type("/join class")
        store: HeldStore = world.store
        store.holds = True
        luis.type("/leave")
        world.settle()
        while store.held:
            store.fail(StoreError("the disk is full."))
            world.settle()
        store.holds = False
        assert len(world.server.registers.table) == 2
        luis.hang_up()
        look(world, 15)
        assert [name for name, _, _ in stays(world)] == ["luis"]
        expected_errors()

    @pytest.mark.one_node("its budgets are those of the test")
    def test_one_whose_budget_is_used_up_is_not_noted(self) -> None:
        world = World(nodes=1, budgets={"bytes.address": 3000})
        ana = world.member("ana")
        ana.type("/create class", "/mode register on")
        luis = world.person("luis")
        for _ in range(20):
            luis.type("/join class", "/leave")
        assert 0 < len(stays(world)) < 20
        assert luis.session.language is Language.ENGLISH

    def test_the_log_of_a_register_is_no_room(self, world: World, ana: Member) -> None:
        luis = world.person("luis")
        luis.type("/join class", "/leave")
        assert len(stays(world)) == 1
        world = world.restarted()
        names = {room.name for server in world.servers for room in server.rooms.values()}
        assert names == {"lobby", "class"}
