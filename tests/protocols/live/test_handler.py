"""Lines that are typed in a conversation over frames and over lines, and their receipts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.live_client import LiveClient
from tests.support.world import World

Live = type[LiveClient]

KEY = "a-key-of-sixteen"

LONGEST = "a" + "\U000e0001" * 4000
"""A line that is ten times as long when it is escaped."""


class TestLines:
    def test_are_acknowledged_once_they_are_on_disk(self, live: Live) -> None:
        world = World(slow=True)
        one = live.come(world)
        world.release()
        one.say("hola", room="lobby", id=7)
        assert one.seen() == []
        world.release()
        events, ack = one.seen()
        assert events["events"][0]["text"] == "hola"
        assert ack == {"type": "ack", "id": 7, "room": "lobby", "seq": 1}

    def test_reach_those_with_a_terminal_and_the_other_way_round(
        self, live: Live, world: World
    ) -> None:
        ana = world.person("ana")
        one = live.come(world, name="eva")
        one.say("hola ana", room="lobby")
        assert "<eva> hola ana" in ana.seen()
        one.seen()
        ana.type("hola eva")
        (message,) = one.seen("events")
        assert message["events"][0]["author"] == "ana"

    def test_that_cannot_be_kept_are_refused_after_why(
        self, live: Live, expected_errors: Callable[..., Any]
    ) -> None:
        world = World(slow=True)
        one = live.come(world)
        world.release()
        one.say("hola", id=1)
        world.store.fail()
        world.settle()
        error, refused = one.seen()
        assert error["key"] == "not_saved"
        assert refused == {"type": "refused", "id": 1}
        expected_errors()

    def test_in_a_room_where_one_is_not_are_not_said(self, live: Live, world: World) -> None:
        world.server.rooms.add("ops")
        one = live.come(world)
        one.say("hola", room="ops", id=1)
        (error,) = one.seen()
        assert (error["key"], error["id"]) == ("not_in_that_room", 1)

    def test_in_no_room_are_not_said(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.send("leave", room="lobby")
        one.seen()
        one.say("hola", id=1)
        assert [message["type"] for message in one.seen()] == ["error", "refused"]

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("x" * 4097, "too_long"),
            ("\ud83d", "not_text"),
            ("e" + "\u0301" * 31, "too_many_marks"),
        ],
    )
    def test_that_are_none_are_told_so(self, live: Live, world: World, text: str, key: str) -> None:
        one = live.come(world)
        one.say(text, id=1)
        assert [message.get("key") for message in one.seen("error")] == [key]
        assert world.server.lobby.head == 0

    def test_a_blank_one_is_refused_without_a_word(self, live: Live, world: World) -> None:
        one = live.come(world)
        for blank in " ", "\u200b", "\ufeff \u3164", "\u2800" * 40:
            one.say(blank, id=1)
            assert one.seen() == [{"type": "refused", "id": 1}]

    def test_a_command_concerns_the_room_in_which_it_is_typed(
        self, live: Live, world: World
    ) -> None:
        one = live.come(world)
        one.send("enter", room="ops")
        one.seen()
        one.say("/topic the lobby's", room="lobby")
        assert world.server.lobby.topic == "the lobby's"
        one.say("/topic", room="ops")
        assert one.seen("say")[-1]["key"] == "no_topic"

    def test_two_slashes_are_text(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.say("//who")
        assert one.texts() == ["/who"]

    @pytest.mark.parametrize("kind", ["message", "notice"])
    @pytest.mark.parametrize("text", ["hola", "/quit", "//x", "/me waves", "one\n/two"])
    def test_with_a_kind_are_said_as_they_are(
        self, live: Live, world: World, kind: str, text: str
    ) -> None:
        one = live.come(world)
        one.say(text, kind=kind, id=1)
        events, ack = one.seen()
        assert [(event["kind"], event["text"]) for event in events["events"]] == [
            (kind, line) for line in text.split("\n")
        ]
        assert ack == {"type": "ack", "id": 1, "room": "lobby", "seq": 1}

    def test_of_one_turn_with_a_kind_are_one_batch(self, live: Live) -> None:
        world = World(slow=True)
        one = live.come(world)
        world.release()
        for number in range(9):
            one.say(f"{number}", kind="notice", id=number)
        world.release()
        world.release()
        assert world.server.lobby.head == 9

    @pytest.mark.parametrize("text", ["hola", "one\ntwo"])
    def test_with_a_kind_answer_no_question(self, live: Live, world: World, text: str) -> None:
        world.register("ana")
        one = live.come(world)
        one.say("/login ana")
        one.seen()
        one.say(text, kind="notice", id=1)
        error, refused = one.seen()
        assert (error["key"], refused["type"]) == ("not_one_line", "refused")
        assert world.server.lobby.head == 0

    def test_with_a_kind_and_a_key_are_said_once(self, live: Live, world: World) -> None:
        one = live.come(world, key=KEY)
        for id in 1, 2:
            one.say("/quit", room="lobby", id=id, key="key-of-this-line", kind="notice")
            (ack,) = one.seen("ack")
            assert (ack["id"], ack["seq"]) == (id, 1)
        one.say("//quit", room="lobby", id=3, key="key-of-this-line")
        assert [message["type"] for message in one.seen()] == ["error", "refused"]
        assert world.server.lobby.head == 1

    def test_what_is_nearly_a_password_is_not_said(self, live: Live, world: World) -> None:
        world.register("ana")
        one = live.come(world)
        one.say("login ana correct horse")
        assert one.seen("error")[0]["key"] == "nearly_a_password"
        assert world.server.lobby.head == 0

    def test_one_that_is_sent_again_with_its_key_is_said_once(
        self, live: Live, world: World
    ) -> None:
        one = live.come(world, key=KEY)
        one.say("hola", room="lobby", id=1, key="key-of-this-line")
        (first,) = one.seen("ack")
        one.hang_up()
        again = live.come(world, key=KEY)
        again.say("hola", room="lobby", id=4, key="key-of-this-line")
        assert again.seen("ack") == [{**first, "id": 4}]
        assert world.server.lobby.head == 1

    def test_what_somebody_does_is_a_line_as_others_are(self, live: Live, world: World) -> None:
        one = live.come(world, key=KEY)
        one.say("/me waves", room="lobby", id=1, key="key-of-this-line")
        events, ack = one.seen()
        (event,) = events["events"]
        assert (event["kind"], event["text"]) == ("action", "waves")
        assert ack == {"type": "ack", "id": 1, "room": "lobby", "seq": 1}
        one.say("/me waves", room="lobby", id=2, key="key-of-this-line")
        assert one.seen() == [{**ack, "id": 2}]

    def test_what_answers_a_command_has_its_id(self, live: Live, world: World) -> None:
        one = live.come(world)
        for text in "/me", "/msg nobody hi", "/who", "/login nobody a password":
            one.say(text, id=text)
            assert [message["id"] for message in one.seen("say", "error")] == [text]
        world.server.rooms.add("ops")
        one.say("/who", room="lobby")
        assert "id" not in one.seen("say")[0]

    @pytest.mark.parametrize(
        ("rule", "key"),
        [("/mode private-lines members", "members_write"), ("/guests off", "takes_no_guests")],
    )
    def test_a_private_line_of_a_guest_may_be_refused(
        self, live: Live, world: World, rule: str, key: str
    ) -> None:
        root, one = world.member("root", admin=True), live.come(world)
        root.type(rule)
        root.seen()
        one.seen()
        one.say("/msg root psst", id=1, key="key-of-this-line")
        (error,) = one.seen("error")
        assert (error["kind"], error["key"], error["id"]) == ("Not allowed", key, 1)
        assert root.seen() == []

    def test_a_key_with_another_text_is_refused(self, live: Live, world: World) -> None:
        one = live.come(world, key=KEY)
        one.say("hola", room="lobby", key="key-of-this-line")
        one.seen()
        one.say("adios", room="lobby", id=2, key="key-of-this-line")
        error, refused = one.seen()
        assert (error["key"], error["id"]) == ("other_lines_with_key", 2)
        assert refused == {"type": "refused", "id": 2}
