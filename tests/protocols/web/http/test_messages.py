"""`chatd.protocols.web.http.messages`: what is in a request, and how it is answered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatd.errors import UNSURE_SECONDS, ErrorKind, Refusal
from chatd.i18n import Language
from chatd.protocols.web.http.messages import (
    HEADERS,
    LANGUAGES,
    STATUS,
    TARGET_BYTES,
    Problem,
    Request,
    error_answer,
    json_answer,
    json_list_answer,
    request_of,
)
from chatd.protocols.web.http.same_origin import Host
from chatd.storage.contract import InDoubt
from chatd.storage.shared.links import NoLink

texts = st.text(st.characters(exclude_categories=["Cs"]))


def asked(
    target: str, *headers: tuple[str, str], method: str = "GET", body: bytes = b""
) -> Request:
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return request_of(method.encode(), target.encode("latin-1"), pairs, body)


def status_of(target: str, *headers: tuple[str, str], method: str = "GET") -> int:
    with pytest.raises(Problem) as problem:
        asked(target, *headers, method=method)
    return problem.value.status


# Paths


def test_a_path_is_its_segments() -> None:
    assert asked("/").path == ()
    assert asked("/api/rooms").path == ("api", "rooms")
    assert asked("/api/rooms/").path == ("api", "rooms", "")
    assert asked("//").path == ("", "")


@given(st.lists(texts.filter(lambda text: not {"/", "\0"} & set(text)), min_size=2))
@example(["é" * 700, "a"])
def test_any_name_can_be_in_a_path(names: list[str]) -> None:
    target = "/" + "/".join(quote(name, safe="") for name in names)
    if len(target) > TARGET_BYTES:
        assert status_of(target) == 414
    elif {".", ".."} & set(names):
        assert status_of(target) == 400
    else:
        assert asked(target).path == tuple(names)


@pytest.mark.parametrize(
    "target",
    [
        *("/..", "/.", "/a/../b", "/%2e%2e", "/%2E", "/a/%2e./b", "/a%2fb", "/%2F", "/a%00", "/%"),
        *("/%zz", "/%2", "/%ff", "/%c0%af", "/%ed%a0%80", "/\xff", "/#a", "a", "", "*", "?x"),
        *("ftp://localhost/", "localhost:80", "http:/a", "/a?b#c"),
    ],
)
def test_a_path_that_can_be_taken_for_another_is_none(target: str) -> None:
    assert status_of(target) == 400


def test_bytes_in_a_path_count_as_percents_do() -> None:
    assert asked("/cafe\xcc\x81").path == ("cafe\u0301",)


def test_the_server_as_a_whole_is_no_path() -> None:
    assert asked("*", method="OPTIONS").path is None


def test_a_target_with_a_host_asks_that_host() -> None:
    request = asked("http://Vault:81/api?a=b", ("host", "localhost"))
    assert (request.host, request.path, request.query) == (Host("vault", 81), ("api",), "a=b")
    assert asked("http://vault").path == ()
    assert asked("http://vault?a=b").query == "a=b"


@pytest.mark.parametrize("host", ["a b", "a/b", "@", "http://a", "[::", "a:b"])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    assert status_of("/", ("host", host)) == 400


def test_a_target_may_have_so_many_bytes() -> None:
    assert asked("/" + "a" * 4095).path == ("a" * 4095,)
    assert status_of("/" + "a" * 4096) == 414


# Parameters


@given(texts, texts)
def test_any_text_can_be_a_parameter(name: str, value: str) -> None:
    request = Request("GET", (), f"&other=1&{quote(name + 'x')}={quote(value)}&&")
    assert request.parameter(name + "x") == value
    assert request.parameter("nothing") is None


def test_a_plus_is_a_space_in_a_parameter() -> None:
    assert asked("/?name=ana+maria%2B").parameter("name") == "ana maria+"
    assert asked("/?name").parameter("name") == ""


def test_a_parameter_that_is_there_twice_is_refused() -> None:
    with pytest.raises(Problem) as problem:
        asked("/?a=1&b=2&%61=3").parameter("a")
    assert problem.value.status == 422


@pytest.mark.parametrize("query", ["a=%", "a=%ff", "%zz=1"])
def test_a_query_that_is_no_text_is_refused(query: str) -> None:
    with pytest.raises(Problem) as problem:
        asked(f"/?{query}").parameter("a")
    assert problem.value.status == 400


def test_a_number_is_one_of_those_it_may_be() -> None:
    assert asked("/?limit=500").number("limit", 1, 500) == 500
    assert asked("/?limit=007").number("limit", 1, 500) == 7
    assert asked("/").number("limit", 1, 500) is None


@pytest.mark.parametrize("number", ["0", "501", "-1", "1.0", "", "a", "٣", "1" * 16, "1\n", "+1"])
def test_any_other_number_is_refused(number: str) -> None:
    with pytest.raises(Problem) as problem:
        Request("GET", (), f"limit={quote(number)}").number("limit", 1, 500)
    assert problem.value.status == 422


# Headers


@pytest.mark.parametrize(
    "name", ["host", "origin", "authorization", "content-type", "last-event-id"]
)
def test_of_some_headers_there_may_be_one(name: str) -> None:
    assert status_of("/", (name, "a"), (name, "a")) == 400


def test_other_headers_are_lists() -> None:
    request = asked("/", ("accept-language", "es"), ("accept-language", "en"))
    assert request.header("accept-language") == "es, en"
    assert request.header("accept") is None


def test_there_may_be_so_many_headers() -> None:
    assert asked("/", *[("x", "y")] * HEADERS)
    assert status_of("/", *[("x", "y")] * (HEADERS + 1)) == 431


def test_two_lengths_are_refused() -> None:
    assert status_of("/", ("content-length", "3"), ("transfer-encoding", "chunked")) == 400


def test_cookies_are_found_by_exactly_their_name() -> None:
    request = asked(
        "/", ("cookie", 'a=1;chatd=x=y; Chatd=2; chatd ; chatd2=3;;=;"'), ("cookie", "b=4")
    )
    assert request.cookies("chatd") == ["x=y"]
    assert request.cookies("b") == ["4"]
    assert request.cookies("c") == []


def test_all_cookies_of_a_name_are_found() -> None:
    assert asked("/", ("cookie", "a=1; a=2"), ("cookie", "a=3")).cookies("a") == ["1", "2", "3"]


@given(st.text(st.characters(max_codepoint=255)))
def test_any_cookies_can_be_looked_at(header: str) -> None:
    Request("GET", (), headers={"cookie": [header]}).cookies("chatd")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("de, en;q=0.5, es;q=0.7", "es"),
        ("en;q=0, es;q=0.1", "es"),
        ("EN-gb", "en"),
        ("de", "en"),
        ("", "en"),
        ("es;q=0", "en"),
        (";;;,,q=", "en"),
        ("es; q=0.5 , en ;q=0.6", "en"),
        ("de," * (LANGUAGES - 1) + "es", "es"),
        ("de," * LANGUAGES + "es", "en"),
    ],
)
def test_the_language_is_what_is_liked_best_of_ours(header: str, language: str) -> None:
    request = asked("/", ("accept-language", header))
    assert request.language(Language.ENGLISH) is Language(language)


def test_without_a_wish_the_language_is_the_daemons() -> None:
    assert asked("/").language(Language.SPANISH) is Language.SPANISH
    assert asked("/", ("accept-language", "de")).language(Language.SPANISH) is Language.SPANISH


@pytest.mark.parametrize(
    ("header", "packed"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("br", False),
        ("", False),
    ],
)
def test_a_body_is_packed_for_who_takes_it(header: str, packed: bool) -> None:
    assert asked("/", ("accept-encoding", header)).accepts_gzip() is packed


def test_the_type_of_a_body_is_what_stands_before_the_semicolon() -> None:
    assert (
        asked("/", ("content-type", " Application/JSON ; charset=x")).content_type
        == "application/json"
    )
    assert asked("/").content_type == ""


# Bodies


def test_a_body_may_be_a_json_object() -> None:
    assert Request("POST", (), body=b'{"text":"a","b":1}').json("text") == {"text": "a", "b": 1}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"{'a':1}", b'{"text":NaN}', b"[" * 60000])
def test_a_body_that_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(Problem) as problem:
        Request("POST", (), body=body).json("text")
    assert problem.value.status == 400


@pytest.mark.parametrize("body", [b"[]", b"1", b'"text"', b"null", b"{}"])
def test_json_that_is_not_what_is_asked_for_is_refused(body: bytes) -> None:
    with pytest.raises(Problem) as problem:
        Request("POST", (), body=body).json("text")
    assert problem.value.status == 422


# Answers


@pytest.mark.parametrize("kind", ErrorKind)
def test_every_kind_of_error_has_a_status(kind: ErrorKind) -> None:
    assert 400 <= STATUS[kind] < 600


def test_an_error_says_what_was_wrong_in_the_language_asked_for() -> None:
    answer = error_answer(Refusal(ErrorKind.NO_ROOM, "unknown_room", room="ops"), Language.SPANISH)
    error = json.loads(answer.body)["error"]
    assert answer.status == 404
    assert (error["kind"], error["key"]) == ("No room", "unknown_room")
    assert error["text"].startswith("#ops no existe")


def test_an_error_may_say_which_line_was_wrong() -> None:
    problem = Problem(ErrorKind.INVALID_MESSAGE, "not_utf8", line=3)
    assert json.loads(error_answer(problem, Language.ENGLISH).body)["error"]["line"] == 3


def test_an_error_shows_what_it_quotes() -> None:
    refusal = Refusal(ErrorKind.NO_ROOM, "unknown_room", room="\x1b[31m\ud800")
    assert (
        "#^[[31m\\ud800"
        in json.loads(error_answer(refusal, Language.ENGLISH).body)["error"]["text"]
    )


def test_who_is_to_show_a_token_or_to_wait_is_told_how() -> None:
    wrong = error_answer(
        Refusal(ErrorKind.WRONG_PASSWORD, "wrong_password", name="a"), Language.ENGLISH
    )
    assert ("WWW-Authenticate", 'Bearer realm="chatd"') in wrong.headers
    wait = error_answer(
        Refusal(ErrorKind.TOO_MANY_TRIES, "too_many_tries", count=7), Language.ENGLISH
    )
    assert ("Retry-After", "7") in wait.headers


@pytest.mark.parametrize("refusal", [InDoubt.line_refusal, NoLink.line_refusal, NoLink.refusal])
def test_who_is_to_send_something_again_soon_is_told_when(refusal: Refusal) -> None:
    answer = error_answer(refusal, Language.ENGLISH)
    assert (answer.status, dict(answer.headers)["Retry-After"]) == (503, str(UNSURE_SECONDS))


@given(st.text())
def test_any_text_can_be_answered(text: str) -> None:
    json.loads(json_answer(200, {"text": text}).body.decode())


class TestLists:
    @pytest.mark.parametrize("slices", [[], [[]], [[1]], [[1, 2, 3]]])
    def test_of_one_slice_is_one_answer(self, slices: list[list[int]]) -> None:
        answer = json_list_answer({"count": 3}, "rows", slices, list)
        assert answer == json_answer(
            200, {"count": 3, "rows": [row for rows in slices for row in rows]}
        )

    def test_of_several_is_made_in_pieces(self) -> None:
        answer = json_list_answer({"count": 3}, "rows", [[1, 2], [], [3]], list)
        assert answer.pieces is not None
        whole = json_answer(200, {"count": 3, "rows": [1, 2, 3]})
        assert b"".join(answer.pieces) == whole.body
        assert answer.headers == whole.headers

    def test_each_piece_is_made_when_it_is_wanted(self) -> None:
        made: list[int] = []

        def rows(some: Sequence[int]) -> list[int]:
            made.extend(some)
            return list(some)

        answer = json_list_answer({}, "rows", [[1, 2], [3]], rows)
        assert answer.pieces is not None
        next(answer.pieces)
        assert not made
        next(answer.pieces)
        assert made == [1, 2]
