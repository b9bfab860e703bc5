"""`chatd.client.bots.calls`: which lines are calls, and how a program is given them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatd.client.bots.calls import Call, call_in

CALL = Call("ops", 7, 1764100000123, "ana", "!deploy now; rm -rf /")


def event(**members: Any) -> dict[str, Any]:
    usual = {"seq": 7, "time": 1764100000123, "author": "ana", "kind": "message", "text": "!ping"}
    return {**usual, **members}


@pytest.mark.parametrize("members", [{}, {"part_of": 7}, {"text": "!"}, {"text": "!!! stop"}])
def test_a_message_that_begins_with_the_mark_is_a_call(members: dict[str, Any]) -> None:
    said = event(**members)
    assert call_in(said, "ops", takes_all=False) == Call(
        "ops", 7, said["time"], "ana", said["text"]
    )


@pytest.mark.parametrize(
    "members",
    [
        {"kind": "notice"},
        {"kind": "action"},
        {"kind": "topic"},
        {"kind": "deed"},
        {"kind": None},
        {"part_of": 6},
        {"text": ""},
        {"text": 5},
        {"author": ""},
        {"author": "a b"},
        {"author": "a\0b"},
        {"author": "$(id)"},
        {"seq": 10**15},
        {"seq": -1},
        {"seq": "7"},
        {"notice": "joined", "kind": None, "seq": None},
    ],
)
def test_nothing_else_is_one_not_even_for_a_program_that_takes_all(members: dict[str, Any]) -> None:
    assert call_in(event(**members), "ops", takes_all=True) is None


@pytest.mark.parametrize("text", ["ping", " !ping", "ana: !ping", "¡ping"])
def test_other_messages_are_for_a_program_that_takes_all(text: str) -> None:
    assert call_in(event(text=text), "ops", takes_all=False) is None
    call = call_in(event(text=text), "ops", takes_all=True)
    assert call is not None
    assert not call.wants_answer


def test_no_text_of_a_person_is_in_the_environment() -> None:
    assert CALL._replace(account="ana").environment == {
        "CHATD_ROOM": "ops",
        "CHATD_SEQ": "7",
        "CHATD_AUTHOR": "ana",
        "CHATD_ACCOUNT": "ana",
        "CHATD_TIME": "1764100000",
    }


def test_the_line_is_the_author_and_the_text() -> None:
    assert CALL.plain == b"ana !deploy now; rm -rf /\n"
    assert (CALL.word, CALL.wants_answer) == ("!deploy", True)


def test_the_event_in_json_has_the_account_or_null() -> None:
    shown = json.loads(CALL.json)
    assert shown == {**CALL._asdict(), "account": None}
    assert json.loads(CALL._replace(account="Ana").json)["account"] == "Ana"
    assert CALL.json.count(b"\n") == 1
