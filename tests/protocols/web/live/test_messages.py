"""Messages of several lines over the WebSocket: one thing said, with one receipt."""

from __future__ import annotations

import pytest

from chatd.protocols.web.live.websocket import WebSocketHandler
from chatd.text.messages import MOST_MESSAGE_BYTES, MOST_MESSAGE_LINES
from tests.support.browser import Browser, browser
from tests.support.logs import Expect
from tests.support.world import PASSWORD, World

KEY = "a-key-of-a-message"
SNIPPET = "```\n/quit\n\n//x\n```"


class TestSaying:
    def test_the_receipt_has_the_first_seq(self, world: World) -> None:
        reader = world.person("luis")
        one = browser(world, name="ana")
        one.say("before", room="lobby")
        one.seen()
        reader.seen()
        one.say(SNIPPET, room="lobby", id=1)
        events, ack = one.seen()
        rows = [(event["seq"], event["text"], event["part_of"]) for event in events["events"]]
        assert rows == [(2, "```", 2), (3, "/quit", 2), (4, "", 2), (5, "//x", 2), (6, "```", 2)]
        assert ack == {"type": "ack", "id": 1, "room": "lobby", "seq": 2}
        assert reader.seen() == [f"<ana> {line}" for line in SNIPPET.split("\n")]

    def test_a_line_and_a_line_end_are_text_and_no_command(self, world: World) -> None:
        one = browser(world)
        one.say("/who\n", room="lobby")
        assert one.texts() == ["/who"]
        assert world.stored("lobby")[0].part_of is None

    def test_lines_around_it_keep_their_order(self) -> None:
        world = World(slow=True)
        one = browser(world)
        world.release()
        for id, text in enumerate(["a", "b\nc", "d"]):
            one.say(text, room="lobby", id=id)
        world.release()
        assert [event.text for event in world.stored("lobby")] == ["a", "b", "c", "d"]
        assert [(ack["id"], ack["seq"]) for ack in one.seen("ack")] == [(0, 1), (1, 2), (2, 4)]

    def test_one_that_cannot_be_saved_is_refused_once(self, expected_errors: Expect) -> None:
        world = World(slow=True)
        one = browser(world)
        world.release()
        one.say("a\nb", room="lobby", id=1)
        world.fail()
        assert [message["type"] for message in one.seen()] == ["error", "refused"]
        assert world.stored("lobby") == []
        expected_errors()

    def test_it_costs_what_its_lines_cost(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        paid = list[float]()
        monkeypatch.setattr(WebSocketHandler, "charge", lambda self, lines: paid.append(lines))
        one = browser(world)
        paid.clear()
        one.say("a\nb\nc", room="lobby")
        assert paid == [2]  # more than a message of one line


class TestKeys:
    def test_a_message_is_said_once(self, world: World) -> None:
        one = browser(world)
        for id in 1, 2:
            one.say(SNIPPET, room="lobby", key=KEY, id=id)
        assert [ack["seq"] for ack in one.seen("ack")] == [1, 1]
        assert len(world.stored("lobby")) == SNIPPET.count("\n") + 1

    def test_other_lines_are_refused(self, world: World) -> None:
        one = browser(world)
        one.say("a\nb", room="lobby", key=KEY)
        one.seen()
        one.say("a\nc", room="lobby", key=KEY)
        assert one.seen("error")[0]["key"] == "other_lines_with_key"


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("x\n" * (MOST_MESSAGE_LINES + 1), "message_has_lines"),
            ("x\n" + "\n".join(["y" * 4000] * 5), "message_has_bytes"),
            (f"a\n{'x' * 4097}", "line_too_long"),
            ("a\n\ud83d", "line_not_utf8"),
            (f"a\ne{chr(0x301) * 31}", "line_has_marks"),
            (f"/login ana\n{PASSWORD}", "nearly_a_password"),
            ("/register correct\nhola", "nearly_a_password"),
            ("login ana correct\nhola", "nearly_a_password"),
        ],
    )
    def test_nothing_of_it_is_said(self, world: World, text: str, key: str) -> None:
        one = browser(world)
        one.say(text, room="lobby", id=1)
        error, refused = one.seen()
        assert (error["type"], error["id"], error["key"]) == ("error", 1, key)
        assert refused == {"type": "refused", "id": 1}
        assert world.stored("lobby") == []

    def test_a_blank_one_is_refused_without_a_word(self, world: World) -> None:
        one = browser(world)
        one.say(" \n\u200b\n", room="lobby", id=1)
        assert one.seen() == [{"type": "refused", "id": 1}]

    def test_the_largest_in_a_message_of_json_is_read(self, world: World) -> None:
        one = browser(world)
        lines = ["é" * 80] * 99
        assert len("\n".join(lines).encode()) <= MOST_MESSAGE_BYTES
        one.say("\n".join(lines), room="lobby")  # each letter is six characters of JSON
        assert one.texts() == lines

    def test_a_browser_needs_no_paste(self, world: World) -> None:
        one = browser(world)
        one.say("/paste", room="lobby")
        assert one.seen("error")[0]["key"] == "no_paste_here"
        one.say("hola", room="lobby")
        assert one.texts() == ["hola"]

    def test_it_answers_no_question(self, world: World) -> None:
        one = asked(world)
        one.say("one\ntwo", id=1)
        assert one.seen("error")[0]["key"] == "not_one_line"
        one.say(PASSWORD)
        one.say(PASSWORD)
        assert one.seen("you")[0]["account"]


def asked(world: World) -> Browser:
    """Return a browser that is asked for the password of a new account."""
    one = browser(world, name="ana")
    one.say("/register")
    one.seen()
    return one
