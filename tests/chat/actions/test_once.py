"""`chatd.chat.actions.once`: remarks and answers that are sent again with a key are made once."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from chatd.event import Kind
from tests.support.browser import Browser
from tests.support.http import Got, SiteWorld, error_of
from tests.support.json_client import JsonClient
from tests.support.live_client import LiveClient
from tests.support.logs import Expect
from tests.support.world import PASSWORD

KEY = "k" * 16
OTHER = "l" * 16


class Deed(NamedTuple):
    """A request that is made once: its path in the room, its body and another one.

    Its message has a ``type``, and is answered by one of the type ``made``.
    """

    kind: Kind
    path: str
    type: str
    made: str
    body: dict[str, Any]
    other: dict[str, Any]


_WHEN = {"question": "when?", "options": ["1", "2"]}

DEEDS = {
    "decision": Deed(
        Kind.DECISION, "decisions", "decide", "decided", {"words": "yes"}, {"words": "no"}
    ),
    "ack": Deed(Kind.ACK, "acks", "take", "taken", {"words": "mine"}, {"seq": 1}),
    "question": Deed(Kind.QUESTION, "questions", "ask", "asked", _WHEN, {"question": "when"}),
    "answer": Deed(
        Kind.ANSWER,
        "questions/{seq}/answers",
        "answer",
        "answer",
        {"answer": "b"},
        {"answer": "a"},
    ),
}

with_each = pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)


class Ops:
    """Eva has said a line in #ops, which has no owner, and asked a question. Mia has a token."""

    def __init__(self) -> None:
        self.web = SiteWorld()
        self.world = self.web.world
        self.eva = self.world.person("eva")
        self.ask("ops")
        self.world.register("mia")
        self.token = self.web.token("mia")

    def ask(self, room: str, command: str = "/join") -> None:
        """Have Eva say a line in a room, and ask a question there."""
        self.eva.type(f"{command} {room}", "shall we?", "/ask which? | a | b")
        self.world.settle()
        (self.seq,) = (each.seq for each in self.world.stored(room) if each.kind is Kind.QUESTION)

    def post(
        self, deed: Deed, body: Any = None, key: str | None = KEY, room: str = "ops", path: str = ""
    ) -> Got:
        path = path or deed.path.format(seq=self.seq)
        headers = {} if key is None else {"idempotency_key": key}
        headers["authorization"] = f"Bearer {self.token}"
        return self.web.post(f"/api/rooms/{room}/{path}", body or deed.body, **headers)

    def count(self, deed: Deed) -> int:
        """Return how often something was made, without the question of Eva."""
        self.world.settle()
        if deed.kind is Kind.ANSWER:
            return len(self.world.server.questions.answers)
        made = [event for event in self.world.stored("ops") if event.kind is deed.kind]
        return len(made) - (deed.kind is Kind.QUESTION)


@pytest.fixture
def ops() -> Ops:
    return Ops()


@with_each
def test_over_http_a_retry_changes_nothing(ops: Ops, deed: Deed) -> None:
    first, again = ops.post(deed), ops.post(deed)
    assert (first.status, again.status) == (201, 200)
    assert again.json == _again(deed, first.json)
    assert ops.count(deed) == 1


def _again(deed: Deed, answer: Any) -> Any:
    """Return the answer to a retry, given the first one."""
    return {**answer, "again": True} if deed.kind is Kind.ANSWER else answer


@with_each
def test_without_a_key_it_is_done_again(ops: Ops, deed: Deed) -> None:
    assert ops.post(deed, key=None).status == 201
    ops.post(deed, key=None)
    assert ops.count(deed) == (1 if deed.kind is Kind.ANSWER else 2)  # one replaces the other
    assert not ops.world.server.idempotency.table


@with_each
def test_another_request_with_the_key_is_refused(ops: Ops, deed: Deed) -> None:
    ops.post(deed)
    other = {**deed.body, **deed.other}
    line, room = {"text": "yes"}, ops.web.post("/api/rooms/lab/messages", {"text": "x"})
    assert room.status == 201
    refused = [ops.post(deed, other), ops.post(deed, line, path="messages")]
    refused += [ops.post(each) for each in DEEDS.values() if each is not deed]
    refused += [ops.post(deed, room="lab")] if deed.kind is not Kind.ANSWER else []
    assert {error_of(each) for each in refused} == {(422, "other_lines_with_key")}
    assert ops.count(deed) == 1


@with_each
def test_a_wrong_key_is_refused(ops: Ops, deed: Deed) -> None:
    assert error_of(ops.post(deed, {**deed.body, "key": KEY})) == (422, "key_in_body")
    assert error_of(ops.post(deed, key="x" * 256)) == (400, "key_too_long")
    assert ops.count(deed) == 0


