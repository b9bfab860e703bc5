"""The verbs, over frames and over lines: what is asked, and what is answered."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from chatd.chat.actions.enter import RESUMED_LINES, ROOMS_ENTERED
from chatd.event import Event
from chatd.protocols.live import verbs
from chatd.protocols.live.verbs import HISTORY_LINES
from chatd.rooms.paging import BYTES_GIVEN
from chatd.util.fair_queue import Asker
from tests.support.live_client import LiveClient
from tests.support.sentences import EN
from tests.support.world import PASSWORD, Member, World, log_in

Live = type[LiveClient]

KEY = "a-key-of-sixteen"

LONGEST = "a" + "\U000e0001" * 4000
"""A line that is ten times as long when it is escaped."""


class TestSettings:
    """Settings for terminals, perhaps set at one, and stored with the account."""

    def test_lines_with_times_are_live_all_the_same(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.say("/times on")
        one.seen()
        world.say("hola")
        (message,) = one.seen("events")
        assert "past" not in message

    def test_without_echo_ones_own_lines_come_before_their_acks(
        self, live: Live, world: World
    ) -> None:
        one = live.come(world)
        one.say("/echo off")
        one.seen()
        one.say("hola", id=1)
        assert [message["type"] for message in one.seen()] == ["events", "ack"]

    def test_one_who_is_spared_notices_is_sent_none(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.say("/quiet on")
        one.seen()
        world.person("ana").type("hola")
        (message,) = one.seen("events")
        assert [event["author"] for event in message["events"]] == ["ana"]

    def test_commands_are_never_taken_for_text(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.say("/text", id=1)
        assert [(error["key"], error["id"]) for error in one.seen("error")] == [
            ("not_text_only", 1)
        ]
        one.say("/msg nobody psst")
        assert world.server.lobby.head == 0


class TestQuestions:
    def test_what_answers_one_is_shown_to_nobody(self, live: Live, world: World) -> None:
        one = live.come(world, name="ana")
        luis = world.person("luis")
        one.say("/register")
        messages = one.seen("ask", "say")
        assert {"type": "ask", "hidden": True} in messages
        one.say("correct horse battery")
        assert [each["hidden"] for each in one.seen("ask")] == [False, True]
        one.say("correct horse battery")
        assert {"type": "ask", "hidden": False} in (messages := one.seen())
        assert [m["account"] for m in messages if m["type"] == "you"][-1] is True
        assert luis.seen() == []
        assert world.server.lobby.head == 0

    def test_who_logs_out_is_told_once_that_they_are_a_guest(
        self, live: Live, world: World
    ) -> None:
        one = live.come(world, name="ana")
        one.say("/register correct horse battery")
        one.seen()
        one.say("/logout")
        (you,) = one.seen("you")  # a name without its account would be taken for one's own
        assert (you["guest"], you["account"]) == (True, False)


class TestLanguage:
    def test_it_is_told_when_it_is_chosen_and_when_an_account_brings_it(
        self, live: Live, world: World
    ) -> None:
        one = live.come(world, name="ana")
        one.say("/register correct horse battery")
        one.say("/language es")
        assert one.seen("you")[-1]["language"] == "es"
        other = live.come(world)
        other.say("/login ana correct horse battery")
        assert [you["language"] for you in other.seen("you")][-1] == "es"


class TestCommands:
    def test_one_with_an_id_is_done_after_its_answers_with_that_id(
        self, live: Live, world: World
    ) -> None:
        one = live.come(world)
        for text, told in (
            ("/who", ["say"]),
            ("/nonsense", ["error"]),
            ("/join ops", ["entered"]),
            ("/nick a b", ["error"]),
        ):
            one.say(text, room="lobby", id=text)
            about = [each["type"] for each in one.seen() if each.get("id") == text]
            assert about == [*told, "done"], text

    def test_an_answer_to_a_question_is_done_too(self, live: Live, world: World) -> None:
        live.come(world, name="eva").say("/register correct horse battery")
        one = live.come(world)
        one.say("/login eva", room="lobby", id=1)
        asked = one.seen()
        assert [each["type"] for each in asked] == ["ask", "say", "done"]
        one.say("correct horse battery", id=2)
        assert one.seen()[-1] == {"type": "done", "id": 2}
        assert one.session.account == "eva"

    def test_without_an_id_nothing_tells_that_one_is_done(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.say("/who", room="lobby")
        assert [each["type"] for each in one.seen()] == ["say"]


class TestARoom:
    def test_that_nobody_runs_is_free(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.send("room", room="lobby")
        (about,) = one.seen()
        assert (about["mode"], about["owner"]) == ("free", "")
        assert about["may"] == ["read", "speak", "ask", "topic"]

    def test_tells_how_long_one_is_muted_there(self, live: Live, world: World) -> None:
        ana = world.member("ana")
        ana.type("/create ops", "/create builds")
        one = live.come(world, rooms={"ops": None, "builds": None}, name="luis")
        ana.type("/mute #ops luis 10m")
        world.clock.advance(60)
        one.seen()
        told = []
        for room in "ops", "builds":
            one.send("room", room=room)
            told.append(one.seen()[0]["muted"])
        assert told == [540, 0]

    def test_that_one_may_not_read_is_not_told_of(self, live: Live, world: World) -> None:
        world.member("ana").type("/create ops private")
        one = live.come(world)
        one.send("room", room="ops")
        (error,) = one.seen()
        assert error["key"] == "unknown_room"


class TestRooms:
    def test_one_may_be_in_several_at_once(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.send("enter", room="ops")
        ana = world.person("ana")
        ana.type("in the lobby", "/join ops", "in ops")
        heard = [
            (message["room"], event["text"])
            for message in one.seen("events")
            for event in message["events"]
            if "seq" in event
        ]
        assert heard == [("lobby", "in the lobby"), ("ops", "in ops")]

    def test_one_that_is_left_is_heard_no_more(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.send("enter", room="ops")
        one.send("leave", room="lobby")
        assert one.seen("left") == [{"type": "left", "room": "lobby"}]
        world.say("hola")
        assert one.texts() == []
        assert world.server.lobby.people == 0

    def test_who_is_in_none_may_leave_to_the_lobby(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.send("leave", room="lobby")
        one.seen()
        one.say("/leave")
        assert one.seen("entered")[0]["room"] == "lobby"

    def test_in_the_lobby_alone_leave_says_that_one_is_there(
        self, live: Live, world: World
    ) -> None:
        one = live.come(world)
        one.say("/leave", room="lobby")
        messages = one.seen()
        assert EN.sentence("already_in_room", room="lobby") in [
            each.get("text") for each in messages
        ]
        assert "left" not in [each["type"] for each in messages]

    def test_out_of_the_last_room_leave_leads_to_the_lobby(self, live: Live, world: World) -> None:
        one = live.come(world, greeted=False, rooms={"ops": None})
        one.seen()
        one.say("/leave", room="ops")
        messages = [each for each in one.seen() if each["type"] in ("entered", "left")]
        assert [(each["type"], each["room"]) for each in messages] == [
            ("entered", "lobby"),
            ("left", "ops"),
        ]

    def test_to_skip_all_is_to_have_seen_them_everywhere(self, live: Live, world: World) -> None:
        world.person("ana").type("/register correct horse battery", "/quit")
        one, other = live.come(world, key=KEY), live.come(world, key=KEY)
        for each in one, other:
            each.say("/login ana correct horse battery")
        world.say("hola")
        one.seen(), other.seen()
        one.say("/skip")
        for each in one, other:
            assert each.seen("seen") == [{"type": "seen", "room": "lobby", "seq": 1}]

    def test_those_are_told_in_which_an_account_stays(self, live: Live, world: World) -> None:
        world.register("ana", stay=True)
        one, other = live.come(world, key=KEY), live.come(world, key=KEY)
        for each in one, other:
            each.say(f"/login ana {PASSWORD}")
        one.send("enter", room="ops")
        one.hang_up()
        world.settle()
        other.seen()
        other.send("stays", id=7)
        assert other.seen("stays") == [{"type": "stays", "id": 7, "rooms": ["ops"]}]

    def test_typed_commands_enter_and_leave_them_too(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.say("/join ops", room="lobby")
        assert one.seen("entered")[0]["room"] == "ops"
        one.say("/leave", room="ops")
        assert one.seen("left") == [{"type": "left", "room": "ops"}]
        assert list(one.session.memberships) == [one.server.lobby]

    def test_who_comes_back_is_shown_what_came_meanwhile_and_nothing_twice(
        self, live: Live, world: World
    ) -> None:
        world.say(*map(str, range(1, 31)))
        one = live.come(world, greeted=False, rooms={"lobby": "20-0"})
        (entered,) = one.seen("entered")
        assert (entered["after"], entered["head"]) == (20, 30)
        assert (entered["resumed"], entered["anew"], entered["bookmark"]) == (True, False, None)
        again = live.come(world, greeted=False, rooms={"lobby": "27-0"})
        assert again.texts() == ["28", "29", "30"]

    def test_who_has_all_is_given_the_bookmark_of_the_last_line(
        self, live: Live, world: World
    ) -> None:
        world.clock.advance(7)
        world.say("a")
        one = live.come(world, greeted=False, rooms={"lobby": "1-7000"})
        (entered,) = one.seen("entered")
        assert (entered["resumed"], entered["bookmark"]) == (True, "1-7000")

    @pytest.mark.parametrize("bookmark", ["5-1", "15-1", "16-0", 5, 15, 99])
    def test_who_comes_from_another_log_begins_with_what_there_is(
        self, live: Live, world: World, bookmark: object
    ) -> None:
        world.say(*map(str, range(1, 16)))
        one = live.come(world, greeted=False, rooms={"lobby": bookmark})
        (entered,) = one.seen("entered")
        assert (entered["after"], entered["resumed"], entered["anew"]) == (5, False, True)
        other = live.come(world)
        other.send("leave", room="lobby")
        other.send("enter", room="lobby", after=bookmark)
        assert other.seen("entered")[0]["anew"] is True

    def test_what_is_sent_right_behind_a_hello_waits_for_its_rooms(self, live: Live) -> None:
        world = World()
        world.say(*map(str, range(30)))
        reading: Deferred[Any] = Deferred()
        read = world.server.lobby.read
        world.server.lobby.read = lambda *_: reading  # type: ignore[assignment,method-assign]
        one = live.come(world, greeted=False, rooms={"lobby": "5-0"})
        one.send("line", room="lobby", text="hola", id=1)
        assert one.seen("entered", "error", "ack") == []
        world.server.lobby.read = read  # type: ignore[method-assign]
        reading.callback([])
        world.clock.pump([0, 0, 1])
        assert [each["type"] for each in one.seen("entered", "error", "ack")] == ["entered", "ack"]

    def test_who_missed_very_much_begins_with_the_last_lines(
        self, live: Live, world: World
    ) -> None:
        head = RESUMED_LINES + 5
        for _ in range(head // 5):
            world.say(*"abcde")
        one = live.come(world, greeted=False, rooms={"lobby": "4-0"})
        (entered,) = one.seen("entered")
        assert (entered["after"], entered["head"]) == (head - 10, head)
        assert (entered["resumed"], entered["anew"]) == (False, False)
        one = live.come(world, greeted=False, rooms={"lobby": "5-0"})
        assert one.seen("entered")[0]["after"] == 5

    def test_one_that_is_gone_is_not_made_again_by_coming_back(
        self, live: Live, world: World
    ) -> None:
        one = live.come(world, greeted=False, rooms={"ops": 3})
        left, error = one.seen("left", "error")
        assert left == {"type": "left", "room": "ops"}
        assert error["key"] == "unknown_room"
        assert "ops" not in world.server.rooms

    def test_one_without_lines_is_made_again_by_coming_back(self, live: Live, world: World) -> None:
        live.come(world, rooms={"ops": None}).hang_up()
        assert "ops" not in world.server.rooms
        one = live.come(world, greeted=False, rooms={"ops": None, "a b": None})
        entered, left, error = one.seen("entered", "left", "error")
        assert (entered["room"], left["room"]) == ("ops", "a b")
        assert error["key"] == "invalid_room"

    def test_one_without_lines_has_a_bookmark_and_is_made_again_with_that_too(
        self, live: Live, world: World
    ) -> None:
        one = live.come(world, greeted=False, rooms={"ops": None})
        bookmark = one.seen("entered")[0]["bookmark"]
        one.hang_up()
        one = live.come(world, greeted=False, rooms={"ops": bookmark})
        (entered,) = one.seen("entered")
        assert (entered["room"], entered["head"]) == ("ops", 0)

    def test_one_enters_a_room_after_a_seq(self, live: Live, world: World) -> None:
        ana = world.person("ana")
        ana.type("/join ops", "one", "two", "three")
        one = live.come(world)
        one.send("enter", room="ops", after="2-0")
        assert one.texts() == ["three"]

    def test_one_that_cannot_be_entered_takes_one_out_of_no_other(
        self, live: Live, world: World
    ) -> None:
        one = live.come(world)
        one.say("/join a!b", room="lobby")
        assert one.seen("error")
        one.say("hola", room="lobby")
        assert one.texts() == ["hola"]

    def test_one_may_not_be_in_very_many(self, live: Live, world: World) -> None:
        one = live.come(world)
        for number in range(ROOMS_ENTERED):
            one.send("enter", room=f"room{number}")
        assert one.seen("error")[-1]["key"] == "too_many_stays"
        assert len(one.session.memberships) == ROOMS_ENTERED
        one.send("enter", room="room1")
        assert one.seen()[-1]["key"] == "already_in_room"

    def test_nor_come_back_to_very_many(self, live: Live, world: World) -> None:
        names = [f"room{number}" for number in range(ROOMS_ENTERED + 1)]
        for name in names:
            for server in world.servers:
                server.rooms.add(name)
        one = live.come(world, greeted=False, rooms=dict.fromkeys(names))
        told = one.seen("entered", "error")
        assert [message["type"] for message in told] == ["entered"] * ROOMS_ENTERED + ["error"]
        assert told[-1]["key"] == "too_many_stays"

    def test_also_not_by_commands(self, live: Live, world: World) -> None:
        one = live.come(world)
        world.register("ana")
        log_in(world.server, one.session, "ana")
        for number in range(ROOMS_ENTERED - 1):
            one.say(f"/join room{number}")
        one.seen()
        world.server.rooms.add("there")
        for command in "/join other", "/join there", "/create another":
            one.say(command)
            assert one.seen("error")[-1]["key"] == "too_many_stays"
        assert len(one.session.memberships) == ROOMS_ENTERED
        assert world.server.rooms.get("other") is None

    def test_who_is_put_out_is_told_and_stays_in_the_others(self, live: Live, world: World) -> None:
        owner = world.member("olga")
        owner.type("/join ops")
        one = live.come(world, name="ana")
        one.send("enter", room="ops")
        one.seen()
        owner.type("/kick ana bye")
        world.settle()
        messages = one.seen("left", "say")
        assert {"type": "left", "room": "ops", "by": "olga", "reason": "bye"} in messages
        assert "bye" in messages[-1]["text"]
        assert list(one.session.memberships) == [one.server.lobby]

    def test_they_are_listed(self, live: Live, world: World) -> None:
        ana = world.person("ana")
        ana.type("/join ops", "hola", "/topic things")
        one = live.come(world)
        one.send("rooms", id=3)
        (rooms,) = one.seen()
        assert (rooms["id"], rooms["count"]) == (3, 2)
        assert {"room": "ops", "people": 1, "head": 2, "topic": "things"} in rooms["rooms"]
        assert "next" not in rooms

    def test_all_are_listed_by_going_on_from_the_next(
        self, live: Live, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(verbs, "ROOMS_LISTED", 2)
        for name in "tea", "mate", "coffee", "agua":
            for server in world.servers:
                server.rooms.add(name)
        one = live.come(world)
        seen, more = [], {}
        for _ in range(4):
            one.send("rooms", **more)
            (answer,) = one.seen("rooms")
            assert answer["count"] == 5
            seen.append([room["room"] for room in answer["rooms"]])
            more = {"from": answer.get("next")}
        assert seen[0][0] == "lobby"
        assert seen[1:] == [["agua", "coffee"], ["lobby", "mate"], ["tea"]]
        assert more == {"from": None}

    def test_a_name_to_list_them_from_is_a_text(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.send("rooms", **{"from": 5})
        assert one.seen("error")[0]["key"] == "wrong_member"

    def test_who_is_there_is_told(self, live: Live, world: World) -> None:
        world.person("ana")
        one = live.come(world)
        one.send("people", room="lobby")
        (people,) = one.seen()
        assert (people["names"], people["guests"], people["more"]) == (["ana"], 1, 0)

    def test_the_account_of_a_name_is_told(self, live: Live, world: World) -> None:
        one = live.come(world)
        world.person("luis")
        world.clock.advance(1)
        world.person("ana").type(f"/register {PASSWORD}")
        (account,) = [server.accounts.called("ana") for server in world.servers][:1]
        assert account is not None
        made = account.created * 1000 + account.created_ms
        for members, answer in (
            ({"name": "ANA"}, "ana"),
            ({"name": "ana", "time": made}, "ana"),
            ({"name": "ana", "time": made - 1}, None),  # a guest had the name then
            ({"name": "luis"}, None),
        ):
            one.send("account", id=1, **members)
            name = members["name"]
            assert one.seen("account") == [
                {"type": "account", "id": 1, "name": name, "account": answer}
            ]
        for members in {}, {"name": "a b"}, {"name": "ana", "time": -1}:
            one.send("account", **members)
            assert len(one.seen("error")) == 1

    def test_a_line_without_a_room_is_for_the_only_one_that_one_ever_was_in(
        self, live: Live, world: World
    ) -> None:
        one = live.come(world)
        one.say("hola", id=1)
        assert one.seen("ack") == [{"type": "ack", "id": 1, "room": "lobby", "seq": 1}]
        one.send("enter", room="ops")
        one.seen()
        for text in "psst", "/me waves", "/topic x", "/topic", "/kick ana", "/who", "/history":
            one.say(text, id=2)
            assert [error["key"] for error in one.seen("error")] == ["no_room_named"], text
        one.send("leave", room="ops")
        one.seen()
        one.say("psst", id=3)  # it may have been for #ops
        error, refused = one.seen()
        assert (error["kind"], error["key"]) == ("No room", "no_room_named")
        assert refused == {"type": "refused", "id": 3}
        assert [room.head for room in world.server.rooms.values()] == [1]

    def test_no_line_is_said_elsewhere_after_one_was_put_out(
        self, live: Live, world: World
    ) -> None:
        owner = world.member("olga")
        owner.type("/join ops")
        one = live.come(world, name="ana")
        one.send("enter", room="ops")
        one.say("/who", room="ops")
        owner.type("/kick ana")
        one.seen()
        one.say("psst", id=1)
        one.say("psst", room="ops", id=2)
        keys = [error["key"] for error in one.seen("error")]
        assert keys == ["no_room_named", "not_in_that_room"]
        assert world.server.lobby.head == 0

    def test_who_names_rooms_or_none_is_given_no_default(self, live: Live, world: World) -> None:
        one = live.come(world, rooms={"lobby": None})
        one.say("hola")
        other = live.come(world)
        other.say("hola", room=None)
        for each in one, other:
            assert [error["key"] for error in each.seen("error")] == ["no_room_named"]
        assert world.server.lobby.head == 0

    def test_what_concerns_no_room_needs_none(self, live: Live, world: World) -> None:
        ana = world.person("ana")
        one = live.come(world, rooms={"lobby": None, "ops": None})
        one.say("/nick eva")
        one.say("/msg ana psst", room=None)
        assert "(private) <eva> psst" in ana.seen()
        assert one.seen("error") == []


class TestHistory:
    def test_is_given_backwards(self, live: Live, world: World) -> None:
        world.say(*map(str, range(1, 13)))
        one = live.come(world)
        one.send("history", id=1, room="lobby", before=8, limit=5)
        (history,) = one.seen()
        assert [event["seq"] for event in history["events"]] == [3, 4, 5, 6, 7]
        assert (history["id"], history["after"], history["upto"]) == (1, 2, 7)
        assert history["more"] is True
        one.send("history", room="lobby", before=3, limit=5)
        (history,) = one.seen()
        assert [event["seq"] for event in history["events"]] == [1, 2]
        assert history["more"] is False

    def test_is_given_forwards(self, live: Live, world: World) -> None:
        world.say(*map(str, range(1, 13)))
        one = live.come(world)
        for after, seqs, upto, more in (
            (0, [1, 2, 3, 4, 5], 5, True),
            (7, [8, 9, 10, 11, 12], 12, False),
            (12, [], 12, False),
            (90, [], 12, False),
        ):
            one.send("history", room="lobby", after=after, limit=5)
            (history,) = one.seen()
            assert [event["seq"] for event in history["events"]] == seqs, after
            assert (history["upto"], history["more"]) == (upto, more), after

    def test_is_given_in_one_direction(self, live: Live, world: World) -> None:
        one = live.come(world)
        one.send("history", room="lobby", after=1, before=5)
        assert one.seen()[0]["key"] == "one_of_parameters"
        one.send("history", room="lobby", after="x")
        assert one.seen()[0]["key"] == "wrong_member"

    def test_of_no_lines_tells_whether_there_are_some_before(
        self, live: Live, world: World
    ) -> None:
        one = live.come(world)
        one.send("history", room="lobby", limit=0)
        assert one.seen()[0]["more"] is False
        world.say("a", "b")
        one.seen()
        for before, after, more in (None, 2, True), (2, 1, True), (1, 0, False), (0, 0, False):
            one.send("history", room="lobby", limit=0, before=before)
            (history,) = one.seen()
            assert (history["events"], history["after"], history["more"]) == ([], after, more)

    def test_is_bounded(self, live: Live, world: World) -> None:
        for _ in range(50):
            world.say(*"abcdef")
        one = live.come(world)
        one.send("history", room="lobby", limit=100_000)
        (history,) = one.seen()
        assert len(history["events"]) == HISTORY_LINES

    def test_of_long_lines_fewer_are_given(self, live: Live, world: World) -> None:
        for _ in range(5):
            world.say(*["x" * 4000] * 10)
        one = live.come(world)
        one.send("history", room="lobby")
        (history,) = one.seen()
        count = BYTES_GIVEN // 4000
        assert [event["seq"] for event in history["events"]] == list(range(51 - count, 51))
        assert (history["after"], history["more"]) == (50 - count, True)

    @pytest.mark.parametrize("text", ["x" * 4000, LONGEST, "\U0001f600" * 4000])
    def test_of_any_text_is_no_longer_than_the_longest_line(
        self, live: Live, world: World, text: str
    ) -> None:
        for _ in range(5):
            world.say(*[text] * 10)
        one = live.come(world)
        one.send("history", room="lobby")
        assert len(one.bytes_seen()) < 12 * 4096

    def test_is_read_once_the_one_before_it_is_sent(self, live: Live, world: World) -> None:
        world.say(LONGEST)
        room, reads = world.server.lobby, 0
        read = room.read

        def counted(after: int, upto: int, asker: Asker) -> Awaitable[list[Event]]:
            nonlocal reads
            reads += 1
            return read(after, upto, asker)

        room.read = counted  # type: ignore[method-assign, assignment]
        one = live.come(world)
        one.stall()
        for number in range(3):
            one.send("history", room="lobby", id=number)
        assert ([page["id"] for page in one.seen()], reads) == ([0], 1)
        one.transport.producer.resumeProducing()
        world.settle()
        assert ([page["id"] for page in one.seen()], reads) == ([1, 2], 3)

    def test_of_a_room_that_one_may_not_read_is_refused(self, live: Live, world: World) -> None:
        owner = world.member("olga")
        owner.type("/create secret private")
        one = live.come(world)
        for ask in ("history", "people", "search", "enter"):
            one.send(ask, room="secret", text="x", id=1)
            (error,) = one.seen()
            assert (error["type"], error["id"]) == ("error", 1), ask

    def test_the_past_that_a_command_shows_is_marked(self, live: Live, world: World) -> None:
        world.say("a", "b")
        one = live.come(world)
        one.say("/history 1", room="lobby")
        (events,) = one.seen("events")
        assert events["past"] is True


class TestMissed:
    """The lines that an account missed in rooms, in a session with several rooms."""

    @staticmethod
    def away(world: World) -> Member:
        """Let Ana leave a room in which two lines are said then; return who said them."""
        ana = world.member("ana")
        luis = world.person("luis")
        for each in ana, luis:
            each.type("/join ops")
        ana.type("/quit")
        for text in "uno", "dos":
            luis.type(text)
        return luis

    @staticmethod
    def back(live: Live, world: World) -> LiveClient:
        """Let Ana log in, in no room."""
        one = live.come(world, rooms={})
        one.say(f"/login ana {PASSWORD}", room=None)
        world.settle()
        one.seen()
        return one

    @staticmethod
    def missed(one: LiveClient) -> list[str]:
        one.say("/missed", room=None)
        one.world.settle()
        messages = one.seen("say", "events")
        return [
            text
            for message in messages
            for text in [message.get("key"), *(each["text"] for each in message.get("events", ()))]
            if text
        ]

    def test_lines_of_rooms_that_it_is_not_in_are_shown_once(
        self, live: Live, world: World
    ) -> None:
        self.away(world)
        one = self.back(live, world)
        assert self.missed(one) == ["missed", "uno", "dos"]
        assert self.missed(one) == ["nothing_missed"]

    def test_those_of_a_room_that_it_is_in_are_not(self, live: Live, world: World) -> None:
        self.away(world)
        one = self.back(live, world)
        one.send("enter", room="ops")
        one.seen()
        assert self.missed(one) == ["nothing_missed"]

    def test_those_shown_are_missed_on_no_other_connection(self, live: Live, world: World) -> None:
        self.away(world)
        one = self.back(live, world)
        self.missed(one)
        one.hang_up()
        world.settle()
        ana = world.member("ana", greeted=True)
        assert not [line for line in ana.seen() if "uno" in line]
