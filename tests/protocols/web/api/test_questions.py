"""`chatd.protocols.web.api.questions`: asking, answering and counting over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.http import Got, SiteWorld, error_of, request
from tests.support.sentences import EN
from tests.support.world import Member

QUESTIONS = "/api/rooms/class/questions"
PORTS = {"question": "Which port?", "options": ["21", "80"]}


class Web(SiteWorld):
    """A site with two accounts, and a token of each."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = {}
        for name in "ana", "luis":
            self.world.register(name)
            self.tokens[name] = self.token(name)


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def eva(web: Web) -> Member:
    """Return a guest who is in #class, which has no owner."""
    eva = web.world.person("eva")
    eva.ask("/join class")
    return eva


def send(web: Web, name: str, path: str = "", body: Any = None, method: str = "POST") -> Got:
    """Send a request with a token of an account, or as a guest."""
    caller = web.caller()
    headers = {"authorization": f"Bearer {web.tokens[name]}"} if name else {}
    content = b"" if method == "GET" else json.dumps(body or {}).encode()
    if content:
        headers["content_type"] = "application/json"
    caller.send(request(method, f"{QUESTIONS}{path}", content, **headers))
    web.world.settle()
    (got,) = caller.got()
    return got


@pytest.fixture
def seq(web: Web, eva: Member) -> int:
    got = send(web, "ana", body=PORTS)
    assert got.status == 201
    return int(got.json["seq"])


def test_a_question_is_asked_and_its_members_are_answered(web: Web, eva: Member) -> None:
    got = send(web, "ana", body=PORTS)
    assert got.json == {
        "room": "class",
        "seq": 1,
        **PORTS,
        "anonymous": False,
        "by": "ana",
        "open": True,
    }
    words = "Which port? 1: 21, 2: 80."
    assert eva.seen()[-1] == EN.notice("asks", name="ana", question=words, how="/a 2")


def test_it_is_answered_and_counted_and_closed(web: Web, eva: Member, seq: int) -> None:
    answered = {"room": "class", "seq": seq, "again": False, "option": 2, "text": "80"}
    got = send(web, "luis", f"/{seq}/answers", {"answer": "80"})
    assert (got.status, got.json) == (201, answered)
    got = send(web, "luis", f"/{seq}/answers", {"answer": 1})
    assert (got.status, got.json["again"], got.json["option"]) == (200, True, 1)
    standing = send(web, "ana", f"/{seq}", method="GET").json
    assert {key: standing[key] for key in ("answered", "expected", "missing", "counts")} == {
        "answered": 1,
        "expected": 2,
        "missing": ["eva"],
        "counts": [1, 0],
    }
    closed = send(web, "ana", f"/{seq}/close")
    assert (closed.status, closed.json) == (200, {**standing, "open": False})
    assert error_of(send(web, "luis", f"/{seq}/answers", {"answer": 1})) == (
        403,
        "question_is_closed",
    )


def test_answers_in_words_are_given_to_the_one_who_asked(web: Web, eva: Member) -> None:
    send(web, "ana", body={"question": "Questions?"})
    eva.type("/a what is a port")
    assert send(web, "luis", "/1/answers").json["text"] == ""
    standing = send(web, "ana", "/1", method="GET").json
    assert standing["answers"] == [
        {"name": "eva", "text": "what is a port"},
        {"name": "luis", "text": ""},
    ]
    assert "counts" not in standing


@pytest.mark.one_node("nodes that share a store ask no anonymous questions")
def test_of_an_anonymous_one_the_counts_are_given_once_it_is_closed(web: Web, eva: Member) -> None:
    send(web, "ana", body={**PORTS, "anonymous": True})
    assert send(web, "luis", "/1/answers", {"answer": 2}).status == 201
    assert error_of(send(web, "luis", "/1/answers", {"answer": 2})) == (
        403,
        "answered_anonymously",
    )
    standing = send(web, "ana", "/1", method="GET").json
    assert (standing["answered"], "counts" in standing) == (1, False)
    assert send(web, "ana", "/1/close").json["counts"] == [0, 1]


class TestTokens:
    """Questions of a program with a token of an account, which uses no other role of it."""

    @pytest.fixture
    def nora(self, web: Web, eva: Member) -> Member:
        nora = web.world.member("nora")
        nora.ask("/join class")
        return nora

    def test_one_that_reads_asks_nothing(self, web: Web, nora: Member) -> None:
        web.tokens["nora"] = web.token("nora", "read")
        assert error_of(send(web, "nora", body=PORTS)) == (403, "token_reads_only")

    def test_nor_does_it_close_what_its_owner_asked(self, web: Web, nora: Member) -> None:
        web.tokens["nora"] = web.token("nora", "read")
        nora.ask("/ask Ready?")
        assert error_of(send(web, "nora", "/1/close")) == (403, "token_reads_only")
        assert send(web, "nora", "/1", method="GET").json["open"]

    def test_one_that_writes_asks_in_a_room_that_the_account_runs(self, web: Web) -> None:
        ana = web.world.member("ana")
        ana.type("/create class announce")
        got = send(web, "ana", body=PORTS)
        assert got.status == 201
        assert send(web, "luis", f"/{got.json['seq']}/answers", {"answer": 2}).status == 201
        assert send(web, "ana", f"/{got.json['seq']}/close").json["counts"] == [0, 1]

    def test_nobody_else_does_there(self, web: Web) -> None:
        web.world.member("ana").type("/create class announce")
        assert error_of(send(web, "luis", body=PORTS)) == (403, "only_operators")


def test_others_do_not_see_the_answers(web: Web, eva: Member, seq: int) -> None:
    assert error_of(send(web, "luis", f"/{seq}", method="GET")) == (403, "only_asker")
    assert error_of(send(web, "luis", f"/{seq}/close")) == (403, "only_asker")


@pytest.mark.parametrize("path", ["", "/1/answers", "/1/close"])
def test_a_guest_is_told_that_it_takes_an_account(web: Web, seq: int, path: str) -> None:
    assert error_of(send(web, "", path, PORTS)) == (403, "answer_needs_account")


@pytest.mark.parametrize(
    ("path", "body", "key"),
    [
        ("", {}, "wrong_member"),
        ("", {"question": 1}, "wrong_member"),
        ("", {"question": "q", "options": "a"}, "wrong_member"),
        ("", {"question": "q", "options": [1]}, "wrong_member"),
        ("", {"question": "q", "anonymous": 1}, "wrong_member"),
        ("", {"question": " "}, "question_is_blank"),
        ("", {"question": "q", "options": ["a", ""]}, "option_is_blank"),
        ("", {"question": "q", "options": ["a | b"]}, "option_has_separator"),
        ("", {"question": "q", "options": [*"abcdefghij"]}, "too_many_options"),
        ("", {"question": "q\nr"}, "not_one_line_of_words"),
        ("", {"question": "q" * 4000}, "question_too_long"),
        ("/1/answers", {"answer": True}, "wrong_member"),
        ("/1/answers", {"answer": "8"}, "no_such_option"),
        ("/1/answers", {}, "which_option"),
        ("/9/answers", {"answer": 1}, "no_such_question"),
        ("/x/answers", {"answer": 1}, "not_a_seq"),
        ("/x/close", {}, "not_a_seq"),
    ],
)
def test_a_wrong_request_is_refused(
    web: Web, seq: int, path: str, body: dict[str, object], key: str
) -> None:
    got = send(web, "ana", path, body)
    assert error_of(got) == (422, key)
