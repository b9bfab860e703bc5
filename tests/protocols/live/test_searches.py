"""`chatd.protocols.live.searches`: a browser searches one room or several."""

from __future__ import annotations

from typing import Any

import pytest

from chatd.chat.actions.enter import ROOMS_ENTERED
from chatd.chat.actions.search import FOUND_SHOWN
from tests.support.browser import Browser, browser
from tests.support.sentences import EN
from tests.support.world import World


def texts(found: dict[str, Any]) -> list[str]:
    return [event["text"] for event in found["events"]]


class TestOneRoom:
    def test_is_searched_from_its_end(self, world: World) -> None:
        world.say("the red one", "the blue one", "the red two")
        one = browser(world)
        one.send("search", id=1, room="lobby", text="red")
        (found,) = one.seen()
        assert texts(found) == ["the red two", "the red one"]
        assert (found["id"], found["upto"]) == (1, 0)
        one.send("search", room="lobby", text="red", upto=2)
        assert [event["seq"] for event in one.seen()[0]["events"]] == [1]

    def test_goes_on_where_it_had_found_enough(self, world: World) -> None:
        for _ in range(5):
            world.say(*["red"] * 10)
        one = browser(world)
        upto, seqs = 10_000, []
        while upto:
            one.send("search", room="lobby", text="red", upto=upto)
            (found,) = one.seen()
            seqs += [event["seq"] for event in found["events"]]
            upto = found["upto"]
        assert seqs == list(range(50, 0, -1))

    def test_is_searched_for_something(self, world: World) -> None:
        one = browser(world)
        one.send("search", room="lobby", text="  ")
        assert one.seen()[0]["key"] == "wrong_member"


class TestRooms:
    @pytest.fixture
    def one(self, world: World) -> Browser:
        """Return a browser that is in the lobby and in #ops, where much was said."""
        world.say("the red one", "the blue one")
        luis = world.person("luis")
        luis.type("/join ops", *["red"] * (FOUND_SHOWN + 5))
        return browser(world, rooms={"lobby": None, "ops": None})

    def test_are_searched_in_the_order_asked_until_enough_is_found(self, one: Browser) -> None:
        one.send("search", id=1, rooms={"lobby": None, "ops": None}, text="red")
        (found,) = one.seen()
        assert (found["type"], found["id"]) == ("found_in_rooms", 1)
        lobby, ops = found["rooms"]
        assert (lobby["room"], texts(lobby), lobby["upto"]) == ("lobby", ["the red one"], 0)
        assert (ops["room"], len(ops["events"]), ops["upto"]) == ("ops", FOUND_SHOWN - 1, 6)
        one.send("search", rooms={"ops": ops["upto"]}, text="red")
        (rest,) = one.seen()[0]["rooms"]
        assert [event["seq"] for event in rest["events"]] == [6, 5, 4, 3, 2, 1]

    def test_that_were_not_reached_are_left_out(self, one: Browser) -> None:
        one.send("search", rooms={"ops": None, "lobby": None}, text="red")
        assert [room["room"] for room in one.seen()[0]["rooms"]] == ["ops"]

    @pytest.mark.parametrize("rooms", [{}, [], "lobby", 5, {"lobby": "x"}, {"lobby": -1}])
    def test_in_another_form_are_refused(self, one: Browser, rooms: object) -> None:
        one.send("search", id=2, rooms=rooms, text="red")
        (error,) = one.seen()
        assert (error["key"], error["id"]) == ("wrong_member", 2)

    def test_too_many_are_refused(self, one: Browser) -> None:
        one.send("search", rooms=dict.fromkeys(map(str, range(ROOMS_ENTERED + 1))), text="red")
        assert one.seen()[0]["key"] == "wrong_member"

    def test_may_be_ones_in_which_one_is_not(self, world: World, one: Browser) -> None:
        world.person("eva").type("/join other", "red")
        one.seen()
        one.send("search", rooms={"other": None}, text="red")
        (found,) = one.seen()
        assert [room["room"] for room in found["rooms"]] == ["other"]

    def test_are_all_refused_if_one_is_not_there(self, one: Browser) -> None:
        one.send("search", rooms={"lobby": None, "other": None}, text="red")
        assert one.seen()[0]["text"] == EN.sentence("unknown_room", room="other")

    def test_beside_one_room_are_refused(self, one: Browser) -> None:
        one.send("search", room="lobby", rooms={"ops": None}, text="red")
        assert one.seen()[0]["key"] == "wrong_member"

    def test_are_not_chosen_in_the_words(self, one: Browser) -> None:
        one.send("search", room="lobby", text="red in:all")
        assert one.seen()[0]["key"] == "search_in_apart"
        one.send("search", room="lobby", text='"in:all"')
        assert one.seen()[0]["type"] == "found"
