"""`chatd.protocols.live.questions`: questions and answers, over frames and over lines."""

from __future__ import annotations

from typing import Any

import pytest

from chatd.chat.answer_news import NEWS_SECONDS
from tests.support.answers import only
from tests.support.live_client import LiveClient
from tests.support.world import World

Live = type[LiveClient]

PORTS = {"question": "Which port?", "options": ["21", "80"]}
ASKED = {"room": "lobby", "seq": 1, **PORTS, "anonymous": False, "by": "eva", "open": True}


@pytest.fixture
def eva(live: Live, world: World) -> Any:
    eva = live.come(world, name="eva")
    eva.seen()
    return eva


@pytest.fixture
def luis(live: Live, world: World, eva: Any) -> Any:
    luis = live.come(world, name="luis")
    luis.seen(), eva.seen()
    return luis


def test_a_question_is_asked_and_all_are_shown_it(eva: Any, luis: Any) -> None:
    eva.send("ask", room="lobby", id=7, **PORTS)
    assert only(eva.seen("asked")) == {"type": "asked", "id": 7, **ASKED}
    event = [each for message in luis.seen("events") for each in message["events"]][-1]
    assert (event["kind"], event["question"]["words"]) == ("question", "Which port?")


def test_it_is_answered_counted_and_closed(world: World, eva: Any, luis: Any) -> None:
    eva.send("ask", room="lobby", **PORTS)
    luis.send("answer", room="lobby", seq=1, answer=2, id="a")
    answered = {"room": "lobby", "seq": 1, "again": False, "option": 2, "text": "80"}
    assert only(luis.seen("answer")) == {"type": "answer", "id": "a", **answered}
    eva.seen()
    eva.send("answers", room="lobby", id=8)
    standing = {"answered": 1, "expected": 1, "missing": [], "counts": [0, 1]}
    assert only(eva.seen("answers")) == {"type": "answers", "id": 8, **ASKED, **standing}
    eva.send("close", room="lobby", seq=1)
    assert only(eva.seen("answers")) == {"type": "answers", **ASKED, "open": False, **standing}


def test_its_answers_are_shown_with_names_to_all(eva: Any, luis: Any) -> None:
    eva.send("ask", room="lobby", **PORTS)
    eva.send("ask", room="lobby", question="Why?")
    luis.send("answer", room="lobby", seq=1, answer=2)
    luis.send("show", room="lobby", seq=1)
    assert only(luis.seen("error"))["key"] == "only_asker_shows"
    luis.seen(), eva.seen()
    eva.send("show", room="lobby", seq=1, id=9)
    told = only(eva.seen("answers"))
    assert (told["id"], told["seq"], told["open"], told["counts"]) == (9, 1, True, [0, 1])
    (event,) = [each for message in luis.seen("events") for each in message["events"]]
    assert (event["answer"]["verb"], event["answer"]["seq"]) == ("show", 1)
    assert [each["names"] for each in event["answer"]["counts"]] == [[], ["luis"]]


def test_a_person_is_told_its_own_answers_and_which_questions_are_open(eva: Any, luis: Any) -> None:
    def told(client: Any) -> Any:
        client.send("questions", room="lobby", id=5)
        return only(client.seen("questions"))["questions"]

    assert told(luis) == []
    eva.send("ask", room="lobby", **PORTS)
    eva.send("ask", room="lobby", question="Why?")
    luis.send("answer", room="lobby", seq=1, answer=2)
    luis.send("answer", room="lobby", seq=2, answer="so")
    ports = {"seq": 1, "open": True, "mine": False, "own": {"option": 2, "text": "80"}}
    why = {"seq": 2, "open": True, "mine": False, "own": {"text": "so"}}
    assert told(luis) == [ports, why]
    assert [(each["mine"], "own" in each) for each in told(eva)] == [(True, False)] * 2
    eva.send("close", room="lobby", seq=1)
    eva.send("close", room="lobby", seq=2)
    closed = [{**ports, "open": False, "counts": [0, 1]}, {**why, "open": False, "counts": [1]}]
    assert told(luis) == closed


@pytest.mark.one_node("nodes that share a store ask no anonymous questions")
def test_of_an_anonymous_one_a_person_is_told_only_that_it_has_answered(
    eva: Any, luis: Any
) -> None:
    eva.send("ask", room="lobby", **PORTS, anonymous=True)
    luis.send("answer", room="lobby", answer=2)
    luis.send("questions", room="lobby")
    told = {"seq": 1, "open": True, "mine": False, "own": {"text": None}}
    assert only(luis.seen("questions"))["questions"] == [told]
    eva.send("close", room="lobby", seq=1)
    luis.send("questions", room="lobby")
    told = {"seq": 1, "open": False, "mine": False, "counts": [0, 1]}
    assert only(luis.seen("questions"))["questions"] == [told]


def test_the_one_who_asked_is_told_how_many_there_are_and_no_one_else(
    world: World, eva: Any, luis: Any
) -> None:
    eva.send("ask", room="lobby", **PORTS)
    eva.seen(), luis.seen()
    luis.send("answer", room="lobby", answer=2)
    luis.send("answer", room="lobby", answer=1)
    assert eva.seen("answered") == []
    world.wait(NEWS_SECONDS)
    news = {"type": "answered", "room": "lobby", "seq": 1, "answered": 1, "counts": [1, 0]}
    assert eva.seen("answered") == [news]
    assert luis.seen("answered") == []


@pytest.mark.one_node("nodes that share a store ask no anonymous questions")
def test_of_an_anonymous_one_no_counts_are_told(world: World, eva: Any, luis: Any) -> None:
    eva.send("ask", room="lobby", **PORTS, anonymous=True)
    luis.send("answer", room="lobby", answer=2)
    world.wait(NEWS_SECONDS)
    news = {"type": "answered", "room": "lobby", "seq": 1, "answered": 1}
    assert eva.seen("answered") == [news]


def test_answers_in_words_are_told_by_their_number(world: World, eva: Any, luis: Any) -> None:
    eva.send("ask", room="lobby", question="Why?")
    luis.send("answer", room="lobby", answer="so")
    assert only(luis.seen("answer"))["text"] == "so"
    world.wait(NEWS_SECONDS)
    assert only(eva.seen("answered"))["answered"] == 1
    eva.send("answers", room="lobby")
    assert only(eva.seen("answers"))["answers"] == [{"name": "luis", "text": "so"}]


@pytest.mark.parametrize(
    ("type", "given", "key"),
    [
        ("ask", {}, "wrong_member"),
        ("ask", {"question": "q", "options": "a"}, "wrong_member"),
        ("ask", {"question": "q", "anonymous": 1}, "wrong_member"),
        ("ask", {"question": ""}, "question_is_blank"),
        ("answer", {"answer": []}, "wrong_member"),
        ("answer", {"seq": "1"}, "wrong_member"),
        ("answer", {"answer": 1}, "no_question"),
        ("answers", {}, "no_question"),
        ("close", {}, "no_question"),
        ("show", {}, "no_question"),
    ],
)
def test_a_wrong_message_is_refused(
    eva: Any, type: str, given: dict[str, object], key: str
) -> None:
    eva.send(type, room="lobby", **given)
    assert only(eva.seen("error"))["key"] == key
