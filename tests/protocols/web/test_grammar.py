"""The grammar of browsers' messages and HTTP requests: all of it is understood, or refused.

Nothing that is not understood falls back to another meaning. `REFUSED` has what is refused, with
the sentence that says so.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatd.errors import ErrorKind
from chatd.protocols.live.verbs import TABLE
from tests.support.browser import Browser, browser, frame
from tests.support.http import SiteWorld, error_of
from tests.support.sentences import EN
from tests.support.world import World

WRONG = "wrong_member"
NOT_TEXTS = (5, True, 1.5, ["x"], {"x": 1})
NOT_NUMBERS = (-1, 1.5, 1e9, 1 << 53, True, "7", "", [1])
NOT_KEYS = ("", "short", "x" * 65, "a key of sixteen", *NOT_TEXTS)
NOT_IDS = (True, False, 1.5, "x" * 65, [1], {"a": 1}, 1 << 60, "a\x1b", "\u202e", "\ud800")

SIGNIN = {"name": "ana", "password": "correct horse"}

LINE = {"type": "line", "room": "lobby", "text": "hola"}


def must_be(member: str, right: str = "right_text") -> str:
    """Return the refusal of a member that is not as it has to be."""
    return EN.sentence("wrong_member", member=member, right=EN.sentence(right))


NOT_KINDS = ("", "deed", "action", "Notice", 6, ["notice"])

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    *(({**LINE, "room": room}, WRONG, "room") for room in NOT_TEXTS),
    ({**LINE, "room": ""}, "invalid_room", EN.sentence("invalid_room", name="")),
    ({**LINE, "room": "a b"}, "invalid_room", EN.sentence("invalid_room", name="a b")),
    ({**LINE, "room": "nope"}, "not_in_that_room", "#nope"),
    *(({**LINE, "text": text}, WRONG, must_be("text")) for text in (*NOT_TEXTS, None)),
    ({"type": "line", "room": "lobby"}, WRONG, must_be("text")),
    *(({**LINE, "key": key}, WRONG, "key must be") for key in NOT_KEYS),
    *(({**LINE, "kind": kind}, WRONG, must_be("kind", "right_kind")) for kind in NOT_KINDS),
    *(({**LINE, "id": id}, WRONG, must_be("id", "right_id")) for id in NOT_IDS),
    *(({"type": "ping", "id": id}, WRONG, "id must be") for id in NOT_IDS),
    *(({"type": type}, WRONG, must_be("type")) for type in (*NOT_TEXTS, None)),
    ({"type": "Line"}, "unknown_message", "Line"),
    ({"type": ""}, "unknown_message", ""),
    *(({"type": "enter", "room": room}, WRONG, "room") for room in (*NOT_TEXTS, None)),
    ({"type": "enter", "room": ""}, "invalid_room", EN.sentence("invalid_room", name="")),
    *(({"type": "enter", "room": "ops", "after": at}, WRONG, "after") for at in NOT_NUMBERS),
    ({"type": "leave"}, WRONG, must_be("room")),
    ({"type": "leave", "room": "nope"}, "not_in_that_room", "#nope"),
    *(
        ({"type": "history", "room": "lobby", member: value}, WRONG, f"{member} must be")
        for member in ("before", "limit")
        for value in NOT_NUMBERS
    ),
    ({"type": "history", "room": "nope"}, "unknown_room", "#nope"),
    ({"type": "history"}, WRONG, "room must be"),
    *(
        ({"type": "search", "room": "lobby", "text": "x", "upto": value}, WRONG, "upto must be")
        for value in NOT_NUMBERS
    ),
    ({"type": "search", "room": "lobby", "text": " "}, WRONG, "words"),
    ({"type": "search", "room": "lobby", "text": "since:soon"}, "search_wrong_since", "since:2d"),
    ({"type": "search", "room": "lobby", "text": "from:"}, "search_wrong_from", "from:ana"),
    ({"type": "room", "room": "nope"}, "unknown_room", "#nope"),
    ({"type": "room"}, WRONG, "room must be"),
    ({"type": "people", "room": "nope"}, "unknown_room", "#nope"),
    ({"type": "people"}, WRONG, "room must be"),
    ({"type": "account"}, WRONG, "name must be"),
    ({"type": "seen", "room": "lobby"}, WRONG, "seq must be"),
    *(({"type": "seen", "room": "lobby", "seq": value}, WRONG, "seq") for value in NOT_NUMBERS),
    ({"type": "seen", "room": "nope", "seq": 1}, "not_in_that_room", "#nope"),
    *(({"type": "whisper", "to": it, "text": "a"}, WRONG, must_be("to")) for it in NOT_TEXTS),
    *(({"type": "whisper", "to": "ana", "text": it}, WRONG, must_be("text")) for it in NOT_TEXTS),
    *(({"type": "decide", "room": "lobby", "seq": value}, WRONG, "seq") for value in NOT_NUMBERS),
    *(({"type": "decide", "room": "lobby", "words": it}, WRONG, "words") for it in NOT_TEXTS),
    ({"type": "decide", "room": "nope"}, "unknown_room", "#nope"),
    *(
        ({"type": "decisions", "room": "lobby", member: value}, WRONG, f"{member} must be")
        for member in ("before", "limit")
        for value in NOT_NUMBERS
    ),
    *(({"type": "take", "room": "lobby", "seq": value}, WRONG, "seq") for value in NOT_NUMBERS),
    *(({"type": "take", "room": "lobby", "words": it}, WRONG, "words") for it in NOT_TEXTS),
    ({"type": "take", "room": "nope"}, "unknown_room", "#nope"),
    *(
        (
            {
                "type": verb,
                "room": "lobby",
                "to": "x",
                "text": "x",
                "question": "q",
                "key": "short",
            },
            WRONG,
            "key must be",
        )
        for verb in ("decide", "take", "ask", "answer", "whisper")
    ),
    *(({"type": "whisper", "to": it, "text": "x"}, WRONG, "to must be") for it in NOT_TEXTS),
    *(({"type": "whisper", "to": "x", "text": it}, WRONG, "text must be") for it in NOT_TEXTS),
    ({"type": "alerts", "room": "nope"}, "unknown_room", "#nope"),
    ({"type": "decisions", "room": "nope"}, "unknown_room", "#nope"),
    ({"type": "questions", "room": "nope"}, "unknown_room", "#nope"),
    *(({"type": "ask", "room": "lobby", "question": it}, WRONG, "question") for it in NOT_TEXTS),
    ({"type": "ask", "room": "nope", "question": "q"}, "unknown_room", "#nope"),
    *(
        ({"type": verb, "room": "lobby", "seq": value}, WRONG, "seq must be")
        for verb in ("answer", "answers", "close", "show")
        for value in NOT_NUMBERS
    ),
    *(({"type": verb, "room": "nope"}, "unknown_room", "#nope") for verb in ("answer", "answers")),
]

HELLO: list[tuple[dict[str, Any], str]] = [
    *(({"name": name}, must_be("name")) for name in NOT_TEXTS),
    *(({"key": key}, must_be("key", "right_key")) for key in NOT_KEYS),
    *(({"token": token}, must_be("token")) for token in NOT_TEXTS),
    *(({"language": language}, "language must be") for language in ("fr", "EN", "es-MX", 5)),
    *(({"rooms": rooms}, "rooms must be") for rooms in ([], "lobby", 5, {"lobby": "x"})),
    *(({"rooms": {"lobby": at}}, "rooms must be") for at in NOT_NUMBERS),
    ({"room": "ops"}, "rooms must be"),
]


def state(world: World) -> list[tuple[str, int, int]]:
    return [(room.name, room.head, room.people) for room in world.server.rooms.values()]


@pytest.mark.parametrize(("message", "key", "right"), REFUSED)
def test_a_message_that_is_not_understood_is_refused_and_does_nothing(
    world: World, message: dict[str, Any], key: str, right: str
) -> None:
    one = browser(world)
    before = state(world)
    one.send_bytes(frame(json.dumps(message).encode()))
    (error,) = one.seen()
    assert (error["type"], error["key"]) == ("error", key)
    assert error["kind"] in {kind.value for kind in ErrorKind}
    assert right in error["text"]
    assert "id" not in error
    assert state(world) == before
    one.send("ping", id=1)
    assert one.seen() == [{"type": "pong", "id": 1}]


@pytest.mark.parametrize(("members", "right"), HELLO)
def test_a_hello_that_is_not_understood_can_be_said_again(
    world: World, members: dict[str, Any], right: str
) -> None:
    one = Browser(world)
    one.send("hello", **members)
    (error,) = one.seen()
    assert (error["key"], right in error["text"]) == (WRONG, True)
    one.send("hello")
    assert one.seen("hello")


def test_every_verb_that_takes_anything_is_in_the_table() -> None:
    tried = {message["type"] for message, *_ in REFUSED if isinstance(message["type"], str)}
    assert set(TABLE) - tried == {"hello", "text", "commands", "rooms", "stays"}


@pytest.mark.parametrize("id", [0, -5, (1 << 53) - 1, "", "x" * 64, "7"])
def test_an_id_is_repeated_as_it_was(world: World, id: Any) -> None:
    one = browser(world)
    one.send("ping", id=id)
    (pong,) = one.seen()
    assert (pong["id"], type(pong["id"])) == (id, type(id))


def test_members_that_are_not_known_are_ignored_and_null_is_as_none(world: World) -> None:
    one = browser(world, colour="red", language=None, name=None, key=None, rooms=None)
    one.say("hola", room="lobby", key=None, id=None, colour="red")
    assert one.seen("ack", "error") == [{"type": "ack", "room": "lobby", "seq": 1}]


def test_a_member_that_is_there_twice_is_refused(world: World) -> None:
    one = browser(world)
    one.send_bytes(frame(b'{"type":"line","room":"lobby","text":"a","text":"b"}'))
    assert [error["key"] for error in one.seen()] == ["message_not_json"]
    assert world.server.lobby.head == 0


# HTTP

MESSAGES, STREAM = "/api/rooms/lobby/messages", "/api/rooms/lobby/stream"
NO_NUMBERS = ("", "-1", "1e9", "1.5", "x", "9" * 16, "+1", "%201", "%D9%A3")
NO_BOOKMARKS = (*NO_NUMBERS, "1-", "-1", "1-x", "1--1", "1-2-3", "1-" + "9" * 16)

ASKED: list[tuple[str, str, int, str]] = [
    *(("GET", f"{MESSAGES}?before={n}", 422, "not_a_number") for n in NO_NUMBERS),
    *(("GET", f"{MESSAGES}?after={n}", 422, "not_a_bookmark") for n in NO_BOOKMARKS),
    *(("GET", f"{MESSAGES}?limit={n}", 422, "not_a_number") for n in (*NO_NUMBERS, "0", "501")),
    *(("GET", f"{STREAM}?after={n}", 422, "not_a_bookmark") for n in NO_BOOKMARKS),
    ("GET", f"{MESSAGES}?before=0", 422, "not_a_number"),
    ("GET", f"{MESSAGES}?after=1&before=2", 422, "one_of_parameters"),
    ("GET", f"{MESSAGES}?after=1&after=1", 422, "parameter_twice"),
    ("GET", f"{MESSAGES}?limt=5", 422, "unknown_parameter"),
    ("GET", f"{MESSAGES}?After=5", 422, "unknown_parameter"),
    ("GET", f"{MESSAGES}?=5", 422, "unknown_parameter"),
    ("GET", f"{STREAM}?since=1h", 422, "unknown_parameter"),
    ("GET", "/ws?token=chatd_x", 422, "no_parameters"),
    ("GET", "/api/rooms?limit=5", 422, "unknown_parameter"),
    ("GET", "/api/me?name=ana", 422, "no_parameters"),
    ("POST", "/api/signin?name=ana", 422, "no_parameters"),
    ("POST", f"{MESSAGES}?nmae=build", 422, "unknown_parameter"),
    ("POST", f"{MESSAGES}?name=a&name=b", 422, "parameter_twice"),
    ("POST", f"{MESSAGES}?name=", 422, "invalid_name"),
    ("POST", f"{MESSAGES}?name=a+b", 422, "invalid_name"),
    *(("POST", f"{MESSAGES}?kind={kind}", 422, "not_a_kind") for kind in ("", "deed", "Notice")),
    ("POST", f"{MESSAGES}?kind=notice&kind=notice", 422, "parameter_twice"),
    ("POST", "/api/rooms/a%20b/messages", 422, "invalid_room"),
    ("POST", "/api/rooms//messages", 422, "invalid_room"),
]


@pytest.mark.parametrize(("method", "target", "status", "key"), ASKED)
def test_a_query_that_is_not_understood_is_refused(
    method: str, target: str, status: int, key: str
) -> None:
    web = SiteWorld()
    got = web.ask(method, target, b"hola" if method == "POST" else b"")
    assert error_of(got) == (status, key)
    assert state(web.world) == [("lobby", 0, 0)]


BODIES: list[tuple[str, bytes, str]] = [
    *((MESSAGES, json.dumps({"text": text}).encode(), "not_a_text") for text in NOT_TEXTS),
    (MESSAGES, b'{"text":"a","text":"b"}', "not_json"),
    (MESSAGES, b'{"txt":"a"}', "text_or_message"),
    (MESSAGES, b'{"text":"a","name":"build"}', "name_in_body"),
    (MESSAGES, b'{"text":"a","room":"ops"}', "room_in_body"),
    (MESSAGES, b'{"text":"a","key":"abc"}', "key_in_body"),
    *(
        (MESSAGES, json.dumps({"text": "a", "kind": kind}).encode(), "not_a_kind")
        for kind in NOT_KINDS
    ),
    (f"{MESSAGES}?kind=notice", b'{"text":"a","kind":"notice"}', "kind_twice"),
    (MESSAGES, b'["a"]', "not_json"),
    (MESSAGES, b'{"text":"a","x":NaN}', "not_json"),
    (MESSAGES, b'{"text":""}', "nothing_to_say"),
    *(
        ("/api/signin", json.dumps({**SIGNIN, "register": value}).encode(), "not_a_choice")
        for value in ("true", 1, None, [])
    ),
    *(
        ("/api/signin", json.dumps({**SIGNIN, "key": key}).encode(), "not_a_key")
        for key in ("", "short", "x" * 65)
    ),
    *(
        ("/api/signin", json.dumps({**SIGNIN, member: 5}).encode(), "not_a_text")
        for member in ("name", "password", "key")
    ),
]


@pytest.mark.parametrize(("target", "body", "key"), BODIES)
def test_a_body_that_is_not_understood_is_refused(target: str, body: bytes, key: str) -> None:
    web = SiteWorld()
    got = web.ask("POST", target, body, content_type="application/json")
    assert got.status in (400, 422)
    assert got.json["error"]["key"] == key
    assert state(web.world) == [("lobby", 0, 0)]
    assert not web.server.accounts.table


def test_members_of_a_body_that_are_not_known_are_ignored() -> None:
    web = SiteWorld()
    assert web.post(MESSAGES, {"text": "hola", "colour": "red"}).status == 201
    # A line as a browser sends it over a WebSocket.
    line = {"type": "line", "room": "#Lobby", "text": "hola", "key": None, "name": None}
    assert web.post(MESSAGES, line).status == 201


@pytest.mark.parametrize("name", ["Idempotency-Key", "Content-Type", "Authorization"])
def test_a_header_that_counts_once_is_named_when_it_is_there_twice(name: str) -> None:
    caller = SiteWorld().caller()
    head = f"POST {MESSAGES} HTTP/1.1\r\nHost: vault\r\nContent-Length: 4\r\n"
    caller.send(f"{head}{name}: a\r\n{name}: b\r\n\r\nhola".encode())
    (got,) = caller.got()
    assert error_of(got) == (400, "header_twice")
    assert name.lower() in got.json["error"]["text"]
