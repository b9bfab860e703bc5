"""HTTP connections that go on in another process."""

from __future__ import annotations

import pytest

from chatd.protocols.web.http.deadlines import HEAD_SECONDS, IDLE_SECONDS
from chatd.protocols.web.http.messages import json_answer
from tests.support.http import HANDSHAKE, HttpClient, SiteWorld, WebWorld, request
from tests.support.world import FAR

pytestmark = pytest.mark.one_node("one process goes on for another: the node is the same")

GET = request("GET", "/a")
POST = request("POST", "/a", b"hola")


@pytest.fixture
def web() -> WebWorld:
    return WebWorld()


def paths(caller: HttpClient) -> list[str]:
    return [got.json["path"] for got in caller.got()]


def test_an_idle_connection_is_answered_by_the_other_process(web: WebWorld) -> None:
    caller = web.caller()
    caller.send(GET)
    assert paths(caller) == ["a"]
    web.world.hand_over()
    caller.send(GET + GET)
    assert paths(caller) == ["a", "a"]
    assert not caller.closed


def test_a_request_goes_on_at_any_byte(web: WebWorld) -> None:
    caller = web.caller()
    for cut in range(0, len(POST), 5):
        caller.send(POST[:cut])
        caller.settle()
        web.world.hand_over()
        caller.send(POST[cut:])
        (got,) = caller.got()
        assert got.json["body"] == "hola"


def test_requests_that_wait_for_one_another_are_answered_once(web: WebWorld) -> None:
    caller = web.caller()
    held = web.site.hold()
    caller.send(POST + GET + GET)
    caller.settle()
    assert caller.protocol.connection.state() is None, "one is under way"
    caller.protocol.connection.stand_still()
    held.callback(json_answer(200, "first"))
    caller.settle()
    assert len(web.site.requests) == 1, "it stands still"
    web.site.reply = lambda *_: json_answer(200, "next")
    web.world.hand_over()
    assert [got.json for got in caller.got()] == ["first", "next", "next"]


@pytest.mark.parametrize("data", [b"", GET[:-5]])
def test_it_has_the_time_that_was_left(web: WebWorld, data: bytes) -> None:
    caller = web.caller()
    caller.send(data)
    caller.settle()
    seconds = HEAD_SECONDS if data else IDLE_SECONDS
    web.clock.advance(seconds - 1)
    web.world.hand_over()
    caller.factory.check()
    caller.settle()
    assert not caller.closed
    web.clock.advance(2)
    caller.factory.check()
    assert [got.status for got in caller.got()] == ([408] if data else [])
    assert caller.closed


def test_an_answer_that_is_not_taken_is_sent_by_the_other_process(web: WebWorld) -> None:
    caller = web.caller()
    caller.stall()
    caller.send(GET)
    caller.settle()
    web.site.reply = lambda *_: json_answer(200, "next")
    caller.send(GET)
    caller.settle()
    web.world.hand_over()
    first, second = caller.got()
    assert (first.json["path"], second.json) == ("a", "next")


def test_where_a_proxy_says_that_a_client_is_stays() -> None:
    web = WebWorld(budgets={"connections.64": 1})
    first, second = (HttpClient(web, FAR, located=False) for _ in range(2))
    first.send(GET)
    assert paths(first) == ["a"]
    web.world.hand_over()
    assert first.protocol.connection.handler.requester.whence == FAR.host
    second.send(GET)
    assert [got.status for got in second.got()] == [503], "its network is full"


def test_what_a_connection_became_by_a_request_goes_on() -> None:
    web = SiteWorld()
    browser, reader = web.caller(), web.caller()
    browser.send(request("GET", "/ws", **HANDSHAKE))
    reader.send(request("GET", "/api/rooms/lobby/stream"))
    browser.settle()
    assert browser.bytes_seen().startswith(b"HTTP/1.1 101 ")
    assert b"event: entered" in reader.bytes_seen()
    web.world.hand_over()
    web.world.person("ana").type("hola")
    assert b"hola" in reader.bytes_seen()
    browser.send(b"\x89\x80\0\0\0\0")
    browser.settle()
    assert browser.bytes_seen() == b"\x8a\0"
