"""A line that was said stays said: its key is looked up before all that may have changed since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chatd.errors import UNSURE_SECONDS
from chatd.storage.contract import InDoubt
from tests.support.browser import Browser, browser
from tests.support.http import Got, SiteWorld, error_of, request
from tests.support.sentences import EN
from tests.support.world import FAR, PASSWORD, Member, World

KEY = "Z" * 16


class LabWorld:
    """Olga runs #lab, where Mia, a program with a token, and guests say things with keys."""

    def __init__(self) -> None:
        self.web = SiteWorld()
        self.world, self.server = self.web.world, self.web.server
        self.olga = self.world.person("olga")
        self.olga.type(f"/register {PASSWORD}", "/create lab", "hola")
        self.web.world.register("mia")
        self.token = self.web.token("mia")
        self.others: list[Member] = []

    def post(self, text: str = "one", key: str = "k", **options: Any) -> Got:
        name, room = options.pop("name", ""), options.pop("room", "lab")
        target = f"/api/rooms/{room}/messages" + (f"?name={name}" if name else "")
        return self.web.ask("POST", target, text.encode(), idempotency_key=key, **options)

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
def lab_world() -> LabWorld:
    return LabWorld()


Change = Callable[[LabWorld], Any]
CHANGES: dict[str, Change] = {
    "muted": lambda lab_world: lab_world.olga.type("/mute mia", "/mute build", "/mute web"),
    "banned": lambda lab_world: lab_world.olga.type("/ban mia", "/ban build", "/ban web"),
    "announced": lambda lab_world: lab_world.olga.type("/mode announce"),
    "private": lambda lab_world: lab_world.olga.type("/mode private"),
    "name taken": lambda lab_world: lab_world.somebody("build"),
    "name registered": lambda lab_world: lab_world.somebody("build", f"/register {PASSWORD}"),
    "look-alike taken": lambda lab_world: lab_world.somebody("bui1d"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_over_http_it_is_answered_with_its_place(lab_world: LabWorld, change: Change) -> None:
    mine, builds = lab_world.as_mia(), lab_world.post("two", name="build")
    assert (mine.status, builds.status) == (201, 201)
    change(lab_world)
    assert (lab_world.as_mia().status, lab_world.as_mia().json) == (200, mine.json)
    again = lab_world.post("two", name="build")
    assert (again.status, again.json) == (200, builds.json)
    assert (lab_world.said("one"), lab_world.said("two")) == (1, 1)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_over_a_websocket_too(lab_world: LabWorld, change: Change) -> None:
    one = browser(lab_world.world, name="web", key="q" * 16, rooms={"lab": None})
    one.say("hey", room="lab", key=KEY, id=1)
    (ack,) = one.seen("ack")
    change(lab_world)
    one.seen()
    one.say("hey", room="#Lab", key=KEY, id=1)
    assert one.seen("ack", "refused", "error") == [ack]
    assert lab_world.said("hey") == 1


def test_so_it_is_for_one_who_has_left_that_room(lab_world: LabWorld) -> None:
    one = browser(lab_world.world, name="web", key="q" * 16, rooms={"lab": None})
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
    lab_world: LabWorld, other: dict[str, str]
) -> None:
    one = browser(lab_world.world, name="web", key="q" * 16, rooms={"lab": None, "lobby": None})
    line = {"text": "hey", "room": "lab", "key": KEY}
    one.send("line", **line)
    one.seen()
    one.send("line", **{**line, **other})
    assert [each["key"] for each in one.seen("error")] == ["other_lines_with_key"]
    lab_world.post("hey")
    if not other.get("text", "").startswith("/"):
        got = lab_world.post(other.get("text", "hey"), room=other.get("room", "lab"))
        assert error_of(got)[1] == "other_lines_with_key"


def test_a_line_with_a_bad_text_is_refused_as_any(lab_world: LabWorld) -> None:
    one = browser(lab_world.world, name="web", key="q" * 16, rooms={"lab": None})
    one.say("hey", room="lab", key=KEY)
    one.seen()
    one.say("x" * 5000, room="lab", key=KEY, id=1)
    assert [each["key"] for each in one.seen("error")] == ["too_long"]


def test_an_answer_to_a_question_is_none(lab_world: LabWorld) -> None:
    one = browser(lab_world.world, name="web", key="q" * 16, rooms={"lab": None})
    one.say(PASSWORD, room="lab", key=KEY)
    one.say("/register", room="lab")
    one.seen()
    one.say(PASSWORD, room="lab", key=KEY)
    one.say(PASSWORD, room="lab", key=KEY)
    assert lab_world.server.accounts.called("web") is not None
    assert one.seen("ack") == []


def test_guests_of_other_names_behind_one_address_share_no_keys(lab_world: LabWorld) -> None:
    assert lab_world.post("eve was here", "build-18", name="eve").status == 201
    assert lab_world.post("build 18 is RED", "build-18", name="build").status == 201
    assert lab_world.post("build 18 is RED", "build-18", name="Build").status == 200
    assert lab_world.post("build 18 is RED", "build-18", name="build", address=FAR).status == 201
    assert lab_world.post("build 18 is RED", "build-18").status == 201
    assert lab_world.as_mia("build 18 is RED", "build-18").status == 201
    assert lab_world.said("build 18 is RED") == 4


def test_of_a_name_that_is_none_nothing_is_looked_up(lab_world: LabWorld) -> None:
    assert error_of(lab_world.post(name="x" * 4000))[1] == "invalid_name"


def test_where_the_lines_are_no_more_there_is_no_place(lab_world: LabWorld) -> None:
    lab_world.post(name="build")
    for server in lab_world.world.servers:
        del server.rooms._rooms["lab"]
    got = lab_world.post(name="build")
    assert (got.status, got.json) == (200, {"room": "lab", "seq": None, "seqs": []})


def test_without_a_browser_key_keys_end_with_the_connection(lab_world: LabWorld) -> None:
    def one() -> Browser:
        return browser(lab_world.world, rooms={"lab": None})

    first = one()
    for _ in range(2):
        first.say("hey", room="lab", key=KEY)
    first.hang_up()
    one().say("hey", room="lab", key=KEY)
    assert lab_world.said("hey") == 2


@pytest.mark.one_node("its store is held back")
def test_a_retry_that_waits_is_dropped_once_its_browser_has_gone(
    world: World, expected_errors: Callable[..., Any]
) -> None:
    first, again = (browser(world, key=KEY) for _ in range(2))
    world.store.holds = True
    first.say("//nick luis", key=KEY)
    again.say("/nick luis", key=KEY)  # waits until the first line is stored
    again.hang_up()
    world.fail()
    expected_errors()
    assert not world.server.names.of("luis")


@pytest.mark.one_node("its store is held back")
class TestInDoubt:
    """Lines of which it is not known whether they were stored."""

    def doubt(self, lab_world: LabWorld, target: str, body: bytes, **headers: str) -> Got:
        caller, store = lab_world.web.caller(), lab_world.world.store
        store.holds = True
        caller.send(request("POST", target, body, **headers))
        lab_world.world.fail(InDoubt())
        store.holds = False
        (got,) = caller.got()
        caller.hang_up()
        return got

    def test_the_answer_advises_to_send_them_again_with_the_key(
        self, lab_world: LabWorld, expected_errors: Callable[..., Any]
    ) -> None:
        got = self.doubt(lab_world, "/api/rooms/lab/messages", b"one", idempotency_key="k")
        assert error_of(got) == (503, "in_doubt")
        assert got.json["error"]["text"] == EN.sentence("in_doubt_http")
        assert got.headers["retry-after"] == str(UNSURE_SECONDS)
        assert lab_world.post("one").status == 201
        assert lab_world.post("one").status == 200
        assert lab_world.said("one") == 1
        expected_errors()

    def test_a_change_has_no_key(
        self, lab_world: LabWorld, expected_errors: Callable[..., Any]
    ) -> None:
        body = b'{"name":"eva","password":"correct horse","register":true}'
        got = self.doubt(lab_world, "/api/signin", body, content_type="application/json")
        assert error_of(got) == (503, "change_in_doubt")
        assert got.headers["retry-after"] == str(UNSURE_SECONDS)
        expected_errors()
