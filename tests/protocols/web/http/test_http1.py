"""`chatd.protocols.web.http.http1`: bytes to a request, and an answer to bytes."""

from __future__ import annotations

import gc
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.protocols.web.http.http1 import Exchange, NotHttp, refusal_bytes
from chatd.protocols.web.http.messages import Answer, Problem, Request, json_answer
from chatd.util.state import decode, encode

pytestmark = pytest.mark.quick

DATE = "Wed, 25 Nov 2026 21:00:00 GMT"
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def post(body: bytes, *headers: bytes) -> bytes:
    fields = b"\r\n".join([b"Host: localhost", b"Content-Length: %d" % len(body), *headers])
    return b"POST /x HTTP/1.1\r\n" + fields + b"\r\n\r\n" + body


def taken(data: bytes, *, end: bool = False) -> tuple[Exchange, Request | None]:
    exchange = Exchange()
    exchange.receive(data)
    if end:
        exchange.end()
    return exchange, exchange.request()


def refused(data: bytes, *, end: bool = False) -> int:
    exchange = Exchange()

    def read() -> None:
        exchange.receive(data)
        if end:
            exchange.end()
        exchange.request()

    with pytest.raises(Problem) as problem:
        read()
    sent = exchange.answer(json_answer(problem.value.status, {}, closes=True), DATE)
    assert sent.startswith(b"HTTP/1.1 %d " % problem.value.status)
    assert exchange.closes
    return problem.value.status


def test_a_request_is_read() -> None:
    _, request = taken(GET)
    assert request is not None
    assert (request.method, request.path, request.headers) == ("GET", (), {"host": ["localhost"]})


@given(st.lists(st.integers(1, 80), max_size=20), st.binary(max_size=100))
def test_it_does_not_matter_in_which_pieces_it_comes(cuts: list[int], body: bytes) -> None:
    data = b"\r\n" + post(body) + GET
    exchange, place, request = Exchange(), 0, None
    for cut in [*cuts, len(data)]:
        piece, place = data[place : place + cut], place + cut
        if piece and request is None:
            exchange.receive(piece)
            request = exchange.request()
            left = data[place:]
    assert request is not None
    assert request.body == body
    assert exchange.rest + left == GET


def test_a_body_may_come_in_chunks() -> None:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    _, request = taken(head + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: 1\r\n\r\n")
    assert request is not None
    assert request.body == b"abcde"


def test_a_body_in_very_many_chunks_weighs_what_it_is_long() -> None:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    exchange, _ = taken(head)
    tracemalloc.start()
    for _ in range(40):
        exchange.receive(b"2\r\nab\r\n" * 100)
        assert exchange.request() is None
    gc.collect()  # empties the free lists of the interpreter, which are no part of what is held
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 3 * 8000


def test_what_stands_behind_a_request_is_left() -> None:
    exchange, _ = taken(GET + GET[:5])
    assert exchange.rest == GET[:5]


def test_it_is_known_how_much_of_a_request_has_come() -> None:
    exchange = Exchange()
    assert not exchange.begun
    exchange.receive(b"\r\n\n")
    assert not exchange.begun
    exchange.receive(b"PO")
    assert exchange.begun
    exchange.receive(post(b"abc")[2:-2])
    assert exchange.request() is None
    assert exchange.head_is_whole
    exchange.receive(b"bc")
    assert exchange.request() is not None


def test_a_line_of_text_is_no_request() -> None:
    for line in b"hello\n", b"\x16\x03\x01\n", b"/help\r\n", b"x" * 5000, b"GET / HTTP/1.1 \n":
        with pytest.raises(NotHttp):
            Exchange().receive(line)
    exchange = Exchange()
    exchange.receive(b"hello")
    with pytest.raises(NotHttp):
        exchange.end()


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET / HTTP/1.1\r\n Host: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\0\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        post(b"", b"Content-Length: 1"),
        post(b"", b"Transfer-Encoding: chunked"),
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1_0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
        b"HEAD / HTTP/1.1\r\nHost: a\r\nOrigin: a\r\nOrigin: b\r\n\r\n",
    ],
)
def test_what_two_readers_could_take_for_two_things_is_refused(data: bytes) -> None:
    assert refused(data) in (400, 501, 505)


def test_a_request_that_is_cut_off_is_refused() -> None:
    assert refused(post(b"abc")[:-1], end=True) == 400
    assert refused(GET[:-2], end=True) == 400


