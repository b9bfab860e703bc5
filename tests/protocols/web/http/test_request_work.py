"""The work on the requests of one client, which an upgrade may break off."""

from __future__ import annotations

import pytest

from chatd.protocols.transport.handler import Goodbye
from chatd.protocols.web.http.messages import Answer, json_answer
from tests.support.http import WebWorld, request


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_takes_too_long_is_to_be_asked_again_if_it_changes_nothing(method: str) -> None:
    web = WebWorld()
    caller = web.caller()
    held = web.site.hold()
    caller.send(request(method, "/a") + request("GET", "/b"))
    caller.settle()
    caller.protocol.connection.say_goodbye(Goodbye.UPGRADING)
    if method == "POST":
        assert not caller.bytes_seen()
        held.callback(json_answer(200, "done"))
    (got,) = caller.got()
    assert got.status == (503 if method == "GET" else 200)
    assert got.headers.get("retry-after") == ("1" if method == "GET" else None)
    assert got.headers["connection"] == "close"
    assert caller.closed


def test_an_answer_that_is_being_sent_is_not_broken_off() -> None:
    web = WebWorld()
    web.site.reply = lambda *_: Answer(200, pieces=iter([b"one", b"two", b"three"]))
    caller = web.caller()
    caller.stall()
    caller.send(request("GET", "/a"))
    caller.settle()
    caller.protocol.connection.say_goodbye(Goodbye.UPGRADING)
    caller.transport.producer.resumeProducing()
    (got,) = caller.got()
    assert got.body == b"onetwothree"


def test_one_that_is_let_end_is_answered_though_its_daemon_is_upgraded() -> None:
    web = WebWorld()
    held, caller = web.site.hold(), web.caller()
    caller.send(request("GET", "/a"))
    caller.settle()
    caller.protocol.connection.stop_reading()
    caller.protocol.connection.say_goodbye(Goodbye.UPGRADING)
    held.callback(json_answer(200, "done"))
    (got,) = caller.got()
    assert (got.json, got.headers["connection"]) == ("done", "close")
