"""`chatd.client.imports.jsonl`: what `chatd export` writes, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatd.client.imports.jsonl import read
from chatd.client.imports.said import Bad
from chatd.event import Event, Kind

pytestmark = pytest.mark.quick


def line(seq: int = 1, **members: Any) -> bytes:
    first = {"room": "ops", "seq": seq, "time": 9, "session": 7, "author": "ana"}
    return json.dumps({**first, "kind": "message", "text": "hola", **members}).encode() + b"\n"


def wrong(*lines: bytes) -> str:
    """Return what is wrong with the last line; those before it are right."""
    *before, last = read(lines)
    assert not any(isinstance(item, Bad) for item in before)
    assert isinstance(last, Bad)
    assert last.place == f"line {len(lines)}"
    return last.why


def test_each_member_stays() -> None:
    lines = [line(3), line(1, room="@luis", kind="private"), line(4, part_of=4), line(room="Ops")]
    assert list(read(lines)) == [
        Event("ops", 3, 9, 7, "ana", Kind.MESSAGE, "hola"),
        Event("@luis", 1, 9, 7, "ana", Kind.PRIVATE, "hola"),
        Event("ops", 4, 9, 7, "ana", Kind.MESSAGE, "hola", 4),
        Event("Ops", 1, 9, 7, "ana", Kind.MESSAGE, "hola"),
    ]


def test_the_least_and_the_largest_numbers_are_taken() -> None:
    largest = (1 << 39) - 1
    lines = [
        line(largest, time=253_402_300_799_999, session=largest),
        line(1, room="tea", time=0, session=0),
    ]
    assert not any(isinstance(item, Bad) for item in read(lines))


def test_members_of_a_later_chatd_are_ignored() -> None:
    (event,) = read([line(newer=[1])])
    assert isinstance(event, Event)


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"room": None}, "its member room is missing, or not as chatd export writes it"),
        ({"time": True}, "its member time is missing, or not as chatd export writes it"),
        ({"seq": 1.0}, "its member seq is missing, or not as chatd export writes it"),
        ({"part_of": "1"}, "its member part_of is not as chatd export writes it"),
        ({"kind": "shout"}, "its kind is none of chatd"),
        ({"kind": "private"}, "its kind is none of its room"),
        ({"room": "@luis"}, "its kind is none of its room"),
        ({"room": "@", "kind": "private"}, "its room is none"),
        ({"room": "@LUIS", "kind": "private"}, "its room is none"),
        ({"seq": 0}, "its seq or its session is out of range"),
        ({"seq": 1 << 40}, "its seq or its session is out of range"),
        ({"session": -1}, "its seq or its session is out of range"),
        ({"time": -1}, "its time is out of range"),
        ({"time": 10**15}, "its time is out of range"),
        ({"text": "\ud800"}, "it contains unpaired surrogates"),
        ({"room": "\ud800"}, "it contains unpaired surrogates"),
        ({"author": "\ud800"}, "it contains unpaired surrogates"),
        ({"text": "a" + "\u0301" * 40}, "its text has too many marks in a row"),
        ({"text": "a\nb"}, "its text has several lines, which are lines of the log of their own"),
        ({"text": " "}, "its text is blank"),
        ({"part_of": 0}, "it is part of a message whose first line is not before it"),
    ],
)
def test_a_line_that_chatd_did_not_write_is_told(members: dict[str, Any], why: str) -> None:
    assert wrong(line(**members)) == why


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (line()[:-9], "it is not JSON. Is it cut off?"),
        (b'{"room": "a", "room": "b"}\n', "it is not JSON. Is it cut off?"),
        (b"[]\n", "it is not an object of JSON"),
        (b"\xff\n", "it is not UTF-8. Convert the file first, with iconv"),
    ],
)
def test_a_line_that_cannot_be_read_is_told(raw: bytes, why: str) -> None:
    assert wrong(line(), raw) == why


@pytest.mark.parametrize("seq", [1, 3])
def test_a_seq_follows_the_one_before_it(seq: int) -> None:
    why = f"its seq is {seq}, and the one before it in its room is 1"
    assert wrong(line(1), line(seq)) == why


@pytest.mark.parametrize(
    "members", [{"part_of": 2}, {"author": "eva"}, {"time": 10}, {"session": 8}]
)
def test_the_lines_of_a_message_belong_together(members: dict[str, Any]) -> None:
    assert wrong(line(3, part_of=3), line(4, **{"part_of": 3, **members})) == (
        "it is part of a message whose first line is not before it"
    )


def test_a_topic_and_a_line_in_a_message_may_be_empty() -> None:
    lines = [line(1, kind="topic", text=""), line(2, part_of=2), line(3, part_of=2, text="")]
    assert not any(isinstance(item, Bad) for item in read(lines))
