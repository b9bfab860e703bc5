"""The message ``text``: every further line is text, and nothing that is shown counts as read."""

from __future__ import annotations

from tests.support.browser import browser
from tests.support.json_client import json_client
from tests.support.registered import AnaAndLuis
from tests.support.world import PASSWORD, World


def test_a_line_after_it_is_no_command(world: World) -> None:
    one = json_client(world)
    one.send("text", id=1)
    for text in ("/quit", "//x", "login ana secret", "/me waves"):
        one.say(text, room="lobby")
    seen = one.seen()
    assert seen[0] == {"type": "done", "id": 1}
    said = [event for each in seen if each["type"] == "events" for event in each["events"]]
    assert [(event["kind"], event["text"]) for event in said] == [
        ("message", "/quit"),
        ("message", "//x"),
        ("message", "login ana secret"),
        ("message", "/me waves"),
    ]


def test_it_is_answered_after_all_before_it() -> None:
    world = World(slow=True)
    one = json_client(world)
    one.say("hola", room="lobby", id=1)
    one.send("text", id=2)
    assert one.seen("ack", "done") == []
    world.release()
    assert [each["id"] for each in one.seen("ack", "done")] == [1, 2]


def test_without_an_id_it_has_no_answer(world: World) -> None:
    one = browser(world)
    one.send("text")
    assert one.seen() == []


def test_what_is_shown_after_it_is_still_missed() -> None:
    here = AnaAndLuis()
    here.ana.hang_up()
    here.luis.type("/msg ana the build is yours")
    for _ in range(2):
        program = json_client(here.world)
        program.say(f"/login ana {PASSWORD}")
        program.send("text")
        assert [each["text"] for each in program.seen("private")] == ["the build is yours"]
        program.hang_up()
        here.world.settle()
