"""`chatd.protocols.web.api.incident`: decisions, acks and alerts over HTTP."""

from __future__ import annotations

import pytest

from chatd.event import Event
from chatd.storage.contract import StoreError
from tests.support.alerts import HOOK, post_alert
from tests.support.http import SiteWorld, error_of

DECISIONS = "/api/rooms/lobby/decisions"


@pytest.fixture
def web() -> SiteWorld:
    web = SiteWorld()
    web.post("/api/rooms/lobby/messages?name=luis", {"text": "we go back"})
    return web


def test_a_line_is_kept_and_shown(web: SiteWorld) -> None:
    reader = web.world.person()
    got = web.post(DECISIONS, {"seq": 1, "words": "to 1.2"})
    decision = {"seq": 1, "author": "luis", "excerpt": "we go back", "words": "to 1.2"}
    expected = {"verb": "decision", **decision}
    assert (got.status, got.json) == (201, {"room": "lobby", "decision": expected})
    assert "<luis> we go back (to 1.2)" in reader.seen()[-1]


def test_without_a_seq_it_is_the_last_line(web: SiteWorld) -> None:
    assert web.post(DECISIONS, {}).json["decision"]["seq"] == 1


def test_the_list_is_given_page_by_page_with_sentences(web: SiteWorld) -> None:
    for number in range(3):
        web.post(DECISIONS, {"words": f"{number}"})
    page = web.ask("GET", f"{DECISIONS}?limit=2").json
    assert [event["decision"]["words"] for event in page["events"]] == ["2", "1"]
    assert page["room"] == "lobby"
    assert page["events"][0]["text"].endswith("<luis> we go back (2)")
    page = web.ask("GET", f"{DECISIONS}?before={page['next']}").json
    assert [event["decision"]["words"] for event in page["events"]] == ["0"]
    assert "next" not in page


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"seq": 0}, "not_a_seq"),
        ({"seq": True}, "not_a_seq"),
        ({"seq": "1"}, "not_a_seq"),
        ({"words": None}, "not_a_text"),
        ({"words": "one\ntwo"}, "not_one_line_of_words"),
    ],
)
def test_a_wrong_one_is_refused(web: SiteWorld, body: dict[str, object], key: str) -> None:
    got = web.post(DECISIONS, body)
    assert error_of(got) == (422, key)


def test_a_line_that_there_is_not_cannot_be_kept(web: SiteWorld) -> None:
    assert error_of(web.post(DECISIONS, {"seq": 9})) == (404, "no_such_line")


def test_a_room_that_there_is_not_has_none(web: SiteWorld) -> None:
    assert web.ask("GET", "/api/rooms/ops/decisions").status == 404


def test_a_list_that_cannot_be_read_is_refused(
    web: SiteWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreadable(*_: object) -> list[Event]:
        raise StoreError("it is damaged.")

    monkeypatch.setattr(web.world.server.store, "remarks", unreadable)
    assert error_of(web.ask("GET", DECISIONS))[1] == "not_readable"


def test_an_alert_is_taken_and_listed(web: SiteWorld) -> None:
    reader = web.world.person()
    post_alert(web.world, "lobby", "disk")
    got = web.post("/api/rooms/lobby/acks", {"seq": 2, "words": "on it"})
    line = {"seq": 2, "author": HOOK, "excerpt": "FIRING disk", "words": "on it"}
    assert (got.status, got.json) == (201, {"room": "lobby", "ack": {"verb": "ack", **line}})
    assert "FIRING disk (on it)" in reader.seen()[-1]
    (alert,) = web.ask("GET", "/api/rooms/lobby/alerts").json["alerts"]
    assert alert.pop("by").startswith("guest")
    assert alert == {**line, "number": 1}


def test_of_several_alerts_one_must_be_named(web: SiteWorld) -> None:
    post_alert(web.world, "lobby", "disk", "load")
    assert error_of(web.post("/api/rooms/lobby/acks", {})) == (422, "which_alert")
