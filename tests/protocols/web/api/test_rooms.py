"""`chatd.protocols.web.api.rooms`: the rooms, their messages, the account and the store."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatd.chat.actions.look import ROWS_A_SLICE
from chatd.formats.json import TOPIC_CHARACTERS
from chatd.protocols.transport.limits import Limits
from chatd.protocols.web.api import rooms as rooms_module
from chatd.storage.contract import StoreError
from tests.support.http import Got, SiteWorld, error_of, request

LOBBY = "/api/rooms/lobby/messages"


def texts(got: Got) -> list[str]:
    return [event["text"] for event in got.json["events"]]


def test_a_token_that_was_revoked_is_nobodys() -> None:
    web = SiteWorld()
    web.world.register("ana")
    token = web.token("ana")
    ana = web.world.person()
    ana.type("/login ana correct horse", "/token revoke t")
    got = web.ask("GET", "/api/me", authorization=f"Bearer {token}")
    assert got.status == 401


def test_the_last_lines_of_a_room_are_read() -> None:
    web = SiteWorld()
    web.world.say(*[f"line {number}" for number in range(150)])
    got = web.ask("GET", LOBBY)
    assert got.status == 200
    assert (got.json["room"], got.json["head"], got.json["more"]) == ("lobby", 150, True)
    assert texts(got) == [f"line {number}" for number in range(50, 150)]
    event = got.json["events"][0]
    assert set(event) == {"seq", "time", "author", "kind", "text"}
    assert (event["seq"], event["kind"]) == (51, "message")


def test_lines_behind_a_seq_are_read_to_the_end() -> None:
    web = SiteWorld()
    web.world.say(*map(str, range(1200)))
    seen, after, more = [], 0, True
    while more:
        got = web.ask("GET", f"{LOBBY}?after={after}&limit=500")
        seen += texts(got)
        after, more = got.json["events"][-1]["seq"], got.json["more"]
    assert seen == list(map(str, range(1200)))
    assert web.ask("GET", f"{LOBBY}?after=1200").json["events"] == []
    assert web.ask("GET", f"{LOBBY}?after=99999").json["more"] is False


def test_lines_before_a_seq_are_read_to_the_beginning() -> None:
    web = SiteWorld()
    web.world.say(*map(str, range(1200)))
    seen: list[str] = []
    before, more = 1201, True
    while more:
        got = web.ask("GET", f"{LOBBY}?before={before}&limit=500")
        seen = texts(got) + seen
        before, more = got.json["events"][0]["seq"], got.json["more"]
    assert seen == list(map(str, range(1200)))
    assert web.ask("GET", f"{LOBBY}?before=1").json["events"] == []


def test_of_long_lines_fewer_are_given() -> None:
    web = SiteWorld()
    web.world.say(*[f"{number}{'x' * 4000}" for number in range(40)])
    first = web.ask("GET", f"{LOBBY}?after=0&limit=500")
    last = web.ask("GET", f"{LOBBY}?limit=500")
    for got in first, last:
        assert 4 < len(got.json["events"]) < 10
        assert got.json["more"] is True
    assert first.json["events"][0]["seq"] == 1
    assert last.json["events"][-1]["seq"] == 40


def test_what_was_said_is_made_visible() -> None:
    web = SiteWorld()
    web.world.say("\x1b]0;title\x07 \u202e <script>")
    assert texts(web.ask("GET", LOBBY)) == ["^[]0;title^G \\u202e <script>"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=a",
        "after=-1",
        "before=0",
        "after=1&after=2",
        "after=1&before=2",
    ],
)
def test_a_wrong_parameter_is_refused(query: str) -> None:
    assert SiteWorld().ask("GET", f"{LOBBY}?{query}").status == 422


def test_a_room_that_is_not_there_cannot_be_read() -> None:
    web = SiteWorld()
    assert error_of(web.ask("GET", "/api/rooms/ops/messages")) == (404, "unknown_room")
    assert len(web.server.rooms) == 1


def test_reading_costs_as_much_as_history_does() -> None:
    web = SiteWorld(limits=Limits(lines_per_second=10))
    caller = web.caller()
    caller.send(request("GET", LOBBY))
    caller.settle()
    assert caller.paused


@pytest.mark.one_node("only its own node, and one that starts later, knows who made a room")
def test_rooms_are_listed() -> None:
    web = SiteWorld()
    person = web.world.person("ana")
    web.world.clock.advance(5)
    person.type("/join ops")
    web.world.clock.advance(2)
    person.type("/topic ships")
    got = web.ask("GET", "/api/rooms")
    assert got.json == {
        "count": 2,
        "rooms": [
            {
                "room": "ops",
                "people": 1,
                "head": 1,
                "topic": "ships",
                "topic_by": "ana",
                "topic_at": 7000,
                "made_by": "ana",
                "made_at": 5000,
            },
            {"room": "lobby", "people": 0, "head": 0, "topic": ""},
        ],
    }


def test_all_rooms_are_listed_by_name_from_the_next_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms_module, "ROOMS_LISTED", 2)
    web = SiteWorld()
    for name in "tea", "mate", "coffee":
        for server in web.world.servers:
            server.rooms.add(name)
    first = web.ask("GET", "/api/rooms").json
    assert (first["count"], first["next"]) == (4, "coffee")
    second = web.ask("GET", f"/api/rooms?from={first['next']}").json
    assert [row["room"] for row in second["rooms"]] == ["coffee", "lobby"]
    third = web.ask("GET", f"/api/rooms?from={second['next']}").json
    assert [row["room"] for row in third["rooms"]] == ["mate", "tea"]
    assert "next" not in third


def test_many_rooms_are_listed_in_pieces() -> None:
    web = SiteWorld()
    person = web.world.person("ana")
    for number in range(ROWS_A_SLICE + 5):
        person.type(f"/join {'abcde'[number % 5] * (number // 5 + 1)}", "hola")
    got = web.ask("GET", "/api/rooms")
    assert got.headers["transfer-encoding"] == "chunked"
    rooms = {row["room"] for row in got.json["rooms"]}
    assert (got.json["count"], len(rooms)) == (ROWS_A_SLICE + 6, ROWS_A_SLICE + 6)


def test_a_room_that_is_closed_while_a_list_is_sent_is_left_out() -> None:
    web = SiteWorld()
    ana = web.world.person("ana")
    for number in range(ROWS_A_SLICE + 5):
        ana.type(f"/join {'abcde'[number % 5] * (number // 5 + 1)}", "/topic before")
    caller = web.caller()
    caller.stall()
    caller.send(request("GET", "/api/rooms"))
    caller.settle()
    for room in web.server.rooms.values():
        room.guarded = True
    caller.transport.producer.resumeProducing()
    (got,) = caller.got()
    assert got.json["rooms"] == []


def test_a_room_that_the_requester_may_read_is_listed_as_it_was_when_it_was_asked_for() -> None:
    web = SiteWorld()
    ana = web.world.person("ana")
    for number in range(ROWS_A_SLICE + 5):
        ana.type(f"/join {'abcde'[number % 5] * (number // 5 + 1)}", "/topic before")
    for room in web.server.rooms.values():
        room.guarded = True
    caller = web.caller()
    caller.stall()
    caller.send(request("GET", "/api/rooms"))
    caller.settle()
    for room in web.server.rooms.values():
        room.topic = "after"
    caller.transport.producer.resumeProducing()
    (got,) = caller.got()
    assert len(got.json["rooms"]) == ROWS_A_SLICE + 6
    assert {row["topic"] for row in got.json["rooms"]} == {"before", ""}


def test_of_a_long_topic_the_beginning_is_listed() -> None:
    web = SiteWorld()
    web.world.person("ana").type(f"/topic {'x' * 4000}")
    (room,) = web.ask("GET", "/api/rooms").json["rooms"]
    assert room["topic"] == "x" * (TOPIC_CHARACTERS - 1) + "…"


def test_a_topic_that_grows_when_it_is_escaped_is_cut_after_that() -> None:
    web = SiteWorld()
    web.world.person("ana").type("/topic a" + "\U000e0001" * 200 + "b")
    (room,) = web.ask("GET", "/api/rooms").json["rooms"]
    assert room["topic"] == "a" + r"\U000e0001" * 19 + "…"


def test_who_one_is_is_told() -> None:
    web = SiteWorld()
    web.world.register("Ana")
    guest = {"name": None, "guest": True, "account": False, "scope": None, "language": "en"}
    assert web.ask("GET", "/api/me").json == guest
    got = web.ask(
        "GET", "/api/me", authorization=f"Bearer {web.token('ana')}", accept_language="es"
    )
    ana = {"name": "Ana", "guest": False, "account": True, "scope": "write", "language": "es"}
    assert got.json == ana


def test_a_daemon_that_saves_is_well() -> None:
    got = SiteWorld().ask("GET", "/healthz")
    assert (got.status, got.json) == (200, {"status": "ok"})


def test_nobody_is_left_behind() -> None:
    web = SiteWorld()
    web.world.register("ana")
    token = web.token("ana")
    before = len(list(web.server.sessions)), len(web.server.names)
    for headers in {}, {"authorization": f"Bearer {token}"}:
        for method, path, body in [
            ("GET", "/api/rooms", b""),
            ("GET", LOBBY, b""),
            ("POST", LOBBY, b"text"),
            ("POST", "/api/rooms/new/messages", b"text"),
            ("POST", LOBBY, b""),
            ("GET", "/api/rooms/none/messages", b""),
            ("POST", f"{LOBBY}?name=zoe", b"text"),
        ]:
            web.ask(method, path, body, **headers)
    assert (len(list(web.server.sessions)), len(web.server.names)) == before


def test_json_is_one_line() -> None:
    web = SiteWorld()
    web.world.say("a\tb")
    body = web.ask("GET", LOBBY).body
    assert body.index(b"\n") == len(body) - 1
    json.loads(body)


def test_lines_that_cannot_be_read_are_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    web = SiteWorld()
    web.world.say("text")

    async def fail(*_: Any) -> Any:
        raise StoreError("the disk is gone.")

    for node in web.world.nodes:
        monkeypatch.setattr(node.store, "read", fail)
    for query in "after=0", "limit=1":
        got = web.ask("GET", f"{LOBBY}?{query}")
        assert error_of(got) == (503, "not_readable")
