"""`chatd.protocols.live.incident`: decisions, acks and alerts, over frames and over lines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.alerts import HOOK, post_alert
from tests.support.live_client import LiveClient
from tests.support.world import World

Live = type[LiveClient]


@pytest.fixture
def one(live: Live, world: World) -> Any:
    one = live.come(world, name="eva")
    one.say("we go back", room="lobby")
    one.seen()
    return one


def test_a_line_is_kept_and_all_are_shown_it(live: Live, world: World, one: Any) -> None:
    other = live.come(world, name="luis")
    other.seen()
    one.send("decide", room="lobby", seq=1, words="to 1.2", id=7)
    decision = {"seq": 1, "author": "eva", "excerpt": "we go back", "words": "to 1.2"}
    (answer,) = one.seen("decided")
    assert answer == {
        "type": "decided",
        "id": 7,
        "room": "lobby",
        "decision": {"verb": "decision", **decision},
    }
    ((event,),) = [message["events"] for message in other.seen("events")]
    assert (event["kind"], event["decision"]) == ("decision", answer["decision"])


def test_without_a_seq_it_is_the_last_line(one: Any) -> None:
    one.send("decide", room="lobby")
    (answer,) = one.seen("decided")
    assert answer["decision"]["seq"] == 1


def test_the_list_is_given_page_by_page(one: Any) -> None:
    for number in range(3):
        one.send("decide", room="lobby", seq=1, words=f"{number}")
    one.seen()
    one.send("decisions", room="lobby", limit=2)
    (page,) = one.seen("decisions")
    assert [event["decision"]["words"] for event in page["events"]] == ["2", "1"]
    one.send("decisions", room="lobby", before=page["next"])
    (page,) = one.seen("decisions")
    assert [event["decision"]["words"] for event in page["events"]] == ["0"]
    assert "next" not in page


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"seq": "1"}, "wrong_member"),
        ({"words": 1}, "wrong_member"),
        ({"words": "one\ntwo"}, "not_one_line_of_words"),
        ({"words": "\ud800"}, "line_not_utf8"),
        ({"seq": 9}, "no_such_line"),
    ],
)
def test_a_wrong_one_is_refused(one: Any, given: dict[str, Any], key: str) -> None:
    one.send("decide", room="lobby", id=1, **given)
    (error,) = one.seen("error")
    assert (error["key"], error["id"]) == (key, 1)


def test_an_alert_is_taken_and_listed(world: World, one: Any) -> None:
    post_alert(world, "lobby", "disk")
    one.seen()
    one.send("take", room="lobby", seq=2, words="on it", id=7)
    (answer,) = one.seen("taken")
    line = {"seq": 2, "author": HOOK, "excerpt": "FIRING disk", "words": "on it"}
    assert answer == {
        "type": "taken",
        "id": 7,
        "room": "lobby",
        "ack": {"verb": "ack", **line},
    }
    one.send("alerts", room="lobby", id=8)
    (answer,) = one.seen("alerts")
    assert answer == {
        "type": "alerts",
        "id": 8,
        "room": "lobby",
        "alerts": [{**line, "number": 1, "by": "eva"}],
    }


def test_without_a_seq_it_is_the_only_alert(world: World, one: Any) -> None:
    post_alert(world, "lobby", "disk")
    one.send("alerts", room="lobby")
    (answer,) = one.seen("alerts")
    assert answer["alerts"][0]["by"] is None
    one.send("take", room="lobby")
    assert one.seen("taken")[0]["ack"]["seq"] == 2
