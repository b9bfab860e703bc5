"""A browser's conversation: what it asks, and what it is told."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred

from chatd.accounts.credentials import BROWSER, Grant
from chatd.chat.actions.enter import RESUMED_LINES, ROOMS_ENTERED
from chatd.event import Event
from chatd.protocols.live.verbs import HISTORY_LINES
from chatd.protocols.transport.limits import Limits
from chatd.protocols.web.live.frames import PIECE_BYTES
from chatd.rooms.paging import BYTES_GIVEN
from chatd.util.fair_queue import Asker
from tests.support.browser import Browser, browser, frame
from tests.support.world import FAR, HERE, World, log_in

KEY = "a-key-of-sixteen"

LONGEST = "a" + "\U000e0001" * 4000
"""A line that is ten times as long when it is escaped."""


class TestHello:
    def test_is_answered_with_who_one_is_and_what_can_be_asked(self, world: World) -> None:
        one = browser(world, greeted=False, language="es")
        (hello,) = one.seen("hello")
        assert hello["name"] == f"guest{one.session.number}"
        assert (hello["guest"], hello["account"]) == (True, False)
        assert (hello["lobby"], hello["language"], hello["max_length"]) == ("lobby", "es", 4096)
        assert (hello["max_lines"], hello["max_bytes"]) == (100, 16384)
        one.send("commands", id=1)
        (answer,) = one.seen()
        assert (answer["type"], answer["id"]) == ("commands", 1)
        assert ["/quien [SALA]", "ver quién está en esta sala, o en otra"] in answer["commands"]
        assert "quien" in answer["names"]["who"]

    def test_commands_that_are_for_terminals_are_not_listed(self, world: World) -> None:
        one = browser(world)
        one.send("commands")
        (answer,) = one.seen()
        for usage in "/paste", "/echo on|off", "/times on|off", "/text":
            assert usage not in [listed for listed, _ in answer["commands"]]
            assert usage in "\n".join(world.person().ask("/help terminal"))

    @pytest.mark.parametrize(
        ("options", "address", "accounts", "passwords"),
        [
            ({}, HERE, True, True),
            ({}, FAR, True, False),
            ({"plaintext_passwords": True}, FAR, True, True),
            ({"passwords": None}, HERE, False, True),
        ],
        ids=["private", "in the clear", "allowed in the clear", "no accounts"],
    )
    def test_says_if_there_are_accounts_and_if_passwords_are_taken(
        self, options: Any, address: IPv4Address, accounts: bool, passwords: bool
    ) -> None:
        one = browser(World(**options), greeted=False, address=address)
        (hello,) = one.seen("hello")
        assert (hello["accounts"], hello["passwords"]) == (accounts, passwords)

    def test_comes_first(self, world: World) -> None:
        one = Browser(world)
        one.send("rooms")
        (error,) = one.seen()
        assert error["key"] == "hello_first"
        one.send("hello")
        assert one.seen("hello")

    def test_comes_once(self, world: World) -> None:
        one = browser(world)
        one.send("hello")
        (error,) = one.seen()
        assert error["key"] == "hello_once"

    def test_without_rooms_one_is_in_the_lobby(self, world: World) -> None:
        world.say("before")
        one = browser(world, greeted=False)
        entered, events = one.seen("entered", "events")
        assert (entered["room"], entered["head"], entered["after"]) == ("lobby", 1, 0)
        assert [event["text"] for event in events["events"]] == ["before"]
        assert world.server.lobby.here.guests == 1

    def test_a_name_may_be_wished_for(self, world: World) -> None:
        one = browser(world, greeted=False, name="ana")
        assert one.seen("hello")[0]["name"] == "ana"

    def test_a_name_that_is_taken_is_told_and_one_is_a_guest(self, world: World) -> None:
        world.person("ana")
        one = browser(world, greeted=False, name="ana")
        messages = one.seen("hello", "error")
        assert [message["type"] for message in messages] == ["hello", "error"]
        assert messages[0]["guest"] is True
        assert messages[1]["key"] == "name_in_use"
        assert one.session.joined.is_in(world.server.lobby)

    def test_two_tabs_of_one_browser_have_one_name(self, world: World) -> None:
        first = browser(world, name="ana", key=KEY)
        second = browser(world, greeted=False, name="ana", key=KEY)
        assert second.seen("hello")[0]["name"] == "ana"
        first.say("hola", room="lobby")
        assert second.texts() == ["hola"]

    def test_pings_are_no_hello(self, world: World) -> None:
        one = Browser(world)
        for _ in range(4):
            world.clock.advance(3)
            one.send_bytes(frame(b"", 9))
            one.factory.check()
        assert one.transport.disconnected or one.closed

    def test_without_a_hello_one_is_let_go(self, world: World) -> None:
        one = Browser(world)
        world.clock.advance(11)
        one.factory.check()
        assert one.transport.disconnected or one.transport.disconnecting

    @pytest.mark.parametrize(
        "wrong", [{"rooms": []}, {"rooms": {"lobby": "x"}}, {"name": 5}, {"key": "short"}]
    )
    def test_what_is_wrong_with_it_is_told_and_it_can_be_said_again(
        self, world: World, wrong: dict[str, Any]
    ) -> None:
        one = Browser(world)
        one.send("hello", **wrong)
        assert one.seen("error")[0]["key"] == "wrong_member"
        one.send("hello")
        assert one.seen("hello")


class TestLines:
    def test_are_acknowledged_once_they_are_on_disk(self) -> None:
        world = World(slow=True)
        one = browser(world)
        world.release()
        one.say("hola", room="lobby", id=7)
        assert one.seen() == []
        world.release()
        events, ack = one.seen()
        assert events["events"][0]["text"] == "hola"
        assert ack == {"type": "ack", "id": 7, "room": "lobby", "seq": 1}

    def test_reach_those_with_a_terminal_and_the_other_way_round(self, world: World) -> None:
        ana = world.person("ana")
        one = browser(world, name="eva")
        one.say("hola ana", room="lobby")
        assert "<eva> hola ana" in ana.seen()
        one.seen()
        ana.type("hola eva")
        (message,) = one.seen("events")
        assert message["events"][0]["author"] == "ana"

    def test_each_has_its_own_place(self, world: World) -> None:
        one = browser(world)
        other = browser(world)
        for number in range(3):
            one.protocol.dataReceived(
                frame(json.dumps({"type": "line", "id": number, "text": "a"}).encode())
            )
            other.protocol.dataReceived(frame(b'{"type":"line","id":9,"text":"b"}'))
        world.settle()
        acks = [(ack["id"], ack["seq"]) for ack in one.seen("ack")]
        assert [id for id, _ in acks] == [0, 1, 2]
        seqs = [seq for _, seq in acks]
        assert seqs == sorted(set(seqs))
        assert len({*seqs, *(ack["seq"] for ack in other.seen("ack"))}) == 6

    def test_that_cannot_be_kept_are_refused_after_why(
        self, expected_errors: Callable[..., Any]
    ) -> None:
        world = World(slow=True)
        one = browser(world)
        world.release()
        one.say("hola", id=1)
        world.store.fail()
        world.settle()
        error, refused = one.seen()
        assert error["key"] == "not_saved"
        assert refused == {"type": "refused", "id": 1}
        expected_errors()

    def test_in_a_room_where_one_is_not_are_not_said(self, world: World) -> None:
        world.server.rooms.add("ops")
        one = browser(world)
        one.say("hola", room="ops", id=1)
        (error,) = one.seen()
        assert (error["key"], error["id"]) == ("not_in_that_room", 1)

    def test_in_no_room_are_not_said(self, world: World) -> None:
        one = browser(world)
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
    def test_that_are_none_are_told_so(self, world: World, text: str, key: str) -> None:
        one = browser(world)
        one.say(text, id=1)
        assert [message.get("key") for message in one.seen("error")] == [key]
        assert world.server.lobby.head == 0

    def test_a_blank_one_is_refused_without_a_word(self, world: World) -> None:
        one = browser(world)
        for blank in " ", "\u200b", "\ufeff \u3164", "\u2800" * 40:
            one.say(blank, id=1)
            assert one.seen() == [{"type": "refused", "id": 1}]

    def test_a_command_concerns_the_room_in_which_it_is_typed(self, world: World) -> None:
        one = browser(world)
        one.send("enter", room="ops")
        one.seen()
        one.say("/topic the lobby's", room="lobby")
        assert world.server.lobby.topic == "the lobby's"
        one.say("/topic", room="ops")
        assert one.seen("say")[-1]["key"] == "no_topic"

    def test_two_slashes_are_text(self, world: World) -> None:
        one = browser(world)
        one.say("//who")
        assert one.texts() == ["/who"]

    def test_what_is_nearly_a_password_is_not_said(self, world: World) -> None:
        world.register("ana")
        one = browser(world)
        one.say("login ana correct horse")
        assert one.seen("error")[0]["key"] == "nearly_a_password"
        assert world.server.lobby.head == 0

    def test_one_that_is_sent_again_with_its_key_is_said_once(self, world: World) -> None:
        one = browser(world, key=KEY)
        one.say("hola", room="lobby", id=1, key="key-of-this-line")
        (first,) = one.seen("ack")
        one.hang_up()
        again = browser(world, key=KEY)
        again.say("hola", room="lobby", id=4, key="key-of-this-line")
        assert again.seen("ack") == [{**first, "id": 4}]
        assert world.server.lobby.head == 1

    def test_who_signed_in_meanwhile_says_a_line_once_all_the_same(self, world: World) -> None:
        world.person("ana").type("/register correct horse battery", "/quit")
        one = browser(world, key=KEY)
        one.say("hola", room="lobby", id=1, key="key-of-this-line")
        one.seen()
        one.say("/login ana correct horse battery", room="lobby")
        assert one.seen("you")[-1]["account"] is True
        one.say("hola", room="lobby", id=1, key="key-of-this-line")
        assert one.seen("ack") == [{"type": "ack", "id": 1, "room": "lobby", "seq": 1}]
        assert world.server.lobby.head == 1

    def test_what_somebody_does_is_a_line_as_others_are(self, world: World) -> None:
        one = browser(world, key=KEY)
        one.say("/me waves", room="lobby", id=1, key="key-of-this-line")
        events, ack = one.seen()
        (event,) = events["events"]
        assert (event["kind"], event["text"]) == ("action", "waves")
        assert ack == {"type": "ack", "id": 1, "room": "lobby", "seq": 1}
        one.say("/me waves", room="lobby", id=2, key="key-of-this-line")
        assert one.seen() == [{**ack, "id": 2}]

    def test_what_answers_a_command_has_its_id(self, world: World) -> None:
        one = browser(world)
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
        self, world: World, rule: str, key: str
    ) -> None:
        root, one = world.member("root", admin=True), browser(world)
        root.type(rule)
        root.seen()
        one.seen()
        one.say("/msg root psst", id=1, key="key-of-this-line")
        (error,) = one.seen("error")
        assert (error["kind"], error["key"], error["id"]) == ("Not allowed", key, 1)
        assert root.seen() == []

    def test_a_key_with_another_text_is_refused(self, world: World) -> None:
        one = browser(world, key=KEY)
        one.say("hola", room="lobby", key="key-of-this-line")
        one.seen()
        one.say("adios", room="lobby", id=2, key="key-of-this-line")
        error, refused = one.seen()
        assert (error["key"], error["id"]) == ("other_lines_with_key", 2)
        assert refused == {"type": "refused", "id": 2}


class TestSettings:
    """Settings for terminals, perhaps set at one, and stored with the account."""

    def test_lines_with_times_are_live_all_the_same(self, world: World) -> None:
        one = browser(world)
        one.say("/times on")
        one.seen()
        world.say("hola")
        (message,) = one.seen("events")
        assert "past" not in message

    def test_without_echo_ones_own_lines_come_before_their_acks(self, world: World) -> None:
        one = browser(world)
        one.say("/echo off")
        one.seen()
        one.say("hola", id=1)
        assert [message["type"] for message in one.seen()] == ["events", "ack"]

    def test_one_who_is_spared_notices_is_sent_none(self, world: World) -> None:
        one = browser(world)
        one.say("/quiet on")
        one.seen()
        world.person("ana").type("hola")
        (message,) = one.seen("events")
        assert [event["author"] for event in message["events"]] == ["ana"]

    def test_commands_are_never_taken_for_text(self, world: World) -> None:
        one = browser(world)
        one.say("/text", id=1)
        assert [(error["key"], error["id"]) for error in one.seen("error")] == [
            ("not_text_only", 1)
        ]
        one.say("/msg nobody psst")
        assert world.server.lobby.head == 0


class TestQuestions:
    def test_what_answers_one_is_shown_to_nobody(self, world: World) -> None:
        one = browser(world, name="ana")
        luis = world.person("luis")
        one.say("/register")
        messages = one.seen("ask", "say")
        assert {"type": "ask", "hidden": True} in messages
        one.say("correct horse battery")
        assert {"type": "ask", "hidden": False} in (messages := one.seen())
        assert [m["account"] for m in messages if m["type"] == "you"][-1] is True
        assert luis.seen() == []
        assert world.server.lobby.head == 0

    def test_who_logs_out_is_told_once_that_they_are_a_guest(self, world: World) -> None:
        one = browser(world, name="ana")
        one.say("/register correct horse battery")
        one.seen()
        one.say("/logout")
        (you,) = one.seen("you")  # a name without its account would be taken for one's own
        assert (you["guest"], you["account"]) == (True, False)


class TestCommands:
    def test_one_with_an_id_is_done_after_its_answers_with_that_id(self, world: World) -> None:
        one = browser(world)
        for text, told in (
            ("/who", ["say"]),
            ("/nonsense", ["error"]),
            ("/join ops", ["entered"]),
            ("/nick a b", ["error"]),
        ):
            one.say(text, room="lobby", id=text)
            about = [each["type"] for each in one.seen() if each.get("id") == text]
            assert about == [*told, "done"], text

    def test_one_that_changes_a_room_is_done_once_that_is_stored(self, world: World) -> None:
        ana = world.member("ana")
        ana.type("/create ops")
        one = Browser(world, grant=ana.session.grant)
        one.send("hello", rooms={"ops": None})
        one.seen()
        world.store.holds = True
        one.say("/mode announce", room="ops", id=7)
        assert one.seen() == []
        world.store.release()
        world.settle()
        events, done = one.seen()
        deeds = [entry["deed"]["verb"] for entry in events["events"] if "deed" in entry]
        assert deeds == ["mode"]  # after the coming of its author
        assert done == {"type": "done", "id": 7}

    def test_an_answer_to_a_question_is_done_too(self, world: World) -> None:
        one = browser(world, name="eva")
        one.say("/register", room="lobby", id=1)
        asked = one.seen()
        assert [each["type"] for each in asked] == ["ask", "say", "done"]
        one.say("correct horse battery", id=2)
        assert one.seen()[-1] == {"type": "done", "id": 2}
        assert one.session.account == "eva"

    def test_without_an_id_nothing_tells_that_one_is_done(self, world: World) -> None:
        one = browser(world)
        one.say("/who", room="lobby")
        assert [each["type"] for each in one.seen()] == ["say"]


class TestARoom:
    def test_tells_its_policy_and_what_one_may_do_in_it(self, world: World) -> None:
        ana = world.member("ana")
        ana.type("/create ops announce", "/topic " + "x" * 300)
        owner = Browser(world, grant=ana.session.grant)
        owner.send("hello", rooms={"ops": None})
        guest = browser(world, rooms={"ops": None})
        abouts = []
        for one in owner, guest:
            one.seen()
            one.send("room", room="ops", id=3)
            (about,) = one.seen()
            abouts.append(about.pop("may"))
            assert about == {
                "type": "room",
                "id": 3,
                "room": "ops",
                "topic": "x" * 300,
                "mode": "announce",
                "owner": "ana",
                "muted": 0,
            }
        owners, guests = abouts
        assert guests == ["read"]
        assert {"speak", "topic", "mode", "ban", "op", "hook"} <= set(owners)
        assert "wall" not in owners

    def test_that_nobody_runs_is_free(self, world: World) -> None:
        one = browser(world)
        one.send("room", room="lobby")
        (about,) = one.seen()
        assert (about["mode"], about["owner"]) == ("free", "")
        assert about["may"] == ["read", "speak", "topic"]

    def test_tells_how_long_one_is_muted_there(self, world: World) -> None:
        ana = world.member("ana")
        ana.type("/create ops", "/create builds")
        one = browser(world, rooms={"ops": None, "builds": None}, name="luis")
        ana.type("/mute #ops luis 10m")
        world.clock.advance(60)
        one.seen()
        told = []
        for room in "ops", "builds":
            one.send("room", room=room)
            told.append(one.seen()[0]["muted"])
        assert told == [540, 0]

    def test_that_one_may_not_read_is_not_told_of(self, world: World) -> None:
        world.member("ana").type("/create ops private")
        one = browser(world)
        one.send("room", room="ops")
        (error,) = one.seen()
        assert error["key"] == "unknown_room"


class TestRooms:
    def test_one_may_be_in_several_at_once(self, world: World) -> None:
        one = browser(world)
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

    def test_one_that_is_left_is_heard_no_more(self, world: World) -> None:
        one = browser(world)
        one.send("enter", room="ops")
        one.send("leave", room="lobby")
        assert one.seen("left") == [{"type": "left", "room": "lobby"}]
        world.say("hola")
        assert one.texts() == []
        assert world.server.lobby.people == 0

    def test_who_is_in_none_may_leave_to_the_lobby(self, world: World) -> None:
        one = browser(world)
        one.say("/leave")
        one.seen()
        one.say("/leave")
        assert one.seen("entered")[0]["room"] == "lobby"

    def test_to_skip_all_is_to_have_seen_them_everywhere(self, world: World) -> None:
        world.person("ana").type("/register correct horse battery", "/quit")
        one, other = browser(world, key=KEY), browser(world, key=KEY)
        for each in one, other:
            each.say("/login ana correct horse battery")
        world.say("hola")
        one.seen(), other.seen()
        one.say("/skip")
        for each in one, other:
            assert each.seen("seen") == [{"type": "seen", "room": "lobby", "seq": 1}]

    def test_typed_commands_enter_and_leave_them_too(self, world: World) -> None:
        one = browser(world)
        one.say("/join ops", room="lobby")
        assert one.seen("entered")[0]["room"] == "ops"
        one.say("/leave", room="ops")
        assert one.seen("left") == [{"type": "left", "room": "ops"}]
        assert list(one.session.memberships) == [world.server.lobby]

    def test_who_comes_back_is_shown_what_came_meanwhile_and_nothing_twice(
        self, world: World
    ) -> None:
        world.say(*map(str, range(1, 31)))
        one = browser(world, greeted=False, rooms={"lobby": "20-0"})
        (entered,) = one.seen("entered")
        assert (entered["after"], entered["head"]) == (20, 30)
        assert (entered["resumed"], entered["anew"], entered["bookmark"]) == (True, False, None)
        again = browser(world, greeted=False, rooms={"lobby": "27-0"})
        assert again.texts() == ["28", "29", "30"]

    def test_who_has_all_is_given_the_bookmark_of_the_last_line(self, world: World) -> None:
        world.clock.advance(7)
        world.say("a")
        one = browser(world, greeted=False, rooms={"lobby": "1-7000"})
        (entered,) = one.seen("entered")
        assert (entered["resumed"], entered["bookmark"]) == (True, "1-7000")

    @pytest.mark.parametrize("bookmark", ["5-1", "15-1", "16-0", 5, 15, 99])
    def test_who_comes_from_another_log_begins_with_what_there_is(
        self, world: World, bookmark: object
    ) -> None:
        world.say(*map(str, range(1, 16)))
        one = browser(world, greeted=False, rooms={"lobby": bookmark})
        (entered,) = one.seen("entered")
        assert (entered["after"], entered["resumed"], entered["anew"]) == (5, False, True)
        other = browser(world)
        other.send("leave", room="lobby")
        other.send("enter", room="lobby", after=bookmark)
        assert other.seen("entered")[0]["anew"] is True

    def test_what_is_sent_right_behind_a_hello_waits_for_its_rooms(self) -> None:
        world = World()
        world.say(*map(str, range(30)))
        reading: Deferred[Any] = Deferred()
        read = world.server.lobby.read
        world.server.lobby.read = lambda *_: reading  # type: ignore[assignment,method-assign]
        one = browser(world, greeted=False, rooms={"lobby": "5-0"})
        one.send("line", room="lobby", text="hola", id=1)
        assert one.seen("entered", "error", "ack") == []
        world.server.lobby.read = read  # type: ignore[method-assign]
        reading.callback([])
        world.clock.pump([0, 0, 1])
        assert [each["type"] for each in one.seen("entered", "error", "ack")] == ["entered", "ack"]

    def test_who_missed_very_much_begins_with_the_last_lines(self, world: World) -> None:
        head = RESUMED_LINES + 5
        for _ in range(head // 5):
            world.say(*"abcde")
        one = browser(world, greeted=False, rooms={"lobby": "4-0"})
        (entered,) = one.seen("entered")
        assert (entered["after"], entered["head"]) == (head - 10, head)
        assert (entered["resumed"], entered["anew"]) == (False, False)
        one = browser(world, greeted=False, rooms={"lobby": "5-0"})
        assert one.seen("entered")[0]["after"] == 5

    def test_one_that_is_gone_is_not_made_again_by_coming_back(self, world: World) -> None:
        one = browser(world, greeted=False, rooms={"ops": 3})
        left, error = one.seen("left", "error")
        assert left == {"type": "left", "room": "ops"}
        assert error["key"] == "unknown_room"
        assert "ops" not in world.server.rooms

    def test_one_without_lines_is_made_again_by_coming_back(self, world: World) -> None:
        browser(world, rooms={"ops": None}).hang_up()
        assert "ops" not in world.server.rooms
        one = browser(world, greeted=False, rooms={"ops": None, "a b": None})
        entered, left, error = one.seen("entered", "left", "error")
        assert (entered["room"], left["room"]) == ("ops", "a b")
        assert error["key"] == "invalid_room"

    def test_one_without_lines_has_a_bookmark_and_is_made_again_with_that_too(
        self, world: World
    ) -> None:
        one = browser(world, greeted=False, rooms={"ops": None})
        bookmark = one.seen("entered")[0]["bookmark"]
        one.hang_up()
        one = browser(world, greeted=False, rooms={"ops": bookmark})
        (entered,) = one.seen("entered")
        assert (entered["room"], entered["head"]) == ("ops", 0)

    def test_one_that_cannot_be_stored_is_left(
        self, world: World, expected_errors: Callable[..., Any]
    ) -> None:
        ana = world.member("ana")
        world.store.holds = True
        one = Browser(world, grant=ana.session.grant)
        one.send("hello", rooms={"ops": None, "lobby": None})
        world.store.fail()
        world.store.holds = False
        world.settle()
        left, error, entered = one.seen("left", "error", "entered")
        assert left["room"] == "ops"
        assert error["key"] == "change_not_saved"
        assert entered["room"] == "lobby"
        expected_errors()

    def test_of_none_one_is_in_none(self, world: World) -> None:
        one = Browser(world)
        one.send("hello", rooms={})
        assert not one.seen("hello", "entered")[1:]
        one.say("hola")
        (error,) = one.seen("error")
        assert error["kind"] == "No room"
        one.send("enter", room="ops")
        assert [entered["room"] for entered in one.seen("entered")] == ["ops"]

    def test_one_enters_a_room_after_a_seq(self, world: World) -> None:
        ana = world.person("ana")
        ana.type("/join ops", "one", "two", "three")
        one = browser(world)
        one.send("enter", room="ops", after="2-0")
        assert one.texts() == ["three"]

    def test_one_that_cannot_be_entered_takes_one_out_of_no_other(self, world: World) -> None:
        one = browser(world)
        one.say("/join a!b", room="lobby")
        assert one.seen("error")
        one.say("hola", room="lobby")
        assert one.texts() == ["hola"]

    def test_each_that_one_comes_back_to_is_paid_for(self) -> None:
        world = World(limits=Limits(lines_per_second=10))
        ana = world.person("ana")
        for number in range(40):
            world.server.rooms.add(f"room{number}")
            world.clock.advance(100)
        one = Browser(world)
        one.send("hello", rooms={f"room{number}": None for number in range(40)})
        assert len(one.session.memberships) == 40
        one.send_bytes(frame(b"", 9) * 2)
        assert one.transport.producerState == "paused"
        assert not ana.closed

    def test_one_may_not_be_in_very_many(self, world: World) -> None:
        one = browser(world)
        for number in range(ROOMS_ENTERED):
            one.send("enter", room=f"room{number}")
        assert one.seen("error")[-1]["key"] == "too_many_stays"
        assert len(one.session.memberships) == ROOMS_ENTERED
        one.send("enter", room="room1")
        assert one.seen()[-1]["key"] == "already_in_room"

    def test_nor_come_back_to_very_many(self, world: World) -> None:
        names = [f"room{number}" for number in range(ROOMS_ENTERED + 1)]
        for name in names:
            world.server.rooms.add(name)
        one = browser(world, greeted=False, rooms=dict.fromkeys(names))
        told = one.seen("entered", "error")
        assert [message["type"] for message in told] == ["entered"] * ROOMS_ENTERED + ["error"]
        assert told[-1]["key"] == "too_many_stays"

    def test_also_not_by_commands(self, world: World) -> None:
        one = browser(world)
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

    def test_who_is_put_out_is_told_and_stays_in_the_others(self, world: World) -> None:
        owner = world.member("olga")
        owner.type("/join ops")
        one = browser(world, name="ana")
        one.send("enter", room="ops")
        one.seen()
        owner.type("/kick ana bye")
        world.settle()
        messages = one.seen("left", "say")
        assert {"type": "left", "room": "ops"} in messages
        assert "bye" in messages[-1]["text"]
        assert list(one.session.memberships) == [world.server.lobby]

    def test_they_are_listed(self, world: World) -> None:
        ana = world.person("ana")
        ana.type("/join ops", "hola", "/topic things")
        one = browser(world)
        one.send("rooms", id=3)
        (rooms,) = one.seen()
        assert (rooms["id"], rooms["count"]) == (3, 2)
        assert {"room": "ops", "people": 1, "head": 2, "topic": "things"} in rooms["rooms"]

    def test_who_is_there_is_told(self, world: World) -> None:
        world.person("ana")
        one = browser(world)
        one.send("people", room="lobby")
        (people,) = one.seen()
        assert (people["names"], people["guests"], people["more"]) == (["ana"], 1, 0)

    def test_a_line_without_a_room_is_for_the_only_one_that_one_ever_was_in(
        self, world: World
    ) -> None:
        one = browser(world)
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

    def test_no_line_is_said_elsewhere_after_one_was_put_out(self, world: World) -> None:
        owner = world.member("olga")
        owner.type("/join ops")
        one = browser(world, name="ana")
        one.send("enter", room="ops")
        one.say("/who", room="ops")
        owner.type("/kick ana")
        one.seen()
        one.say("psst", id=1)
        one.say("psst", room="ops", id=2)
        keys = [error["key"] for error in one.seen("error")]
        assert keys == ["no_room_named", "not_in_that_room"]
        assert world.server.lobby.head == 0

    def test_who_names_rooms_or_none_is_given_no_default(self, world: World) -> None:
        one = browser(world, rooms={"lobby": None})
        one.say("hola")
        other = browser(world)
        other.say("hola", room=None)
        for each in one, other:
            assert [error["key"] for error in each.seen("error")] == ["no_room_named"]
        assert world.server.lobby.head == 0

    def test_what_concerns_no_room_needs_none(self, world: World) -> None:
        ana = world.person("ana")
        one = browser(world, rooms={"lobby": None, "ops": None})
        one.say("/nick eva")
        one.say("/msg ana psst", room=None)
        assert "(private) <eva> psst" in ana.seen()
        assert one.seen("error") == []


class TestHistory:
    def test_is_given_backwards(self, world: World) -> None:
        world.say(*map(str, range(1, 13)))
        one = browser(world)
        one.send("history", id=1, room="lobby", before=8, limit=5)
        (history,) = one.seen()
        assert [event["seq"] for event in history["events"]] == [3, 4, 5, 6, 7]
        assert (history["id"], history["after"], history["upto"]) == (1, 2, 7)
        assert history["more"] is True
        one.send("history", room="lobby", before=3, limit=5)
        (history,) = one.seen()
        assert [event["seq"] for event in history["events"]] == [1, 2]
        assert history["more"] is False

    def test_is_given_forwards(self, world: World) -> None:
        world.say(*map(str, range(1, 13)))
        one = browser(world)
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

    def test_is_given_in_one_direction(self, world: World) -> None:
        one = browser(world)
        one.send("history", room="lobby", after=1, before=5)
        assert one.seen()[0]["key"] == "one_of_parameters"
        one.send("history", room="lobby", after="x")
        assert one.seen()[0]["key"] == "wrong_member"

    def test_of_no_lines_tells_whether_there_are_some_before(self, world: World) -> None:
        one = browser(world)
        one.send("history", room="lobby", limit=0)
        assert one.seen()[0]["more"] is False
        world.say("a", "b")
        one.seen()
        for before, after, more in (None, 2, True), (2, 1, True), (1, 0, False), (0, 0, False):
            one.send("history", room="lobby", limit=0, before=before)
            (history,) = one.seen()
            assert (history["events"], history["after"], history["more"]) == ([], after, more)

    def test_is_bounded(self, world: World) -> None:
        for _ in range(50):
            world.say(*"abcdef")
        one = browser(world)
        one.send("history", room="lobby", limit=100_000)
        (history,) = one.seen()
        assert len(history["events"]) == HISTORY_LINES

    def test_of_long_lines_fewer_are_given(self, world: World) -> None:
        for _ in range(5):
            world.say(*["x" * 4000] * 10)
        one = browser(world)
        one.send("history", room="lobby")
        (history,) = one.seen()
        count = BYTES_GIVEN // 4000
        assert [event["seq"] for event in history["events"]] == list(range(51 - count, 51))
        assert (history["after"], history["more"]) == (50 - count, True)

    @pytest.mark.parametrize("text", ["x" * 4000, LONGEST, "\U0001f600" * 4000])
    def test_of_any_text_is_no_longer_than_the_longest_line(self, world: World, text: str) -> None:
        for _ in range(5):
            world.say(*[text] * 10)
        one = browser(world)
        one.send("history", room="lobby")
        assert len(one.bytes_seen()) < 12 * 4096

    def test_is_read_once_the_one_before_it_is_sent(self, world: World) -> None:
        world.say(LONGEST)
        room, reads = world.server.lobby, 0
        read = room.read

        def counted(after: int, upto: int, asker: Asker) -> Awaitable[list[Event]]:
            nonlocal reads
            reads += 1
            return read(after, upto, asker)

        room.read = counted  # type: ignore[method-assign, assignment]
        one = browser(world)
        one.stall()
        for number in range(3):
            one.send("history", room="lobby", id=number)
        assert ([page["id"] for page in one.seen()], reads) == ([0], 1)
        one.transport.producer.resumeProducing()
        world.settle()
        assert ([page["id"] for page in one.seen()], reads) == ([1, 2], 3)

    def test_is_not_read_for_a_client_that_has_gone(self, world: World) -> None:
        world.say("hola")
        one = browser(world)
        asked = [
            {"type": "history", "room": "lobby"},
            {"type": "enter", "room": "ops"},
            {"type": "rooms"},
            {"type": "line", "room": "ops", "text": "said"},
        ]
        frames = b"".join(frame(json.dumps(each).encode()) for each in asked)
        reads: list[tuple[int, int]] = []

        async def read(after: int, upto: int) -> list[Event]:
            reads.append((after, upto))
            return []

        world.server.lobby.read = read  # type: ignore[method-assign]
        one.protocol.connection.reader.intake.add(frames)
        one.hang_up()
        assert reads == []
        assert world.server.rooms["ops"].head == 1

    def test_of_a_room_that_one_may_not_read_is_refused(self, world: World) -> None:
        owner = world.member("olga")
        owner.type("/create secret private")
        one = browser(world)
        for ask in ("history", "people", "search", "enter"):
            one.send(ask, room="secret", text="x", id=1)
            (error,) = one.seen()
            assert (error["type"], error["id"]) == ("error", 1), ask

    def test_the_past_that_a_command_shows_is_marked(self, world: World) -> None:
        world.say("a", "b")
        one = browser(world)
        one.say("/history 1", room="lobby")
        (events,) = one.seen("events")
        assert events["past"] is True


class TestAccounts:
    def signed_in(self, world: World, **hello: Any) -> Browser:
        if world.server.accounts.called("ana") is None:
            world.register("ana")
        one = Browser(world, grant=self.grant(world))
        one.send("hello", **hello)
        return one

    def grant(self, world: World) -> Grant | None:
        account = world.server.accounts.table["ana"]
        secret, puts = world.server.credentials.issue(account, BROWSER, "b")
        Deferred.fromCoroutine(world.server.registrations.change_credentials(*puts))
        world.settle()
        return world.server.credentials.grant_of(secret)

    def test_what_holds_no_more_when_one_says_hello_is_not_signed_in_with(
        self, world: World
    ) -> None:
        world.register("ana")
        grant = self.grant(world)
        assert grant is not None
        one = Browser(world, grant=grant)
        puts = world.server.credentials.revoke(grant.credential)
        Deferred.fromCoroutine(world.server.registrations.change_credentials(*puts))
        world.settle()
        one.send("hello")
        (hello,) = one.seen("hello")
        assert (hello["guest"], hello["account"]) == (True, False)

    def test_who_has_signed_in_is_their_account(self, world: World) -> None:
        one = self.signed_in(world, name="somebody")
        (hello,) = one.seen("hello")
        assert (hello["name"], hello["guest"], hello["account"]) == ("ana", False, True)

    def test_what_was_seen_is_the_same_everywhere(self, world: World) -> None:
        world.say("one", "two", "three")
        first, second = self.signed_in(world), self.signed_in(world)
        assert first.seen("seen")[-1] == {"type": "seen", "room": "lobby", "seq": 3}
        second.seen()
        world.say("four", "five")
        first.send("seen", room="lobby", seq=4)
        assert second.seen("seen") == [{"type": "seen", "room": "lobby", "seq": 4}]
        third = self.signed_in(world)
        assert third.seen("seen")[-1]["seq"] == 4

    def test_it_goes_forward_alone_and_never_past_the_end(self, world: World) -> None:
        world.say("one", "two")
        one = self.signed_in(world)
        one.seen()
        one.send("seen", room="lobby", seq=1)
        assert one.seen() == []
        world.say("three")
        one.send("seen", room="lobby", seq=999)
        assert one.seen("seen")[-1]["seq"] == 3

    def test_what_a_browser_was_sent_is_not_seen(self, world: World) -> None:
        one = self.signed_in(world)
        world.say("one", "two")
        one.hang_up()
        ana = world.member("ana", greeted=True)
        assert any("one" in line for line in ana.seen())

    def test_private_lines_that_were_missed_are_shown(self, world: World) -> None:
        world.register("ana")
        world.person("luis").type("/msg ana psst")
        one = self.signed_in(world)
        (private,) = one.seen("private")
        assert (private["author"], private["text"], private["past"]) == ("luis", "psst", True)
        world.person("eva").type("/msg ana hey")
        (private,) = one.seen("private")
        assert (private["text"], "past" in private) == ("hey", False)

    def test_logging_out_makes_one_a_guest(self, world: World) -> None:
        one = self.signed_in(world)
        one.seen()
        one.say("/logout")
        assert one.seen("you")[-1]["account"] is False


class TestConnection:
    def test_goodbye_ends_with_a_close_frame(self, world: World) -> None:
        one = browser(world)
        one.say("/quit")
        assert [message["type"] for message in one.seen()] == ["say"]
        assert one.closed
        assert one.close_code() == 1000

    def test_a_server_that_stops_says_so(self, world: World) -> None:
        one = browser(world)
        one.protocol.connection.stop_reading()
        one.protocol.connection.say_goodbye()
        assert [message["type"] for message in one.seen()] == ["say"]  # it will be there again
        assert one.close_code() == 1001

    def test_a_message_that_is_too_large_ends_it_with_its_reason(self, world: World) -> None:
        one = browser(world)
        one.send_bytes(frame(b"x" * 51_000))
        assert one.close_code() == 1009
        assert world.server.lobby.people == 0

    def test_what_came_before_the_end_is_still_done(self, world: World) -> None:
        one = browser(world)
        one.send_bytes(frame(b'{"type":"line","text":"last"}') + frame(b"", 8))
        assert world.server.lobby.head == 1
        assert one.closed

    @pytest.mark.parametrize(
        ("message", "key"),
        [
            (b"hola", "message_not_json"),
            (b"[1]", "message_not_json"),
            (b"[" * 20_000, "message_not_json"),
            (b"{}", "wrong_member"),
            (b'{"type":"nonsense"}', "unknown_message"),
            (b'{"type":["ping"]}', "wrong_member"),
            (b'{"type":"line"}', "wrong_member"),
            (b'{"type":"history","room":"lobby","before":-1}', "wrong_member"),
            (b'{"type":"history","room":"lobby","limit":true}', "wrong_member"),
            (b'{"type":"history","room":"nowhere"}', "unknown_room"),
        ],
    )
    def test_what_cannot_be_understood_is_told_and_nothing_else_happens(
        self, world: World, message: bytes, key: str
    ) -> None:
        one = browser(world)
        one.send_bytes(frame(message))
        assert [error["key"] for error in one.seen("error")] == [key]
        one.send("ping", id="x")
        assert one.seen() == [{"type": "pong", "id": "x"}]

    def test_pings_are_answered(self, world: World) -> None:
        one = browser(world)
        one.send_bytes(frame(b"abc", 9))
        one.seen()
        assert one.frames == [(10, b"abc")]

    def test_one_that_is_not_heard_is_asked_and_let_go(self, world: World) -> None:
        one = Browser(world, dead_after=90)
        one.send("hello")
        one.seen()
        world.clock.advance(31)
        one.factory.check()
        one.seen()
        assert one.frames == [(9, b"")]
        world.clock.advance(59)
        one.factory.check()
        assert not one.transport.disconnected
        world.clock.advance(2)
        one.factory.check()
        assert one.transport.disconnected or one.closed

    def test_one_that_answers_stays(self, world: World) -> None:
        one = Browser(world, dead_after=90)
        one.send("hello")
        for _ in range(10):
            world.clock.advance(31)
            one.factory.check()
            one.send_bytes(frame(b"", 10))
        one.send("ping")
        assert one.seen("pong")

    def test_one_that_reads_slowly_is_a_cursor_that_lags(self, world: World) -> None:
        one = browser(world)
        one.transport.producer.pauseProducing()
        for number in range(300):
            world.say(f"{number} " + "x" * 2000)
        assert one.seen() == []
        one.transport.producer.resumeProducing()
        texts = []
        for _ in range(2000):
            world.settle()
            if not (new := one.texts()):
                break
            texts += new
        assert [int(text.split()[0]) for text in texts] == list(range(300))

    def test_a_line_that_takes_too_long_is_dropped(self) -> None:
        world = World(limits=Limits(line_seconds=5))
        one = browser(world)
        one.send_bytes(frame(b"{", fin=False))
        world.clock.advance(6)
        one.factory.check()
        assert one.seen("error")[0]["key"] == "line_took_too_long"
        one.send_bytes(frame(b"}", 0))
        one.send("ping")
        assert [message["type"] for message in one.seen()] == ["pong"]

    def test_pings_are_paid_for(self) -> None:
        world = World(limits=Limits(lines_per_second=10))
        one = browser(world)
        one.send_bytes(frame(b"", 9) * 400)
        assert one.transport.producerState == "paused"

    def test_much_at_once_is_handled_in_pieces_and_in_order(self, world: World) -> None:
        one = browser(world)
        data = b"".join(
            frame(json.dumps({"type": "line", "text": str(number)}).encode())
            for number in range(200)
        )
        assert len(data) > 10 * PIECE_BYTES
        one.send_bytes(data)
        for _ in range(100):
            world.settle()
        assert one.texts() == [str(number) for number in range(200)]

    def test_who_goes_is_gone(self, world: World) -> None:
        one = browser(world, name="ana")
        one.send("enter", room="ops")
        one.hang_up()
        assert world.server.lobby.people == 0
        assert "ops" not in world.server.rooms
        assert not one.factory.clients
        assert not world.server.sessions.called("ana")


def test_nobody_is_counted_twice_who_enters_twice(world: World) -> None:
    one = browser(world)
    one.send("enter", room="lobby")
    assert one.seen()[0]["key"] == "already_in_room"
    assert world.server.lobby.people == 1
