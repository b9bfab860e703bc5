"""`chatd.protocols.web.api.subscribe`: connections that become WebSockets and event streams."""

from __future__ import annotations

import json
from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.accounts.credentials import BROWSER, BROWSER_SECONDS, Credential, key_of
from chatd.protocols.transport.limits import Limits
from chatd.protocols.web.live.event_stream import EventStreamHandler
from chatd.protocols.web.live.websocket import WebSocketHandler
from chatd.storage.records import change
from tests.support.http import HANDSHAKE, HttpClient, SiteWorld, error_of, request, sign_in_of
from tests.support.numbers import NumberStore
from tests.support.world import FAR

STREAM = "/api/rooms/lobby/stream"


def opened(
    web: SiteWorld, target: str = STREAM, **headers: Any
) -> tuple[HttpClient, bytes, list[str]]:
    """Return a caller of a stream, the head of the answer, and the blocks after it."""
    caller = web.caller()
    caller.send(request("GET", target, **headers))
    caller.settle()
    head, _, rest = caller.bytes_seen().partition(b"\r\n\r\n")
    return caller, head, rest.decode().split("\n\n")[:-1]


def handler_of(web: SiteWorld) -> Any:
    """Return what handles the one connection there."""
    (client,) = web.clients()
    handler: Any = client.connection
    return handler.handler


def refused(web: SiteWorld, target: str, **headers: Any) -> tuple[int, str]:
    caller = web.caller(headers.pop("address", FAR))
    caller.send(request("GET", target, **headers))
    (got,) = caller.got()
    return error_of(got)


def data_of(block: str) -> Any:
    return json.loads(block.partition("data: ")[2])


def test_a_rooms_events_are_streamed_as_they_come() -> None:
    web = SiteWorld()
    web.world.say("before")
    caller, head, blocks = opened(web)
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Content-Type: text/event-stream; charset=utf-8\r\n" in head
    assert b"Connection: close" in head
    assert b"X-Content-Type-Options: nosniff" in head
    assert b"Content-Length" not in head
    assert data_of(blocks[-1])["text"] == "before"
    web.world.say("now")
    assert caller.bytes_seen().decode().startswith("id: 2-0\nevent: message\ndata: {")
    assert isinstance(handler_of(web), EventStreamHandler)
    caller.hang_up()
    assert not web.clients()
    assert web.server.lobby.people == 0


def test_whoever_comes_back_is_shown_what_they_have_not_seen() -> None:
    web = SiteWorld()
    web.world.say(*"abcdef")

    def seen(target: str, **headers: Any) -> list[str]:
        _, _, blocks = opened(web, target, **headers)
        return [data_of(block)["text"] for block in blocks if block.startswith("id: ")]

    assert seen(f"{STREAM}?after=4") == ["e", "f"]
    assert seen(f"{STREAM}?after=4-0") == ["e", "f"]
    assert seen(STREAM, last_event_id="5-0") == ["f"]
    assert seen(f"{STREAM}?after=1", last_event_id="5-0") == ["f"]


@pytest.mark.parametrize("bookmark", ["5-1", "6-1", "7-0", "99-0", "5"])
def test_whoever_comes_back_from_another_log_is_shown_all(bookmark: str) -> None:
    web = SiteWorld()
    web.world.say(*"abcdef")
    _, _, blocks = opened(web, STREAM, last_event_id=bookmark)
    told = [data_of(block) for block in blocks]
    assert told[0]["anew"] is True
    assert [each["text"] for each in told if "seq" in each] == [*"abcdef"]


def test_events_are_told_in_the_language_asked_for_also_to_an_account() -> None:
    web = SiteWorld()
    web.world.register("ana")
    for headers in {}, {"authorization": f"Bearer {web.token('ana')}"}:
        _, _, blocks = opened(web, accept_language="es", **headers)
        assert any("Estás en #lobby" in data_of(block)["text"] for block in blocks)


def test_what_cannot_be_streamed_is_refused_before_it_begins() -> None:
    web = SiteWorld()
    web.world.register("ana")
    ana = web.world.person()
    ana.type("/login ana correct horse", "/create ops private")
    assert refused(web, "/api/rooms/none/stream") == (404, "unknown_room")
    assert refused(web, "/api/rooms/ops/stream") == (404, "unknown_room")
    assert refused(web, f"{STREAM}?after=x") == (422, "not_a_bookmark")
    assert refused(web, STREAM, last_event_id="x") == (422, "not_a_bookmark")
    assert refused(web, STREAM, authorization="Bearer x") == (403, "token_in_clear")
    assert refused(web, STREAM, origin="http://evil.example") == (403, "other_origin")
    token = web.token("ana")
    _, head, _ = opened(web, "/api/rooms/ops/stream", authorization=f"Bearer {token}")
    assert head.startswith(b"HTTP/1.1 200 ")


