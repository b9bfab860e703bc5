"""Rooms on a store that other servers share, and that takes a while to answer for a claim."""

from __future__ import annotations

from chatd.errors import ErrorKind
from tests.support.browser import browser
from tests.support.claims import Node
from tests.support.sentences import EN


def unusable(name: str) -> str:
    return EN.error(ErrorKind.NAME_IN_USE, "unusable_room", room=name)


class TestWhileTheStoreIsAsked:
    def test_a_session_stays_where_it_is_and_waits(self, node: Node) -> None:
        ana = node.person()
        ana.type("/join ops", "hola")
        assert ana.session.room is node.server.lobby
        assert "ops" not in node.server.rooms
        node.answer()
        assert ana.session.room is node.room("ops")
        assert [event.text for event in node.stored("ops")] == ["hola"]

    def test_a_second_one_enters_the_same_room(self, node: Node) -> None:
        both = node.person(), node.person()
        for person in both:
            person.type("/join ops")
        node.answer()
        assert {person.session.room for person in both} == {node.room("ops")}

    def test_a_room_is_created_once(self, node: Node) -> None:
        for name in "ana", "eva":
            node.register(name)
        ana, eva = node.member("ana"), node.member("eva")
        for person in ana, eva:
            person.type("/create ops")
        node.answer()
        assert ana.session.room is node.room("ops")
        assert EN.error(ErrorKind.NAME_IN_USE, "room_exists", room="ops") in eva.seen()

    def test_one_who_ends_makes_no_room(self, node: Node) -> None:
        node.register("ana")
        guest, ana = node.person(), node.member("ana")
        guest.type("/join ops")
        ana.type("/create dev")
        for person in guest, ana:
            node.server.finish(person.session)
        node.answer()
        assert list(node.server.rooms) == ["lobby"]
        assert node.held == 0

    def test_one_who_ends_enters_no_room_that_another_one_made(self, node: Node) -> None:
        both = node.person(), node.person()
        for person in both:
            person.type("/join ops")
        node.server.finish(both[1].session)
        node.answer()
        assert node.room("ops").people == 1

    def test_a_room_that_looks_like_it_may_come_by_the_log(self, node: Node) -> None:
        ana = node.person()
        ana.type("/join Bobl")
        node.server.rooms.add("Bob1")
        node.answer()
        looks_like = EN.error(ErrorKind.NAME_IN_USE, "looks_like_room", room="Bobl", other="Bob1")
        assert looks_like in ana.seen()

    def test_a_browser_that_ends_comes_back_to_no_room(self, node: Node) -> None:
        tab = browser(node, rooms={"ops": None, "lobby": None})
        node.server.finish(tab.session)
        node.answer()
        assert node.server.lobby.people == 0

    def test_one_who_may_own_no_more_rooms_by_then_makes_none(self, node: Node) -> None:
        node.register("ana")
        ana = node.member("ana")
        ana.type("/create ops")
        node.server.moderation.roles.may_own_more = lambda account: False
        node.answer()
        assert "ERR Not allowed" in ana.seen()[-1]
        assert node.held == 0

    def test_a_store_that_fails_makes_no_room(self, node: Node) -> None:
        ana = node.person()
        ana.type("/join ops")
        node.fail()
        assert EN.error(ErrorKind.NOT_SAVED, "change_not_saved") in ana.seen()
        assert node.held == 0


class TestTwoServers:
    def test_make_one_of_two_rooms_that_look_alike(self, node: Node, other: Node) -> None:
        node.person().type("/join Bob1")
        node.answer()
        eva = other.person()
        eva.type("/join Bobl")
        other.answer()
        assert unusable("Bobl") in eva.seen()

    def test_may_both_make_a_room_and_write_its_name_alike(self, node: Node, other: Node) -> None:
        node.person().type("/join Ops")
        node.answer()
        eva = other.person()
        eva.type("/join ops")
        other.answer()
        assert other.room("ops").name == "Ops"
        assert eva.session.room is other.room("ops")

    def test_hold_a_name_until_both_have_forgotten_the_room(self, node: Node, other: Node) -> None:
        people = node.person(), other.person()
        for person in people:
            person.type("/join ops")
            person.world.answer()
        for person in people:
            assert node.held
            person.hang_up()
        assert node.held == 0

    def test_need_no_claim_of_a_room_that_is_in_the_log(self, node: Node) -> None:
        ana = node.person()
        ana.type("/join ops")
        node.answer()
        ana.type("hola")
        rooms = node.restarted().server.rooms
        assert "ops" in rooms
        assert len(rooms.claims) == 0
