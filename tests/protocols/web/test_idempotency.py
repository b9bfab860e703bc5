"""A line that was said stays said: its key is looked up before all that may have changed since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.browser import Browser, browser
from tests.support.http import Got, Served, error_of
from tests.support.world import FAR, PASSWORD, Member

KEY = "Z" * 16


class Scene:
    """Olga runs #lab, where Mia, a program with a token, and guests say things with keys."""

    def __init__(self) -> None:
        self.door = Served()
        self.world, self.server = self.door.world, self.door.server
        self.olga = self.world.person("olga")
        self.olga.type(f"/register {PASSWORD}", "/create lab", "hola")
        self.door.account("mia")
        self.token = self.door.token("mia")
        self.others: list[Member] = []

    def post(self, text: str = "one", key: str = "k", **options: Any) -> Got:
        name, room = options.pop("name", ""), options.pop("room", "lab")
        target = f"/api/rooms/{room}/messages" + (f"?name={name}" if name else "")
        return self.door.ask("POST", target, text.encode(), idempotency_key=key, **options)

    def as_mia(self, text: str = "one", key: str = "k", **options: Any) -> Got:
        return self.post(text, key, authorization=f"Bearer {self.token}", **options)

    def somebody(self, name: str, *lines: str) -> None:
        other = self.world.person(name)
        other.type(*lines)
        self.others.append(other)

    def said(self, text: str) -> int:
        logs = self.world.store._logs.values()
        return sum(event.text == text for log in logs for event in log.events)


@pytest.fixture
def scene() -> Scene:
    return Scene()


Change = Callable[[Scene], Any]
CHANGES: dict[str, Change] = {
    "muted": lambda scene: scene.olga.type("/mute mia", "/mute build", "/mute web"),
    "banned": lambda scene: scene.olga.type("/ban mia", "/ban build", "/ban web"),
    "announced": lambda scene: scene.olga.type("/mode announce"),
    "private": lambda scene: scene.olga.type("/mode private"),
    "name taken": lambda scene: scene.somebody("build"),
    "name registered": lambda scene: scene.somebody("build", f"/register {PASSWORD}"),
    "look-alike taken": lambda scene: scene.somebody("bui1d"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_over_http_it_is_answered_with_its_place(scene: Scene, change: Change) -> None:
    mine, builds = scene.as_mia(), scene.post("two", name="build")
    assert (mine.status, builds.status) == (201, 201)
    change(scene)
    assert (scene.as_mia().status, scene.as_mia().json) == (200, mine.json)
    again = scene.post("two", name="build")
    assert (again.status, again.json) == (200, builds.json)
    assert (scene.said("one"), scene.said("two")) == (1, 1)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_over_a_websocket_too(scene: Scene, change: Change) -> None:
    one = browser(scene.world, name="web", key="q" * 16, rooms={"lab": None})
    one.say("hey", room="lab", key=KEY, id=1)
    (ack,) = one.seen("ack")
    change(scene)
    one.seen()
    one.say("hey", room="#Lab", key=KEY, id=1)
    assert one.seen("ack", "refused", "error") == [ack]
    assert scene.said("hey") == 1


def test_so_it_is_for_one_who_has_left_that_room(scene: Scene) -> None:
    one = browser(scene.world, name="web", key="q" * 16, rooms={"lab": None})
    lines = {"hey": "a" * 16, "/me waves": "b" * 16, "//x": "c" * 16}
    for text, key in lines.items():
        one.say(text, room="lab", key=key, id=text)
    acks = one.seen("ack")
    assert len(acks) == 3
    one.send("leave", room="lab")
    one.seen()
    for text, key in lines.items():
        one.say(text, room="lab", key=key, id=text)
    assert one.seen("ack", "refused", "error") == acks


@pytest.mark.parametrize(
    "other", [{"text": "other"}, {"room": "lobby"}, {"text": "/me hey"}, {"text": "/who"}]
)
def test_other_lines_with_a_key_are_refused_on_both_doors(
    scene: Scene, other: dict[str, str]
) -> None:
    one = browser(scene.world, name="web", key="q" * 16, rooms={"lab": None, "lobby": None})
    line = {"text": "hey", "room": "lab", "key": KEY}
    one.send("line", **line)
    one.seen()
    one.send("line", **{**line, **other})
    assert [each["key"] for each in one.seen("error")] == ["other_lines_with_key"]
    scene.post("hey")
    if not other.get("text", "").startswith("/"):
        got = scene.post(other.get("text", "hey"), room=other.get("room", "lab"))
        assert error_of(got)[1] == "other_lines_with_key"


def test_a_line_with_a_bad_text_is_refused_as_any(scene: Scene) -> None:
    one = browser(scene.world, name="web", key="q" * 16, rooms={"lab": None})
    one.say("hey", room="lab", key=KEY)
    one.seen()
    one.say("x" * 5000, room="lab", key=KEY, id=1)
    assert [each["key"] for each in one.seen("error")] == ["too_long"]


def test_an_answer_to_a_question_is_none(scene: Scene) -> None:
    one = browser(scene.world, name="web", key="q" * 16, rooms={"lab": None})
    one.say(PASSWORD, room="lab", key=KEY)
    one.say("/register", room="lab")
    one.seen()
    one.say(PASSWORD, room="lab", key=KEY)
    assert scene.server.accounts.called("web") is not None
    assert one.seen("ack") == []


def test_guests_of_other_names_behind_one_address_share_no_keys(scene: Scene) -> None:
    assert scene.post("eve was here", "build-18", name="eve").status == 201
    assert scene.post("build 18 is RED", "build-18", name="build").status == 201
    assert scene.post("build 18 is RED", "build-18", name="Build").status == 200
    assert scene.post("build 18 is RED", "build-18", name="build", address=FAR).status == 201
    assert scene.post("build 18 is RED", "build-18").status == 201
    assert scene.as_mia("build 18 is RED", "build-18").status == 201
    assert scene.said("build 18 is RED") == 4


def test_of_a_name_that_is_none_nothing_is_looked_up(scene: Scene) -> None:
    assert error_of(scene.post(name="x" * 4000))[1] == "invalid_name"


def test_where_the_lines_are_no_more_there_is_no_place(scene: Scene) -> None:
    scene.post(name="build")
    del scene.server.rooms._rooms["lab"]
    got = scene.post(name="build")
    assert (got.status, got.json) == (200, {"room": "lab", "seq": None, "seqs": []})


def test_without_a_browser_key_keys_end_with_the_connection(scene: Scene) -> None:
    def one() -> Browser:
        return browser(scene.world, rooms={"lab": None})

    first = one()
    for _ in range(2):
        first.say("hey", room="lab", key=KEY)
    first.hang_up()
    one().say("hey", room="lab", key=KEY)
    assert scene.said("hey") == 2
