"""`chatd.protocols.web.connection`: one connection, with any input, at any speed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.testing import StringTransport

from chatd.protocols.transport.limits import Limits
from chatd.protocols.web.http.answers import Answers
from chatd.protocols.web.http.messages import Answer, json_answer
from chatd.protocols.web.http.upgrade import HandOver
from tests.support.http import HttpClient, WebWorld, answers, request
from tests.support.logs import Expect
from tests.support.world import FAR, HERE

GET = request("GET", "/a")
POST = request("POST", "/a")


def paths(caller: HttpClient) -> list[str]:
    return [got.json["path"] for got in caller.got()]


def test_a_request_is_answered_and_the_connection_stays() -> None:
    caller = WebWorld().caller()
    assert caller.ask("GET", "/a/b").json["path"] == "a/b"
    assert caller.ask("POST", "/c", b"text").json == {"path": "c", "body": "text"}
    assert not caller.closed


def test_requests_sent_at_once_are_answered_in_order() -> None:
    caller = WebWorld().caller()
    caller.send(b"".join(request("GET", f"/{number}") for number in range(100)))
    assert paths(caller) == [str(number) for number in range(100)]


def test_a_request_may_come_byte_by_byte() -> None:
    caller = WebWorld().caller()
    for byte in request("POST", "/a", b"text") * 2:
        caller.send(bytes((byte,)))
    assert len(caller.got()) == 2


def test_one_request_is_handled_at_a_time_and_nothing_is_read_meanwhile() -> None:
    web = WebWorld()
    held: list[Deferred[Answer]] = []

    def hold(*_: Any) -> Deferred[Answer]:
        held.append(Deferred())
        return held[-1]

    web.site.reply = hold
    caller = web.caller()
    caller.send(GET + GET)
    caller.settle()
    assert len(held) == 1
    assert caller.paused
    held[0].callback(json_answer(200, 1))
    assert [got.json for got in caller.got()] == [1]
    assert len(held) == 2
    held[1].callback(json_answer(200, 2))
    assert [got.json for got in caller.got()] == [2]
    assert not caller.paused


def test_who_does_not_take_an_answer_is_not_read_until_they_do() -> None:
    web = WebWorld()
    caller = web.caller()
    caller.transport.producer.pauseProducing()
    caller.send(GET + GET)
    caller.settle()
    assert not web.site.requests or len(web.site.requests) <= 1
    assert caller.paused
    caller.transport.producer.resumeProducing()
    caller.settle()
    assert len(web.site.requests) == 2
    assert not caller.paused


def test_a_line_of_text_is_told_where_it_came() -> None:
    caller = WebWorld().caller()
    caller.send(b"hello\n")
    caller.settle()
    assert caller.bytes_seen().startswith(b"ERR Wrong protocol: ")
    assert caller.closed


def test_a_handshake_of_tls_is_refused_too() -> None:
    caller = WebWorld().caller()
    caller.send(b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + b"\n" * 10)
    caller.settle()
    assert caller.closed


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nA: " + b"x" * 20000, 431),
        (b"GET /" + b"x" * 5000, 414),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n", 413),
        (b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", 505),
    ],
)
def test_what_cannot_be_read_is_refused_and_the_connection_closed(data: bytes, status: int) -> None:
    web = WebWorld()
    caller = web.caller()
    caller.send(data)
    (got,) = caller.got()
    assert got.status == status
    assert got.json["error"]["kind"] == "Bad request"
    assert got.headers["connection"] == "close"
    assert caller.closed
    caller.send(GET)
    assert caller.got() == []
    assert web.site.requests == []


def test_a_handler_that_fails_is_an_error_of_the_servers(
    expected_errors: Expect,
) -> None:
    web = WebWorld()

    def fail(*_: Any) -> Answer:
        raise ZeroDivisionError("".join(["sec", "ret"]))

    web.site.reply = fail
    caller = web.caller()
    got = caller.ask("GET", "/a", accept_language="es")
    assert (got.status, got.json["error"]["key"]) == (500, "server_error")
    assert "funcionado" in got.json["error"]["text"]
    assert not caller.closed
    (event,) = expected_errors(ZeroDivisionError)
    assert "secret" not in event["log_failure"].getTraceback()


def test_an_answer_that_cannot_be_written_costs_the_connection(
    expected_errors: Expect,
) -> None:
    web = WebWorld()
    web.site.reply = lambda *_: Answer(200, [("A", "b\r\nc")])
    caller = web.caller()
    caller.send(GET)
    caller.settle()
    assert caller.closed
    expected_errors()


def test_head_gets_no_body_and_a_second_request_its_own() -> None:
    caller = WebWorld().caller()
    caller.send(request("HEAD", "/a"))
    caller.settle()
    assert caller.bytes_seen().endswith(b"\r\n\r\n")
    assert caller.ask("GET", "/b").json["path"] == "b"


def test_who_waits_before_sending_a_body_is_told_to_go_on() -> None:
    caller = WebWorld().caller()
    data = request("POST", "/a", b"text", expect="100-continue")
    caller.send(data[:-4])
    caller.settle()
    assert caller.bytes_seen() == b"HTTP/1.1 100 \r\n\r\n"
    caller.send(data[-4:])
    assert caller.got()[0].json["body"] == "text"


def test_http_1_0_is_answered_and_closed() -> None:
    caller = WebWorld().caller()
    caller.send(b"GET /a HTTP/1.0\r\n\r\n" + GET)
    assert paths(caller) == ["a"]
    assert caller.closed


# Ends


def test_who_sends_a_request_and_nothing_more_is_answered_and_closed() -> None:
    caller = WebWorld().caller()
    caller.send(GET + GET)
    caller.half_close()
    assert paths(caller) == ["a", "a"]
    assert caller.closed


def test_who_ends_while_a_handler_is_at_work_is_answered() -> None:
    web = WebWorld()
    held = web.site.hold()
    caller = web.caller()
    caller.send(GET)
    caller.half_close()
    assert not caller.closed
    held.callback(json_answer(200, {"path": "late"}))
    assert paths(caller) == ["late"]
    assert caller.closed


def test_who_ends_in_the_midst_of_a_request_is_told_so() -> None:
    caller = WebWorld().caller()
    caller.send(GET[:-1])
    caller.half_close()
    assert [got.status for got in caller.got()] == [400]
    assert caller.closed


def test_who_asks_nothing_and_ends_is_closed() -> None:
    caller = WebWorld().caller()
    caller.half_close()
    assert caller.closed
    assert caller.bytes_seen() == b""


def test_who_goes_away_is_forgotten() -> None:
    web = WebWorld()
    caller = web.caller()
    caller.send(GET[:-1])
    caller.hang_up(ConnectionLost)
    assert not web.clients()


def test_what_somebody_asked_who_has_gone_is_done_and_counted_until_then() -> None:
    web = WebWorld()
    held = web.site.hold()
    caller = web.caller()
    caller.send(GET)
    caller.settle()
    caller.hang_up(ConnectionLost)
    assert web.clients()
    held.callback(json_answer(200, 1))
    assert not web.clients()


def test_what_was_read_of_somebody_who_has_gone_is_done() -> None:
    web = WebWorld(limits=Limits(lines_per_second=10))
    caller = web.caller()
    caller.send(POST * 10 + POST[:-1])
    caller.hang_up(ConnectionLost)
    web.clock.pump([0.1] * 100)
    assert len(web.site.requests) == 10
    assert not web.clients()
    assert caller.bytes_seen() == b""


def test_nothing_of_what_somebody_let_go_sent_is_done() -> None:
    web = WebWorld()
    caller = web.caller()
    caller.send(GET)
    caller.protocol.connection.abort()
    caller.hang_up(ConnectionAborted)
    assert web.site.requests == []
    assert not web.clients()


def test_a_thousand_who_ask_at_once_share_the_time_of_one_turn() -> None:
    web = WebWorld()
    callers = [web.caller() for _ in range(20)]
    for caller in callers:
        caller.send(GET)
    assert web.site.requests == []
    web.world.settle()
    assert len(web.site.requests) == 20


def test_who_was_let_go_is_not_waited_for() -> None:
    web = WebWorld()
    held = web.site.hold()
    caller = web.caller()
    caller.send(GET)
    caller.settle()
    caller.protocol.connection.abort()
    caller.hang_up(ConnectionAborted)
    assert not web.clients()
    held.callback(json_answer(200, 1))
    assert caller.bytes_seen() == b""


# Time


def test_a_request_has_so_long_to_come() -> None:
    caller = WebWorld().caller()
    caller.wait(30)
    caller.send(GET[:-1])
    caller.settle()
    caller.wait(10)
    assert not caller.closed
    caller.wait(5)
    (got,) = caller.got()
    assert got.status == 408
    assert "10 seconds" in got.json["error"]["text"]
    assert caller.closed


def test_a_request_that_comes_byte_by_byte_has_no_longer() -> None:
    caller = WebWorld().caller()
    for byte in GET[:15]:
        caller.send(bytes((byte,)))
        caller.wait(1)
        caller.factory.check()
    assert caller.closed


def assert_late_after(caller: HttpClient, seconds: int) -> None:
    """Assert that a request is refused as late, at most five seconds after some others."""
    caller.wait(seconds)
    assert not caller.closed
    caller.wait(5)
    assert [got.status for got in caller.got()] == [408]


def test_a_body_has_longer_to_come() -> None:
    caller = WebWorld().caller()
    caller.send(request("POST", "/", b"abc")[:-1])
    caller.settle()
    assert_late_after(caller, 30)


def test_a_client_that_waits_to_be_told_to_send_the_body_has_no_longer_for_it() -> None:
    caller = WebWorld().caller()
    head = request("POST", "/", b"abc", expect="100-continue").removesuffix(b"abc")
    caller.send(head[:5])
    caller.settle()
    caller.wait(9)
    caller.send(head[5:])
    caller.settle()
    assert caller.bytes_seen() == b"HTTP/1.1 100 \r\n\r\n"
    assert_late_after(caller, 20)


def test_a_connection_that_asks_nothing_is_closed_in_the_end() -> None:
    caller = WebWorld().caller()
    caller.ask("GET", "/a")
    caller.wait(60)
    assert not caller.closed
    caller.wait(5)
    assert caller.closed
    assert caller.bytes_seen() == b""


def test_a_handler_may_take_its_time() -> None:
    web = WebWorld()
    held = web.site.hold()
    caller = web.caller()
    caller.send(GET)
    caller.wait(600)
    assert not caller.closed
    held.callback(json_answer(200, {"path": "late"}))
    assert paths(caller) == ["late"]
    caller.wait(60)
    assert not caller.closed


def test_who_does_not_take_an_answer_is_let_go_in_the_end() -> None:
    caller = WebWorld().caller()
    caller.send(GET[:5])
    caller.transport.producer.pauseProducing()
    caller.send(GET[5:] + GET)
    caller.wait(125)
    assert caller.closed


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_of_a_client_that_has_gone_only_what_it_changes_is_done(method: str) -> None:
    web = WebWorld()
    caller = web.caller()
    caller.send((request(method, "/a") + request("POST", "/b")) * 3)
    caller.hang_up()
    caller.settle()
    assert [each.path for each in web.site.requests] == [("b",)] * 3
    assert caller.protocol not in web.clients()


# Answers in pieces


class Pieces:
    """The pieces of an answer, which notes how many were made."""

    def __init__(self, *pieces: bytes) -> None:
        self.left = list(pieces)

    def __iter__(self) -> Pieces:
        return self

    def __next__(self) -> bytes:
        if not self.left:
            raise StopIteration
        return self.left.pop(0)


def in_pieces(web: WebWorld, *pieces: bytes) -> Pieces:
    """Have the site answer each request with the same pieces, and return them."""
    made = Pieces(*pieces)
    web.site.reply = lambda *_: Answer(200, pieces=made)
    return made


def test_an_answer_may_be_made_in_pieces() -> None:
    web = WebWorld()
    in_pieces(web, b"one,", b"two")
    caller = web.caller()
    caller.send(GET + GET)
    first, second = caller.got()
    assert (first.body, second.body) == (b"one,two", b"")
    assert "content-length" not in first.headers
    assert not caller.closed


def test_each_piece_is_made_in_a_turn_once_the_one_before_is_taken() -> None:
    web = WebWorld()
    pieces = in_pieces(web, b"one", b"two", b"three")
    caller = web.caller()
    caller.stall()
    caller.send(GET)
    caller.settle()
    assert pieces.left == [b"two", b"three"]
    caller.transport.producer.resumeProducing()
    caller.settle()
    assert not pieces.left


def test_pieces_are_paid_for() -> None:
    web = WebWorld(limits=Limits(lines_per_second=100))
    in_pieces(web, *[b"x" * 100_000] * 16)
    caller = web.caller()
    caller.send(GET + GET)
    web.clock.pump([0.1])
    assert len(web.site.requests) == 1
    assert caller.paused
    web.clock.pump([0.1] * 10)
    assert len(web.site.requests) == 2


def test_an_answer_in_pieces_to_http_1_0_ends_with_the_connection() -> None:
    web = WebWorld()
    in_pieces(web, b"one,", b"two")
    caller = web.caller()
    caller.send(b"GET /a HTTP/1.0\r\n\r\n")
    caller.settle()
    assert caller.bytes_seen().partition(b"\r\n\r\n")[2] == b"one,two"
    assert caller.closed


def test_head_gets_no_piece() -> None:
    web = WebWorld()
    in_pieces(web, b"one")
    caller = web.caller()
    caller.send(request("HEAD", "/a"))
    (got,) = caller.got()
    assert (got.status, got.body) == (200, b"")
    assert not caller.closed


@pytest.mark.parametrize("reason", [ConnectionLost, ConnectionAborted, ConnectionDone])
def test_for_one_who_has_gone_no_other_piece_is_made(reason: type[Exception]) -> None:
    web = WebWorld()
    pieces = in_pieces(web, b"one", b"two", b"three")
    caller = web.caller()
    caller.stall()
    caller.send(GET)
    caller.settle()
    caller.hang_up(reason)
    caller.settle()
    assert pieces.left == [b"two", b"three"]
    assert not web.clients()


def test_who_takes_no_piece_is_let_go_in_the_end() -> None:
    web = WebWorld()
    in_pieces(web, b"one", b"two")
    caller = web.caller()
    caller.stall()
    caller.send(GET)
    caller.wait(59)
    assert not caller.closed
    caller.wait(10)
    assert caller.closed


def test_when_the_server_stops_all_pieces_are_sent() -> None:
    web = WebWorld()
    in_pieces(web, b"one,", b"two")
    caller = web.caller()
    caller.stall()
    caller.send(GET)
    caller.settle()
    caller.protocol.connection.stop_reading()
    caller.protocol.connection.say_goodbye()
    caller.transport.producer.resumeProducing()
    assert [got.body for got in caller.got()] == [b"one,two"]
    assert caller.closed


def test_a_piece_that_cannot_be_made_costs_the_connection(
    expected_errors: Expect,
) -> None:
    web = WebWorld()

    def pieces() -> Iterator[bytes]:
        yield b"one"
        raise ValueError

    web.site.reply = lambda *_: Answer(200, pieces=pieces())
    caller = web.caller()
    caller.send(GET)
    caller.settle()
    assert caller.closed
    expected_errors(ValueError)


# Pace and turns


def test_requests_are_paid_for() -> None:
    web = WebWorld(limits=Limits(lines_per_second=10))
    caller = web.caller()
    caller.send(GET * 20)
    caller.settle()
    first = len(web.site.requests)
    assert 3 <= first <= 8
    assert caller.paused
    web.clock.pump([0.1] * 100)
    assert len(web.site.requests) == 20
    assert not caller.paused


def test_a_handler_may_cost_more() -> None:
    web = WebWorld(limits=Limits(lines_per_second=10))

    def reply(_: Any, asker: Any) -> Answer:
        asker.charge(100)
        return Answer(204)

    web.site.reply = reply
    caller = web.caller()
    caller.send(GET * 2)
    web.clock.pump([0.5] * 10)
    assert len(web.site.requests) == 1
    web.clock.pump([0.5] * 10)
    assert len(web.site.requests) == 2


def test_bytes_that_end_no_request_are_paid_for() -> None:
    caller = WebWorld(limits=Limits(lines_per_second=10)).caller()
    for byte in GET[:20]:
        caller.send(bytes((byte,)))
        caller.settle()
    assert caller.paused


def test_many_requests_at_once_wait_for_turns() -> None:
    web = WebWorld()
    caller = web.caller()
    caller.send(GET * 100)
    assert web.site.requests == []
    assert caller.paused
    caller.settle()
    assert len(web.site.requests) == 100
    assert not caller.paused


# Coming in


def test_one_too_many_is_told_so_in_http() -> None:
    web = WebWorld(budgets={"connections.all": 1})
    web.caller()
    late = HttpClient(web)
    (got,) = answers(late.bytes_seen())
    assert (got.status, got.json["error"]["key"]) == (503, "full")
    assert got.headers["connection"] == "close"
    late.hang_up()


def test_who_comes_through_a_proxy_is_counted_once_it_is_known_from_where() -> None:
    web = WebWorld(budgets={"connections.64": 1})
    first = HttpClient(web, FAR, located=False)
    first.send(GET)
    assert paths(first) == ["a"]
    assert first.protocol.connection.handler.requester.whence == FAR.host
    second = HttpClient(web, FAR, located=False)
    second.send(GET)
    assert [got.status for got in second.got()] == [503]
    assert second.closed


@pytest.mark.parametrize(("address", "confidential"), [(HERE, True), (FAR, False)])
def test_it_is_known_whether_others_can_read_a_connection(
    address: IPv4Address, confidential: bool
) -> None:
    caller = WebWorld().caller(address)
    assert caller.protocol.connection.handler.requester.confidential is confidential
    assert not caller.protocol.connection.handler.requester.encrypted
    assert caller.protocol.connection.handler.requester.whence == address.host


# Stopping


def test_when_the_server_stops_connections_are_closed_and_answers_sent() -> None:
    web = WebWorld()
    held: Deferred[Answer] = Deferred()
    idle = web.caller()
    web.site.reply = lambda *_: held
    busy = web.caller()
    busy.send(GET + GET)
    busy.settle()
    for caller in idle, busy:
        caller.protocol.connection.stop_reading()
        caller.send(GET)
    assert idle.closed
    assert not busy.closed
    busy.protocol.connection.say_goodbye()
    held.callback(json_answer(200, {"path": "last"}))
    assert paths(busy) == ["last"]
    assert busy.closed
    assert len(web.site.requests) == 1


def test_when_the_server_stops_nobody_waits_for_those_who_have_gone() -> None:
    web = WebWorld(limits=Limits(lines_per_second=1))
    caller = web.caller()
    caller.send(GET * 10)
    caller.hang_up(ConnectionLost)
    assert web.clients()
    caller.protocol.connection.stop_reading()
    assert not web.clients()
    assert not web.world.delayed_calls()
    web.site.hold()
    busy = web.caller()
    busy.send(GET)
    busy.settle()
    busy.hang_up(ConnectionLost)
    busy.protocol.connection.stop_reading()
    assert web.clients()
    busy.protocol.connection.abort()
    assert not web.clients()


# Handing over


class Raw:
    """A decoder that gives bytes as they are."""

    unfinished = False
    held = 0
    overhead = 0

    def feed(self, unread: bytes) -> tuple[list[bytes], bytes]:
        return [unread], b""


class Heir:
    """A handler that a connection is handed to."""

    takes_input = at_once = movable = True
    timed = has_session = interrupted = in_one_piece = busy = False
    item_cost = 0
    most_dropped = 0.0

    def __init__(self) -> None:
        self.decoder = Raw()
        self.read = b""
        self.calls: list[str] = []
        self.connection: Any = None

    def connect(self, connection: Any) -> None:
        self.connection = connection
        answers = Answers(lambda what: None, lambda: None)
        connection.output.begin(connection.transport, answers)

    def enter(self) -> None:
        self.calls.append("entered")

    def allowance(self) -> int:
        return 100

    def accept(self, items: list[bytes]) -> list[bytes]:
        return items

    def handle(self, item: bytes) -> None:
        self.read += item

    def settle(self, more: bool) -> bool:
        return True

    def lost(self) -> None:
        self.calls.append("lost")

    def end_of_input(self) -> None:
        self.calls.append("ended")

    def depart(self) -> None:
        self.calls.append("departed")


def heir_of(web: WebWorld) -> Heir:
    heir = Heir()
    web.site.reply = lambda *_: HandOver(lambda: heir)
    return heir


def test_a_connection_may_become_another_protocols() -> None:
    web = WebWorld(budgets={"connections.all": 1})
    caller = web.caller(FAR)
    heir = heir_of(web)
    caller.send(request("GET", "/ws", upgrade="websocket", connection="Upgrade") + b"abc")
    caller.settle()
    caller.send(b"def")
    assert heir.read == b"abcdef"
    assert heir.connection is caller.protocol.connection
    assert heir.connection.address.network == FAR.host
    assert web.clients() == [caller.protocol]
    assert caller.bytes_seen() == b""
    assert not caller.paused
    caller.hang_up()
    assert heir.calls == ["entered", "lost", "ended", "departed"]
    assert not web.clients()
    web.caller()  # there is room for one again


def test_who_ended_before_the_connection_became_another_protocols_has_ended_there() -> None:
    web = WebWorld()
    caller = web.caller()
    held: Deferred[HandOver] = Deferred()
    web.site.reply = lambda *_: held
    caller.send(GET)
    caller.half_close()
    heir = Heir()
    held.callback(HandOver(lambda: heir))
    caller.settle()
    assert heir.calls == ["entered", "ended"]


def test_nothing_is_handed_over_of_who_has_gone_or_when_the_server_stops() -> None:
    web = WebWorld()
    for stopping in False, True:
        caller = web.caller()
        held: Deferred[HandOver] = Deferred()
        web.site.reply = lambda *_, held=held: held
        caller.send(GET)
        caller.settle()
        if stopping:
            caller.protocol.connection.stop_reading()
        else:
            caller.hang_up(ConnectionLost)
        heir = Heir()
        held.callback(HandOver(lambda heir=heir: heir))
        caller.settle()
        assert heir.connection is None
        assert caller.closed == stopping


# Anything


@pytest.mark.parametrize("seed", range(20))
def test_no_bytes_make_an_error(seed: int) -> None:
    """Any bytes, cut anywhere, are logged nowhere, and the connection ends."""
    chance = random.Random(seed)
    web = WebWorld()
    for _ in range(50):
        data = bytearray(request("POST", "/a?b=c", b"text", accept_language="es", cookie="a=b"))
        for _ in range(chance.randrange(6)):
            data[chance.randrange(len(data))] = chance.choice(b"\r\n\0 :\xff%aA/1")
        caller, place = web.caller(), 0
        while place < len(data):
            cut = chance.randrange(1, 80)
            caller.send(bytes(data[place : place + cut]))
            place += cut
        caller.half_close()
        assert caller.closed
        caller.hang_up()
    assert not web.clients()


@pytest.mark.one_node("each node tells its own log once")
def test_one_that_fails_where_it_cannot_be_answered_is_let_go(
    expected_errors: Expect, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = WebWorld()

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    for gone in False, True:
        caller = web.caller()
        caller.send(GET)
        with monkeypatch.context() as patch:
            patch.setattr(caller.protocol.connection.handler, "allowance", fail)
            if gone:
                caller.hang_up(ConnectionLost)
            caller.settle()
        if not gone:
            expected_errors(ZeroDivisionError)  # and the next one is not told at once
            assert caller.closed
            caller.hang_up(ConnectionAborted)
        assert not web.clients()
        assert caller.bytes_seen() == b""


def test_what_comes_behind_a_refusal_is_dropped_and_not_without_end() -> None:
    web = WebWorld()
    caller = web.caller()
    caller.send(b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 4000)
    caller.settle()
    assert b"431" in caller.bytes_seen()
    # On a socket it is still read, so that the refusal arrives.
    caller.protocol.connection.output._transport = lingering = StringTransport()
    for _ in range(5):
        caller.send(b"a: b\r\n" * 2000)
    assert lingering.producerState == "producing"
    caller.send(b"a: b\r\n" * 2000)
    assert lingering.producerState == "paused"
    assert lingering.value() == b""