def test_a_stream_has_no_head() -> None:
    assert SiteWorld().ask("HEAD", STREAM).headers["allow"] == "GET, OPTIONS"


def test_opening_a_stream_costs_as_much_as_history_does() -> None:
    web = SiteWorld(limits=Limits(lines_per_second=10))
    caller, _, _ = opened(web)
    assert caller.protocol.connection.address.pace.wait(web.clock.seconds()) > 1


def test_a_browser_gets_a_websocket() -> None:
    web = SiteWorld()
    caller, head, _ = opened(web, "/ws", origin="http://localhost", **HANDSHAKE)
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
    assert isinstance(handler_of(web), WebSocketHandler)
    caller.hang_up()
    assert not web.clients()


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:8080"])
def test_another_page_gets_none(origin: str) -> None:
    assert refused(SiteWorld(), "/ws", origin=origin, **HANDSHAKE) == (403, "other_origin")


def test_what_is_no_handshake_is_told_what_is_wanted() -> None:
    web = SiteWorld()
    assert refused(web, "/ws") == (426, "websocket_wanted")
    caller = web.caller()
    caller.send(request("GET", "/ws", **{**HANDSHAKE, "sec_websocket_key": "x"}))
    (got,) = caller.got()
    assert error_of(got) == (400, "websocket_key")
    assert not caller.closed


def test_a_websocket_is_the_account_that_the_browser_signed_in_to() -> None:
    web = SiteWorld()
    web.world.register("Ana")
    got = web.post("/api/signin", {"name": "ana", "password": "correct horse"})
    signed_in = sign_in_of(got)
    opened(web, "/ws", cookie=signed_in["cookie"], **HANDSHAKE)
    handler = handler_of(web)
    assert isinstance(handler, WebSocketHandler)
    assert handler.log_in(signed_in["chatd_proof"])
    assert handler.session.name == "Ana"
    web.ask("POST", "/api/signout", **signed_in)
    assert handler.session.stream.finished


def old_cookie(web: SiteWorld) -> str:
    """Return the cookie of a browser that signed in to a version without proofs."""
    web.world.register("ana")
    account = web.server.accounts.table["ana"]
    secret = f"chatd_{'a' * 64}"
    old = Credential("ana", BROWSER, "Firefox", 0, BROWSER_SECONDS * 100, epoch=account.epoch)
    change(web.world.store, web.server.credentials.table.put(key_of(secret), old))
    web.world.settle()
    return f"chatd={secret}"


def test_a_cookie_of_a_version_without_proofs_is_removed() -> None:
    web = SiteWorld()
    cookie = old_cookie(web)
    _, head, _ = opened(web, "/ws", cookie=cookie, **HANDSHAKE)
    assert b"Set-Cookie: chatd=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict" in head.splitlines()
    assert web.ask("GET", "/api/me", cookie=cookie).json["name"] is None


def test_no_other_cookie_is_removed() -> None:
    web = SiteWorld()
    old = old_cookie(web)
    got = web.post("/api/signin", {"name": "ana", "password": "correct horse"})
    cookie = sign_in_of(got)["cookie"]
    for sent in cookie, f"{cookie}; {old}", "chatd=x":
        caller, head, _ = opened(web, "/ws", cookie=sent, **HANDSHAKE)
        assert b"Set-Cookie" not in head
        caller.hang_up()


def test_connections_that_stay_are_closed_when_the_server_stops() -> None:
    web = SiteWorld()
    callers = [opened(web)[0], opened(web, "/ws", **HANDSHAKE)[0]]
    for client in web.clients():
        client.connection.stop_reading()
    for client in web.clients():
        client.connection.say_goodbye()
    assert [caller.closed for caller in callers] == [True, True]


@pytest.mark.parametrize("target", [STREAM, "/ws"])
def test_a_connection_for_which_no_number_is_left_is_refused(target: str) -> None:
    store = NumberStore(Clock())
    web = SiteWorld(clock=store.clock, store=store)
    store.give(1, 1)
    if target == "/ws":  # to look for the room of a stream takes a number, too
        web.server.numbers.take()
    headers = HANDSHAKE if target == "/ws" else {}
    assert refused(web, target, **headers) == (503, "no_numbers")