def test_there_are_limits_to_what_is_read() -> None:
    assert refused(GET[:-2] + b"A: " + b"x" * 17000) == 431
    assert refused(GET[:-2] + b"A: " + b"x" * 16384 + b"\r\n\r\n") == 431
    assert refused(GET[:-2] + b"A: b\r\n" * 100 + b"\r\n") == 431
    assert refused(b"GET /" + b"x" * 4200) == 414
    assert refused(b"GET /" + b"x" * 4096 + GET[5:]) == 414
    assert refused(post(b"x" * 65537)) == 413


def test_a_body_in_chunks_may_be_no_longer_than_another() -> None:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert refused(head + b"10000\r\n" + b"x" * 65536 + b"\r\n1\r\nx\r\n") == 413


def test_the_longest_body_is_read() -> None:
    _, request = taken(post(b"x" * 65536))
    assert request is not None


def test_who_waits_before_sending_a_body_is_told_to_go_on() -> None:
    exchange, _ = taken(post(b"abc", b"Expect: 100-continue")[:-3])
    assert exchange.expects_word
    assert exchange.go_on().startswith(b"HTTP/1.1 100 ")
    assert not exchange.expects_word
    exchange.receive(b"abc")
    assert exchange.request() is not None


def test_an_answer_says_its_length_and_what_a_browser_may_do_with_it() -> None:
    exchange, _ = taken(GET)
    head, _, body = exchange.answer(json_answer(200, {"a": "ñ"}), DATE).partition(b"\r\n\r\n")
    assert body.decode() == '{"a":"ñ"}\n'
    lines = head.decode().split("\r\n")
    assert lines[:2] == ["HTTP/1.1 200 OK", f"Date: {DATE}"]
    assert "Content-Length: 11" in lines
    assert "X-Content-Type-Options: nosniff" in lines
    assert any(line.startswith("Content-Security-Policy: default-src 'none'") for line in lines)
    assert not any(line.startswith("Access-Control") for line in lines)
    assert not exchange.closes


def test_an_answer_to_head_has_no_body() -> None:
    exchange, _ = taken(GET.replace(b"GET", b"HEAD"))
    sent = exchange.answer(json_answer(200, {}), DATE)
    assert sent.endswith(b"\r\n\r\n")
    assert b"Content-Length: 3\r\n" in sent
    assert not exchange.closes


def test_an_answer_without_a_body_says_no_length() -> None:
    exchange, _ = taken(GET)
    assert b"Content-Length" not in exchange.answer(Answer(204), DATE)
    assert not exchange.closes


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.0\r\n\r\n", GET[:-2] + b"Connection: close\r\n\r\n"]
)
def test_a_connection_ends_when_its_client_wants_no_more(data: bytes) -> None:
    exchange, _ = taken(data)
    assert b"Connection: close\r\n" in exchange.answer(Answer(204), DATE)
    assert exchange.closes


def test_a_connection_ends_when_an_answer_says_so() -> None:
    exchange, _ = taken(GET)
    assert b"Connection: close\r\n" in exchange.answer(Answer(204, closes=True), DATE)
    assert exchange.closes


def test_who_is_not_let_in_can_be_told_so() -> None:
    sent = refusal_bytes(json_answer(503, {}), DATE)
    assert sent.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"Connection: close\r\n" in sent
    assert sent.endswith(b"\r\n\r\n{}\n")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_request_or_refused(data: bytes) -> None:
    exchange = Exchange()
    try:
        exchange.receive(data)
        exchange.end()
        exchange.request()
    except Problem as problem:
        exchange.answer(json_answer(problem.status, {}), DATE)
    except NotHttp:
        pass


def handed_over(exchange: Exchange) -> Exchange:
    """Return the exchange of another process, which goes on."""
    assert exchange.can_move
    successor = Exchange()
    successor.resume(decode(encode(exchange.state())))
    return successor


@pytest.mark.parametrize("data", [GET, b"\r\n" + post(b"hola" * 20, b"Expect: 100-continue")])
def test_it_goes_on_in_another_process_at_any_byte(data: bytes) -> None:
    for cut in range(len(data) + 1):
        exchange, _ = taken(data[:cut])
        told = exchange.expects_word
        if told:
            exchange.go_on()
        exchange = handed_over(handed_over(exchange))
        assert not exchange.expects_word
        exchange.receive(data[cut:] + b"GET")
        _, whole = taken(data)
        assert exchange.request() == whole
        assert exchange.rest == b"GET"
        assert exchange.begun
        assert exchange.answer(Answer(204), DATE).startswith(b"HTTP/1.1 204 ")
        assert not exchange.closes


def test_nobody_can_go_on_in_a_body_in_chunks() -> None:
    exchange, _ = taken(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5")
    assert not exchange.can_move
