"""A client that comes back to a room, by any protocol, goes on where it was.

Or it learns that it is another log; no line is passed over in silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.support.browser import browser
from tests.support.http import SiteWorld, request

ROOM = "/api/rooms/lobby"


class Shown(NamedTuple):
    """The view of a client: if the log is another one, the texts of its lines, and its bookmark.

    With the bookmark it would come again.
    """

    anew: bool
    texts: list[str]
    bookmark: str | None


def by_hello(web: SiteWorld, bookmark: str | None) -> Shown:
    return _of_messages(browser(web.world, greeted=False, rooms={"lobby": bookmark}).seen())


def by_enter(web: SiteWorld, bookmark: str | None) -> Shown:
    one = browser(web.world)
    one.send("leave", room="lobby")
    one.seen()
    one.send("enter", room="lobby", after=bookmark)
    return _of_messages(one.seen())


def _of_messages(messages: list[dict[str, Any]]) -> Shown:
    (entered,) = (each for each in messages if each["type"] == "entered")
    events = [event for each in messages if each["type"] == "events" for event in each["events"]]
    last = entered["bookmark"] if not events else f"{events[-1]['seq']}-{events[-1]['time']}"
    return Shown(entered["anew"], [event["text"] for event in events], last)


def by_last_event_id(web: SiteWorld, bookmark: str | None) -> Shown:
    return _of_stream(web, "", {} if bookmark is None else {"last_event_id": bookmark})


def by_stream_after(web: SiteWorld, bookmark: str | None) -> Shown:
    return _of_stream(web, "" if bookmark is None else f"?after={bookmark}", {})


def _of_stream(web: SiteWorld, query: str, headers: dict[str, str]) -> Shown:
    caller = web.caller()
    caller.send(request("GET", f"{ROOM}/stream{query}", **headers))
    caller.settle()
    _, _, body = caller.bytes_seen().decode().partition("\r\n\r\n")
    blocks = [
        dict(line.split(": ", 1) for line in block.split("\n")) for block in body.split("\n\n")[:-1]
    ]
    entered = json.loads(blocks[0]["data"])
    events = [block for block in blocks if "id" in block]
    last = events[-1]["id"] if events else entered["bookmark"]
    return Shown(entered["anew"], [json.loads(each["data"])["text"] for each in events], last)


def by_messages(web: SiteWorld, bookmark: str | None) -> Shown:
    got = web.ask("GET", f"{ROOM}/messages" + (f"?after={bookmark}" if bookmark else "")).json
    return Shown(got["anew"], [event["text"] for event in got["events"]], got["bookmark"])


DOORS = [by_hello, by_enter, by_last_event_id, by_stream_after, by_messages]
Door = Callable[[SiteWorld, "str | None"], Shown]


def log(*texts: str, at: float = 1000.0) -> SiteWorld:
    """Return a server in whose lobby these lines were said, one a second."""
    web = SiteWorld()
    web.world.clock.advance(at)
    for text in texts:
        web.world.clock.advance(1)
        web.world.say(text)
    return web


@pytest.fixture(params=DOORS, ids=lambda come: come.__name__)
def come(request: pytest.FixtureRequest) -> Door:
    come: Door = request.param
    return come


def test_in_the_same_log_one_goes_on(come: Door) -> None:
    web = log(*"abc")
    _, texts, bookmark = come(web, None)
    assert texts == [*"abc"]
    assert come(web, bookmark) == (False, [], bookmark)
    web.world.say("d", "e")
    assert come(web, bookmark)[:2] == (False, ["d", "e"])


@pytest.mark.parametrize("lines", [0, 1, 3, 5, 9])
def test_in_another_log_one_is_told_so_and_shown_what_there_is(come: Door, lines: int) -> None:
    bookmark = come(log(*"abc"), None).bookmark
    texts = [f"new {number}" for number in range(lines)]
    assert come(log(*texts, at=5000), bookmark)[:2] == (True, texts)


def test_a_log_that_was_restored_from_a_copy_and_went_on_is_another_one(come: Door) -> None:
    """The lines that both have are no reason to pass over those that only one has."""
    web = log(*"abc")
    bookmark = come(web, None).bookmark
    restored = log("a")  # the same line, with the same time
    restored.world.clock.advance(3600)
    restored.world.say("x", "y", "z")
    assert come(restored, bookmark)[:2] == (True, ["a", "x", "y", "z"])


def test_a_room_of_which_one_had_nothing_is_shown_in_whatever_log(come: Door) -> None:
    bookmark = come(log(), None).bookmark
    assert bookmark == "0-0"
    assert come(log("a", "b"), bookmark)[:2] == (False, ["a", "b"])


def test_in_front_of_lines_that_were_forgotten_nothing_is_passed_over(come: Door) -> None:
    web = log(*"abc")
    bookmark = come(web, None).bookmark
    web.world.say("d", "e")
    web.world.server.lobby.forget(4)
    events = web.world.store._logs["lobby"].events
    for _ in range(4):
        events.popleft()
    assert come(web, bookmark)[:2] == (False, ["e"])