@pytest.mark.parametrize("name", ["decision", "ack", "answer"])
def test_it_is_answered_also_if_the_right_is_lost(ops: Ops, name: str) -> None:
    deed = DEEDS[name]
    ops.eva.type(f"/register {PASSWORD}")
    ops.ask("den", "/create")
    first = ops.post(deed, room="den")
    assert first.status == 201
    ops.eva.type("/mode private")
    assert ops.post(deed, key=OTHER, room="den").status in (403, 404)
    again = ops.post(deed, room="den")
    assert (again.status, again.json) == (200, _again(deed, first.json))


@pytest.mark.parametrize("live", [Browser, JsonClient], ids=["frames", "lines"])
@with_each
def test_over_live_messages_a_retry_changes_nothing_also_after_a_restart(
    ops: Ops, deed: Deed, live: type[LiveClient]
) -> None:
    asked = {"seq": ops.seq} if deed.kind is Kind.ANSWER else {}
    answers = []
    for name in "web", "net":
        client = live.come(ops.world, name=name, key="q" * 16, rooms={"ops": None})
        client.send(deed.type, key=KEY, id=7, room="ops", **asked, **deed.body)
        answers += client.seen(deed.made)
        other = {**deed.body, **deed.other}
        client.send(deed.type, key=KEY, room="ops", **asked, **other)
        assert [each["key"] for each in client.seen("error")] == ["other_lines_with_key"]
        assert ops.count(deed) == 1
        ops.world = ops.world.restarted()
    first, again = answers
    assert again == _again(deed, first)


@with_each
def test_of_what_is_deleted_by_now_nothing_is_told(ops: Ops, deed: Deed) -> None:
    first = ops.post(deed).json
    ops.world.store._logs["ops"].events.clear()
    for server in ops.world.servers:
        room = server.rooms["ops"]
        room.latest.clear()
        server.questions.forgotten(room, room.head)
    ops.world.settle()
    gone = {
        Kind.DECISION: {**first, "decision": None},
        Kind.ACK: {**first, "ack": None},
        Kind.QUESTION: {**first, "question": "", "options": [], "by": "", "open": False},
        Kind.ANSWER: {"room": "ops", "seq": ops.seq, "again": True, "text": "b"},
    }
    assert ops.post(deed).json == gone[deed.kind]


def test_an_answer_that_was_changed_since_stays(ops: Ops) -> None:
    answer = DEEDS["answer"]
    ops.post(answer)
    assert ops.post(answer, answer.other, key=OTHER).json["text"] == "a"
    assert ops.post(answer).json["text"] == "b"
    (stored,) = ops.world.server.questions.answers.values()
    assert stored.option == 0


@pytest.mark.one_node("only a store of one node leaves no trace")
def test_of_an_answer_to_an_anonymous_question_no_key_is_kept(ops: Ops) -> None:
    ops.eva.type("/ask anon how many? | a | b")
    ops.world.settle()
    ops.seq = ops.world.stored("ops")[-1].seq
    answer = DEEDS["answer"]
    assert ops.post(answer).status == 201
    assert error_of(ops.post(answer)) == (403, "answered_anonymously")
    for server in ops.world.servers:
        assert not server.idempotency.table


@pytest.mark.one_node("its store is held back")
@with_each
def test_one_that_comes_meanwhile_waits_for_it(ops: Ops, deed: Deed) -> None:
    ops.world.store.holds = True
    asked = {"seq": ops.seq} if deed.kind is Kind.ANSWER else {}
    clients = [
        Browser.come(ops.world, name=name, key="q" * 16, rooms={"ops": None})
        for name in ("web", "net")
    ]
    for client in clients:
        client.send(deed.type, key=KEY, room="ops", **asked, **deed.body)
    ops.world.release()
    first, again = (client.seen(deed.made)[0] for client in clients)
    assert again == _again(deed, first)
    assert ops.count(deed) == 1


@pytest.mark.one_node("its store is held back")
@with_each
def test_one_that_could_not_be_stored_can_be_sent_again(
    ops: Ops, deed: Deed, expected_errors: Expect
) -> None:
    client = Browser.come(ops.world, name="web", key="q" * 16, rooms={"ops": None})
    ops.world.store.holds = True
    asked = {"seq": ops.seq} if deed.kind is Kind.ANSWER else {}
    client.send(deed.type, key=KEY, room="ops", **asked, **deed.body)
    ops.world.fail()
    assert [each["key"] for each in client.seen("error")] == ["change_not_saved"]
    assert not ops.world.server.idempotency.table
    ops.world.store.holds = False
    client.send(deed.type, key=KEY, room="ops", **asked, **deed.body)
    assert client.seen(deed.made)
    assert ops.count(deed) == 1
    expected_errors()
